import type { Operation, Outcome } from "../model/index.js";
import type { Judged } from "./original-units.js";

/** Whether a statement can be in a file that may run twice: it is quick, its tables are known, and its completion can be detected. */
export function canRunTwice({ fits, verdict, operations }: Judged): boolean {
  return (
    fits &&
    !verdict.doubts.includes("other-tables") &&
    operations.every((operation) => outcomesOf(operation) !== undefined)
  );
}

/** The objects that show that an operation has run, by name; undefined: none do. Empty: it can run again. */
export function outcomesOf(operation: Operation): readonly Outcome[] | undefined {
  switch (operation.kind) {
    case "addColumn": {
      const { table, column } = operation;
      return [{ kind: "column", table, name: column.name, type: column.type }];
    }
    case "createTable":
      return [{ kind: "relation", name: operation.table }];
    case "createIndex": {
      const { table, name, isConcurrent } = operation;
      return name === "" || isConcurrent ? undefined : [{ kind: "relation", name: { ...table, name } }];
    }
    case "createType":
    case "createDomain":
      return [{ kind: "type", name: operation.name }];
    case "addForeignKey":
    case "addPrimaryKey":
    case "addUnique":
    case "addCheck": {
      const { table, name } = operation;
      return name === undefined ? undefined : [{ kind: "constraint", table, name }];
    }
    case "dropConstraint":
      return [{ kind: "constraint", table: operation.table, name: operation.name, isGone: true }];
    case "dropIndex":
      return operation.isConcurrent ? undefined : [{ kind: "relation", name: operation.name, isGone: true }];
    case "comment":
    case "setDefault":
    case "setNotNull":
    case "dropNotNull":
      return [];
    default:
      return undefined;
  }
}
