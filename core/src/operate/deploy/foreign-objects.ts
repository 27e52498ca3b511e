import { sqlReader } from "../../databases/sql-reader.js";
import { type Finding, problem } from "../../dialect/check.js";
import type { Connection } from "../../dialect/connection.js";
import type { Dependent, Taken } from "../../dialect/system-catalog.js";
import { type GateStep, isSameTable, type Migration, type Plan, tableLabel } from "../../model/index.js";
import { readsFrom } from "../../plan/guard-sources.js";
import { isMade, type MadeObject, madeBy } from "../../plan/made-objects.js";
import { migrationOf, type ReleasedUnit } from "../../plan/migration-of.js";
import { dropGates } from "../../plan/next-phase.js";
import { phasesOf } from "../../plan/phases.js";
import { type Release, releasesOf } from "../../plan/releases.js";
import { isOpen } from "../../plan/store.js";
import type { OrmPlugin } from "../../plugin/plugin.js";
import type { TargetState } from "../../plugin/target-state.js";
import { readTable } from "../../target/facts/table.js";
import { leftOf } from "./left-of.js";
import { inOrder, takenBy } from "./taken-by.js";

/** An object on a target that depends on what a pending migration drops, and that no earlier one of them drops. */
export interface ForeignObject {
  readonly taken: Taken;
  readonly dependent: Dependent;
  /** The plan that created it; absent: none did. */
  readonly owner?: string;
  /** The migration only gives the column another name. */
  readonly isRenamed?: true;
}

/**
 * Reads from a target's catalog which objects depend on the columns, tables, indexes and keys that its pending migrations drop. Excludes
 * objects of the plan itself, and objects that other pending migrations drop first, or re-create without the column. Of the objects that
 * the user's own migrations meet, only those that make them or later writes fail.
 *
 * @param own the user's own pending migrations, in order
 */
export async function foreignObjects(
  connection: Connection,
  state: Pick<TargetState, "units" | "failed" | "pending">,
  plans: readonly Plan[],
  own: readonly (Pick<Migration, "operations"> & { readonly name: string })[],
): Promise<readonly ForeignObject[]> {
  const pending = await inOrder(state, own);
  if (!pending.some((each) => takenBy(each).length > 0)) return [];
  const made = new Map<string, readonly MadeObject[]>();
  for (const plan of plans) made.set(plan.id, await madeBy(plan));
  const undone = (plan: Plan) =>
    plan.state.released === "undone" && pending.some(({ released }) => isUndo(released, plan));
  const going = plans.filter(undone);
  const { readBody } = await sqlReader(connection.dialect.id);
  const reader = { readBody, dialect: connection.dialect.id };
  const found: ForeignObject[] = [];
  for (const [at, { released, operations, migration }] of pending.entries()) {
    for (const { taken, isRenamed, nth = 0 } of takenBy(pending[at]!)) {
      const before = [...pending.slice(0, at).flatMap((each) => each.operations), ...operations.slice(0, nth)];
      // A text may be re-created behind the drop, in the same migration.
      const within = pending.filter((each) => each.migration === migration).flatMap((each) => each.operations);
      for (const known of await connection.dialect.live.systemCatalog.dependents(connection, taken)) {
        const texts = known.routine === undefined ? before : [...before, ...within];
        const dependent = leftOf(known, taken, texts, reader);
        if (dependent === undefined || (isRenamed === true && dependent.effect !== "breaks")) continue;
        const isOf = (plan: Plan) =>
          isMade(
            (made.get(plan.id) ?? []).map((each) => withTable(each, taken)),
            { ...dependent, table: taken.table },
          );
        if (/^(?:zz_)?lockstep_/.test(dependent.name) || going.some(isOf)) continue;
        if (released === undefined ? !isFatal(dependent) : isOf(released.plan)) continue;
        // No model declares an index over a field that it lacks.
        const isOfModel = dependent.effect === "goes" && /^(?:unique )?index /.test(dependent.what);
        if (released?.unit.spec.kind === "drop-column" && isOfModel) continue;
        const owner = plans.find((plan) => plan.state.released !== "undone" && isOf(plan));
        const more = { ...(owner && { owner: owner.id }), ...(isRenamed && { isRenamed }) };
        found.push({ taken, dependent, ...more });
      }
    }
  }
  return found;
}

function isUndo(released: ReleasedUnit | undefined, plan: Plan): boolean {
  return released !== undefined && released.kind === "undo" && released.plan.id === plan.id;
}

/** Dependents that a person cannot accept: another plan depends on the object, the server rejects the drop, or writes fail after it. */
export function foreignObstacles(objects: readonly ForeignObject[]): readonly Finding[] {
  return objects.filter(isObstacle).map(({ taken, dependent: { what, effect, remove }, owner, isRenamed }) => {
    const why = {
      goes: "It would be dropped with it.",
      names: "It may fail afterwards.",
      refuses: taken.kind === "not-null" ? "Its columns are required." : "The server refuses to drop what it needs.",
      breaks: "Writes of the table would fail.",
    }[effect];
    const next = owner === undefined ? remove : `npx lockstep abandon ${owner}`;
    return problem(
      `${what}${owner === undefined ? "" : ` of plan ${owner}`} depends on ${takenLabel(taken, isRenamed)}`,
      {
        why,
        ...(next === undefined ? {} : { next }),
      },
    );
  });
}

/**
 * What pending undos drop from other plans that the target has by then: a shared column, or one that a fill reads. The order of the
 * migrations in the repository may hide this, because another branch was deployed here first.
 */
export function takenFromPlans(
  { units, applied, pending, failed }: TargetState,
  plans: readonly Plan[],
  target: string,
  { execute, skip }: Pick<OrmPlugin["words"], "execute" | "skip">,
): readonly Finding[] {
  const onTarget = `   # with the URL of ${target}`;
  const order = [...failed, ...pending];
  const found: Finding[] = [];
  for (const { plan, unit, migration } of units.filter(({ kind, isPast }) => kind === "undo" && !isPast)) {
    const hasRun = ({ file }: Pick<Release, "file">) => {
      const name = migrationOf(file);
      return applied.includes(name) || (order.includes(name) && order.indexOf(name) < order.indexOf(migration));
    };
    for (const other of plans.filter(({ id }) => id !== plan.id)) {
      const releases = releasesOf(other);
      // For a contract, the latest migration decides; an undone expand exists until its undo runs.
      const isThere = (kind: Release["kind"], phase: Release["phase"]) =>
        releases.some(
          (each) =>
            each.kind === kind && each.phase === phase && hasRun(each) && !(phase === "contract" && each.isPast),
        );
      if (!isThere("phase", "expand") || isThere("undo", "expand")) continue;
      for (const { table, column: name } of dropGates(plan, unit)) {
        const label = `"${tableLabel(table)}"."${name}"`;
        const isSame = other.columns.some((each) => each.name === name && isSameTable(each.table, table));
        if (isSame && other.state.released !== "undone")
          found.push(
            problem(`${label}, which ${migration} drops, is the column of plan ${other.id}`, {
              why: "Its values would be lost.",
              next: `${skip(migration)}${onTarget}`,
            }),
          );
        const reader = other.columns.find((each) => readsFrom(each, { table, column: name }));
        const isFilled = other.state.released !== "undone" && !isOpen(other) && !phasesOf(other).includes("contract");
        if (reader === undefined || isFilled || isThere("phase", "contract")) continue;
        const undo = releases.filter((each) => each.kind === "undo" && !each.isPast && !hasRun(each));
        found.push(
          problem(
            `${label}, which ${migration} drops, is read by the fill of "${tableLabel(reader.table)}"."${reader.name}" of plan ${other.id}`,
            {
              why: "Rows would get no value, or could not be written.",
              next:
                undo.length === 0
                  ? `npx lockstep abandon ${other.id}`
                  : `${undo.map(({ file }) => `${execute(file)} && ${skip(migrationOf(file))}`).join(" && ")}${onTarget}`,
            },
          ),
        );
      }
    }
  }
  return found;
}

/**
 * Columns that a contract has made required here, and that an undo without knowledge of the contract drops: the branch with the contract
 * was deployed here. Code without such a column could not insert rows before the drop.
 */
export async function requiredByOthers(connection: Connection, state: TargetState): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const { plan, unit, migration } of state.units.filter(({ kind, isPast }) => kind === "undo" && !isPast)) {
    if (releasesOf(plan).some(({ kind, phase }) => kind === "undo" && phase === "contract")) continue;
    for (const { table, column: name } of dropGates(plan, unit)) {
      const column = (await readTable(connection, table))?.columns.find((each) => each.name === name);
      const isRelaxed = plan.columns.some(
        (each) => each.isRelaxed && each.name === name && isSameTable(each.table, table),
      );
      if (column === undefined || column.isNullable || !isRelaxed) continue;
      found.push(
        problem(`"${tableLabel(table)}"."${name}", which ${migration} drops, is required here`, {
          why: `The contract of plan ${plan.id} has run, and no migration of this branch makes the column optional.`,
          next: `Copy lockstep/${plan.id} and its migrations from the branch that has its contract.\nnpx lockstep abandon ${plan.id}`,
        }),
      );
    }
  }
  return found;
}

/** Objects that are dropped with a column, or may fail without it, if a person agrees. */
export function agreeable(objects: readonly ForeignObject[]): readonly ForeignObject[] {
  return objects.filter((each) => !isObstacle(each));
}

/** Whether an object depends on the column or table of a step. */
export const dependsOn =
  ({ table, column }: GateStep) =>
  ({ taken: { kind, table: of, name } }: ForeignObject): boolean =>
    isSameTable(of, table) && (kind === "table" ? column === "" : name === column);

function isObstacle({ dependent, owner }: ForeignObject): boolean {
  return owner !== undefined || isFatal(dependent);
}

function isFatal({ effect }: Dependent): boolean {
  return effect === "refuses" || effect === "breaks";
}

function takenLabel({ kind, table, name }: Taken, isRenamed = false): string {
  if (kind === "index") return `"${name}", which a migration drops`;
  if (kind === "table") return `"${tableLabel(table)}", which a migration drops`;
  const column = `"${tableLabel(table)}"."${name}"`;
  if (kind === "not-null") return `${column}, which an undo migration makes optional`;
  return `${column}, which a migration ${isRenamed ? "renames" : "drops"}`;
}

/** An object of another table that refers to this one is found by its name. */
function withTable(made: MadeObject, { table }: Taken): MadeObject {
  return made.name === undefined || isSameTable(made.table, table) ? made : { ...made, table };
}
