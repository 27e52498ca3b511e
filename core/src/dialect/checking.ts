import type { Migration, Operation } from "../model/operation.js";
import type { Judging } from "./judging.js";

/** What to write instead. */
export interface Safer {
  readonly words: string;
  /** Statements, in their order. */
  readonly sql?: readonly string[];
}

/** How migrations of a database system are checked, with nothing but their files. */
export interface Checking {
  readonly judging: Judging;
  /** Never fails: what cannot be read is an `unknown` operation. */
  read(sql: string, file: string): Migration;
  /** What to write instead where it is another thing than the rule says. */
  saferWay(rule: string, operation: Operation): Safer | undefined;
  /** `npx lockstep rewrite` makes a plan of what is unsafe. */
  readonly makesPlans: boolean;
}
