import { LockstepError } from "../base/errors.js";
import {
  builtInContract,
  type ColumnSource,
  isSameTable,
  type Operation,
  objectLabel,
  operationsOfKind,
  type Plan,
  type TableName,
  tableLabel,
  type UnitSpec,
} from "../model/index.js";
import type { NamedColumn } from "../plan/follow-names.js";
import { refuseLostSources } from "../plan/guard-sources.js";
import { madeByUnits } from "../plan/made-objects.js";
import { pendingDrops } from "../plan/pending-drops.js";
import { planOf } from "../plan/store.js";
import { mayBeSame, needsOf, takenNeed, takenText, takingsIn } from "../plan/takes-and-needs.js";

/**
 * Rejects a change of objects with an open plan; each kind has its own next step.
 *
 * @throws LS3004 with that step · LS2012 if it drops what an open plan's fill reads · LS3023 if it drops what the plan needs otherwise
 */
export function refuseSecondChange(plans: readonly Plan[], operations: readonly Operation[]): void {
  // An ORM may express a type change as DROP and ADD of the column: the column remains, or another check rejects it.
  const isMadeAgain = (operation: Operation) =>
    operation.kind === "dropColumn" &&
    operations.some(
      (other) =>
        other.kind === "addColumn" &&
        isSameTable(other.table, operation.table) &&
        other.column.name === operation.column,
    );
  const gone = operations.filter((operation) => !isMadeAgain(operation));
  for (const plan of plans) refuseLostSources(gone, plan.columns, plan.id);
  for (const operation of operations) {
    const touched = touchedBy(operation, plans);
    if (touched === undefined) continue;
    const { plan, what } = touched;
    const { did, hint } = answer(operation, plan, operations);
    throw new LockstepError(
      "LS3004",
      `${what} has an open plan: ${plan.id}, phase ${plan.state.released}. This change ${did}: ${operation.sql.replace(/\s+/g, " ")}`,
      { hint },
    );
  }
  for (const plan of plans) {
    const lost = takenNeed(takingsIn(operations), needsOf(plan, madeByUnits(plan)));
    if (lost !== undefined)
      throw new LockstepError("LS3023", `This change ${lost.taking.does} ${takenText(lost, plan.id)}`, {
        hint: `npx lockstep next ${plan.id}   # finish the plan first\n       npx lockstep abandon ${plan.id}   # or cancel it`,
      });
  }
}

/**
 * Rejects a model that declares again what an open plan drops: its next phase would delete the values of a column in use.
 *
 * @param declared the columns of the models
 * @throws LS3004
 */
export function refuseRestored(plans: readonly Plan[], declared: readonly NamedColumn[]): void {
  for (const plan of plans) {
    const error = restoredError(plan, declared);
    if (error !== undefined) throw error;
  }
}

/** The error for one plan. */
export function restoredError(plan: Plan, declared: readonly NamedColumn[]): LockstepError | undefined {
  for (const drop of pendingDrops([plan])) {
    const found = declared.find(
      ({ table, name }) => mayBeSame(table, drop.table) && (drop.column === undefined || drop.column === name),
    );
    if (found === undefined) continue;
    const what = drop.column === undefined ? found.model : `${found.model}.${found.field}`;
    return new LockstepError(
      "LS3004",
      `${what} is in the model, and plan ${plan.id}, phase ${plan.state.released}, drops ${objectLabel(drop)}.`,
      { hint: `npx lockstep abandon ${plan.id}   # keeps it. To drop it, remove it from the model` },
    );
  }
  return undefined;
}

/**
 * Rejects a migration that makes a column optional again because a merge brought back its declaration from before contract: the annotation
 * shows it.
 *
 * @param plans all plans
 * @throws LS3004
 */
export function refuseEarlierModel(
  plans: readonly Plan[],
  operations: readonly Operation[],
  source: (table: TableName, column: string) => ColumnSource | undefined,
): void {
  // MySQL and MariaDB declare the whole column again.
  const optional = [
    ...operationsOfKind(operations, "dropNotNull"),
    ...operationsOfKind(operations, "redeclareColumn").flatMap(({ table, column }) =>
      column.notNull ? [] : [{ table, column: column.name }],
    ),
  ];
  for (const { table, column } of optional) {
    const plan = plans.findLast(
      ({ columns, state }) =>
        state.released === "contract" &&
        columns.some((each) => each.isRelaxed && each.name === column && isSameTable(each.table, table)),
    );
    const found = plan && source(table, column);
    if (found?.fill === undefined) continue;
    throw new LockstepError(
      "LS3004",
      `${found.file}:${found.line}: ${found.model}.${found.field} is declared as before contract, and plan ${plan?.id} has made it required. A merge may have brought this declaration back.`,
      {
        hint: `Write the field as contract did: required, without @lockstep.${found.fill.kind}. To make it optional on purpose, remove only the annotation.`,
      },
    );
  }
}

interface Answer {
  readonly did: string;
  readonly hint: string;
}

function answer(operation: Operation, plan: Plan, operations: readonly Operation[]): Answer {
  const abandon = `npx lockstep abandon ${plan.id}`;
  const finishFirst = `Restore the model and finish the plan first (npx lockstep next ${plan.id}), or leave it with ${abandon}; then make the change.`;
  switch (operation.kind) {
    case "dropColumn": {
      const added = operations.flatMap((other) =>
        other.kind === "addColumn" && isSameTable(other.table, operation.table) ? [other.column.name] : [],
      );
      if (added.includes(operation.column)) return { did: "gives it another type", hint: finishFirst };
      const [name] = added;
      if (name !== undefined)
        return { did: `drops it and adds "${name}", which is a rename or a second column`, hint: finishFirst };
      return { did: "drops it", hint: `${abandon}   # takes it out of database, model and code` };
    }
    case "dropTable":
      return { did: "drops the table", hint: `${abandon}   # leaves the plan first` };
    case "setType":
      return { did: "gives it another type", hint: finishFirst };
    case "setNotNull":
      if (planOf([plan], operation.table, operation.column) === undefined)
        return { did: "makes it required", hint: `${abandon}   # keeps it: the plan drops it. Then make the change` };
      return {
        did: "makes it required",
        hint: `npx lockstep next ${plan.id}   # the plan does that, when every row has a value`,
      };
    case "dropIndex":
      return { did: "drops its index, on which the backfill relies", hint: finishFirst };
    case "dropConstraint":
      return { did: "drops its constraint, on which the backfill relies", hint: finishFirst };
    case "createIndex":
    case "addUnique":
    case "addCheck":
    case "addExclusion":
    case "addForeignKey":
      return {
        did: "builds it now",
        hint: `Take it out of the model: the plan builds it in contract, when every row has a value.\nnpx lockstep next ${plan.id}`,
      };
    default:
      return { did: "alters it", hint: finishFirst };
  }
}

function touchedBy(
  operation: Operation,
  plans: readonly Plan[],
): { readonly what: string; readonly plan: Plan } | undefined {
  if (operation.kind === "dropTable") {
    const plan = plans.find(({ columns, drops = [] }) =>
      [...columns, ...drops].some(({ table }) => isSameTable(table, operation.table)),
    );
    return plan && { what: `"${tableLabel(operation.table)}"`, plan };
  }
  if (operation.kind === "dropIndex" || operation.kind === "dropConstraint") {
    const name = operation.kind === "dropIndex" ? operation.name.name : operation.name;
    const plan = plans.find((candidate) => candidate.units.some(({ spec }) => madeBy(spec) === name));
    // A plan with only an index is no longer open once it is written.
    return plan && { what: `"${name}"`, plan };
  }
  if ("name" in operation && typeof operation.name === "string") {
    const { name } = operation;
    const plan = plans.find((candidate) => builtInContract(candidate).includes(name));
    if (plan !== undefined) return { what: `"${name}"`, plan };
  }
  if (!("table" in operation) || !("column" in operation)) return undefined;
  const name = typeof operation.column === "string" ? operation.column : operation.column.name;
  const { table } = operation;
  const dropping = plans.find(({ drops = [] }) =>
    drops.some((each) => each.column === name && isSameTable(each.table, table)),
  );
  const plan = planOf(plans, table, name) ?? dropping;
  if (plan !== undefined && isSameDefault(operation, plan)) return undefined;
  return plan && { what: `"${tableLabel(operation.table)}"."${name}"`, plan };
}

/** The index, or the constraint of that name, that a unit creates. */
function madeBy(spec: UnitSpec): string | undefined {
  if (spec.kind === "create-index") return spec.index.name;
  return spec.kind === "add-foreign-key" ? spec.foreignKey.name : undefined;
}

/**
 * In every migration, ORMs set a default again if PostgreSQL's catalog spells its expression differently: `md5(random()::text)` becomes
 * `md5((random())::text)`. That changes nothing.
 */
function isSameDefault(operation: Operation, plan: Plan): boolean {
  if (operation.kind !== "setDefault") return false;
  const column = plan.columns.find(
    (candidate) => candidate.name === operation.column && isSameTable(candidate.table, operation.table),
  );
  return operation.defaultSql !== undefined && operation.defaultSql === column?.defaultSql;
}
