import type { CheckFinding } from "../../../lint/finding.js";
import { withoutControls } from "../../printable.js";
import { defineFormat } from "../format.js";
import { consequence, otherNoteWords, saferLines, shownWaived, waivedWords } from "../messages.js";

/** Workflow commands: GitHub shows them beside the lines of a pull request. */
export default defineFormat({
  id: "github",
  summary: "GitHub Actions annotations",
  isCommands: true,

  write: (report) =>
    [
      ...[...report.findings, ...report.advice].map(annotation),
      ...shownWaived(report).map((each) => notice(waivedWords(each), { file: each.file, line: each.line })),
      ...otherNoteWords(report).map((words) => notice(words)),
    ].join("\n"),
});

function annotation(finding: CheckFinding): string {
  const { severity, file, line, endLine, column, endColumn, rule } = finding;
  const place = { file, line, endLine, col: column, ...(endLine === line ? { endColumn } : {}), title: rule };
  const text = `${consequence(finding)}\nSafer: ${saferLines(finding).join("\n")}`;
  return `::${severity === "advice" ? "notice" : severity} ${properties(place)}::${data(text)}`;
}

function notice(words: string, at: Properties = {}): string {
  return `::notice ${properties({ ...at, title: "Lockstep" })}::${data(words)}`;
}

type Properties = Readonly<Record<string, string | number>>;

function properties(of: Properties): string {
  return Object.entries(of)
    .map(([key, value]) => `${key}=${property(String(value))}`)
    .join(",");
}

function data(text: string): string {
  return withoutControls(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
