import { patternOf } from "../../base/pattern-of.js";
import { type Plan, type TableName, tableLabel, type UnitSpec } from "../../model/index.js";
import type { ReleasedUnit } from "../../plan/migration-of.js";
import { tablesOf } from "../../plan/tables-of.js";
import type { Difference } from "./difference.js";

/**
 * Why an object of a plan differs. `broken`: an index, a check or a trigger that an interrupted run left, or that was dropped or disabled ·
 * `unrecorded`: a migration of the plan that is not recorded as applied has created it · `left-over`: it has one of Lockstep's names, and
 * no open plan uses it.
 */
export type Reason =
  | { readonly kind: "broken"; readonly plan: string }
  | { readonly kind: "unrecorded"; readonly plan: string; readonly migration: string }
  | { readonly kind: "left-over" };

/** A difference between a target and the schema of its migrations. */
export interface Drift extends Difference {
  /** `User.nick`, `audit.log`: the usual name, without a schema in the default search path. */
  readonly label: string;
  /** Open plans for its table. */
  readonly plans: readonly string[];
  readonly reason?: Reason;
}

export interface DriftContext {
  readonly defaultSchema: string;
  /** Plans with pending work on the target. */
  readonly plans: readonly Plan[];
  /** Units of these plans that are released and not recorded as applied. */
  readonly pending: readonly ReleasedUnit[];
  /** The names of an open plan's objects for a column. */
  scaffolding(table: TableName, column: string): readonly string[];
  /** Lockstep's names that exist on the target. */
  readonly scaffolds: ReadonlySet<string>;
}

/** Adds the plans and the reason to each difference; those of plans come first. */
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

/** Whether a pattern of the config matches its kind and label, with `*` for anything. */
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

/** The names of a unit's objects of one kind. */
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
