import {
  isSameTable,
  type Operation,
  type OperationOf,
  operationsNamed,
  operationsOn,
  renamesTo,
  type TableName,
  type Verdict,
} from "../../model/index.js";
import { harmless, locksOn, verdict } from "./combine.js";
import type { VerdictContext } from "./context.js";

export function dropTable(operation: OperationOf<"dropTable">, context: VerdictContext): Verdict {
  const { table, isCascade, statement } = operation;
  // A later CREATE TABLE replaces an existing table.
  const isOwn = operationsOn(context.operations, "createTable", table).some((each) => each.statement < statement);
  if (isOwn && context.createdInThisChange(table)) return harmless;
  const isReplaced = [
    ...operationsOn(context.operations, "createTable", table),
    ...renamesTo(context.operations, table),
  ].some((each) => each.statement > statement);
  const keys = context.foreignKeys(table);
  const others = (keys ?? [])
    .filter((key) => isCascade || isSameTable(key.table, table))
    .map((key) => (isSameTable(key.table, table) ? key.references : key.table));
  return verdict({
    locks: [{ table, mode: "ACCESS EXCLUSIVE" }, ...locksOn("ACCESS EXCLUSIVE", others, context)],
    concerns: [
      { kind: "loses-data", what: "table", table },
      { kind: "breaks-code-before", what: "table", name: table.name, ...(isReplaced ? { isReplaced } : {}) },
    ],
    doubts: keys === undefined ? ["other-tables"] : [],
  });
}

export function comment({ onColumn }: OperationOf<"comment">, context: VerdictContext): Verdict {
  return verdict({
    locks: locksOn("SHARE UPDATE EXCLUSIVE", onColumn === undefined ? [] : [onColumn.table], context),
    doubts: onColumn === undefined ? ["other-tables"] : [],
  });
}

/** OR REPLACE locks an existing view. */
export function createView({ name, isReplace }: OperationOf<"createView">): Verdict {
  return isReplace ? verdict({ locks: [{ table: name, mode: "ACCESS EXCLUSIVE" }] }) : harmless;
}

export function dropView({ name, isCascade }: OperationOf<"dropView">, { operations }: VerdictContext): Verdict {
  const isMadeAgain = operationsNamed(operations, "createView", name.name).length > 0;
  return verdict({
    locks: [{ table: name, mode: "ACCESS EXCLUSIVE" }],
    concerns: [
      ...(isMadeAgain ? [] : [{ kind: "breaks-code-before", what: "view", name: name.name } as const]),
      ...(isCascade ? [{ kind: "drops-dependents" } as const] : []),
    ],
  });
}

/** Without CASCADE, it fails while objects use the type. */
export function dropType({ isCascade }: OperationOf<"dropType">): Verdict {
  return isCascade ? verdict({ concerns: [{ kind: "drops-dependents" }], doubts: ["other-tables"] }) : harmless;
}

export function renameTable(operation: OperationOf<"renameTable">, context: VerdictContext): Verdict {
  const { table, newName, statement } = operation;
  // A table that gets the name later replaces an existing one.
  const makers = [...operationsOn(context.operations, "createTable", table), ...renamesTo(context.operations, table)];
  if (context.createdInThisChange(table) && makers.some((each) => each.statement < statement)) return harmless;
  const isKept = isRenamedUnderView(table, context.operations);
  const isReplaced = makers.some((each) => each.statement > statement);
  // Until then, another table has the name.
  const isTaken = [
    ...operationsOn(context.operations, "dropTable", { ...table, name: newName }),
    ...operationsOn(context.operations, "renameTable", { ...table, name: newName }),
  ].some((each) => each.statement < statement);
  return verdict({
    locks: [{ table, mode: "ACCESS EXCLUSIVE" }],
    concerns: isKept
      ? []
      : [
          {
            kind: "breaks-code-before",
            what: "table",
            name: table.name,
            ...(isTaken ? {} : { newName }),
            ...(isReplaced ? { isReplaced } : {}),
          },
        ],
  });
}

/** Whether a view with the old name remains after a rename, so that running code continues. */
export function isRenamedUnderView({ name }: TableName, operations: readonly Operation[]): boolean {
  return operationsNamed(operations, "createView", name).length > 0;
}

export function addEnumValue(): Verdict {
  return verdict({ concerns: [{ kind: "widens-reads", why: "lost-value" }] });
}

export function renameEnumValue(operation: OperationOf<"renameEnumValue">, { operations }: VerdictContext): Verdict {
  const { name, value, newName } = operation;
  if (operationsOn(operations, "createType", name).length > 0) return harmless;
  return verdict({ concerns: [{ kind: "breaks-code-before", what: "value", name: value, newName }] });
}

export function renameType(operation: OperationOf<"renameType">, { operations }: VerdictContext): Verdict {
  const { name, newName } = operation;
  if (isSwap(operation, operations)) return harmless;
  return verdict({ concerns: [{ kind: "breaks-code-before", what: "type", name: name.name, newName }] });
}

/** Whether a rename frees a name for a new type, or takes the name of a dropped one. */
function isSwap({ name, newName }: OperationOf<"renameType">, operations: readonly Operation[]): boolean {
  return (
    operationsNamed(operations, "createType", name.name).length > 0 ||
    operationsNamed(operations, "createType", newName).length > 0 ||
    operationsNamed(operations, "dropType", newName).length > 0
  );
}

/** No code uses the new table yet. Tables that its foreign keys refer to get triggers, and the parent of a partition is locked. */
export function createTable(
  { references, partitionOf, inherits, isOfQuery }: OperationOf<"createTable">,
  context: VerdictContext,
): Verdict {
  const locks = [
    ...locksOn("SHARE ROW EXCLUSIVE", references, context),
    ...locksOn("SHARE UPDATE EXCLUSIVE", inherits, context),
  ];
  if (partitionOf === undefined || context.createdInThisChange(partitionOf))
    return verdict({ locks, held: isOfQuery ? "scan" : "instant" });
  return verdict({ locks: [...locksOn("ACCESS EXCLUSIVE", [partitionOf], context), ...locks] });
}

export function truncate({ table, isCascade }: OperationOf<"truncate">, context: VerdictContext): Verdict {
  if (context.createdInThisChange(table)) return harmless;
  const keys = context.foreignKeys(table);
  const others = isCascade ? (keys ?? []).map((key) => key.table) : [];
  return verdict({
    locks: locksOn("ACCESS EXCLUSIVE", [table, ...others.filter(({ name }) => name !== table.name)], context),
    concerns: [{ kind: "loses-data", what: "table", table }],
    // CASCADE also truncates the tables that refer to the referring ones.
    doubts: isCascade ? ["other-tables"] : [],
  });
}
