import { LockstepError } from "../../base/errors.js";
import type { Connection } from "../../dialect/connection.js";
import type { IndexSpec } from "../../dialect/leftovers.js";
import { tableLabel } from "../../model/index.js";
import { readTable } from "../../target/facts/table.js";
import { validateUnique } from "../../target/facts/validate-unique.js";

/** The error of a unique index with duplicate rows: lists the values and their rows. */
export async function duplicatesError(connection: Connection, spec: IndexSpec, next: string): Promise<LockstepError> {
  const table = await readTable(connection, spec.table);
  // The values in the table: the fill's values no longer matter.
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
