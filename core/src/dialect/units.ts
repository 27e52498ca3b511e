import type { DeployedPhase, Unit, UnitKind, UnitSpec } from "../model/plan.js";
import type { Verdict } from "../model/verdict.js";

/** How a dialect says and writes the units of a plan. Nothing here connects to anything. */
export interface Units {
  /**
   * A unit in words, one line each: what it does, its DDL, its verdict, what takes it back.
   *
   * @param verdict of the user's own statements; those of a plan's units are known
   * @throws LockstepError LS1003 when a name does not fit
   */
  describe(spec: UnitSpec, verdict?: Verdict): UnitText;
  /** What others wait for, and for how long, in a few words: `ACCESS EXCLUSIVE, instant`. */
  lockWords(verdict: Verdict): string;
  /** What these words mean to the application: a paragraph for reviewers. */
  readonly lockMeaning: string;
  /** Whether there is something to run: what one dialect does in three units, another may do in one. */
  isNeeded(spec: UnitSpec): boolean;
  /** It shares its file with nothing else. */
  isAlone(spec: UnitSpec): boolean;
  /** Whether statements of the user's own can stand in a lock frame, and then in a file that can run twice. */
  readonly framesOriginals: boolean;
  /**
   * One migration file: a header for the reviewer and statements, each with a semicolon. The same units and context give the same
   * bytes. The user's own statements come back as they are, unless they are framed.
   *
   * @param units those that share the file, in their order
   * @param context absent: the units are of no plan
   * @throws LockstepError LS1003 when a name does not fit
   */
  renderFile(units: readonly [Unit, ...Unit[]], context?: FileContext): string;
  /** The statements of a text, one by one as a driver sends them. */
  split(text: string): readonly string[];
  /**
   * The statements of a rendered file, as `split` gives them, where each ends the transaction that it is in. Undefined: the file is one
   * statement, to be run outside of a transaction.
   */
  autocommitted(text: string): readonly string[] | undefined;
  /** Takes a foreign key away that may be gone already: statements, in order. */
  withoutForeignKey(spec: SpecOf<"add-foreign-key">): readonly string[];
  /**
   * What takes a file back, for ORMs whose migrations can: statements in order, fit to run twice.
   *
   * @param plan the plan's id, for the hints
   */
  downOf(units: readonly [Unit, ...Unit[]], plan: string): readonly string[];
}

/** What the header of a file says besides its units. */
export interface FileContext {
  /** The plan's id. */
  readonly plan: string;
  readonly fingerprint: string;
  readonly phase: DeployedPhase | "undo";
  /** "file 1/3" */
  readonly position: string;
  /** Ids of the rules that asked for the rewrite. */
  readonly rules: readonly string[];
}

/** A unit in words: for its header, the terminal and the plan. Each in one line. */
export interface UnitText {
  readonly title: string;
  /** Statements joined by `; `, without the frame and its assertions. */
  readonly ddl: string;
  readonly verdict: Verdict;
  readonly undo: string;
}

export type SpecOf<K extends UnitKind> = Extract<UnitSpec, { kind: K }>;
export type ColumnsSpec = SpecOf<"expand" | "prove" | "enforce" | "undo-expand" | "undo-contract">;
