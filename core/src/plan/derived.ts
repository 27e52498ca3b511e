import { isDeepStrictEqual } from "node:util";
import { LockstepError } from "../base/errors.js";
import { sqlReader } from "../databases/sql-reader.js";
import { unitsOf } from "../databases/units.js";
import {
  type BackfillSpec,
  type CodeIntent,
  type Drop,
  type Fill,
  type GateStep,
  isFilled,
  isSameTable,
  type KeptUnique,
  operationsOfKind,
  type Plan,
  type PlannedColumn,
  type Step,
  type TableName,
  tableLabel,
  type Unit,
  type UnitKind,
} from "../model/index.js";
import { lateGates } from "../rules/awaited-values.js";
import { inPhases } from "../rules/in-phases.js";
import { dropGates, fillRows } from "../rules/steps.js";
import { withStatedSettings } from "../sql/fill-kinds.js";
import type { SqlReader } from "../sql/sql-reader.js";
import { sha256 } from "./hash.js";
import { whyCareful } from "./pace.js";

/**
 * The parts of a plan that do not follow from its reviewed content: its columns with their expressions, and the units whose SQL is in
 * files. A hash detects an accidental edit, but an editor can compute a new hash.
 *
 * @param isOwn this version made the plan. Other versions may describe the same unit differently: then only its statements are compared.
 * @returns the paths in plan.json; empty: everything follows
 */
export async function unfoundedParts(plan: Plan, isOwn = true): Promise<string[]> {
  const reader = await sqlReader(plan.dialect);
  const found: string[] = [];
  for (const [at, column] of plan.columns.entries()) {
    const fill = column.fill ?? column.compute?.fallback;
    if (column.write.kind === "sql" && column.write.sql !== fill?.sql) found.push(`columns[${at}].write`);
    if (fill !== undefined && !(await isFounded(fill, column, reader)))
      found.push(`columns[${at}].fill of "${column.name}"`);
  }
  if (!isSame(inOneOrder(plan.backfills), inOneOrder(backfillsOf(plan)))) found.push("backfills");
  for (const unit of [...plan.units, ...plan.undo.expand, ...plan.undo.contract])
    if (!hasOwnFills(unit.spec, plan.columns)) found.push(`the fill of unit ${unit.id}`);
  for (const phase of ["switch", "contract"] as const)
    for (const step of gatesFor(plan)[phase])
      if (!plan.gates[phase].some((each) => isSame(each, step)))
        found.push(`gates.${phase}, which lacks ${step.gate} of "${tableLabel(step.table)}"."${step.column}"`);
  const intents = intentsFor(plan);
  for (const phase of ["expand", "switch", "contract"] as const)
    for (const intent of intents[phase])
      if (!plan.intents[phase].some((each) => isSame(each, intent)))
        found.push(`intents.${phase}, which lacks ${intent.kind} of ${intent.model}.${intent.field}`);
  const { describe } = unitsOf(plan.dialect);
  for (const unit of plan.units) {
    if (unit.spec.kind === "original") continue;
    const { title, ddl, undo } = describe(unit.spec, unit.verdict);
    const [made, kept] = isOwn
      ? [
          [title, ddl, undo],
          [unit.title, unit.ddl, unit.undo],
        ]
      : [ddl, unit.ddl];
    if (!isSame(made, kept)) found.push(`the text of unit ${unit.id}`);
  }
  const inAnyOrder = (drops: readonly Pick<Drop, "table" | "column">[]) =>
    drops.map(({ table, column }) => JSON.stringify([table.schema, table.name, column])).sort();
  if (!isSame(inAnyOrder(droppedIn(plan.units, reader)), inAnyOrder(plan.drops ?? []))) found.push("drops");
  if (sha256(plan.source.sql) !== plan.source.sha256) found.push("source");
  if (plan.pace === "brisk" && whyCareful(plan.columns) !== undefined) found.push("pace");
  return found;
}

/** The minimum gates for the columns of a plan and for what contract builds. */
function gatesFor({ columns, units, keptUniques = [], drops = [] }: Plan): Plan["gates"] {
  const steps = inPhases(columns);
  const applied = columns
    .filter((column) => isFilled(column) || keptUniques.some((unique) => isReplacedBy(unique, column)))
    .map(({ table, name }): GateStep => ({ gate: "phase-applied", table, column: name }));
  // What contract builds on columns that stay optional needs their values.
  const isLate = units.some(({ phase, spec }) => phase === "contract" && !ofRequiredColumns.has(spec.kind));
  return {
    switch: [...applied, ...gatesOf(steps.switch ?? [])],
    contract: [
      ...applied,
      ...gatesOf([
        ...(steps.contract ?? []),
        ...(isLate ? lateGates(columns) : []),
        ...drops.flatMap(({ table, column }) => dropGates(table, column)),
      ]),
    ],
  };
}

/** The existing columns and tables that contract drops. */
function droppedIn(units: readonly Unit[], { readMigration }: SqlReader): readonly Pick<Drop, "table" | "column">[] {
  return units.flatMap(({ phase, spec }) => {
    if (spec.kind === "drop-column") return spec.columns.map(({ name }) => ({ table: spec.table, column: name }));
    if (phase !== "contract" || spec.kind !== "original") return [];
    return operationsOfKind(readMigration(spec.sql, "contract.sql").operations, "dropTable").map(({ table }) => ({
      table,
    }));
  });
}

const ofRequiredColumns: ReadonlySet<UnitKind> = new Set([
  "prove",
  "enforce",
  "assert-index",
  "drop-index",
  "drop-column",
]);

/** The minimum code changes: contract checks that the code contains them. */
function intentsFor({ columns, keptUniques = [] }: Plan): Plan["intents"] {
  const { expand = [], switch: read = [], contract = [] } = inPhases(columns);
  const left = keptUniques.flatMap((unique) => leaveUnique(unique, columns));
  return { expand: intentsOf(expand), switch: intentsOf(read), contract: [...intentsOf(contract), ...left] };
}

/** One pass per table, over the columns that need one. */
function backfillsOf({ columns }: Plan): BackfillSpec[] {
  return mergeBackfills(columns.flatMap((column) => (isFilled(column) ? fillRows(column) : [])));
}

/** Backfills are in the order of the user's statements, columns not always. */
function inOneOrder(backfills: readonly BackfillSpec[]): BackfillSpec[] {
  const sorted = <T>(list: readonly T[], nameOf: (each: T) => string) =>
    [...list].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  const named = backfills.map((spec) => ({
    ...spec,
    columns: sorted(spec.columns, ({ name }) => name),
    uniqueKeys: sorted(spec.uniqueKeys, (key) => JSON.stringify(key)),
    ...(spec.foreignKeys && { foreignKeys: sorted(spec.foreignKeys, ({ name }) => name) }),
  }));
  return sorted(named, ({ table, once }) => `${tableLabel(table)} ${once}`);
}

/** Whether the executed SQL matches the expression. */
async function isFounded(
  fill: Fill,
  column: PlannedColumn,
  reader: Pick<SqlReader, "readFill" | "underStatedSettings">,
): Promise<boolean> {
  const lookUps = fill.lookUps ?? [];
  const known = (table: TableName) => lookUps.find((each) => isSameTable(each.table, table));
  try {
    const read = await reader.readFill(fill.sql, {
      kind: fill.kind,
      source: fill.source,
      table: column.table,
      columns: fill.reads,
      generatedColumns: [],
      newColumn: column.name,
      ...(column.key === undefined ? {} : { key: column.key.map((each) => each.column) }),
      // The database already confirmed that it finds one row.
      lookedUp: async (table) => {
        const found = known(table);
        return found && { columns: found.columns, uniqueKeys: found.columns.map((name) => [name]) };
      },
    });
    const settled = fill.dependsOnSession === true ? withStatedSettings(read, reader) : read;
    const { isBuiltinOnly, withoutTrigger, ...own } = settled;
    const { isBuiltinOnly: _, withoutTrigger: __, ...stored } = fill;
    // The database may have its own functions with these names.
    return isSame(own, stored) && (isBuiltinOnly || !fill.isBuiltinOnly);
  } catch (error) {
    if (error instanceof LockstepError) return false;
    throw error;
  }
}

/** Whether the fills of a unit match those of its columns. */
function hasOwnFills(spec: Plan["units"][number]["spec"], columns: readonly PlannedColumn[]): boolean {
  if (!("columns" in spec)) return true;
  return spec.columns.every(({ name, fill }) => {
    if (fill === undefined) return true;
    const column = columns.find((each) => each.name === name && isSameTable(each.table, spec.table));
    return [column?.fill, column?.compute?.fallback].some((own) => own !== undefined && isSame(own, fill));
  });
}

/** Compares as JSON, in any order of keys. */
function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
}

/** One pass per table fills all of its planned columns; those that stay optional have a separate pass. */
export function mergeBackfills(steps: readonly Step[]): BackfillSpec[] {
  const merged: BackfillSpec[] = [];
  for (const step of steps) {
    if (step.kind !== "backfill") continue;
    const at = merged.findIndex(
      (spec) => spec.once === step.backfill.once && isSameTable(spec.table, step.backfill.table),
    );
    const other = merged[at];
    if (other === undefined) merged.push(step.backfill);
    else merged[at] = mergeBackfill(other, step.backfill);
  }
  return merged;
}

function mergeBackfill(one: BackfillSpec, other: BackfillSpec): BackfillSpec {
  const known = new Set(one.uniqueKeys.map((key) => JSON.stringify(key)));
  const added = other.uniqueKeys.filter((key) => !known.has(JSON.stringify(key)));
  const names = new Set((one.foreignKeys ?? []).map((key) => key.name));
  const foreignKeys = [...(one.foreignKeys ?? []), ...(other.foreignKeys ?? []).filter((key) => !names.has(key.name))];
  return {
    ...one,
    columns: [...one.columns, ...other.columns],
    uniqueKeys: [...one.uniqueKeys, ...added],
    ...(foreignKeys.length === 0 ? {} : { foreignKeys }),
  };
}

/** Each gate once, whatever requires it. */
export function gatesOf(steps: readonly Step[]): GateStep[] {
  const gates = steps.flatMap((step) => (step.kind === "gate" ? [step.gate] : []));
  return [...new Map(gates.map((gate) => [JSON.stringify(gate), gate])).values()];
}

/** Whether a unique key with the column replaces the old one. */
export function isReplacedBy(unique: KeptUnique, column: PlannedColumn): boolean {
  return isSameTable(unique.table, column.table) && unique.replacedBy.includes(column.name);
}

/** Lists code that finds rows by the old key with the new column of the key. */
export function leaveUnique(unique: KeptUnique, columns: readonly PlannedColumn[]): CodeIntent[] {
  const column = columns.find((candidate) => isReplacedBy(unique, candidate));
  if (column === undefined) return [];
  const { model, field, exposure } = column;
  return [{ kind: "leaveUnique", model, field, value: { kind: "none" }, exposure, unique: unique.selector }];
}

/** The code changes that the steps require. */
export function intentsOf(steps: readonly Step[]): CodeIntent[] {
  return steps.flatMap((step) => (step.kind === "code" ? [step.intent] : []));
}
