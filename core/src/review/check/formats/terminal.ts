import type { CheckFinding } from "../../../lint/finding.js";
import { byFile, hasErrors } from "../../../lint/report.js";
import { waiverHint } from "../../../lint/waivers.js";
import { columns } from "../../columns.js";
import { counted } from "../../counted.js";
import { defineTextFormat, type FormatContext } from "../format.js";
import {
  adviceWords,
  checkedWords,
  consequence,
  leftOutWords,
  noteWords,
  saferLines,
  totalWords,
} from "../messages.js";

export default defineTextFormat({
  id: "terminal",
  summary: "for people: by file, with the source",

  write(report, context) {
    const { findings, files, base } = report;
    const { colors } = context;
    const scope = base === undefined ? "" : ` new since ${base.name}`;
    const left = leftOutWords(report);
    const also = left === "" ? "" : colors.dim(` (${left})`);
    const advised = adviceWords(report).map((line) => `${colors.blue("ℹ")} ${line}`);
    const notes = [...advised, ...noteWords(report).map((line) => colors.dim(line))];
    if (findings.length === 0) {
      const done =
        files === 0
          ? `No migration${scope}.${base === undefined ? "" : ` ${colors.dim("Check all: npx lockstep check --all")}`}`
          : `${colors.green("✔")} ${checkedWords(report, scope)}: no findings.${also}`;
      return [done, ...notes].join("\n");
    }
    const shown = report.isListed || findings.length <= shownInAll ? findings : [];
    const blocks = byFile(shown).map(([file, own]) =>
      [colors.bold(file), ...own.map((finding) => findingText(finding, report.source(file), context))].join("\n"),
    );
    const mark = hasErrors(report) ? colors.red("✖") : colors.yellow("!");
    return [
      ...(shown.length > 0 ? [blocks.join("\n\n")] : [summary(findings, context)]),
      "",
      `${mark} ${totalWords(report)}, ${counted(files, "migration")}${scope} checked${also}`,
      ...notes,
      ...(base === undefined ? [] : waiverWords(findings).map((line) => colors.dim(line))),
      `${colors.bold("Next")}   ${next(findings)}`,
    ].join("\n");
  },
});

/** Readers skip more than that in a whole history. */
const shownInAll = 40;

/** How often each rule is broken, and its last position. */
function summary(findings: readonly CheckFinding[], { colors }: FormatContext): string {
  const byRule = new Map<string, CheckFinding[]>();
  for (const finding of findings) {
    const own = byRule.get(finding.rule);
    if (own === undefined) byRule.set(finding.rule, [finding]);
    else own.push(finding);
  }
  const rows = [...byRule]
    .sort(([, one], [, other]) => other.length - one.length)
    .map(([rule, own]) => {
      const last = own.at(-1);
      const mark = own.some(({ severity }) => severity === "error") ? colors.red("✖") : colors.yellow("!");
      return [`${mark} ${rule}`, String(own.length), colors.dim(`last in ${last?.file}:${last?.line}`)];
    });
  return [columns(rows), colors.dim("  List all: --format markdown")].join("\n");
}

/** How to accept the first error that `--fix` leaves, or the first warning if there is no error. None if it cannot be waived. */
function waiverWords(findings: readonly CheckFinding[]): string[] {
  const errors = findings.filter(({ severity }) => severity === "error");
  const hints = (errors.length > 0 ? errors : findings).flatMap((each) =>
    each.fix === undefined ? (waiverHint(each) ?? []) : [],
  );
  return hints.slice(0, 1).map((hint) => `To accept a finding, ${hint}`);
}

/** The mechanical ones first: one command fixes them. Otherwise the rule with the most findings. */
function next(findings: readonly CheckFinding[]): string {
  const fixes = findings.filter(({ fix }) => fix !== undefined).length;
  if (fixes > 0)
    return `npx lockstep check --fix   # ${fixes === findings.length ? "writes it" : `writes ${fixes} of them`}`;
  const errors = findings.filter(({ severity }) => severity === "error");
  const counts = new Map<string, number>();
  for (const { rule } of errors.length > 0 ? errors : findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  return `npx lockstep explain ${most?.[0] ?? ""}`;
}

function findingText(finding: CheckFinding, text: string | undefined, { colors }: FormatContext): string {
  const paint = finding.severity === "error" ? colors.red : colors.yellow;
  const mark = finding.severity === "error" ? "✖" : "!";
  const [safer = "", ...more] = saferLines(finding);
  return [
    `  ${paint(mark)} ${colors.bold(finding.rule)} ${colors.dim(`${finding.line}:${finding.column}`)}  ${consequence(finding)}`,
    ...excerpt(finding, text ?? "", colors, paint).map((line) => `    ${line}`),
    `    ${colors.green("Safer")}  ${safer}`,
    ...more.map((line) => `           ${line}`),
  ].join("\n");
}

/** The lines of the finding, the first one underlined; none if it concerns a whole file. */
function excerpt(
  finding: CheckFinding,
  source: string,
  { dim }: FormatContext["colors"],
  paint: (text: string) => string,
) {
  const { line, endLine, column, endColumn } = finding;
  if (finding.about?.kind === "unread" && finding.about.isWholeFile === true) return [];
  const { kind = "plan" } = finding.about ?? {};
  if (finding.sql === "" && !["unread", "override", "waiver"].includes(kind)) return [];
  const shown = source.split(/\r?\n/).slice(line - 1, Math.min(endLine, line + 2));
  const width = String(line + shown.length).length;
  const bar = (label: string, content: string) => `${dim(`${label.padStart(width)} │`)} ${content}`;
  const [first = ""] = shown;
  const from = column - 1;
  const length = Math.max(1, (endLine === line ? endColumn - 1 : first.length) - from);
  const carets = `${first.slice(0, from).replace(/[^\t]/g, " ")}${paint("^".repeat(Math.min(length, Math.max(1, first.length - from))))}`;
  const rest = shown.slice(1).map((each, at) => bar(String(line + at + 1), each));
  return [bar(String(line), first), bar("", carets), ...rest, ...(endLine > line + 2 ? [bar("", "…")] : [])];
}
