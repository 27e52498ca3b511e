import { named } from "../base/pattern-of.js";
import { unitsOf } from "../databases/units.js";
import { statedSettingsWords } from "../model/fill.js";
import type { DeployedPhase, Phase, Plan, PlannedColumn, Unit } from "../model/index.js";
import {
  addedBy,
  functionLabel,
  isFilled,
  madeRequiredBy,
  objectLabel,
  tableLabel,
  valueLabel,
} from "../model/index.js";
import { phasesOf } from "../plan/phases.js";
import { defaultPlan } from "../plan/store.js";
import { tablesOf } from "../plan/tables-of.js";
import { listed } from "./listed.js";

/** `"User"."handle"` */
export function columnLabel(column: Pick<PlannedColumn, "table" | "name">): string {
  return `"${tableLabel(column.table)}"."${column.name}"`;
}

/** `ACCESS EXCLUSIVE, instant`: the lock that others wait for, and whether for an instant, a scan or a rewrite. */
export function lockWords({ dialect }: Pick<Plan, "dialect">, unit: Pick<Unit, "spec" | "verdict">): string {
  return unit.verdict.doubts.includes("statement") ? "not known" : unitsOf(dialect).lockWords(unit);
}

/** `lower(email)`, or `function fills.User.handle of lockstep.config.ts, fallback lower(email)`; undefined: no value is planned. */
export function valueWords({ fill, compute }: Pick<PlannedColumn, "fill" | "compute">): string | undefined {
  if (compute === undefined) return fill?.sql;
  return `${functionLabel(compute)}, ${compute.fallback === undefined ? "no fallback: a database that skips releases fails on rows without a value" : `fallback ${compute.fallback.sql}`}`;
}

/** The steps of one phase of a plan, a line each, with their locks. */
export function phaseLines(plan: Plan, phase: Phase): { readonly text: string; readonly lock: string }[] {
  if (phase === "backfill")
    return plan.backfills.flatMap((backfill) =>
      backfill.columns.map((column) => ({
        text: `fill ${columnLabel({ table: backfill.table, name: column.name })} with ${valueLabel(column)}${column.fill?.dependsOnSession ? `, under ${statedSettingsWords}` : ""}${
          column.fill?.withoutTrigger === true && backfill.once !== true
            ? "; there is no trigger, so this also fills the rows of older code"
            : ""
        }`,
        lock: "row locks, batch by batch",
      })),
    );
  const units = plan.units
    .filter((unit) => unit.phase === phase)
    .map((unit) => ({ text: unit.title, lock: lockWords(plan, unit) }));
  return [...units, ...codeWords(plan, phase).map((text) => ({ text, lock: "code" }))];
}

/** What the units of a file do, the statements that no unit replaces last. */
export function fileTitle(units: readonly Unit[]): string {
  const planned = units.filter(({ spec }) => spec.kind !== "original");
  if (planned.length === 0) return units.map(({ title }) => title).join("; ");
  const others = planned.length < units.length ? ["other statements of the migration"] : [];
  return [...planned.map(({ title }) => title), ...others].join("; ");
}

/** The code changes of a phase: columns that become required, and those that stay optional. */
function codeWords(plan: Plan, phase: DeployedPhase): string[] {
  const required = madeRequiredBy(plan);
  const added = addedBy(plan).filter(isFilled);
  const filled = added.filter(({ isOutsideClient }) => !isOutsideClient);
  const names = (columns: readonly PlannedColumn[]) =>
    listed(
      columns.map((column) => `${column.model}.${column.field}`),
      8,
    );
  const outside = names(added.filter(({ isOutsideClient, isRelaxed }) => isOutsideClient && isRelaxed));
  const relaxed = names(filled.filter((column) => column.isRelaxed));
  const mirrors = names(filled.filter(({ fill }) => fill?.kind === "mirror"));
  const written = names(filled.filter(({ isRelaxed, fill }) => isRelaxed && fill?.kind !== "mirror"));
  const optional = names(filled.filter((column) => !column.isRelaxed));
  const reads = filled.length === 0 ? [] : [`code reads ${names(filled)}`];
  switch (phase) {
    case "expand":
      return [
        ...(required.length === 0 ? [] : [`${names(required)} optional for now; code writes it`]),
        ...(written === "" ? [] : [`${written} optional for now; code writes it`]),
        ...(mirrors === "" ? [] : [`${mirrors} optional for now; its trigger writes it, not code`]),
        ...(optional === "" ? [] : [`${optional} optional; fixtures and requests include it`]),
        ...(outside === "" ? [] : [`${outside} optional for now, in the model alone`]),
      ];
    case "switch":
      return [...reads, ...(mirrors === "" ? [] : [`code writes ${mirrors}`])];
    case "contract":
      return [
        ...(plan.pace === "brisk" ? reads : []),
        ...(required.length === 0 ? [] : [`${names(required)} required`]),
        ...(relaxed === "" ? [] : [`${relaxed} required; fallbacks removed`]),
        ...(outside === "" ? [] : [`${outside} required`]),
      ];
    default:
      return phase satisfies never;
  }
}

/**
 * What an undo leaves although the change created it: ` "Team", made by the same change, and what is in it stay.` Statements that needed no
 * rewrite are the user's own: a column beside the planned one, an index elsewhere.
 */
export function stayWords(plan: Plan): string {
  const made = (plan.madeTables ?? []).map((table) => `"${tableLabel(table)}"`).join(", ");
  // Types that the change created are dropped with their columns; new tables are named.
  const hasOthers = plan.units.some(
    ({ phase, spec }) =>
      phase === "expand" &&
      spec.kind === "original" &&
      spec.sql.split(/;[ \t]*$/m).some((sql) => otherStatement.test(sql) && !goesWithColumns(sql, plan)),
  );
  return [
    made === "" ? "" : ` ${made}, created by the same change, and its rows stay.`,
    hasOthers ? " The other changes of the same migration stay." : "",
  ].join("");
}

/** Whether a statement adds a constraint or an index over an added column: it is dropped with the column. */
function goesWithColumns(sql: string, plan: Plan): boolean {
  if (!/^(?:ALTER TABLE .* ADD CONSTRAINT|CREATE (?:UNIQUE )?INDEX) /m.test(sql)) return false;
  return addedBy(plan).some(({ table, name }) => [table.name, name].every((each) => named(each).test(sql)));
}

/** A statement at the beginning of a line, as the ORM writes it, that creates neither a table nor a type. */
const otherStatement = /^(?!CREATE (?:TABLE|TYPE) |SELECT 1;$)[A-Z]/m;

/**
 * `npx lockstep next`, as it has to be typed: with the plan's name if the command would ask for one or select another.
 *
 * @param plans of the project, in the state in which they were read
 */
export function commandFor(command: string, plan: Plan, plans: readonly Plan[]): string {
  const now = [...plans.filter(({ id }) => id !== plan.id), plan].sort((a, b) => (a.id < b.id ? -1 : 1));
  const use = {
    wayBack: command === "undo" || command === "abandon" ? command : undefined,
    isBackfill: command.startsWith("backfill "),
  } as const;
  return `npx lockstep ${command}${defaultPlan(now, use) === plan ? "" : ` ${plan.id}`}`;
}

/** The columns and drops of a plan, else its tables: `"User"."handle"`, `"User"` */
export function changesOf(plan: Plan): readonly string[] {
  const own = [...plan.columns.map(columnLabel), ...(plan.drops ?? []).map(objectLabel)];
  return own.length > 0 ? own : tablesOf(plan).map((table) => `"${tableLabel(table)}"`);
}

/** `4 phases`, `1 phase` */
export function phaseCount(plan: Plan): string {
  const count = phasesOf(plan).length;
  return count === 1 ? "1 phase" : `${count} phases`;
}
