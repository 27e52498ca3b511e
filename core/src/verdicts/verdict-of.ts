import type { Operation, Verdict } from "../model/index.js";
import { addColumn, dropColumn, dropNotNull, renameColumn, setDefault, setNotNull, setType } from "./columns.js";
import { harmless } from "./combine.js";
import { addCheck, addExclusion, addForeignKey, addPrimaryKey, addUnique, dropConstraint } from "./constraints.js";
import type { VerdictContext } from "./context.js";
import { createIndex, dropIndex } from "./indexes.js";
import { addEnumValue, comment, createTable, createView, dropTable, dropView, renameType } from "./objects.js";
import { deletion, insert, update } from "./rows.js";
import { unknown } from "./unknown.js";

/**
 * What one operation does to a database in use, run as it stands. `test/database/verdicts.test.ts` compares it with what a server does.
 */
export function verdictOf(operation: Operation, context: VerdictContext): Verdict {
  switch (operation.kind) {
    case "createType":
    // Fails by itself while something is of the type.
    case "dropType":
      return harmless;
    case "createTable":
      return createTable(operation, context);
    case "addColumn":
      return addColumn(operation, context);
    case "setNotNull":
      return setNotNull(operation, context);
    case "dropNotNull":
      return dropNotNull(operation, context);
    case "setDefault":
      return setDefault(operation, context);
    case "setType":
      return setType(operation, context);
    case "dropColumn":
      return dropColumn(operation, context);
    case "renameColumn":
      return renameColumn(operation, context);
    case "createIndex":
      return createIndex(operation, context);
    case "dropIndex":
      return dropIndex(operation, context);
    case "addForeignKey":
      return addForeignKey(operation, context);
    case "addPrimaryKey":
      return addPrimaryKey(operation, context);
    case "addUnique":
      return addUnique(operation, context);
    case "addExclusion":
      return addExclusion(operation, context);
    case "addCheck":
      return addCheck(operation, context);
    case "dropConstraint":
      return dropConstraint(operation, context);
    case "dropTable":
      return dropTable(operation, context);
    case "comment":
      return comment(operation, context);
    case "createView":
      return createView(operation);
    case "dropView":
      return dropView(operation, context);
    case "addEnumValue":
      return addEnumValue();
    case "renameType":
      return renameType(operation, context);
    case "insert":
      return insert(operation, context);
    case "update":
      return update(operation, context);
    case "delete":
      return deletion(operation, context);
    case "unknown":
      return unknown(operation);
    default:
      return operation satisfies never;
  }
}
