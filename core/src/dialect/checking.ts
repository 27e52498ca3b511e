import type { Migration, Operation } from "../model/operation.js";
import type { BodyReader } from "./body.js";
import type { Judging } from "./judging.js";

/** The safer alternative. */
export interface Safer {
  readonly words: string;
  /** Statements, in their order. */
  readonly sql?: readonly string[];
  /** Further steps, a line each. */
  readonly steps?: readonly string[];
}

/** How migrations of a database system are checked from their files alone. */
export interface Checking {
  readonly judging: Judging;
  /** Never fails: SQL that cannot be parsed is an `unknown` operation. */
  read(sql: string, file: string): Migration;
  /** Splits the texts of triggers and functions. */
  readonly bodies: BodyReader;
  /** The safer alternative, if it differs from the rule's. */
  saferWay(rule: string, operation: Operation): Safer | undefined;
  /** `npx lockstep rewrite` turns unsafe statements into a plan. */
  readonly makesPlans: boolean;
}
