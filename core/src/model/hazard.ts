import type { TableName } from "./names.js";
import type { Verdict } from "./verdict.js";

/** One operation that is unsafe here, and why. */
export interface Hazard {
  /** The rule's id: file name, docs page and config key. */
  readonly rule: string;
  /** 1-based line in the original migration. */
  readonly line: number;
  /** The clause or statement, sliced from the source. */
  readonly sql: string;
  /** What would happen to running code or to the data. */
  readonly consequence: string;
}

/** An operation that runs as it stands in the migration, in no phases: a person should look at it. */
export interface Notice {
  readonly line: number;
  /** As a statement: of a clause of ALTER TABLE with the table. */
  readonly sql: string;
  /** Absent: it is told for its remarks alone. */
  readonly verdict?: Verdict;
  readonly remarks?: readonly Remark[];
}

/** What is known of a statement beside its verdict: from the development database, the project's history, an annotation. */
export type Remark =
  /** `@lockstep.skip(<why>)` */
  | { readonly kind: "skipped"; readonly why: string }
  /** Of a change of type: an index with an expression or a predicate is built again. */
  | { readonly kind: "builds-index-again"; readonly table: TableName; readonly index: string }
  | { readonly kind: "checks-again"; readonly table: TableName; readonly check: string }
  | { readonly kind: "forgets-statistics"; readonly table: TableName; readonly column: string }
  /** What it drops was made by no migration, or is in no entity of the last commit. */
  | { readonly kind: "not-migrated" }
  | { readonly kind: "not-committed"; readonly column: string }
  /** The entity is declared as in the last commit. */
  | { readonly kind: "not-edited"; readonly name: string }
  /** Of a drop: a column of the same type is added. `keeps`: how a field is written that keeps the column. */
  | { readonly kind: "may-be-renamed"; readonly newName: string; readonly keeps: string }
  /** Of a rename. */
  | { readonly kind: "renames"; readonly keeps: string };
