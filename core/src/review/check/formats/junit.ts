import type { CheckFinding } from "../../../lint/finding.js";
import { byFile } from "../../../lint/report.js";
import { counted } from "../../counted.js";
import { withoutControls } from "../../printable.js";
import { defineTextFormat } from "../format.js";
import { adviceWords, consequence, noteWords, saferLines } from "../messages.js";

/** JUnit's XML, as most CI servers read it: one suite per file, one failed case per error. */
export default defineTextFormat({
  id: "junit",
  summary: "JUnit XML",

  write(report) {
    const { findings, files } = report;
    const notes = [...adviceWords(report), ...noteWords(report)];
    const errors = findings.filter(({ severity }) => severity === "error");
    const suites = byFile(errors).map(
      ([file, own]) =>
        `  <testsuite name="${xml(file)}" tests="${own.length}" failures="${own.length}">\n${own.map(testCase).join("\n")}\n  </testsuite>`,
    );
    if (suites.length === 0)
      suites.push(
        `  <testsuite name="lockstep check" tests="1" failures="0">\n    <testcase classname="lockstep" name="${counted(files, "migration")}"/>\n  </testsuite>`,
      );
    // A passed case, for servers that show nothing else.
    if (notes.length > 0)
      suites.push(
        `  <testsuite name="notes" tests="1" failures="0">\n    <testcase classname="lockstep" name="notes">\n      <system-out>${xml(notes.join("\n"))}</system-out>\n    </testcase>\n  </testsuite>`,
      );
    const tests = Math.max(1, errors.length) + (notes.length > 0 ? 1 : 0);
    return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="lockstep check" tests="${tests}" failures="${errors.length}">\n${suites.join("\n")}\n</testsuites>`;
  },
});

function testCase(finding: CheckFinding): string {
  const { file, line, rule } = finding;
  const text = [`${file}:${line}`, finding.sql, ...saferLines(finding)].join("\n");
  return `    <testcase classname="${xml(file)}" name="${xml(`${rule} line ${line}`)}" file="${xml(file)}" line="${line}">\n      <failure message="${xml(consequence(finding))}" type="${xml(rule)}">${xml(text)}</failure>\n    </testcase>`;
}

/** Replaces characters that XML cannot contain. */
function xml(text: string): string {
  return withoutControls(text)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "�")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;")
    .replaceAll("\n", "&#10;")
    .replaceAll("##", "#&#35;");
}
