import { LockstepError } from "../../base/errors.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import { textWithoutValues } from "../../dialect/db/without-values.js";
import type { MadeTable, RowsRequest } from "../../dialect/rehearsing.js";
import { statsOf } from "../../dialect/stats/stats-file.js";
import type { NumberSql } from "./number-sql.js";
import { mostRows, type PlannedRows } from "./row-values.js";
import type { TableShape } from "./shapes.js";

/** The requested tables, and all tables that their foreign keys refer to. */
export function plannedRows(
  shapes: readonly TableShape[],
  { wanted, stats, scale, values, defaultRows }: RowsRequest,
  sql: NumberSql,
): readonly PlannedRows[] {
  const byOid = new Map(shapes.map((shape) => [shape.oid, shape]));
  const chosen = new Set<TableShape>();
  const choose = (shape: TableShape | undefined) => {
    if (shape === undefined || chosen.has(shape)) return;
    chosen.add(shape);
    for (const { to } of shape.foreignKeys) choose(byOid.get(to));
  };
  for (const { schema, name } of wanted)
    choose(shapes.find((shape) => shape.name === name && (schema === undefined || shape.schema === schema)));
  const tables = new Map<string, PlannedRows>();
  for (const shape of chosen) {
    const own = stats && statsOf(stats, shape);
    const productionRows = own?.rows ?? defaultRows;
    const given = Object.entries(values).flatMap(([key, sql]): [string, string][] =>
      key.startsWith(`${shape.name}.`) ? [[key.slice(shape.name.length + 1), sql]] : [],
    );
    tables.set(shape.oid, {
      shape,
      // A small table is small everywhere: a list of countries does not shrink.
      rows: Math.round(productionRows <= 1000 ? productionRows : Math.max(1000, productionRows * scale)),
      stats: own,
      productionRows,
      given: Object.fromEntries(given),
    });
  }
  // A unique foreign key to few rows limits its table. Repeats until nothing changes.
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (const [oid, table] of tables) {
      const rows = mostRows(table, tables, sql);
      if (rows >= table.rows) continue;
      tables.set(oid, { ...table, rows });
      isSettled = false;
    }
  }
  return [...tables.values()];
}

export function madeTable({ shape: { schema, name }, rows, stats }: PlannedRows): MadeTable {
  return {
    table: { schema, name },
    rows,
    ...(stats === undefined ? {} : { productionRows: stats.rows, productionBytes: stats.bytes + stats.indexBytes }),
  };
}

/** Numbers go up to the number of rows, or to the highest number in production. */
export function firstFree({ rows, stats }: PlannedRows): string {
  const highest = Object.values(stats?.columns ?? {}).map(({ range }) => BigInt(range?.[1] ?? 0));
  return String([BigInt(rows), ...highest].reduce((most, each) => (each > most ? each : most)));
}

/** @throws LS6502 the server rejects the rows of a table; names the columns of a check */
export async function refusable(
  table: string,
  run: () => Promise<unknown>,
  checks: TableShape["checks"] = [],
): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    const { constraint } = error as typeof error & { readonly constraint?: string };
    const columns = checks.find(({ name }) => name === constraint)?.columns ?? ["<column>"];
    const values = columns.map((column) => `${JSON.stringify(`${table}.${column}`)}: "<sql over n>"`).join(", ");
    throw new LockstepError(
      "LS6502",
      `The database rejected the generated rows of "${table}": ${textWithoutValues(error)}`,
      {
        hint: `Define the values in lockstep.config.ts from the row number n: rehearse: { values: { ${values} } }.\nnpx lockstep rehearse --from dump.sql   # or use a dump with rows`,
        cause: error,
      },
    );
  }
}
