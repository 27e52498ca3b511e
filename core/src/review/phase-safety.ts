import { isFilled, isSameTable, type Phase, type Plan, tableLabel, type Unit } from "../model/index.js";
import { phasesOf } from "../plan/phases.js";
import { dangersOf } from "../sql/verdicts/notice-filter.js";
import { dangerWords } from "./verdict-words.js";

/** A phase that is not safe with the app version before and after it, or blocks it for a while, and why. */
export interface UnsafePhase {
  readonly phase: Phase;
  readonly words: readonly string[];
}

/** The phases that are not certainly safe, because of the user's own statements. */
export function unsafePhases(plan: Plan): UnsafePhase[] {
  return phasesOf(plan).flatMap((phase) => {
    const verdicts = plan.units.filter((unit) => unit.phase === phase).map(({ verdict }) => verdict);
    const words = [
      ...verdicts.flatMap((verdict) => dangerWords({ ...verdict, concerns: dangersOf(verdict) })),
      ...plan.units
        .filter((unit) => unit.phase === phase)
        .flatMap((unit) => [
          ...keptRows(plan, unit),
          ...keysThatGo(plan, unit),
          ...narrowed(unit),
          ...withoutValue(unit),
        ]),
      ...(phase === "expand" ? plan.units.flatMap((unit) => [...keysThatCome(unit), ...newKeys(plan, unit)]) : []),
    ];
    return words.length === 0 ? [] : [{ phase, words: [...new Set(words)] }];
  });
}

/** Rows whose values Lockstep references, and that the version before may delete. */
function keptRows(plan: Plan, { spec }: Unit): string[] {
  if (spec.kind !== "add-foreign-key" || spec.isToNew || !["NO ACTION", "RESTRICT"].includes(spec.foreignKey.onDelete))
    return [];
  const filled = plan.columns.filter(
    (column) =>
      isFilled(column) && isSameTable(column.table, spec.table) && spec.foreignKey.columns.includes(column.name),
  );
  const [column] = filled;
  if (column === undefined) return [];
  return [
    `deleting rows of "${tableLabel(spec.foreignKey.references)}" fails while rows of "${tableLabel(spec.table)}" reference them by "${column.name}"`,
  ];
}

/** Rows of new code that the version before may not be able to read. */
function withoutValue({ spec }: Unit): string[] {
  if (spec.kind !== "drop-not-null") return [];
  const names = spec.columns.map(({ name }) => `"${tableLabel(spec.table)}"."${name}"`).join(", ");
  return [
    `new code writes no value in ${names}, and the version before may fail to read such rows. To avoid that, give the column a default first, in a change of its own`,
  ];
}

/** For a change by a table copy: writes of running code that may be rejected after it. */
function narrowed({ spec }: Unit): string[] {
  if (spec.kind !== "online-copy") return [];
  const table = `"${tableLabel(spec.table)}"`;
  return spec.changes.flatMap(({ clause, adds }) => {
    if (adds?.kind === "check")
      return [`rows of ${table} that do not pass "${adds.name}" are refused, and it fails where there are any`];
    return /^(?:MODIFY|CHANGE|CONVERT)\b/i.test(clause)
      ? [`values of ${table} that do not fit ${clause} are refused, and it fails where there are any`]
      : [];
  });
}

/** Writes of running code that a key over existing columns, or NOT NULL, rejects from then on. */
function newKeys({ columns }: Plan, { phase, spec }: Unit): string[] {
  if (phase === "expand" && spec.kind === "enforce" && spec.isExisting) {
    const required = spec.columns.map(({ name }) => `"${name}"`).join(", ");
    return [`rows of "${tableLabel(spec.table)}" without ${required} are rejected, also from running code`];
  }
  if (phase !== "expand" || (spec.kind !== "create-index" && spec.kind !== "add-foreign-key")) return [];
  const key = spec.kind === "create-index" ? spec.index.columns : spec.foreignKey.columns;
  if (columns.some(({ table, name }) => isSameTable(table, spec.table) && key.includes(name))) return [];
  const names = key.map((name) => `"${name}"`).join(", ");
  const rows = `rows of "${tableLabel(spec.table)}"`;
  if (spec.kind === "add-foreign-key")
    return [
      `${rows} whose ${names} has no row in "${tableLabel(spec.foreignKey.references)}" are rejected, also from running code`,
    ];
  return spec.index.isUnique ? [`${rows} that repeat ${names} are rejected, also from running code`] : [];
}

/** Updated code that upserts by a unique key which contract builds. */
function keysThatCome({ phase, spec }: Unit): string[] {
  if (phase !== "contract" || spec.kind !== "create-index" || !spec.index.isUnique) return [];
  return [`an upsert of "${tableLabel(spec.table)}" by "${spec.index.name}" fails until contract has built that`];
}

/** Code that names a dropped unique key, for example in an upsert. */
function keysThatGo({ keptUniques = [] }: Plan, { spec }: Unit): string[] {
  if (spec.kind !== "drop-index") return [];
  return keptUniques
    .filter(({ table, index }) => isSameTable(table, spec.table) && index.name === spec.index.name)
    .map(
      ({ table, index }) =>
        `code that finds or upserts rows of "${tableLabel(table)}" by (${index.columns.join(", ")}) fails after this phase`,
    );
}

/** `4 phases, each safe with the app version before and after it`; `each but expand safe …` if one is not. */
export function safetyWords(plan: Plan, phases: string): string {
  const unsafe = unsafePhases(plan).map(({ phase }) => phase);
  const safe = "safe with the app version before and after it";
  if (unsafe.length === 0) return `${phases}, ${phasesOf(plan).length > 1 ? "each " : ""}${safe}`;
  if (unsafe.length === phasesOf(plan).length) return `${phases}, not ${safe}`;
  return `${phases}, each but ${unsafe.join(" and ")} ${safe}`;
}
