import picomatch from "picomatch";
import { reportedRules } from "../rules/index.js";
import waiverRule from "../rules/waiver.js";
import { aboutFile, type CheckFinding } from "./finding.js";

/** A hazard that a person has reviewed and accepted. */
export interface Waiver {
  /** Ids of rules. */
  readonly rules: readonly string[];
  readonly reason: string;
  /** The last day that it applies: `2027-01-31`. Default: no end. */
  readonly until?: string | undefined;
  /** A comment in a migration: its line, and the line that it applies to; undefined: the whole file. */
  readonly at?: { readonly file: string; readonly line: number; readonly of: number | undefined };
  /** In the configuration: the files that it applies to. Default: all */
  readonly files?: string | undefined;
}

/** `-- lockstep-ignore add-index, drop-index until 2027-01-31: reason`, in a comment of SQL or TypeScript. */
const comment =
  /(--|\/\/|\/?\*)[ \t]*lockstep-ignore(-file)?\b[ \t]*([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)?(?:[ \t]+until[ \t]+([^\s:]+))?[ \t]*(?::[ \t]*(.*?))?[ \t]*(?:\*\/.*)?$/;

/** A similar comment with other syntax: it is reported and waives nothing. */
const alike = /(--|\/\/|\*)[ \t]*lockstep-ignore(-file)?\b/;

/** The waivers in the comments of a migration, and malformed ones. */
export function waiversIn(text: string, file: string): Waiver[] {
  if (!text.includes("lockstep-ignore")) return [];
  const lines = text.split(/\r?\n/);
  return lines.flatMap((content, at): Waiver[] => {
    const found = comment.exec(content) ?? alike.exec(content);
    if (found === null) return [];
    const [, , whole, rules = "", until, reason = ""] = found;
    const next = lines.findIndex((other, index) => index > at && !isComment(other));
    const of = whole === undefined ? (isComment(content) ? next : at) + 1 : undefined;
    return [
      { rules: rules.split(/\s*,\s*/).filter(Boolean), reason: reason.trim(), until, at: { file, line: at + 1, of } },
    ];
  });
}

/** Whether the line contains only a comment. */
function isComment(line: string): boolean {
  return /^\s*(?:--|\/\/|\/?\*|$)/.test(line.replace(/\/\*.*?\*\//g, ""));
}

/** The findings that are left, including those about the waivers themselves. */
export interface Waived {
  readonly findings: readonly CheckFinding[];
  readonly waived: readonly (CheckFinding & { readonly reason: string })[];
}

/**
 * Removes waived findings. A waiver comment without a reason or a rule, or one that is expired or unused, becomes a finding.
 *
 * @param waivers of the checked files, and of the configuration
 * @param known the ids of all rules
 * @param today `2026-11-23`
 */
export function waive(
  findings: readonly CheckFinding[],
  waivers: readonly Waiver[],
  known: ReadonlySet<string>,
  today: string,
): Waived {
  const used = new Set<Waiver>();
  const left: CheckFinding[] = [];
  const waived: (CheckFinding & { reason: string })[] = [];
  const holding = waivers.filter((waiver) => problemOf(waiver, known, today) === undefined);
  for (const finding of findings) {
    const found = holding.find((waiver) => covers(waiver, finding));
    if (found === undefined) left.push(finding);
    else {
      used.add(found);
      waived.push({ ...finding, reason: found.reason });
    }
  }
  const told = waivers.flatMap((each): CheckFinding[] => {
    const { at, rules } = each;
    // Waivers in the configuration may apply to other migrations.
    const problem = problemOf(each, known, today) ?? (used.has(each) ? undefined : "unused");
    if (problem === undefined || at === undefined) return [];
    const finding = aboutFile(waiverRule, at.file, { kind: "waiver", problem, rules }, [
      `${problem} ${rules.join()}`,
      0,
    ]);
    return [
      {
        ...finding,
        line: at.line,
        endLine: at.line,
        statementLine: at.line,
        safer: { words: adviceOn(problem, at.file) },
      },
    ];
  });
  return { findings: [...left, ...told], waived };
}

export type WaiverProblem = "unused" | "expired" | "no-reason" | "unknown-rule" | "no-date";

const advice: Readonly<Record<WaiverProblem, string>> = {
  unused: "remove it",
  expired: "review the statement again: change it, or set a later date",
  "no-reason": "add a reason:",
  "unknown-rule": "name an existing rule: npx lockstep explain lists them",
  "no-date": "write the date as 2027-01-31",
};

function adviceOn(problem: WaiverProblem, file: string): string {
  return problem === "no-reason" ? `${advice[problem]} ${waiverComment(file, "<rule>")}` : advice[problem];
}

/** How to accept a finding; undefined: it cannot be waived. */
export function waiverHint({ file, rule }: Pick<CheckFinding, "file" | "rule">): string | undefined {
  const by = waivedBy(rule);
  if (by === "nothing") return undefined;
  return by === "config" ? waiverSetting(rule, file) : `write above its statement: ${waiverComment(file, rule)}`;
}

/** How findings of a rule are waived, for its page. */
export function waiverText(rule: string): string {
  const by = waivedBy(rule);
  if (by === "nothing") return "Findings of this rule cannot be waived";
  const setting = waiverSetting(rule, "<path or pattern>");
  if (by === "config") return `To waive a finding, ${setting}`;
  const [sql, typescript] = ["migration.sql", "migration.ts"].map((file) => waiverComment(file, rule));
  return `To waive a finding, write above its statement: \`${sql}\` in SQL, \`${typescript}\` in TypeScript. For a migration that has run, or for a whole file, ${setting}`;
}

/** `nothing`: its findings cannot be waived. */
export const waivedBy = (rule: string) => reportedRules.find(({ id }) => id === rule)?.waivedBy;

function waiverSetting(rule: string, files: string): string {
  return `add to \`check.waivers\` in \`lockstep.config.ts\`: \`{ rule: "${rule}", files: "${files}", reason: "<reason>" }\``;
}

/** The comment that accepts a finding of a rule, in the language of the migration. */
function waiverComment(file: string, rule: string): string {
  return `${/\.[cm]?[jt]s$/.test(file) ? "//" : "--"} lockstep-ignore ${rule}: <reason>`;
}

function problemOf(
  { rules, reason, until }: Waiver,
  known: ReadonlySet<string>,
  today: string,
): WaiverProblem | undefined {
  if (rules.length === 0 || rules.some((rule) => !known.has(rule))) return "unknown-rule";
  if (reason === "") return "no-reason";
  if (until === undefined) return undefined;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(until) || Number.isNaN(Date.parse(until))) return "no-date";
  return until < today ? "expired" : undefined;
}

function covers({ rules, at, files }: Waiver, finding: CheckFinding): boolean {
  const { rule, file, line, endLine, statementLine } = finding;
  if (!rules.includes(rule)) return false;
  if (at === undefined) return files === undefined || picomatch.isMatch(file, files);
  if (at.file !== file) return false;
  return at.of === undefined || at.of === statementLine || (line <= at.of && at.of <= endLine);
}
