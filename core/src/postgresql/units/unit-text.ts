import type { ColumnsSpec } from "../../dialect/units.js";
import type { UnitColumn } from "../../model/plan.js";
import { quoteIdentifier, quoteTable } from "../quote.js";

/** `"a", "b"` */
export function columnList(columns: readonly UnitColumn[]): string {
  return columns.map((column) => quoteIdentifier(column.name)).join(", ");
}

/** `"User"."a", "User"."b"` */
export function qualifiedColumns(spec: ColumnsSpec): string {
  return spec.columns.map((column) => `${quoteTable(spec.table)}.${quoteIdentifier(column.name)}`).join(", ");
}

/** `ALTER TABLE "User" <clause of each column>, …` */
export function alterTable(spec: ColumnsSpec, ...clauses: ((column: UnitColumn) => string)[]): string {
  const all = clauses.flatMap((clause) => spec.columns.map(clause));
  return `ALTER TABLE ${quoteTable(spec.table)} ${all.join(", ")}`;
}
