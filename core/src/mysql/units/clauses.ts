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

/** MySQL rejects LOCK=NONE with INSTANT (1221), which does not need it. */
export type Algorithm = "ALGORITHM=INSTANT" | "ALGORITHM=INPLACE, LOCK=NONE" | "ALGORITHM=NOCOPY, LOCK=NONE";
