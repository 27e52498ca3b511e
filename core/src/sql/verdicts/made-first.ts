import { named } from "../../base/pattern-of.js";
import { type Migration, nameKey, type Operation, operationsIn, type TableName } from "../../model/index.js";

/** Objects that a migration creates and an expression may use. */
export interface MadeFirst {
  /** The statements that create them, in order, without changes to existing tables. */
  readonly statements: readonly string[];
  /** Whether SQL names one of its functions, types, tables or views. */
  isIn(sql: string): boolean;
  isTable(table: TableName): boolean;
  /** Whether the migration also inserts rows into the table. */
  hasRows(table: TableName): boolean;
}

/** Forms without their own kind that a later CREATE may need. */
const forms: ReadonlySet<string> = new Set(["CreateExtensionStmt", "CreateSchemaStmt", "CreateSeqStmt"]);

/** Finds what a migration creates before its fills run, anywhere in the file, because rows get their values after the whole migration. */
export function madeFirst(migration: Pick<Migration, "statements" | "operations">): MadeFirst {
  const { operations } = migration;
  const made = operations.flatMap((operation) =>
    operation.kind === "createTable"
      ? [operation.table]
      : operation.kind === "createType" ||
          operation.kind === "createDomain" ||
          operation.kind === "createFunction" ||
          operation.kind === "createView"
        ? [operation.name]
        : [],
  );
  const patterns = [...new Set(made.map(({ name }) => name))].map(named);
  const tables = keysOf(operations, (operation) => operation.kind === "createTable");
  const filled = keysOf(
    operations,
    (operation) => operation.kind === "insert" || (operation.kind === "createTable" && operation.isOfQuery === true),
  );
  const makes = (operation: Operation): boolean => {
    switch (operation.kind) {
      case "createTable":
      case "createType":
      case "createDomain":
      case "createFunction":
      case "createView":
        return true;
      case "form":
        return forms.has(operation.what);
      // It would lock the referenced table, and does not affect the values of the fill.
      case "addForeignKey":
        return false;
      case "createIndex":
        return !operation.isConcurrent && tables.has(nameKey(operation.table));
      default:
        return "table" in operation && tables.has(nameKey(operation.table));
    }
  };
  return {
    statements: migration.statements.flatMap(({ index, sql }) => {
      const own = operationsIn(migration, index);
      return own.length > 0 && own.every(makes) ? [sql] : [];
    }),
    isIn: (sql) => patterns.some((pattern) => pattern.test(sql)),
    isTable: (table) => tables.has(nameKey(table)),
    hasRows: (table) => tables.has(nameKey(table)) && filled.has(nameKey(table)),
  };
}

function keysOf(operations: readonly Operation[], isOne: (operation: Operation) => boolean): ReadonlySet<string> {
  return new Set(
    operations.flatMap((operation) => ("table" in operation && isOne(operation) ? [nameKey(operation.table)] : [])),
  );
}
