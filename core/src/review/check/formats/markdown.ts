import type { CheckFinding } from "../../../lint/finding.js";
import { byFile } from "../../../lint/report.js";
import { counted } from "../../counted.js";
import { codeSpan, fenced, joinMarkdown, type Markdown, md, plain } from "../../markdown-text.js";
import { defineTextFormat } from "../format.js";
import {
  adviceWords,
  checkedWords,
  consequence,
  leftOutWords,
  noteWords,
  saferLines,
  totalWords,
} from "../messages.js";

/** A pull request comment. The Action finds an earlier one by its first line. */
export default defineTextFormat({
  id: "markdown",
  summary: "pull request comment",

  write(report) {
    const { findings, files } = report;
    const left = leftOutWords(report);
    const also = left === "" ? "" : ` (${left})`;
    const notes = noteWords(report).map((line) => md`- ${line}`);
    const told =
      findings.length === 0
        ? `${checkedWords(report)}, no findings`
        : `${totalWords(report)}, ${counted(files, "migration")} checked`;
    const blocks = byFile(findings).map(([file, own]) =>
      joinMarkdown([md`### ${codeSpan(file)}`, ...own.map(findingText)], "\n\n"),
    );
    return joinMarkdown(
      [
        md`<!-- lockstep check -->`,
        md`**Lockstep**: ${told}${also}.`,
        ...notes,
        ...(blocks.length === 0 ? [] : ["", joinMarkdown(blocks, "\n\n")]),
        ...(report.advice.length === 0 ? [] : ["", md`### Advice`, ""]),
        ...adviceWords(report).map((line) => md`- ${plain(line)}`),
      ],
      "\n",
    ).text;
  },
});

function findingText(finding: CheckFinding): Markdown {
  const { rule, severity, line, sql } = finding;
  const [safer = "", ...more] = saferLines(finding);
  return joinMarkdown(
    [
      md`${severity === "error" ? "❌" : "⚠️"} **${rule}**, line ${line}: ${plain(consequence(finding))}.`,
      ...(sql === "" ? [] : [fenced(sql, "sql")]),
      md`Safer: ${plain(safer)}${more.length === 0 ? "" : ":"}`,
      ...(more.length === 0 ? [] : [fenced(more.join("\n"), finding.safer.sql === undefined ? "" : "sql")]),
    ],
    "\n\n",
  );
}
