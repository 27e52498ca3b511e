import {
  type Migration,
  type Notice,
  type Operation,
  type OperationOf,
  operationsIn,
  operationsOfKind,
} from "../model/index.js";
import { hasEnumValue } from "../sql/postgres/enum-literal.js";
import { userTypeText } from "../sql/postgres/read-type.js";
import { changesCatalogueOnly } from "../sql/postgres/type-change.js";
import type { RuleContext } from "./rule.js";

/** Statements beyond the operations that take no lock on a table that anybody would notice, and change no row. */
const harmless = new Set([
  "CreateSchemaStmt",
  "CreateExtensionStmt",
  "CreateSeqStmt",
  "AlterSeqStmt",
  "DROP SEQUENCE",
  "RENAME SEQUENCE",
  "RENAME INDEX",
  "RENAME CONSTRAINT",
]);

/** Tables in which an ORM notes what the catalogue does not tell it: nobody waits for their rows. */
const bookkeeping = new Set(["typeorm_metadata"]);

/** Why a person should look at an operation that no rule rewrites; undefined: it is safe as it stands. */
export function noticeOf(operation: Operation, context: RuleContext, migration: Migration): Notice | undefined {
  const reason = reasonOf(operation, context);
  return reason === undefined ? undefined : { line: operation.line, sql: statementOf(operation, migration), reason };
}

/** An operation as a statement of its own: a clause with the ALTER TABLE that it stands in. */
export function statementOf({ statement, sql }: Operation, migration: Migration): string {
  const whole = migration.statements[statement]?.sql ?? sql;
  const first = operationsIn(migration, statement)[0]?.sql ?? whole;
  return whole.slice(0, whole.indexOf(first)) + sql;
}

function reasonOf(operation: Operation, context: RuleContext): string | undefined {
  switch (operation.kind) {
    case "createTable":
    case "createType":
    case "createView":
    case "comment":
    case "addEnumValue":
    case "dropNotNull":
    // Fails by itself while something is of the type.
    case "dropType":
      return undefined;
    case "setDefault":
      return unusableDefault(operation, context);
    case "addColumn": {
      if (context.createdInThisChange(operation.table)) return undefined;
      const { column } = operation;
      if (column.isGenerated || column.isIdentity || column.isSerial) return "rewrites the whole table under a lock";
      if (column.defaultSql !== undefined && !column.isDefaultStored)
        return "the default differs from row to row, so the whole table is rewritten under a lock";
      if (column.isUnique || column.isPrimaryKey) return "builds an index under a lock";
      return column.hasOther ? "has a constraint that is checked for all rows under a lock" : undefined;
    }
    case "createIndex":
      if (operation.isConcurrent || context.createdInThisChange(operation.table)) return undefined;
      return `nothing can be written to "${operation.table.name}" until the index is built`;
    case "addForeignKey":
      if (context.createdInThisChange(operation.table) || !operation.isValid) return undefined;
      return `all rows of "${operation.table.name}" are checked while writes to both tables wait`;
    case "addPrimaryKey":
      if (context.createdInThisChange(operation.table)) return undefined;
      return `all rows of "${operation.table.name}" are checked and an index is built while reads and writes wait`;
    case "addUnique":
      if (context.createdInThisChange(operation.table)) return undefined;
      return `reads and writes of "${operation.table.name}" wait until its index is built; fails if two rows have the same values`;
    case "addExclusion":
      if (context.createdInThisChange(operation.table)) return undefined;
      return `reads and writes of "${operation.table.name}" wait until its index is built; fails if two rows exclude each other`;
    case "addCheck":
      if (context.createdInThisChange(operation.table) || !operation.isValid) return undefined;
      return `all rows of "${operation.table.name}" are checked while reads and writes wait; fails if one does not pass`;
    case "setNotNull":
      return "all rows are checked while reads and writes wait; fails if one is NULL";
    case "setType": {
      if (isMadeHere(operation.type, context.operations))
        return `the enum is made anew: every row of "${operation.table.name}" is written again while reads and writes wait; fails if one has a value that goes`;
      const former = context.formerType(operation.table, operation.column);
      const isKnown = former !== undefined && !operation.hasOther;
      return isKnown && changesCatalogueOnly(former, operation.type)
        ? undefined
        : "may rewrite the whole table under a lock";
    }
    case "dropColumn":
      return "loses the column's data; running code that still names it fails";
    case "renameColumn":
      if (context.createdInThisChange(operation.table)) return undefined;
      return `running code that says "${operation.column}" fails from then on, code that says "${operation.newName}" until then`;
    case "renameType":
      return isSwap(operation, context.operations)
        ? undefined
        : `running code that names the type "${operation.name.name}" fails from then on`;
    case "dropTable":
      return "loses the table's data; running code that still uses it fails";
    case "dropView":
      return isMadeAgain(operation.name.name, context.operations)
        ? undefined
        : "running code that still reads it fails";
    case "dropIndex":
      return operation.isConcurrent ? undefined : "waits for all readers of the table; queries may become slow";
    case "dropConstraint":
      return "takes a lock on the table; what the constraint refused is allowed from now on";
    case "insert":
      return operation.isOfValues || context.createdInThisChange(operation.table)
        ? undefined
        : "adds or changes as many rows as its query says, inside a migration";
    case "delete":
      return bookkeeping.has(operation.table.name)
        ? undefined
        : "deletes rows inside a migration: they stay locked until it ends";
    case "update":
      return "changes rows inside a migration: they stay locked until it ends";
    case "unknown":
      return harmless.has(operation.what) ? undefined : `is not understood (${operation.what})`;
    default:
      return operation satisfies never;
  }
}

/** PostgreSQL cannot evaluate a value in the transaction that adds it, and a migration is one transaction as a rule. */
function unusableDefault({ defaultSql }: { readonly defaultSql: string | undefined }, { operations }: RuleContext) {
  const added = operationsOfKind(operations, "addEnumValue").find(
    ({ value }) => defaultSql !== undefined && hasEnumValue(defaultSql, value),
  );
  if (added === undefined) return undefined;
  return `fails if it runs in the transaction that adds "${added.value}" to the enum "${added.name.name}": set the default in a change of its own`;
}

function isMadeHere(type: string, operations: readonly Operation[]): boolean {
  return operationsOfKind(operations, "createType").some(({ name }) => userTypeText(name) === type.replace("[]", ""));
}

/** A type that makes room for one of its name, or takes the place of one that goes. */
function isSwap({ name, newName }: OperationOf<"renameType">, operations: readonly Operation[]): boolean {
  return operations.some(
    (other) =>
      (other.kind === "createType" && (other.name.name === name.name || other.name.name === newName)) ||
      (other.kind === "dropType" && other.name.name === newName),
  );
}

function isMadeAgain(view: string, operations: readonly Operation[]): boolean {
  return operationsOfKind(operations, "createView").some(({ name }) => name.name === view);
}
