import { patternOf } from "../../base/pattern-of.js";
import { type Plan, type TableName, tableLabel, type UnitSpec } from "../../model/index.js";
import type { ReleasedUnit } from "../../plan/migration-of.js";
import { tablesOf } from "../../plan/tables-of.js";
import type { Difference } from "./difference.js";

/**
 * Why a difference of a plan's is there. `broken`: an index, a check or a trigger that a run which broke off left, or that somebody took
 * away or switched off · `unrecorded`: a migration of the plan that is not recorded as applied has made it · `left-over`: it bears a name
 * of Lockstep's, and no open plan has it.
 */
export type Reason =
  | { readonly kind: "broken"; readonly plan: string }
  | { readonly kind: "unrecorded"; readonly plan: string; readonly migration: string }
  | { readonly kind: "left-over" };

/** A difference between a target and what its migrations make. */
export interface Drift extends Difference {
  /** `User.nick`, `audit.log`: as people name it; a schema that is looked in by default is left out. */
  readonly label: string;
  /** Open plans whose tables it is about. */
  readonly plans: readonly string[];
  readonly reason?: Reason;
}

export interface DriftContext {
  readonly defaultSchema: string;
  /** Those that have something to do on the target. */
  readonly plans: readonly Plan[];
  /** Of these plans, what is released and not recorded as applied. */
  readonly pending: readonly ReleasedUnit[];
  /** The names of what an open plan has on a column while it is open. */
  scaffolding(table: TableName, column: string): readonly string[];
  /** Names of Lockstep's that stand on the target. */
  readonly scaffolds: ReadonlySet<string>;
}

/** Says which plans differences concern and why they are there; those of plans come first. */
export function explained(differences: readonly Difference[], context: DriftContext): readonly Drift[] {
  const all = differences.map((difference): Drift => {
    const reason = reasonOf(difference, context);
    const own = reason === undefined || reason.kind === "left-over" ? [] : [reason.plan];
    const plans = context.plans
      .filter((plan) => tablesOf(plan).some((table) => isAbout(difference, table, context)))
      .map(({ id }) => id);
    return {
      ...difference,
      label: labelOf(difference, context.defaultSchema),
      plans: [...new Set([...own, ...plans])],
      ...(reason === undefined ? {} : { reason }),
    };
  });
  return [...all.filter(({ plans }) => plans.length > 0), ...all.filter(({ plans }) => plans.length === 0)];
}

/** Whether a pattern of the config is about it: its kind and its label, with `*` for anything. */
export function isIgnored({ kind, label }: Drift, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    new RegExp(`^${pattern.split("*").map(patternOf).join(".*")}$`, "s").test(`${kind} ${label}`),
  );
}

function labelOf({ schema, table, name }: Difference, defaultSchema: string): string {
  const own = schema === undefined || schema === defaultSchema ? {} : { schema };
  return tableLabel({ ...own, name: table === undefined ? name : `${table}.${name}` });
}

function isAbout(
  { kind, schema, table, name }: Difference,
  other: TableName,
  { defaultSchema }: DriftContext,
): boolean {
  const own = table ?? (kind === "table" ? name : undefined);
  return own === other.name && (schema ?? defaultSchema) === (other.schema ?? defaultSchema);
}

function reasonOf(difference: Difference, context: DriftContext): Reason | undefined {
  const { kind, here, there } = difference;
  const name = difference.name.replace(/ ?\(.*$/s, "");
  const pending = context.pending.find(({ unit }) => namesIn(unit.spec, kind, context).includes(name));
  const owner = context.plans.find((plan) => scaffoldsOf(plan, context).includes(name));
  const builder = context.plans.find(({ units }) =>
    units.some(({ spec }) => kind === "index" && "index" in spec && spec.index.name === name),
  );
  if (kind === "index" && here?.isValid === false && builder !== undefined) return { kind: "broken", plan: builder.id };
  if (here !== undefined && there === undefined && pending !== undefined)
    return kind === "constraint" && owner !== undefined
      ? { kind: "broken", plan: owner.id }
      : { kind: "unrecorded", plan: pending.plan.id, migration: pending.migration };
  if (owner !== undefined) return { kind: "broken", plan: owner.id };
  if (there === undefined && context.scaffolds.has(name)) return { kind: "left-over" };
  return undefined;
}

function scaffoldsOf({ columns }: Plan, { scaffolding }: DriftContext): readonly string[] {
  return columns.flatMap(({ table, name }) => scaffolding(table, name));
}

/** The names that a unit gives to objects of a kind. */
function namesIn(spec: UnitSpec, kind: Difference["kind"], { scaffolding }: DriftContext): readonly string[] {
  const columns = "columns" in spec && "table" in spec ? spec.columns : [];
  const scaffolds = columns.flatMap(({ name }) => ("table" in spec ? scaffolding(spec.table, name) : []));
  switch (kind) {
    case "column":
      return spec.kind === "expand" ? columns.map(({ name }) => name) : [];
    case "index":
      return "index" in spec ? [spec.index.name] : [];
    case "constraint":
      return "foreignKey" in spec ? [spec.foreignKey.name] : scaffolds;
    case "trigger":
    case "function":
      return scaffolds;
    default:
      return [];
  }
}
