import type { Connection } from "../db/connection.js";
import { refused } from "../db/refused.js";
import type { ForeignKey } from "../model/plan.js";
import { defaultTimeoutMs, type FillProblem } from "./check-fill.js";
import type { UniqueColumn } from "./check-unique.js";
import type { TableFacts } from "./table.js";

export interface CheckReferenceInput {
  readonly table: TableFacts;
  readonly foreignKey: ForeignKey;
  /** The columns that the change adds to the table; whether they are there already makes no difference. */
  readonly columns: readonly UniqueColumn[];
  /** For each of the statements, in milliseconds. Default: 30 000. */
  readonly timeoutMs?: number;
}

/**
 * Looks for rows whose value would lead nowhere: the foreign key would refuse them. Rows with NULL in one of its columns lead nowhere
 * by right. One value for all rows is looked for even where there is no row yet, as soon as the referenced table has any.
 *
 * @example
 * const problems = await checkReference(dev, { table, foreignKey, columns: plan.columns });
 * @returns what is wrong, as data; empty when all is well
 * @throws LS7002 when the role may not read one of the tables, or row-level security hides rows from it
 */
export async function checkReference(
  connection: Connection,
  input: CheckReferenceInput,
): Promise<readonly FillProblem[]> {
  const { table, timeoutMs = defaultTimeoutMs } = input;
  try {
    return await connection.dialect.trials.reference(connection, { ...input, timeoutMs });
  } catch (error) {
    throw refused(error, `Looking for the rows that "${table.name}" leads to on ${connection.label}`);
  }
}
