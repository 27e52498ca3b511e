import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import type { FillProblem, ValidateUniqueInput } from "../../dialect/validation.js";
import { drawsFromSequence } from "../../sql/fill-kinds.js";
import { defaultTimeoutMs } from "./validate-fill.js";

/**
 * Looks for rows that a unique index would refuse once every row has its value, also against values that writers have chosen
 * already. Rows with NULL in one of its columns do not collide. Nothing is changed.
 *
 * @example
 * const problems = await validateUnique(dev, { table, key: ["userId", "channel"], columns: plan.columns });
 * @returns what is wrong, as data; empty when all is well
 * @throws LS7002 when the role may not read the table, or row-level security hides rows from it
 */
export async function validateUnique(
  connection: Connection,
  input: ValidateUniqueInput,
): Promise<readonly FillProblem[]> {
  const { table, key, timeoutMs = defaultTimeoutMs } = input;
  // Numbers of a sequence never come twice.
  if (input.columns.some(({ name, fill }) => key.includes(name) && fill && drawsFromSequence(fill))) return [];
  try {
    return await connection.dialect.live.validation.unique(connection, { ...input, timeoutMs });
  } catch (error) {
    throw refused(error, `Looking for duplicates in "${table.name}" on ${connection.label}`);
  }
}
