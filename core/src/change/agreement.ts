import { LockstepError } from "../base/errors.js";
import { builtInContract, isSameTable, type Migration, type Operation, type Plan } from "../model/index.js";
import { pendingIn } from "../plan/pending-drops.js";

/**
 * Checks that the relaxed model produces the migration that the plan replaces: the user's operations without NOT NULL on the relaxed
 * columns, without dropping the kept unique indexes, and without what contract builds. Otherwise the next migration would undo the plan.
 *
 * @param user the migration of the user's own model
 * @param relaxed the migration of the model of expand
 * @param orm its name, for the message
 * @throws LS2011 if the two differ otherwise
 */
export function assertAgreement(user: Migration, relaxed: Migration, plan: Plan, orm: string): void {
  const later = builtInContract(plan);
  const isLater = (operation: Operation) => "name" in operation && later.some((name) => name === operation.name);
  const without = ({ operations }: Migration) => {
    const pending = pendingIn(operations, plan.drops ?? []);
    return operations.filter((operation) => !pending.has(operation) && !isLater(operation));
  };
  const wanted = without(user).filter((operation) => !isKept(operation, plan) && !isRequiredLater(operation, plan));
  const expected = wanted.map((operation) => essence(operation, plan)).sort();
  const actual = without(relaxed)
    .map((operation) => essence(operation, plan))
    .sort();
  const missing = expected.filter((entry, index) => entry !== actual[index]);
  if (missing.length === 0 && expected.length === actual.length) return;
  const additional = actual.filter((entry) => !expected.includes(entry));
  throw new LockstepError(
    "LS2011",
    `With ${plan.columns.map((column) => `${column.model}.${column.field}`).join(", ")} optional, ${orm} would generate a different migration from the one that the plan replaces: ${[...missing, ...additional].join("; ").slice(0, 600)}`,
  );
}

/** Whether it drops a unique index, or the constraint of its name, that stays until contract. */
function isKept(operation: Operation, { keptUniques = [] }: Plan): boolean {
  if (operation.kind !== "dropIndex" && operation.kind !== "dropConstraint") return false;
  const name = operation.kind === "dropIndex" ? operation.name.name : operation.name;
  return keptUniques.some(({ index }) => index.name === name);
}

/** Whether it makes an existing column required, which the plan does in contract. */
function isRequiredLater(operation: Operation, { columns }: Plan): boolean {
  if (operation.kind !== "setNotNull" && operation.kind !== "redeclareColumn") return false;
  const required = operation.kind === "setNotNull" ? operation.column : operation.column.name;
  return columns.some(
    ({ becomesRequired, name, table }) => becomesRequired && name === required && isSameTable(table, operation.table),
  );
}

function essence(operation: Operation, plan: Plan): string {
  if (operation.kind === "addColumn") {
    const { table, column } = operation;
    const isRelaxed = plan.columns.some(
      (planned) => planned.isRelaxed && planned.name === column.name && isSameTable(planned.table, table),
    );
    if (isRelaxed) return JSON.stringify([operation.kind, table, column.name, column.type]);
  }
  return JSON.stringify([operation.kind, operation.sql.replace(/\s+/g, " ")]);
}
