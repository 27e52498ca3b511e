import picomatch from "picomatch";
import { type CheckFinding, fingerprint } from "./finding.js";

/** A hazard that somebody has looked at and lets pass. */
export interface Waiver {
  /** Ids of rules. */
  readonly rules: readonly string[];
  readonly reason: string;
  /** The last day that it holds: `2027-01-31`. Default: it has no end. */
  readonly until?: string | undefined;
  /** A comment in a migration: the line of it, and the one that it is about; undefined: the whole file. */
  readonly at?: { readonly file: string; readonly line: number; readonly of: number | undefined };
  /** Of the configuration: the files that it is about. Default: all */
  readonly files?: string | undefined;
}

/** `-- lockstep-ignore add-index, drop-index until 2027-01-31: reason`, in a comment of SQL or TypeScript. */
const comment =
  /(--|\/\/|\/?\*)[ \t]*lockstep-ignore(-file)?\b[ \t]*([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)?(?:[ \t]+until[ \t]+([^\s:]+))?[ \t]*(?::[ \t]*(.*?))?[ \t]*(?:\*\/.*)?$/;
const isOnlyComment = /^\s*(?:--|\/\/|\/?\*|$)/;

/** The waivers that stand in the comments of a migration. Without a reason they are none: see `withoutReason`. */
export function waiversIn(text: string, file: string): Waiver[] {
  if (!text.includes("lockstep-ignore")) return [];
  const lines = text.split(/\r?\n/);
  return lines.flatMap((content, at): Waiver[] => {
    const found = comment.exec(content) ?? /(--|\/\/|\*)[ \t]*lockstep-ignore(-file)?\b/.exec(content);
    if (found === null) return [];
    const [, , whole, rules = "", until, reason = ""] = found;
    const isBehind =
      !isOnlyComment.test(content.replace(/\/\*.*?\*\//g, "")) || /^\s*\/\*.*?\*\/\s*[^\s/-]/.test(content);
    const next = lines.findIndex((other, index) => index > at && !isOnlyComment.test(other));
    const of = whole === undefined ? (isBehind ? at : next) + 1 : undefined;
    return [
      { rules: rules.split(/\s*,\s*/).filter(Boolean), reason: reason.trim(), until, at: { file, line: at + 1, of } },
    ];
  });
}

/** What is left after the waivers, and what is to say of the waivers themselves. */
export interface Waived {
  readonly findings: readonly CheckFinding[];
  readonly waived: readonly (CheckFinding & { readonly reason: string })[];
}

/**
 * Takes out what is waived. Waivers of the files that were checked, and without a reason, expired or with nothing to waive, are findings.
 *
 * @param files those that were checked: of others nobody knows whether their waivers are used
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
  const told = waivers.flatMap((waiver): CheckFinding[] => {
    const { at } = waiver;
    // Those of the configuration are about other migrations, too.
    const problem = problemOf(waiver, known, today) ?? (at === undefined || used.has(waiver) ? undefined : "unused");
    if (problem === undefined || at === undefined) return [];
    const place = { line: at.line, endLine: at.line, column: 1, endColumn: 1, statementLine: at.line };
    return [
      {
        rule: "waiver",
        severity: "warning",
        file: at.file,
        ...place,
        sql: "",
        about: { kind: "waiver", problem, rules: waiver.rules },
        safer: { words: advice[problem] },
        isRewritten: false,
        fingerprint: fingerprint("waiver", at.file, `${problem} ${waiver.rules.join()}`, 0),
      },
    ];
  });
  return { findings: [...left, ...told], waived };
}

export type WaiverProblem = "unused" | "expired" | "no-reason" | "unknown-rule" | "no-date";

const advice: Readonly<Record<WaiverProblem, string>> = {
  unused: "take it out",
  expired: "look at the place again: change it, or give the waiver a later day",
  "no-reason": "say why: -- lockstep-ignore <rule>: <reason>",
  "unknown-rule": "name a rule: npx lockstep explain lists them",
  "no-date": "write the day as 2027-01-31",
};

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
