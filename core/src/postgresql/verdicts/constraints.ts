import {
  isSameTable,
  type OperationOf,
  operationsOfKind,
  type RowFailure,
  type TableName,
  type Verdict,
} from "../../model/index.js";
import { isAddedAgainOrGone, wasThereBefore } from "../../sql/verdicts/added-again.js";
import { duplicatesOf, isOfEmptyColumn, joinedBy } from "../../sql/verdicts/columns.js";
import { harmless, locksOn, verdict } from "../../sql/verdicts/combine.js";
import type { VerdictContext } from "../../sql/verdicts/context.js";

export function addForeignKey(operation: OperationOf<"addForeignKey">, context: VerdictContext): Verdict {
  const { table, references, isValid, isEnforced } = operation;
  const locks = locksOn("SHARE ROW EXCLUSIVE", [table, references], context);
  if (isEnforced === false || context.createdInThisChange(table)) return verdict({ locks });
  const { held, concerns } = proof(table, "foreign-key", isValid);
  // Existing code does not use a column that the change adds, and cannot write rows that the key has rejected before.
  const isKept = isOfEmptyColumn(operation, context) || wasThereBefore(operation, context);
  return verdict({ held, concerns: isKept ? concerns.filter(({ kind }) => kind === "scans") : concerns, locks });
}

/** Checks existing rows unless it is NOT VALID, and rejects invalid new rows in both cases. */
function proof(table: TableName, why: RowFailure, isValid = true): Pick<Verdict, "held" | "concerns"> {
  const narrows = { kind: "narrows-writes", table, why } as const;
  if (!isValid) return { held: "instant", concerns: [narrows] };
  return {
    held: "scan",
    concerns: [{ kind: "scans", table, why: "check" }, { kind: "fails-on-rows", table, why }, narrows],
  };
}

/** A constraint with its own index: reads and writes wait until it is built. */
function indexed(table: TableName, failures: readonly RowFailure[], context: VerdictContext): Verdict {
  if (context.createdInThisChange(table)) return harmless;
  return verdict({
    locks: locksOn("ACCESS EXCLUSIVE", [table], context),
    held: "scan",
    concerns: [
      { kind: "scans", table, why: "index" },
      ...failures.map((why) => ({ kind: "fails-on-rows", table, why }) as const),
      ...failures.map((why) => ({ kind: "narrows-writes", table, why }) as const),
    ],
  });
}

export function addPrimaryKey({ table, columns }: OperationOf<"addPrimaryKey">, context: VerdictContext): Verdict {
  const failures = areNeverNull(table, columns, context)
    ? (["duplicates"] as const)
    : (["null", "duplicates"] as const);
  return indexed(table, failures, context);
}

function areNeverNull(table: TableName, columns: readonly string[], context: VerdictContext): boolean {
  return columns.length > 0 && columns.every((column) => context.isNeverNull(table, column) === true);
}

/** Builds nothing. A primary key first makes nullable columns NOT NULL. */
export function addKeyOfIndex(
  { table, isPrimary, index }: OperationOf<"addKeyOfIndex">,
  context: VerdictContext,
): Verdict {
  const locks = locksOn("ACCESS EXCLUSIVE", [table], context);
  if (!isPrimary || context.createdInThisChange(table)) return verdict({ locks });
  const columns = context.formerIndex({ ...table, name: index })?.columns ?? [];
  if (areNeverNull(table, columns, context)) return verdict({ locks });
  return verdict({
    locks,
    held: "scan",
    concerns: [
      { kind: "scans", table, why: "check" },
      { kind: "fails-on-rows", table, why: "null" },
      { kind: "narrows-writes", table, why: "null" },
    ],
    doubts: ["former-constraints"],
  });
}

/** Reads and writes continue while it checks the rows: that is its purpose. */
export function validateConstraint({ table }: OperationOf<"validateConstraint">, context: VerdictContext): Verdict {
  if (context.createdInThisChange(table)) return harmless;
  return verdict({ locks: locksOn("SHARE UPDATE EXCLUSIVE", [table], context), held: "scan" });
}

export function addUnique(operation: OperationOf<"addUnique">, context: VerdictContext): Verdict {
  const { table } = operation;
  const { concerns, ...rest } = indexed(table, ["duplicates"], context);
  const why = duplicatesOf(operation, context) ?? "duplicates";
  return { ...rest, concerns: concerns.map((each) => (each.kind === "fails-on-rows" ? { ...each, why } : each)) };
}

export function addExclusion({ table }: OperationOf<"addExclusion">, context: VerdictContext): Verdict {
  return indexed(table, ["exclusion"], context);
}

export function addCheck(operation: OperationOf<"addCheck">, context: VerdictContext): Verdict {
  const { table, isValid, isEnforced } = operation;
  const locks = locksOn("ACCESS EXCLUSIVE", [table], context);
  if (isEnforced === false || context.createdInThisChange(table)) return verdict({ locks });
  return verdict({ ...proof(table, "check", isValid), locks });
}

/** For a foreign key, the other table is locked as well. */
export function dropConstraint(operation: OperationOf<"dropConstraint">, context: VerdictContext): Verdict {
  const { table } = operation;
  if (context.createdInThisChange(table)) return harmless;
  const key = context.history?.constraint(table, operation.name);
  const isKey = (columns: readonly string[]) =>
    (key?.kind === "primary" || key?.kind === "unique") && columns.toSorted().join() === key.columns.toSorted().join();
  const { tables, doubts } = joinedBy(context, table, (_, name) => name === operation.name, isKey);
  return verdict({
    locks: locksOn("ACCESS EXCLUSIVE", [table, ...tables], context),
    concerns:
      isIdleConstraint(operation, context) || isAddedAgainOrGone(operation, context)
        ? []
        : [{ kind: "guards-less", table }],
    doubts,
  });
}

/** The same change added the constraint, for example as a proof, or NOT NULL already guarantees it. */
function isIdleConstraint({ table, name, statement }: OperationOf<"dropConstraint">, context: VerdictContext): boolean {
  const isMadeHere = operationsOfKind(context.operations, "addCheck").some(
    (each) => each.statement < statement && each.name === name && isSameTable(each.table, table),
  );
  return isMadeHere || context.isRepeated(table, name) === true;
}
