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

/** A migration of the user's own, read. */
export interface OwnMigration extends Pick<Migration, "statements" | "operations"> {
  /** `20260201000000_tenant` */
  readonly name: string;
}

/** A default that a migration gives a column of a table which is there before it. */
export interface NewDefault {
  /** The name of its migration. */
  readonly migration: string;
  readonly line: number;
  /** Table and column are called as they are before the migrations, which may rename them. */
  readonly table: TableName;
  readonly column: string;
  /** As `format_type` prints it. Undefined: of a column that is there already. */
  readonly type: string | undefined;
  readonly defaultSql: string;
  /** The migrations make the column NOT NULL. */
  readonly isRequired: boolean;
  /** It comes with the column: the session that migrates evaluates it for the rows that exist. */
  readonly isForRows: boolean;
  /** IF NOT EXISTS: a column that is there keeps what it has. */
  readonly isGuarded: boolean;
  /** The same migrations take it away again: no INSERT evaluates it. */
  readonly isPassing: boolean;
}

/** A column, whatever it is called by now. */
interface Column {
  /** As the target has it, or as it was added. */
  readonly name: string;
  readonly declaration?: ColumnDeclaration;
}

/**
 * The defaults that migrations give columns of existing tables, as they stand when all of them have run.
 *
 * @param migrations in the order in which they run
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
  // Rows get a default that comes with its column, whatever becomes of it.
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
          // It was added in this change, and keeps what it has.
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

/** A column that a migration adds to a table which is there before it. */
export interface AddedColumn {
  readonly table: TableName;
  readonly name: string;
}

/** The columns that migrations add to existing tables, by what their statements say. */
export function addedColumns(migrations: readonly OwnMigration[]): readonly AddedColumn[] {
  const operations = migrations.flatMap((each) => flattened(each.operations));
  const made = new Set(madeTables(operations).map((each) => nameKey(each)));
  return operations.flatMap((operation) =>
    operation.kind === "addColumn" && !made.has(nameKey(operation.table))
      ? [{ table: operation.table, name: operation.column.name }]
      : [],
  );
}

/** Forms that make, or allow, what a default calls. */
const forms: ReadonlySet<string> = new Set(["CreateSchemaStmt", "CreateSeqStmt", "AlterDefaultPrivilegesStmt"]);
const privileges: ReadonlySet<string> = new Set(["GrantStmt", "REVOKE"]);
const allowing = /\bON\s+(?:ALL\s+)?(?:FUNCTION|PROCEDURE|ROUTINE|SEQUENCE|SCHEMA|TYPE|DOMAIN)S?\b/i;

/**
 * The statements of migrations that make what a default may call, or let roles call it: functions, and what their bodies read. None
 * locks a table that is there before.
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
