import type { Dependent, Taken } from "../dialects/catalogue.js";
import { type Finding, problem } from "../dialects/check.js";
import type { Connection } from "../dialects/connection.js";
import { flattened, isSameTable, type Migration, type Plan, tableLabel, type Unit } from "../model/index.js";
import { isMade, type MadeObject, madeBy } from "../plan/made-objects.js";
import type { ReleasedUnit } from "../plan/migration-of.js";
import { dropGates } from "../plan/next-phase.js";
import type { TargetState } from "../release/target-state.js";
import { sqlReader } from "../sql-reader.js";

/** An object on a target that hangs on what a pending way back takes, and that its plan has not made. */
export interface ForeignObject {
  readonly taken: Taken;
  readonly dependent: Dependent;
  /** Whose it is; absent: no plan made it. */
  readonly owner?: string;
}

/**
 * Asks the catalogue of a target what hangs on the columns, indexes and keys that its pending ways back take, whoever made it. Left out is
 * what the plan itself made, and what other pending migrations take away before.
 *
 * @param own the user's own migrations that are pending, in their order
 */
export async function foreignObjects(
  connection: Connection,
  state: TargetState,
  plans: readonly Plan[],
  own: readonly (Pick<Migration, "operations"> & { readonly name: string })[],
): Promise<readonly ForeignObject[]> {
  const undos = state.units.filter(({ kind, isPast }) => kind === "undo" && !isPast);
  if (undos.length === 0) return [];
  const made = new Map<string, readonly MadeObject[]>();
  for (const plan of plans) made.set(plan.id, await madeBy(plan));
  const going = plans.filter(
    ({ id, state: { released } }) => released === "undone" && undos.some((undo) => undo.plan.id === id),
  );
  const order = [...state.failed, ...state.pending];
  const found: ForeignObject[] = [];
  for (const undo of undos) {
    const before = own.filter(({ name }) => order.indexOf(name) < order.indexOf(undo.migration));
    for (const taken of await takenBy(undo)) {
      for (const dependent of await connection.dialect.catalogue.dependents(connection, taken)) {
        const isOf = (plan: Plan) =>
          isMade(
            (made.get(plan.id) ?? []).map((each) => withTable(each, taken)),
            { ...dependent, table: taken.table },
          );
        if (/^(?:zz_)?lockstep_/.test(dependent.name) || going.some(isOf) || isOf(undo.plan)) continue;
        if (before.some((migration) => isDropped(migration, dependent))) continue;
        const owner = plans.find((plan) => plan.state.released !== "undone" && isOf(plan));
        found.push({ taken, dependent, ...(owner === undefined ? {} : { owner: owner.id }) });
      }
    }
  }
  return found;
}

/** What nobody can agree to: another plan stands on it, or the server refuses the drop, or writes fail after it. */
export function foreignObstacles(objects: readonly ForeignObject[]): readonly Finding[] {
  return objects.filter(isObstacle).map(({ taken, dependent: { what, effect, remove }, owner }) => {
    const why = {
      goes: "It would go with it.",
      names: "It may fail from then on.",
      refuses: taken.kind === "not-null" ? "Its columns are required." : "The server refuses to drop what it needs.",
      breaks: "Every write of the table would fail.",
    }[effect];
    const next = owner === undefined ? remove : `npx lockstep abandon ${owner}`;
    return problem(`${what}${owner === undefined ? "" : ` of plan ${owner}`} is over ${takenLabel(taken)}`, {
      why,
      ...(next === undefined ? {} : { next }),
    });
  });
}

/** What goes with a column, or may fail without it, when a person agrees. */
export function agreeable(objects: readonly ForeignObject[]): readonly ForeignObject[] {
  return objects.filter((each) => !isObstacle(each));
}

function isObstacle({ dependent: { effect }, owner }: ForeignObject): boolean {
  return owner !== undefined || effect === "refuses" || effect === "breaks";
}

function takenLabel({ kind, table, name }: Taken): string {
  if (kind === "index") return `"${name}", which a way back drops`;
  const column = `"${tableLabel(table)}"."${name}"`;
  return kind === "column" ? `${column}, which a way back drops` : `${column}, which a way back makes optional`;
}

async function takenBy({ plan, unit }: Pick<ReleasedUnit, "plan" | "unit">): Promise<readonly Taken[]> {
  const { spec } = unit;
  const columns = dropGates(plan, unit).map(({ table, column }): Taken => ({ kind: "column", table, name: column }));
  if (columns.length > 0) return columns;
  if (spec.kind === "undo-contract")
    return spec.columns.map(({ name }): Taken => ({ kind: "not-null", table: spec.table, name }));
  if (spec.kind === "drop-index") return [{ kind: "index", table: spec.table, name: spec.index.name }];
  return spec.kind === "original" ? droppedBy(plan, unit, spec.sql) : [];
}

/** Constraints that contract made by statements of the user's own. */
async function droppedBy({ dialect }: Plan, { id }: Unit, sql: string): Promise<readonly Taken[]> {
  const { readMigration } = await sqlReader(dialect);
  return flattened(readMigration(sql, id).operations).flatMap((operation): Taken[] =>
    operation.kind === "dropConstraint" ? [{ kind: "index", table: operation.table, name: operation.name }] : [],
  );
}

/** An object of another table, which refers to this one, is found by its name. */
function withTable(made: MadeObject, { table }: Taken): MadeObject {
  return made.name === undefined || isSameTable(made.table, table) ? made : { ...made, table };
}

function isDropped({ operations }: Pick<Migration, "operations">, { name }: Dependent): boolean {
  return flattened(operations).some(({ sql }) => /\b(?:DROP|PUBLICATION)\b/i.test(sql) && sql.includes(name));
}
