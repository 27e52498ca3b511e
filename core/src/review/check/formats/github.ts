import type { CheckFinding } from "../../../lint/finding.js";
import { withoutControls } from "../../printable.js";
import { defineFormat } from "../format.js";
import { consequence, noteWords, saferLines } from "../messages.js";

/** Workflow commands: GitHub shows them beside the lines of a pull request. */
export default defineFormat({
  id: "github",
  summary: "GitHub Actions annotations",
  isCommands: true,

  write: (report) =>
    [...[...report.findings, ...report.advice].map(annotation), ...noteWords(report).map(notice)].join("\n"),
});

function annotation(finding: CheckFinding): string {
  const { severity, file, line, endLine, column, endColumn, rule } = finding;
  const place = { file, line, endLine, col: column, ...(endLine === line ? { endColumn } : {}), title: rule };
  const properties = Object.entries(place).map(([key, value]) => `${key}=${property(String(value))}`);
  const text = `${consequence(finding)}\nSafer: ${saferLines(finding).join("\n")}`;
  return `::${severity === "advice" ? "notice" : severity} ${properties.join(",")}::${data(text)}`;
}

function notice(words: string): string {
  return `::notice title=Lockstep::${data(words)}`;
}

function data(text: string): string {
  return withoutControls(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
