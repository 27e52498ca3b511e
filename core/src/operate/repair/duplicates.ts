import { LockstepError } from "../../base/errors.js";
import type { Connection } from "../../dialect/connection.js";
import type { IndexSpec } from "../../dialect/leftovers.js";
import { tableLabel } from "../../model/index.js";
import { readTable } from "../../target/facts/table.js";
import { validateUnique } from "../../target/facts/validate-unique.js";

/** The error of a unique index that rows stand against: with the values, and the rows that have them. */
export async function duplicatesError(connection: Connection, spec: IndexSpec, next: string): Promise<LockstepError> {
  const table = await readTable(connection, spec.table);
  // The values as they stand in the table: what a fill would give plays no part any more.
  const problems =
    table === undefined ? [] : await validateUnique(connection, { table, key: spec.index.columns, columns: [] });
  const samples = problems.flatMap((problem) => (problem.kind === "duplicates" ? problem.samples : []));
  const found = samples.map(({ value, rows }) => `'${value}' for ${rows.join(" and ")}`).join("; ");
  const columns = spec.index.columns.map((column) => `"${column}"`).join(", ");
  return new LockstepError(
    "LS6001",
    `The unique index "${spec.index.name}" on "${tableLabel(spec.table)}" cannot be built, because rows have the same ${columns}: ${found || `see the message of ${connection.dialect.label}`}.`,
    { hint: `Correct these rows.\n${next}`, details: { problems } },
  );
}
