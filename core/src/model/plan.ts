import type { CodeIntent } from "./code-schema.js";
import type { BackfillSpec, GateStep, Plan, PlannedColumn } from "./plan-schema.js";
import type { Unit, UnitSpec } from "./unit-schema.js";
import { slowConcerns } from "./verdict.js";

export type {
  ForeignKey,
  IndexedBy,
  KeyColumn,
  SequenceSpec,
  UnitColumn,
  UnitIndex,
  ValueConstraints,
} from "./column-schema.js";
export type {
  BackfillSpec,
  Consent,
  Descendants,
  Drop,
  FormattedFile,
  GateStep,
  KeptUnique,
  Pace,
  Plan,
  PlannedColumn,
  PlanState,
  WrittenUnit,
} from "./plan-schema.js";
export type { OrmQuery, Outcome, TableChange, Unit, UnitKind, UnitSpec } from "./unit-schema.js";

export const phases = ["expand", "backfill", "switch", "contract"] as const;
export type Phase = (typeof phases)[number];
/** Phases with a deployment; `backfill` is run, not deployed. */
export type DeployedPhase = Exclude<Phase, "backfill">;

/** The smallest thing run, verified and recorded */
export type Step =
  | { readonly kind: "ddl"; readonly unit: UnitSpec }
  | { readonly kind: "backfill"; readonly backfill: BackfillSpec }
  | { readonly kind: "code"; readonly intent: CodeIntent }
  | { readonly kind: "gate"; readonly gate: GateStep };

/** The name of a file in `gates/`: adding a gate is adding a file. */
export type GateId = GateStep["gate"];

/** The units of a phase, file by file. */
export function inFiles(units: readonly Unit[]): readonly (readonly [Unit, ...Unit[]])[] {
  const files: [Unit, ...Unit[]][] = [];
  for (const unit of units) {
    const last = files.at(-1);
    if (unit.isJoined && last !== undefined) last.push(unit);
    else files.push([unit]);
  }
  return files;
}

/** The names of the indexes and constraints that contract builds. Empty once it is released. */
export function builtInContract({ units, state }: Pick<Plan, "units" | "state">): readonly string[] {
  if (state.released === "contract" || state.released === "undone") return [];
  return units.flatMap(({ phase, spec }) => {
    if (phase !== "contract") return [];
    if (spec.kind === "create-index") return [spec.index.name];
    if (spec.kind === "add-foreign-key") return [spec.foreignKey.name];
    if (spec.kind === "online-copy") return spec.changes.flatMap(({ adds }) => adds?.name ?? []);
    if (spec.kind !== "original") return [];
    const dropped = (spec.down ?? []).flatMap(({ sql }) => / DROP CONSTRAINT IF EXISTS "(.+)"$/.exec(sql)?.[1] ?? []);
    return dropped.map((name) => name.replaceAll('""', '"'));
  });
}

/** Whether a unit is the user's own statements, unchanged, and blocks reads or writes while it scans: no plan makes it safe. */
export function isUnsafeOriginal({ spec, verdict }: Pick<Unit, "spec" | "verdict">): boolean {
  return spec.kind === "original" && spec.frame === undefined && slowConcerns(verdict).length > 0;
}

/** The existing columns that a plan makes required. */
export function madeRequiredBy({ columns }: Pick<Plan, "columns">): readonly PlannedColumn[] {
  return columns.filter(({ becomesRequired }) => becomesRequired);
}

/** The columns that a plan adds: an undo drops them. */
export function addedBy({ columns }: Pick<Plan, "columns">): readonly PlannedColumn[] {
  return columns.filter(({ becomesRequired }) => !becomesRequired);
}

/** Whether a trigger sets the value of new rows from expand to contract. */
export function hasTrigger({ isRelaxed, fill }: Pick<PlannedColumn, "isRelaxed" | "fill">): boolean {
  return isRelaxed && fill !== undefined && fill.withoutTrigger === undefined;
}
