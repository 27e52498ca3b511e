import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import type { FillProblem, ValidateFillInput } from "../../dialect/validation.js";
import { drawsFromSequence } from "../../sql/fill-kinds.js";

/** For each of the statements that try something. */
export const defaultTimeoutMs = 30_000;

/**
 * Tries a fill on the rows of a database that lack their value, without changing anything: does it have the column's type,
 * does it yield NULL.
 *
 * @example
 * const problems = await validateFill(dev, { table, column: { name: "handle", type: "text" }, fill, columnExists: false });
 * @returns what is wrong, as data; empty when all is well
 * @throws LS7002 when the role may not read the table, or row-level security hides rows from it
 */
export async function validateFill(connection: Connection, input: ValidateFillInput): Promise<readonly FillProblem[]> {
  const { table, column, fill, timeoutMs = defaultTimeoutMs } = input;
  // To take a number is to change the sequence, which may not even be there yet; a number fits always.
  if (drawsFromSequence(fill)) return [];
  const known = new Set(table.columns.map(({ name }) => name));
  const missing = fill.reads.filter((name) => !known.has(name));
  if (missing.length > 0) return [{ kind: "missing-columns", columns: missing }];
  try {
    return await connection.dialect.live.validation.fill(connection, { ...input, timeoutMs });
  } catch (error) {
    throw refused(error, `Trying the fill of "${table.name}"."${column.name}" on ${connection.label}`);
  }
}
