import type { DeployedPhase, Unit, UnitKind, UnitSpec } from "../model/plan.js";
import type { Verdict } from "../model/verdict.js";

/** How a dialect describes and renders the units of a plan. Nothing here connects to a database. */
export interface Units {
  /**
   * A unit for people, one line each: what it does, its DDL, its verdict, how to revert it.
   *
   * @param verdict of the user's own statements; those of a plan's units are known
   * @throws LockstepError LS1003 when a name does not fit
   */
  describe(spec: UnitSpec, verdict?: Verdict): UnitText;
  /** The lock that blocks others, and its duration: `ACCESS EXCLUSIVE, instant`. A unit may take another one after it. */
  lockWords(unit: Pick<Unit, "spec" | "verdict">): string;
  /** What these terms mean to the application: a paragraph for reviewers. */
  readonly lockMeaning: string;
  /** Whether there is something to run: what one dialect does in three units, another may do in one. */
  isNeeded(spec: UnitSpec): boolean;
  /** It needs a file of its own. */
  isAlone(spec: UnitSpec): boolean;
  /** Whether the user's own statements can run in a lock frame, and then in a file that can run twice. */
  readonly framesOriginals: boolean;
  /**
   * One migration file: a header for the reviewer and statements, each with a semicolon. The same units and context give the same bytes.
   * The user's own statements stay unchanged, unless they are framed.
   *
   * @param units those that share the file, in their order
   * @param context absent: the units are of no plan
   * @throws LockstepError LS1003 when a name does not fit
   */
  renderFile(units: readonly [Unit, ...Unit[]], context?: FileContext): string;
  /** The statements of a text, one by one as a driver sends them. */
  split(text: string): readonly string[];
  /**
   * The statements of a rendered file, as `split` gives them, if each ends the current transaction. Undefined: the file is one statement,
   * to be run outside a transaction.
   */
  autocommitted(text: string): readonly string[] | undefined;
  /** Drops a foreign key that may not exist: statements, in order. */
  withoutForeignKey(spec: SpecOf<"add-foreign-key">): readonly string[];
  /**
   * The statements that revert a file, for ORMs that support it: in order, and able to run twice.
   *
   * @param plan the plan's id, for the hints
   */
  downOf(units: readonly [Unit, ...Unit[]], plan: string): readonly string[];
}

/** The content of a file's header besides its units. */
export interface FileContext {
  /** The plan's id. */
  readonly plan: string;
  readonly fingerprint: string;
  readonly phase: DeployedPhase | "undo";
  /** "file 1/3" */
  readonly position: string;
  /** Ids of the rules that required the rewrite. */
  readonly rules: readonly string[];
}

/** A unit for people: for its header, the terminal and the plan. Each in one line. */
export interface UnitText {
  readonly title: string;
  /** Statements joined by `; `, without the frame and its assertions. */
  readonly ddl: string;
  readonly verdict: Verdict;
  readonly undo: string;
}

export type SpecOf<K extends UnitKind> = Extract<UnitSpec, { kind: K }>;
export type ColumnsSpec = SpecOf<
  "expand" | "prove" | "enforce" | "undo-expand" | "undo-contract" | "drop-not-null" | "drop-column"
>;
