import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import type { FillProblem, ValidateReferenceInput } from "../../dialect/validation.js";
import { defaultTimeoutMs } from "./validate-fill.js";

/**
 * Finds rows whose value would reference nothing, so the foreign key would reject them. Rows with NULL in a key column are valid. A value
 * that is the same for all rows is checked even if there are no rows yet, once the referenced table has rows.
 *
 * @example
 * const problems = await validateReference(dev, { table, foreignKey, columns: plan.columns });
 * @returns the problems as data; empty if there are none
 * @throws LS7002 if the role cannot read one of the tables, or row-level security hides rows from it
 */
export async function validateReference(
  connection: Connection,
  input: ValidateReferenceInput,
): Promise<readonly FillProblem[]> {
  const { table, timeoutMs = defaultTimeoutMs } = input;
  try {
    return await connection.dialect.live.validation.reference(connection, { ...input, timeoutMs });
  } catch (error) {
    throw refused(error, `Looking for the rows that "${table.name}" leads to on ${connection.label}`);
  }
}
