import { LockstepError } from "../errors.js";
import {
  type Fill,
  isSameTable,
  type KeyColumn,
  type PlannedColumn,
  type TableName,
  tableLabel,
} from "../model/index.js";
import type { Finding } from "../rules/judge.js";
import type { RuleContext } from "../rules/rule.js";
import { writeValue } from "../rules/steps.js";
import { isConstant, readFill } from "../sql/fill.js";
import { computedFill } from "./computed-fill.js";
import type { ColumnSource, PlanSources, TableShape } from "./sources.js";

/**
 * The columns that a plan is made for: declaration, model field, fill, key.
 *
 * @throws LS2020 a unique index that leaves out what a table is partitioned by · LS2021 rows of a child that cannot be filled
 * @throws LS2001 without a value for existing rows · LS2002 one value for a unique column · LS2009 no key ·
 *   LS2050, LS2051, LS2003 the function of lockstep.config.ts · LS4002 no field
 */
export async function planColumns(
  findings: readonly Finding[],
  context: RuleContext,
  sources: PlanSources,
): Promise<PlannedColumn[]> {
  const planned: PlannedColumn[] = [];
  for (const finding of findings) {
    for (const { table, column } of finding.rule.columns(finding.operation, context)) {
      if (planned.some((other) => other.name === column && isSameTable(other.table, table))) continue;
      planned.push(await planColumn(table, column, context, sources));
    }
  }
  return planned;
}

/** The columns of each unique index that the change makes with this column: alone, or together with others. */
function uniqueKeysWith(table: TableName, column: string, { operations }: RuleContext): (readonly string[])[] {
  return operations.flatMap((operation) =>
    operation.kind === "createIndex" &&
    operation.isUnique &&
    isSameTable(operation.table, table) &&
    operation.columns?.includes(column)
      ? [operation.columns]
      : [],
  );
}

async function planColumn(
  table: TableName,
  name: string,
  context: RuleContext,
  sources: PlanSources,
): Promise<PlannedColumn> {
  const declaration = context.addedColumn(table, name);
  const source = sources.column(table, name);
  const label = `"${tableLabel(table)}"."${name}"`;
  if (declaration === undefined || source === undefined)
    throw new LockstepError("LS4002", `No model field is mapped to ${label}, although the migration adds that column.`);
  const isRelaxed = declaration.notNull && declaration.defaultSql === undefined;
  const uniqueKeys = uniqueKeysWith(table, name, context);
  const isUnique = uniqueKeys.some((key) => key.length === 1);
  if (isUnique && declaration.defaultSql !== undefined && declaration.isDefaultStored)
    throw new LockstepError(
      "LS2002",
      `${label} is unique, and every row gets the same default: ${declaration.defaultSql}.`,
      {
        hint: `Remove the default of ${source.model}.${source.field} (${source.file}:${source.line}) or its @unique.`,
      },
    );
  const shape = await sources.table(table);
  refuseUniqueAcrossPartitions(table, uniqueKeys, shape);
  // No index joins a foreign partition; of tables that inherit only the rows matter, and so only to a backfill.
  if (isRelaxed || shape.descendants === "partitions") refuseObstacles(table, shape);
  const common = {
    table,
    name,
    type: declaration.type,
    notNull: declaration.notNull,
    ...(declaration.defaultSql === undefined ? {} : { defaultSql: declaration.defaultSql }),
    uniqueKeys,
    model: source.model,
    field: source.field,
    exposure: source.exposure,
    isRelaxed,
    ...(shape.descendants === undefined ? {} : { descendants: shape.descendants }),
  };
  if (!isRelaxed) return { ...common, write: { kind: "none" } };
  const key = keyOf(table, shape);
  const refuseConstant = (fill: Fill | undefined) => {
    if (!isUnique || fill === undefined || !fill.isBuiltinOnly || !isConstant(fill)) return;
    const message = `${label} is unique, and ${fill.source} gives every row the same value: ${fill.sql}.`;
    throw new LockstepError("LS2002", message);
  };
  const { hasDefault, compute: configured } = source;
  if (configured !== undefined) {
    const compute = await computedFill(table, name, { ...source, compute: configured }, shape);
    refuseConstant(compute.fallback);
    const write = writeValue({ fillSql: undefined, hasDefault, write: source.write, isComputed: true });
    return { ...common, compute, write, key };
  }
  const fill = await fillOf(table, name, declaration.typeSql, source, shape);
  refuseConstant(fill);
  const write = writeValue({ fillSql: fill.sql, hasDefault, write: source.write });
  return { ...common, fill, write, key };
}

async function fillOf(table: TableName, column: string, typeSql: string, source: ColumnSource, shape: TableShape) {
  const place = `${source.file}:${source.line}`;
  if (source.fill === undefined)
    throw new LockstepError(
      "LS2001",
      `${source.model}.${source.field} is required, and nothing says which value the rows that exist get.`,
      {
        hint: `Write above the field, in ${place}:\n         /// @lockstep.backfill(<SQL expression of type ${typeSql.toLowerCase()} over the columns of "${table.name}">)\n         or, where SQL cannot compute it, a function under fills.${source.model}.${source.field} in lockstep.config.ts`,
        details: { file: source.file, line: source.line, model: source.model, field: source.field },
      },
    );
  return readFill(source.fill.sql, {
    kind: source.fill.kind,
    source: place,
    table,
    columns: shape.columns,
    generatedColumns: shape.generatedColumns,
    newColumn: column,
  });
}

/** PostgreSQL's own error would come with the migration, on the shadow database. */
function refuseUniqueAcrossPartitions(
  table: TableName,
  uniqueKeys: readonly (readonly string[])[],
  { partitionColumns = [] }: TableShape,
): void {
  for (const key of uniqueKeys) {
    const missing = partitionColumns.filter((column) => column === null || !key.includes(column));
    if (missing.length === 0) continue;
    const shown = missing.map((column) => (column === null ? "an expression" : `"${column}"`)).join(", ");
    throw new LockstepError(
      "LS2020",
      `The unique index over ${key.map((column) => `"${column}"`).join(", ")} leaves out what "${tableLabel(table)}" is partitioned by: ${shown}.`,
      { details: { key, missing } },
    );
  }
}

function refuseObstacles(table: TableName, { obstacles = [] }: TableShape): void {
  if (obstacles.length === 0) return;
  throw new LockstepError("LS2021", `Rows below "${tableLabel(table)}" cannot be filled: ${obstacles.join(" ")}`);
}

function keyOf(table: TableName, { key }: TableShape): readonly KeyColumn[] {
  if (key.length > 0) return key;
  throw new LockstepError(
    "LS2009",
    `"${tableLabel(table)}" has no primary key, and no unique index over columns that are NOT NULL.`,
  );
}
