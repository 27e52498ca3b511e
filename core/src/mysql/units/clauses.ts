import type { ColumnsSpec } from "../../dialect/units.js";
import type { UnitColumn } from "../../model/plan.js";
import { quoteIdentifier, quoteTable } from "../quote.js";

/** `` `a`, `b` `` */
export function columnList(columns: readonly UnitColumn[]): string {
  return columns.map(({ name }) => quoteIdentifier(name)).join(", ");
}

/** `` `User`.`a`, `User`.`b` `` */
export function qualifiedColumns({ table, columns }: ColumnsSpec): string {
  return columns.map(({ name }) => `${quoteTable(table)}.${quoteIdentifier(name)}`).join(", ");
}

/** `` ALTER TABLE `User` <clause of each column>, ALGORITHM=INSTANT `` */
export function alterTable(
  { table, columns }: Pick<ColumnsSpec, "table" | "columns">,
  clause: (column: UnitColumn) => string,
  algorithm: Algorithm,
): string {
  return `ALTER TABLE ${quoteTable(table)} ${columns.map(clause).join(", ")}, ${algorithm}`;
}

/** MySQL refuses LOCK=NONE beside INSTANT (1221), which needs none. */
export type Algorithm = "ALGORITHM=INSTANT" | "ALGORITHM=INPLACE, LOCK=NONE" | "ALGORITHM=NOCOPY, LOCK=NONE";
