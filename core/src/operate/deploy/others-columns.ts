import { LockstepError } from "../../base/errors.js";
import type { Connection } from "../../dialect/connection.js";
import {
  flattened,
  isSameTable,
  type Migration,
  objectLabel,
  type Plan,
  quotedName,
  type TableName,
  tableLabel,
  type UnitSpec,
} from "../../model/index.js";
import { migrationOf, type ReleasedUnit } from "../../plan/migration-of.js";
import { dropGates } from "../../plan/next-phase.js";
import { releasesOf } from "../../plan/releases.js";
import { mayBeSame, takingOf } from "../../plan/takes-and-needs.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";
import type { TargetState } from "../../plugin/target-state.js";
import { readTable } from "../../target/facts/table.js";

interface Request {
  readonly target: string;
  readonly state: TargetState;
  readonly plans: readonly Plan[];
  readonly project: Project;
  readonly plugin: OrmPlugin;
  /** The user's own pending migrations, in order. */
  readonly own: readonly (Pick<Migration, "operations"> & { readonly name: string })[];
}

/** A column or an index that a pending migration of a plan creates, and that exists already. */
interface Existing {
  readonly label: string;
  readonly unit: ReleasedUnit;
  readonly file: string;
  /** The plan of this repository that created it; absent: a plan of another branch, or none. */
  readonly owner?: string | undefined;
}

/**
 * Rejects to run an expand on a target whose column or index another plan created, or a person: its trigger would replace the other one,
 * and its backfill would fill the rows with other values. The plan's own interrupted run is none.
 *
 * @throws LS7038
 */
export async function requireOwnColumns(connection: Connection, request: Request): Promise<void> {
  const { state, target, plugin, project } = request;
  // A database without a history: the ORM itself rejects what it cannot create.
  if (state.applied.length === 0) return;
  const existing: Existing[] = [];
  for (const unit of state.units)
    if (mayFind(unit, state)) existing.push(...(await existingOf(connection, unit, request)));
  const [first] = existing;
  if (first === undefined) return;
  const known = plugin.listMigrations(project);
  const foreign = state.applied.filter((name) => !known.includes(name));
  const branch =
    foreign.length === 0 ? "" : ` ${target} has migrations of another branch: ${foreign.slice(-3).join(", ")}.`;
  const lines = existing.map(
    ({ label, unit, owner }) =>
      `${label} exists on ${target}, and ${unit.migration} of plan ${unit.plan.id}, which creates it, has never run there${owner === undefined ? "" : `: it belongs to plan ${owner}`}.`,
  );
  const { plan, migration } = first.unit;
  const { execute, skip } = plugin.words;
  const alone = `${execute(first.file)} && ${skip(migration)}   # with the URL of ${target}, to take over what exists`;
  const hint =
    first.owner !== undefined
      ? `npx lockstep abandon ${plan.id}   # and plan it under another name\n       npx lockstep abandon ${first.owner}   # or cancel the other plan`
      : foreign.length > 0
        ? `Merge the branch with ${foreign.at(-1)}, then run npx lockstep check.\n       npx lockstep abandon ${plan.id}   # or plan it under another name`
        : `npx lockstep abandon ${plan.id}   # and plan it under another name\n       ${alone}`;
  throw new LockstepError("LS7038", `${lines.join(" ")}${branch}`, {
    hint,
    details: { target, objects: existing.map(({ label }) => label) },
  });
}

/** Whether what the unit creates cannot come from an earlier run of it. */
function mayFind({ kind, phase, migration }: ReleasedUnit, { pending, begun = [] }: TargetState): boolean {
  return kind === "phase" && phase === "expand" && pending.includes(migration) && !begun.includes(migration);
}

async function existingOf(connection: Connection, unit: ReleasedUnit, request: Request): Promise<Existing[]> {
  const { spec } = unit.unit;
  const file = releasesOf(unit.plan).find((each) => migrationOf(each.file) === unit.migration)?.file ?? "";
  if (spec.kind === "create-index") {
    if (spec.ifMissing || isTakenBefore(unit, { table: spec.table, index: spec.index.name }, request)) return [];
    const { kind } = await (await connection.dialect.ops.leftovers()).index(connection, spec);
    const isOther = kind === "other" || (kind === "valid" && request.state.begun !== undefined);
    return isOther
      ? [{ label: `The index ${quotedName(spec.index.name)} on "${tableLabel(spec.table)}"`, unit, file }]
      : [];
  }
  const columns = addedIn(spec);
  if (columns.length === 0 || !("table" in spec)) return [];
  const table = await readTable(connection, spec.table);
  const found: Existing[] = [];
  for (const column of columns) {
    if (table?.columns.every(({ name }) => name !== column) !== false) continue;
    if (isTakenBefore(unit, { table: spec.table, column }, request)) continue;
    if (await mayBeOwn(connection, unit, column, request)) continue;
    const owner = request.plans.find(
      (plan) =>
        plan.id !== unit.plan.id &&
        plan.state.released !== "undone" &&
        plan.columns.some((each) => each.name === column && isSameTable(each.table, spec.table)),
    )?.id;
    found.push({ label: objectLabel({ table: spec.table, column }), unit, file, owner });
  }
  return found;
}

function addedIn(spec: UnitSpec): readonly string[] {
  if (spec.kind === "expand") return spec.isExisting ? [] : spec.columns.map(({ name }) => name);
  if (spec.kind !== "online-copy") return [];
  return spec.changes.flatMap(({ adds }) => (adds?.kind === "column" ? [adds.name] : []));
}

/** Whether an earlier pending migration drops or renames it. */
function isTakenBefore(
  { migration }: ReleasedUnit,
  part: { readonly table: TableName; readonly column?: string; readonly index?: string },
  { state, own }: Request,
): boolean {
  const order = [...state.failed, ...state.pending];
  const isBefore = (name: string) => order.indexOf(name) < order.indexOf(migration);
  const isPart = (table: TableName | undefined, column: string | undefined, index: string | undefined) =>
    index !== undefined
      ? index === part.index
      : table !== undefined && mayBeSame(table, part.table) && (column === undefined || column === part.column);
  return (
    own.some(
      ({ name, operations }) =>
        isBefore(name) &&
        flattened(operations).some((operation) => {
          const taking = takingOf(operation);
          return taking !== undefined && isPart(taking.table, taking.column, taking.index);
        }),
    ) ||
    state.units.some(
      ({ plan, unit, migration: name }) =>
        isBefore(name) &&
        (dropGates(plan, unit).some((gate) => isPart(gate.table, gate.column, undefined)) ||
          (unit.spec.kind === "drop-index" && isPart(undefined, undefined, unit.spec.index.name))),
    )
  );
}

/**
 * Whether an interrupted run may have left the column. Prisma records every run. Otherwise the trigger shows it. Without a trigger, only a
 * run outside a transaction leaves a column, and no other branch was deployed.
 */
async function mayBeOwn(
  connection: Connection,
  { plan, unit: { spec } }: ReleasedUnit,
  column: string,
  { state, plugin, project }: Request,
): Promise<boolean> {
  if (state.begun !== undefined) return false;
  if (spec.kind === "expand") {
    const own = spec.columns.find(({ name }) => name === column)!;
    const filled = {
      plan: plan.id,
      table: spec.table,
      column: own,
      ...(spec.hasChildren && { hasChildren: spec.hasChildren }),
    };
    const trigger = await (await connection.dialect.ops.leftovers()).triggerOf(connection, filled);
    if (trigger !== "missing") return trigger === "plan";
  }
  const { hasTransactionalDdl } = connection.dialect.sql.capabilities;
  if (hasTransactionalDdl && plugin.transactions?.(project) !== "none") return false;
  const known = plugin.listMigrations(project);
  return state.applied.every((name) => known.includes(name));
}
