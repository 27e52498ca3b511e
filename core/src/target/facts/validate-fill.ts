import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import type { FillProblem, ValidateFillInput } from "../../dialect/validation.js";
import { drawsFromSequence } from "../../sql/fill-kinds.js";

/** The default for each test statement. */
export const defaultTimeoutMs = 30_000;

/**
 * Tests a fill on rows without a value, without changing anything: whether it has the column's type, and whether it yields NULL.
 *
 * @example
 * const problems = await validateFill(dev, { table, column: { name: "handle", type: "text" }, fill, columnExists: false });
 * @returns the problems as data; empty if there are none
 * @throws LS7002 if the role cannot read the table, or row-level security hides rows from it
 */
export async function validateFill(connection: Connection, input: ValidateFillInput): Promise<readonly FillProblem[]> {
  const { table, column, fill, timeoutMs = defaultTimeoutMs } = input;
  // Taking a number changes the sequence, which may not exist yet. A number always fits.
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
