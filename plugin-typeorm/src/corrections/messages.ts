import { type Notice, type OperationOf, quoteLiteral, type Remark, type TableName, tableLabel } from "@lockstep/core";
import type { ColumnDependents } from "@lockstep/core/planning";
import type { DroppedExpression } from "./dropped-expressions.js";
import type { ExtendedEnum } from "./extend-enums.js";
import type { RetypedColumn } from "./recreated-columns.js";

/** A column that is altered instead of dropped and added again. */
/** @param how it is changed. Default: only in the catalog */
export function retypedWords({ table, name, before, add }: RetypedColumn, how = "in the catalogue alone"): string {
  const label = `"${tableLabel(table)}"."${name}"`;
  const change = before.type === add.column.type ? "" : `: ${before.type} becomes ${add.column.type}, ${how}`;
  return `${label} keeps its values${change}. The ORM's own statements drop the column and add it again, empty.`;
}

export function plainWords({ table, name }: DroppedExpression): string {
  return `"${tableLabel(table)}"."${name}" keeps its values, and is no longer computed. The ORM's own statements copy it in one UPDATE.`;
}

export function extendedWords({ name, from, added }: ExtendedEnum): string {
  const values = added.map(quoteLiteral).join(", ");
  const changes = [
    ...(from.name === name.name ? [] : [`is renamed from "${from.name}"`]),
    ...(added.length === 0 ? [] : [`gets ${values} with ADD VALUE`]),
  ];
  return `The enum "${tableLabel(name)}" ${changes.join(" and ")}. The ORM's own statements make it anew, and write every row again.`;
}

export function movedWords(additions: readonly OperationOf<"addEnumValue">[]): string[] {
  const words = additions.map(
    ({ name, value }) =>
      `The enum "${tableLabel(name)}" gets ${quoteLiteral(value)} once, and before what uses it. The ORM's own statements would fail.`,
  );
  return [...new Set(words)];
}

export function mergedWords(enums: readonly TableName[]): string[] {
  return enums.map(
    (name) =>
      `The enum "${tableLabel(name)}" is made anew once, for all of its columns. The ORM's own statements do so for each, and would fail.`,
  );
}

/** @param objects what the change dropped and added again: `foreign key "FK_1"` */
export function keptWords(objects: readonly string[]): string[] {
  return objects.map((object) => `The ${object} stays. The ORM's own statements drop it and add it again as it was.`);
}

/**
 * The remaining cost of a change of type.
 *
 * @param at the statement that makes it, and its line
 */
export function retypedNotices(
  { table, name, before, add }: RetypedColumn,
  dependents: ColumnDependents | undefined,
  at: Pick<Notice, "line" | "sql">,
): Notice[] {
  if (before.type === add.column.type) return [];
  const remarks: Remark[] = [
    ...(dependents?.rebuilt ?? []).map((index) => ({ kind: "builds-index-again", table, index }) as const),
    ...(dependents?.checked ?? []).map((check) => ({ kind: "checks-again", table, check }) as const),
    { kind: "forgets-statistics", table, column: name },
  ];
  return [{ ...at, remarks }];
}
