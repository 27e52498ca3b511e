import { named } from "../../base/pattern-of.js";
import { type Migration, nameKey, type Operation, operationsIn, type TableName } from "../../model/index.js";

/** What a migration makes that an expression may use. */
export interface MadeFirst {
  /** What makes it, in order: statements that change nothing of the tables that exist. */
  readonly statements: readonly string[];
  /** Whether SQL names a function, type, table or view of it. */
  isIn(sql: string): boolean;
  isTable(table: TableName): boolean;
  /** Whether the migration also puts rows into the table. */
  hasRows(table: TableName): boolean;
}

/** Forms without a kind of their own that a CREATE after them may need. */
const forms: ReadonlySet<string> = new Set(["CreateExtensionStmt", "CreateSchemaStmt", "CreateSeqStmt"]);

/**
 * Reads what a migration makes before its fills run: by its own statements, wherever they are in the file, because rows get their values
 * after the whole migration.
 */
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
      // It would lock the table that it refers to, and decides about no value of the fill.
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
