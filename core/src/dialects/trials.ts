import type { Connection } from "../db/connection.js";
import type { CheckFillInput, FillProblem } from "../facts/check-fill.js";
import type { CheckReferenceInput } from "../facts/check-reference.js";
import type { CheckUniqueInput } from "../facts/check-unique.js";

/** With a limit for each of its statements. */
export type Timed<T> = T & { readonly timeoutMs: number };

/** Tries fills on the rows of a database, in the words of a dialect. Nothing is changed; errors that are not the fill's are the server's. */
export interface Trials {
  fill(connection: Connection, input: Timed<CheckFillInput>): Promise<readonly FillProblem[]>;
  unique(connection: Connection, input: Timed<CheckUniqueInput>): Promise<readonly FillProblem[]>;
  reference(connection: Connection, input: Timed<CheckReferenceInput>): Promise<readonly FillProblem[]>;
}
