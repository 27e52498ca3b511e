import {
  type ColumnDeclaration,
  flattened,
  type Migration,
  nameKey,
  type Operation,
  operationsIn,
  renameOf,
  type TableName,
} from "../../model/index.js";
import { madeTables } from "./made-tables.js";

/** A parsed migration of the user. */
export interface OwnMigration extends Pick<Migration, "statements" | "operations"> {
  /** `20260201000000_tenant` */
  readonly name: string;
}

/** A default that a migration sets on a column of an existing table. */
export interface NewDefault {
  /** The name of its migration. */
  readonly migration: string;
  readonly line: number;
  /** Table and column have their names from before the migrations, which may rename them. */
  readonly table: TableName;
  readonly column: string;
  /** As `format_type` prints it. Undefined: the column exists already. */
  readonly type: string | undefined;
  readonly defaultSql: string;
  /** The migrations make the column NOT NULL. */
  readonly isRequired: boolean;
  /** It comes with the column: the migrating session evaluates it for existing rows. */
  readonly isForRows: boolean;
  /** IF NOT EXISTS: an existing column keeps its default. */
  readonly isGuarded: boolean;
  /** The same migrations remove it again: no INSERT evaluates it. */
  readonly isPassing: boolean;
}

/** A column, independent of later renames. */
interface Column {
  /** Its name on the target, or when it was added. */
  readonly name: string;
  readonly declaration?: ColumnDeclaration;
}

/**
 * The defaults that migrations set on columns of existing tables, in their final state.
 *
 * @param migrations in the order they run
 */
export function newDefaults(migrations: readonly OwnMigration[]): readonly NewDefault[] {
  const made = new Set(
    madeTables(migrations.flatMap(({ operations }) => flattened(operations))).map((each) => nameKey(each)),
  );
  const found = new Map<Column, NewDefault>();
  const passing: NewDefault[] = [];
  const tables = new Map<string, TableName>();
  const columns = new Map<string, Column>();
  const columnAt = (key: string, name: string) => {
    const column = columns.get(key) ?? { name };
    columns.set(key, column);
    return column;
  };
  // Rows get a default that comes with its column, even if it changes later.
  const replace = (column: Column, next: NewDefault | false) => {
    const before = found.get(column);
    if (before?.isForRows) passing.push({ ...before, isPassing: true });
    if (next === false) found.delete(column);
    else found.set(column, next);
  };
  for (const { name: migration, operations } of migrations)
    for (const operation of flattened(operations)) {
      if (!("table" in operation) || made.has(nameKey(operation.table))) continue;
      const { line, sql } = operation;
      const table = tables.get(nameKey(operation.table)) ?? operation.table;
      const on = { migration, line, table, isPassing: false };
      const renamed = renameOf(operation);
      if (renamed !== undefined) {
        const key = nameKey(table, renamed.column);
        const column = columnAt(key, renamed.column);
        columns.delete(key);
        columns.set(nameKey(table, renamed.newName), column);
      }
      switch (operation.kind) {
        case "renameTable":
          tables.set(nameKey({ ...operation.table, name: operation.newName }), table);
          break;
        case "addColumn":
        case "redeclareColumn": {
          const { name, type, defaultSql, notNull: isRequired } = operation.column;
          const isForRows = operation.kind === "addColumn";
          const key = nameKey(table, name);
          const isGuarded = isForRows && /\bIF\s+NOT\s+EXISTS\b/i.test(sql.slice(0, 400));
          const before = columns.get(key);
          // It was added in this change, and keeps its default.
          if (isGuarded && before?.declaration !== undefined) break;
          const column = { name: isForRows ? name : (before?.name ?? name), declaration: operation.column };
          if (before !== undefined) replace(before, false);
          columns.set(key, column);
          const more = { column: column.name, type, isRequired, isForRows, isGuarded };
          replace(column, defaultSql !== undefined && { ...on, ...more, defaultSql });
          break;
        }
        case "setDefault": {
          const column = columnAt(nameKey(table, operation.column), operation.column);
          const { type, notNull: isRequired = false } = column.declaration ?? {};
          const more = { column: column.name, type, isRequired, isForRows: false, isGuarded: false };
          const { defaultSql } = operation;
          replace(column, defaultSql !== undefined && { ...on, ...more, defaultSql });
          break;
        }
        case "setNotNull": {
          const column = columnAt(nameKey(table, operation.column), operation.column);
          const before = found.get(column);
          if (before !== undefined) found.set(column, { ...before, isRequired: true });
          break;
        }
        case "dropColumn": {
          const key = nameKey(table, operation.column);
          replace(columnAt(key, operation.column), false);
          columns.delete(key);
        }
      }
    }
  return [...passing, ...found.values()];
}

/** A column that a migration adds to an existing table. */
export interface AddedColumn {
  readonly table: TableName;
  readonly name: string;
}

/** The columns that migrations add to existing tables, by their statements. */
export function addedColumns(migrations: readonly OwnMigration[]): readonly AddedColumn[] {
  const operations = migrations.flatMap((each) => flattened(each.operations));
  const made = new Set(madeTables(operations).map((each) => nameKey(each)));
  return operations.flatMap((operation) =>
    operation.kind === "addColumn" && !made.has(nameKey(operation.table))
      ? [{ table: operation.table, name: operation.column.name }]
      : [],
  );
}

/** Forms that create what a default calls, or allow the call. */
const forms: ReadonlySet<string> = new Set(["CreateSchemaStmt", "CreateSeqStmt", "AlterDefaultPrivilegesStmt"]);
const privileges: ReadonlySet<string> = new Set(["GrantStmt", "REVOKE"]);
const allowing = /\bON\s+(?:ALL\s+)?(?:FUNCTION|PROCEDURE|ROUTINE|SEQUENCE|SCHEMA|TYPE|DOMAIN)S?\b/i;

/**
 * The statements of migrations that create what a default may call, or allow roles to call it: functions, and what their bodies read. None
 * locks an existing table.
 */
export function makersOf(migrations: readonly OwnMigration[]): readonly string[] {
  const tables = new Set<string>();
  const makes = (operation: Operation): boolean => {
    switch (operation.kind) {
      case "createFunction":
      case "createType":
      case "createDomain":
        return true;
      case "form":
        return forms.has(operation.what) || (privileges.has(operation.what) && allowing.test(operation.sql));
      case "createTable": {
        const { references, inherits, partitionOf, like, isOfQuery } = operation;
        const isAlone = [partitionOf, like, isOfQuery].every((each) => each === undefined);
        if (!isAlone || references.length + inherits.length > 0) return false;
        tables.add(nameKey(operation.table));
        return true;
      }
      case "insert":
        return operation.isOfValues && tables.has(nameKey(operation.table));
      default:
        return false;
    }
  };
  return migrations.flatMap((migration) =>
    migration.statements.flatMap(({ index, sql }) => {
      const own = operationsIn(migration, index);
      return own.length > 0 && own.every(makes) ? [sql] : [];
    }),
  );
}
