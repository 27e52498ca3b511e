import type {
  BackfillSpec,
  CodeIntent,
  GateStep,
  Migration,
  Notice,
  Pace,
  Phase,
  Plan,
  PlannedColumn,
  Step,
} from "../model/index.js";
import { isFilled, isSameTable, valueLabel } from "../model/index.js";
import { judge } from "../rules/judge.js";
import { contractUnits, expandUnits, type Rewritten, undoUnits } from "./assemble-units.js";
import { refuseIdleAnnotations } from "./guard-annotations.js";
import { refuseLostSources, refuseUnfilledSources } from "./guard-sources.js";
import { sha256 } from "./hash.js";
import { planColumns } from "./plan-columns.js";
import type { PlanSources } from "./sources.js";

export interface PlanRequest {
  /** `<timestamp>_<name>`, as the ORM names the migration. */
  readonly id: string;
  readonly orm: string;
  readonly versions: Plan["versions"];
  readonly migration: Migration;
  readonly sources: PlanSources;
  /** Why it is careful or brisk, in words. Default: careful. */
  readonly pace?: { readonly pace: Pace; readonly reason: string };
  /** Plans that are not done: a fill must not read what they still fill. */
  readonly openPlans: readonly Plan[];
  readonly originalModels: (columns: readonly PlannedColumn[]) => Plan["originalModels"];
}

/** The answer to a change: it passes as it stands (with what a person should look at), or there is a plan. */
export type PlanAnswer =
  | { readonly kind: "pass"; readonly notices: readonly Notice[] }
  | { readonly kind: "plan"; readonly plan: Plan };

/**
 * Turns a migration into a plan, or says that it passes. Deterministic: the same input gives the same plan, byte for byte.
 *
 * @throws LS2001–LS2011 where a plan would need something that nobody has said
 */
export async function buildPlan(request: PlanRequest): Promise<PlanAnswer> {
  const { migration, sources } = request;
  const judgement = judge(migration, sources.column);
  const skipped: Notice[] = [];
  const findings = judgement.findings.filter(({ operation, rule, hazard }) => {
    const reasons = rule
      .columns(operation, judgement.context)
      .flatMap(({ table, column }) => sources.column(table, column)?.skip ?? []);
    skipped.push(
      ...reasons.map((reason) => ({ line: hazard.line, sql: hazard.sql, reason: `by @lockstep.skip: ${reason}` })),
    );
    return reasons.length === 0;
  });
  const notices = [...skipped, ...judgement.notices];
  if (findings.length === 0) return { kind: "pass", notices };

  const columns = await planColumns(findings, judgement.context, sources);
  refuseIdleAnnotations(migration.operations, sources.column, (table, name) =>
    columns.some((column) => valueLabel(column) !== "" && column.name === name && isSameTable(column.table, table)),
  );
  refuseLostSources(migration.operations, columns);
  refuseUnfilledSources(columns, request.openPlans);
  const rewritten: Rewritten[] = findings.map((finding) => {
    const own = finding.rule.columns(finding.operation, judgement.context);
    const planned = columns.filter((column) =>
      own.some((ref) => ref.column === column.name && isSameTable(ref.table, column.table)),
    );
    return { ...finding, rewrite: finding.rule.rewrite(finding.operation, planned, judgement.context) };
  });
  const steps = (phase: Phase) => rewritten.flatMap(({ rewrite }) => rewrite[phase] ?? []);
  const expand = expandUnits(migration, rewritten);
  const contract = contractUnits(rewritten);
  const units = [...expand, ...contract];
  const ids = units.map((unit) => unit.id);
  if (new Set(ids).size !== ids.length) throw new Error(`unit ids collide: ${ids.join(", ")}`);

  const applied = columns.flatMap((column): GateStep[] =>
    isFilled(column) ? [{ gate: "phase-applied", table: column.table, column: column.name }] : [],
  );
  const hazards = rewritten.map((finding) => finding.hazard);
  const plan: Plan = {
    schemaVersion: 1,
    id: request.id,
    orm: request.orm,
    dialect: "postgresql",
    fingerprint: sha256(JSON.stringify([migration.sql, columns, units.map((unit) => unit.spec)])),
    versions: request.versions,
    source: { sql: migration.sql, sha256: sha256(migration.sql) },
    pace: request.pace?.pace ?? "careful",
    paceReason: request.pace?.reason ?? "the default",
    columns,
    hazards,
    notices,
    units,
    backfills: mergeBackfills(steps("backfill")),
    gates: {
      switch: [...applied, ...gatesOf(steps("switch"))],
      contract: [...applied, ...gatesOf(steps("contract"))],
    },
    intents: {
      expand: intentsOf(steps("expand")),
      switch: intentsOf(steps("switch")),
      contract: intentsOf(steps("contract")),
    },
    undo: { expand: undoUnits(expand, "expand"), contract: undoUnits(contract, "contract") },
    originalModels: request.originalModels(columns),
    state: { released: "expand", written: [], held: [], undo: [], edits: [], places: [], codeFiles: [] },
  };
  return { kind: "plan", plan };
}

/** One pass a table fills all of its planned columns; those that stay optional have one of their own. */
function mergeBackfills(steps: readonly Step[]): BackfillSpec[] {
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
  return { ...one, columns: [...one.columns, ...other.columns], uniqueKeys: [...one.uniqueKeys, ...added] };
}

function gatesOf(steps: readonly Step[]): GateStep[] {
  return steps.flatMap((step) => (step.kind === "gate" ? [step.gate] : []));
}

function intentsOf(steps: readonly Step[]): CodeIntent[] {
  return steps.flatMap((step) => (step.kind === "code" ? [step.intent] : []));
}

/** The phases that a plan has, in order: an index alone needs nothing after expand, optional columns nothing after switch. */
export function phasesOf(plan: Plan): Phase[] {
  const isRelaxed = plan.columns.some((column) => column.isRelaxed);
  const hasBackfill = plan.backfills.length > 0;
  // Brisk, reads open together with the contract; without one they have a phase of their own.
  const hasSwitch = isRelaxed ? plan.pace !== "brisk" : hasBackfill;
  return [
    "expand",
    ...(hasBackfill ? (["backfill"] as const) : []),
    ...(hasSwitch ? (["switch"] as const) : []),
    ...(isRelaxed ? (["contract"] as const) : []),
  ];
}
