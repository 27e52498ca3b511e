import { hash } from "node:crypto";
import type { Severity } from "../config/check-severities.js";
import type { Safer } from "../dialect/checking.js";
import type { Verdict } from "../model/index.js";
import type { OtherRule } from "../rules/rule.js";
import type { KeptLock } from "./kept-locks.js";
import type { WaiverProblem } from "./waivers.js";

/** How a finding is told. `advice`: a choice that somebody may regret; it never fails. */
export type Told = Exclude<Severity, "off"> | "advice";

/** Something that `check` found. Data: the sentences are made in `review/check/`. */
export interface CheckFinding {
  /** The id of its rule. */
  readonly rule: string;
  readonly severity: Told;
  /** From the top of the repository. */
  readonly file: string;
  /** 1-based, both included; columns in UTF-16 units, `endColumn` behind the last. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** Where the statement begins that it is a clause of. */
  readonly statementLine: number;
  /** The statement, or the clause of it. */
  readonly sql: string;
  /** What it does to a database in use, as far as this rule speaks of it; absent where it is about no statement. */
  readonly verdict?: Verdict;
  /** What it is about where it is about no statement. */
  readonly about?: About;
  readonly safer: Safer;
  /** Code of the repository that names what goes, by its name alone: one place a file. */
  readonly namedIn?: readonly NamedIn[];
  /** What takes the place of a part of the file, where that is all there is to do. */
  readonly fix?: Fix;
  /** `npx lockstep rewrite` makes a plan of it. */
  readonly isRewritten: boolean;
  /** Locks that its transaction keeps for as long as this statement works. */
  readonly keptLocks?: readonly KeptLock[];
  /** Where the same is true of other statements of the file. */
  readonly also?: readonly AlsoAt[];
  /** Tells it from the others of its file, also where lines come or go above it. In a report: from all others of the repository. */
  readonly fingerprint: string;
}

/** Another place of a finding. */
export type AlsoAt = Pick<CheckFinding, "line" | "column" | "endLine" | "endColumn" | "sql" | "fingerprint">;

export interface NamedIn {
  readonly file: string;
  readonly line: number;
}

/** UTF-16 offsets in the file; `end` is behind the last. */
export interface Fix {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export type About =
  /** Code that does not say what it runs. */
  | { readonly kind: "unread"; readonly what: string; readonly isWholeFile?: true }
  /** Slow work in a transaction that keeps locks. */
  | { readonly kind: "keeps-locks"; readonly locks: readonly KeptLock[] }
  /** A plan of Lockstep, in the words of `doctor`. */
  | { readonly kind: "plan"; readonly what: string; readonly why: string }
  /** A choice that somebody may regret. */
  | { readonly kind: "advice"; readonly regret: string }
  /** A comment that waives something, and does not hold. */
  | { readonly kind: "waiver"; readonly problem: WaiverProblem; readonly rules: readonly string[] }
  /** A migration that is in the base: databases may have run it. */
  | { readonly kind: "edited" | "deleted"; readonly base: string };

/**
 * A finding about a file, and no statement of it: at its beginning.
 *
 * @param key what tells it from others of its rule in the file, and how many alike stand before it
 */
export function aboutFile(
  { id, severity, safer }: OtherRule,
  file: string,
  about: About,
  [key, nth]: readonly [key: string, nth: number] = ["", 0],
): CheckFinding {
  return {
    rule: id,
    severity,
    file,
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 1,
    statementLine: 1,
    sql: "",
    about,
    safer: safer(),
    isRewritten: false,
    fingerprint: fingerprint(id, key, nth),
  };
}

/** Names a finding by what it says and not by where it stands. @param nth how many alike stand before it in the file */
export function fingerprint(rule: string, sql: string, nth: number): string {
  const text = JSON.stringify([rule, sql.replace(/\s+/g, " ").trim(), nth]);
  return hash("sha256", text).slice(0, 20);
}

/** Names a finding among all of its repository. @param top of the file, from the top of the repository */
export function fingerprintIn(top: string, { fingerprint }: Pick<CheckFinding, "fingerprint">): string {
  return hash("sha256", JSON.stringify([top, fingerprint])).slice(0, 20);
}
