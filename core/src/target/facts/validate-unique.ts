import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import type { FillProblem, ValidateUniqueInput } from "../../dialect/validation.js";
import { drawsFromSequence } from "../../sql/fill-kinds.js";
import { defaultTimeoutMs } from "./validate-fill.js";

/**
 * Finds rows that a unique index would reject once every row has its value, including values that the application has already written. Rows
 * with NULL in a key column do not collide. Changes nothing.
 *
 * @example
 * const problems = await validateUnique(dev, { table, key: ["userId", "channel"], columns: plan.columns });
 * @returns the problems as data; empty if there are none
 * @throws LS7002 if the role cannot read the table, or row-level security hides rows from it
 */
export async function validateUnique(
  connection: Connection,
  input: ValidateUniqueInput,
): Promise<readonly FillProblem[]> {
  const { table, key, timeoutMs = defaultTimeoutMs } = input;
  // Numbers of a sequence are unique.
  if (input.columns.some(({ name, fill }) => key.includes(name) && fill && drawsFromSequence(fill))) return [];
  try {
    return await connection.dialect.live.validation.unique(connection, { ...input, timeoutMs });
  } catch (error) {
    throw refused(error, `Looking for duplicates in "${table.name}" on ${connection.label}`);
  }
}
