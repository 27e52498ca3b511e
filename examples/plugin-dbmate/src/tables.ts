import {
  type ColumnDeclaration,
  type EntityField,
  type EntityModel,
  isSameTable,
  type Operation,
  type SqlReader,
} from "@lockstep/core";
import { listPlans } from "@lockstep/core/planning";
import { migrationNames, migrationPath, readBlocks, readMigrationFile } from "./migration-file.js";
import type { DbmateProject } from "./project.js";

/**
 * The tables as the migrations make them, one after the other: without an ORM they are all there is of models. A table is a model of the
 * same name, a column a field. What Lockstep has written stands in frames that nobody reads: a plan knows what was written in its place.
 *
 * @throws LS1001 a migration that is no SQL
 */
export function readTables(project: DbmateProject, reader: SqlReader): readonly EntityModel[] {
  const plans = new Map(listPlans(project.root).map((plan) => [plan.id, plan]));
  let tables: readonly EntityModel[] = [];
  for (const name of migrationNames(project)) {
    const plan = plans.get(name);
    if (plan?.state.released === "undone") continue;
    const sql = plan?.source.sql ?? readMigrationFile(project, name)?.up ?? "";
    for (const operation of operationsOf(sql, migrationPath(project, name), reader)) tables = after(tables, operation);
    if (plan === undefined || plan.state.released === "contract") continue;
    for (const { table, name } of plan.columns.filter(({ isRelaxed }) => isRelaxed))
      tables = tables.map((each) =>
        isSameTable(each.table, table) ? withField(each, name, { isOptional: true }) : each,
      );
  }
  return tables;
}

/** The columns that one version of a migration adds to a table. It takes whatever was ever committed, and never fails. */
export function columnsAdded(text: string, table: string, reader: SqlReader): readonly string[] {
  try {
    return operationsOf(readBlocks(text)?.up ?? "", "", reader).flatMap((operation) => {
      if (operation.kind === "createTable" && operation.table.name === table)
        return operation.columns.map(({ name }) => name);
      return operation.kind === "addColumn" && operation.table.name === table ? [operation.column.name] : [];
    });
  } catch {
    return [];
  }
}

/** What a text does, and what the blocks (DO) in it do. */
export function operationsOf(sql: string, file: string, reader: SqlReader): readonly Operation[] {
  const inner = (operation: Operation): readonly Operation[] =>
    operation.kind === "block" ? operation.operations.flatMap(inner) : [operation];
  return reader.readMigration(sql, file).operations.flatMap(inner);
}

function after(tables: readonly EntityModel[], operation: Operation): readonly EntityModel[] {
  if (operation.kind === "createTable") return [...tables, tableOf(operation)];
  if (!("table" in operation)) return tables;
  if (operation.kind === "dropTable") return tables.filter((each) => !isSameTable(each.table, operation.table));
  return tables.map((each) => (isSameTable(each.table, operation.table) ? changed(each, operation) : each));
}

function changed(model: EntityModel, operation: Operation): EntityModel {
  const without = (column: string) => model.fields.filter((field) => field.column !== column);
  switch (operation.kind) {
    case "addColumn":
      return { ...model, fields: [...without(operation.column.name), fieldOf(operation.column)] };
    case "dropColumn":
      return { ...model, fields: without(operation.column) };
    case "renameColumn":
      return withField(model, operation.column, { name: operation.newName, column: operation.newName });
    case "setNotNull":
      return withField(model, operation.column, { isOptional: false });
    case "dropNotNull":
      return withField(model, operation.column, { isOptional: true });
    case "setDefault":
      return withField(model, operation.column, { hasDefault: operation.defaultSql !== undefined });
    case "setType":
      return withField(model, operation.column, { type: scalarOf(operation.type) });
    case "renameTable":
      return { ...model, name: operation.newName, table: { ...operation.table, name: operation.newName } };
    default:
      return model;
  }
}

function withField(model: EntityModel, column: string, what: Partial<EntityField>): EntityModel {
  return { ...model, fields: model.fields.map((field) => (field.column === column ? { ...field, ...what } : field)) };
}

function tableOf({ table, columns, primaryKey }: Extract<Operation, { kind: "createTable" }>): EntityModel {
  return { name: table.name, table, fields: columns.map(fieldOf), relations: [], primaryKey };
}

function fieldOf(column: ColumnDeclaration): EntityField {
  return {
    name: column.name,
    column: column.name,
    type: scalarOf(column.type),
    isList: column.type.endsWith("[]"),
    isOptional: !column.notNull && !column.isPrimaryKey && !column.isSerial && !column.isIdentity,
    isId: column.isPrimaryKey,
    isUnique: column.isUnique || column.isPrimaryKey,
    hasDefault: column.defaultSql !== undefined || column.isSerial || column.isIdentity || column.isGenerated,
    isForeignKey: column.references !== undefined,
    isUpdatedAt: false,
    documentation: "",
  };
}

/** By how `format_type` prints a type. */
const scalars: readonly (readonly [RegExp, EntityField["type"]])[] = [
  [/^(smallint|integer|smallserial|serial)\b/, "int"],
  [/^big(int|serial)\b/, "bigint"],
  [/^(real|double precision)\b/, "float"],
  [/^(numeric|money)\b/, "decimal"],
  [/^boolean\b/, "boolean"],
  [/^(timestamp|date|time)\b/, "datetime"],
  [/^jsonb?\b/, "json"],
  [/^bytea\b/, "bytes"],
];

function scalarOf(type: string): EntityField["type"] {
  return scalars.find(([pattern]) => pattern.test(type))?.[1] ?? "string";
}
