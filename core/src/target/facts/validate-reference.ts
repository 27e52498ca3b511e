import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import type { FillProblem, ValidateReferenceInput } from "../../dialect/validation.js";
import { defaultTimeoutMs } from "./validate-fill.js";

/**
 * Looks for rows whose value would lead nowhere: the foreign key would refuse them. Rows with NULL in one of its columns lead nowhere
 * by right. One value for all rows is looked for even where there is no row yet, as soon as the referenced table has any.
 *
 * @example
 * const problems = await validateReference(dev, { table, foreignKey, columns: plan.columns });
 * @returns what is wrong, as data; empty when all is well
 * @throws LS7002 when the role may not read one of the tables, or row-level security hides rows from it
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
