import { LockstepError } from "../base/errors.js";
import { nearest } from "../base/nearest.js";
import { type ComputedFill, type TableName, tableLabel } from "../model/index.js";
import type { SqlReader } from "../sql/sql-reader.js";
import type { ColumnSource, TableShape } from "./sources.js";

/** The value of `fallback` that makes databases which skip releases reject rows without a value. */
const refuse = "refuse";

/**
 * The function of lockstep.config.ts that fills a column: the columns it reads, and the fallback for databases that cannot wait for a
 * backfill.
 *
 * @param source with `compute`
 * @throws LS2050 it also has an annotation · LS2051 no fallback · LS2003 an unknown column · LS1002, LS2004 the fallback
 */
export async function computedFill(
  table: TableName,
  column: string,
  source: ColumnSource & { readonly compute: NonNullable<ColumnSource["compute"]> },
  shape: TableShape,
  { readFill }: Pick<SqlReader, "readFill">,
): Promise<ComputedFill> {
  const { file, reads, fallback } = source.compute;
  const name = `${source.model}.${source.field}`;
  const place = `${file}: fills.${name}`;
  if (source.fill !== undefined)
    throw new LockstepError(
      "LS2050",
      `${name} has two sources for existing rows: @lockstep.${source.fill.kind}(${source.fill.sql}) in ${source.file}:${source.line}, and a function in ${file}.`,
      {
        hint: `Remove the annotation, or fills.${name}. To keep the expression for databases that skip releases, make it the fallback: ${JSON.stringify(source.fill.sql)}`,
      },
    );
  if (fallback === undefined)
    throw new LockstepError(
      "LS2051",
      `${place} has no fallback, and a migration cannot call a function: preview and self-hosted databases apply all phases at once.`,
      {
        hint: `Write an SQL expression over the columns of "${table.name}", for example fallback: "lower(email)". Or write fallback: "refuse" to stop there while a row has no value.`,
      },
    );
  refuseUnknownColumns(table, column, reads, place, shape);
  if (fallback === refuse) return { name, reads, source: file };
  const fill = await readFill(fallback, {
    kind: "backfill",
    source: `${place}.fallback`,
    table,
    columns: shape.columns,
    generatedColumns: shape.generatedColumns,
    newColumn: column,
  });
  return { name, reads, fallback: fill, source: file };
}

/** The function would read `undefined`, and silently compute a wrong value from it. */
function refuseUnknownColumns(
  table: TableName,
  newColumn: string,
  reads: readonly string[],
  place: string,
  shape: TableShape,
): void {
  const known = shape.columns.filter((name) => name !== newColumn);
  for (const name of reads) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    const why = name === newColumn ? "is the column that it fills" : `is no column of "${tableLabel(table)}"`;
    throw new LockstepError(
      "LS2003",
      `${place}.reads: "${name}" ${why}${meant === undefined ? "" : `; did you mean "${meant}"?`}`,
      {
        hint: `Use the database names, not those in the model. Columns: ${known.map((each) => `"${each}"`).join(", ")}`,
      },
    );
  }
}
