import type { CheckFinding } from "../../../check/finding.js";
import { byFile } from "../../../check/report.js";
import { counted } from "../../counted.js";
import { defineFormat } from "../format.js";
import { consequence, leftOutWords, notLookedAtWords, saferLines, totalWords } from "../words.js";

/** A comment of a pull request. Its first line is what the Action finds it by when it comes again. */
export default defineFormat({
  id: "markdown",
  summary: "a comment for a pull request",

  write(report) {
    const { findings, files, statements } = report;
    const left = leftOutWords(report);
    const also = left === "" ? "" : ` (${left})`;
    const notes = notLookedAtWords(report).map((line) => `- ${line}`);
    if (findings.length === 0)
      return [
        marker,
        `**Lockstep**: ${counted(files, "migration")}, ${counted(statements, "statement")}, nothing to say${also}.`,
        ...notes,
      ].join("\n");
    const blocks = byFile(findings).map(([file, own]) => [`### \`${file}\``, ...own.map(findingText)].join("\n\n"));
    return [
      marker,
      `**Lockstep**: ${totalWords(report)}, ${counted(files, "migration")} checked${also}.`,
      ...notes,
      "",
      blocks.join("\n\n"),
    ].join("\n");
  },
});

const marker = "<!-- lockstep check -->";

function findingText(finding: CheckFinding): string {
  const { rule, severity, line, sql } = finding;
  const [safer = "", ...more] = saferLines(finding);
  return [
    `${severity === "error" ? "❌" : "⚠️"} **${rule}**, line ${line}: ${inline(consequence(finding))}.`,
    ...(sql === "" ? [] : [fenced(sql)]),
    `Safer: ${inline(safer)}${more.length === 0 ? "" : ":"}`,
    ...(more.length === 0 ? [] : [fenced(more.join("\n"))]),
  ].join("\n\n");
}

/** Names of tables may have any sign in them. */
function inline(text: string): string {
  return text.replace(/[\\`*_<>[\]|]/g, "\\$&").replaceAll("@", "@\u200b");
}

function fenced(sql: string): string {
  const longest = Math.max(2, ...[...sql.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}sql\n${sql}\n${fence}`;
}
