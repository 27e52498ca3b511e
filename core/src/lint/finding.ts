import { hash } from "node:crypto";
import type { Severity } from "../config/check-severities.js";
import type { Safer } from "../dialect/checking.js";
import type { Verdict } from "../model/index.js";
import type { OtherRule } from "../rules/rule.js";
import type { KeptLock } from "./kept-locks.js";
import type { TransactionOverride } from "./migration-set.js";
import type { WaiverProblem } from "./waivers.js";

/** The severity in reports. `advice`: a choice that may cause trouble later; it never fails the check. */
export type Told = Exclude<Severity, "off"> | "advice";

/** A finding of `check`, as data: `review/check/` writes the sentences. */
export interface CheckFinding {
  /** The id of its rule. */
  readonly rule: string;
  readonly severity: Told;
  /** Relative to the root of the repository. */
  readonly file: string;
  /** 1-based, both inclusive; columns in UTF-16 units, `endColumn` exclusive. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The first line of the statement that contains the clause. */
  readonly statementLine: number;
  /** The statement, or its clause. */
  readonly sql: string;
  /** Its effects on a live database, limited to this rule; absent if the finding is about no statement. */
  readonly verdict?: Verdict;
  /** The subject, if it is not a statement. */
  readonly about?: About;
  readonly safer: Safer;
  /** Code in the repository that contains the name of the dropped object: one location per file. */
  readonly namedIn?: readonly NamedIn[];
  /** The replacement for a part of the file, if that is all there is to do. */
  readonly fix?: Fix;
  /** `npx lockstep rewrite` makes a plan from it. */
  readonly isRewritten: boolean;
  /** Lockstep must be set up before that. Absent: it is. */
  readonly needsInit?: true;
  /** Locks that its transaction holds while this statement runs. */
  readonly keptLocks?: readonly KeptLock[];
  /** Other statements of the file with the same finding. */
  readonly also?: readonly AlsoAt[];
  /** Identifies it within its file, also if lines are added or removed above it. In a report: within the repository. */
  readonly fingerprint: string;
}

/** Another location of a finding. */
export type AlsoAt = Pick<CheckFinding, "line" | "column" | "endLine" | "endColumn" | "sql" | "fingerprint">;

export interface NamedIn {
  readonly file: string;
  readonly line: number;
}

/** UTF-16 offsets in the file; `end` is exclusive. */
export interface Fix {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export type About =
  /** Code whose SQL cannot be determined. */
  | { readonly kind: "unread"; readonly what: string; readonly isWholeFile?: true }
  /** Slow work in a transaction that holds locks. */
  | { readonly kind: "keeps-locks"; readonly locks: readonly KeptLock[] }
  /** A transaction setting that the ORM rejects. */
  | ({ readonly kind: "override" } & Pick<TransactionOverride, "name" | "transaction">)
  /** A Lockstep plan, with the text of `doctor`. */
  | { readonly kind: "plan"; readonly what: string; readonly why: string }
  /** A choice that may cause trouble later. */
  | { readonly kind: "advice"; readonly regret: string }
  /** An invalid waiver comment. */
  | { readonly kind: "waiver"; readonly problem: WaiverProblem; readonly rules: readonly string[] }
  /** A migration that exists in the base: databases may have run it. */
  | { readonly kind: "edited" | "deleted"; readonly base: string };

/**
 * A finding about a file as a whole, at its first line.
 *
 * @param key identifies it among the file's findings of its rule, with the number of equal ones before it
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

/** Identifies a finding by its content, not its position. @param nth how many equal ones come before it in the file */
export function fingerprint(rule: string, sql: string, nth: number): string {
  const text = JSON.stringify([rule, sql.replace(/\s+/g, " ").trim(), nth]);
  return hash("sha256", text).slice(0, 20);
}

/** Identifies a finding within its repository. @param top path of the file, relative to the root of the repository */
export function fingerprintIn(top: string, { fingerprint }: Pick<CheckFinding, "fingerprint">): string {
  return hash("sha256", JSON.stringify([top, fingerprint])).slice(0, 20);
}
