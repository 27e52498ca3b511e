import { type TableFacts, typeOf } from "../../dialect/table.js";

/**
 * The input of a function: the columns `i0`, `i1`, … of a row under their own names. Date-times are in UTC, as Prisma writes them, and JSON
 * is parsed. The driver returns both as text.
 */
export function inputOf(
  row: Readonly<Record<string, unknown>>,
  reads: readonly string[],
  table: TableFacts,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(reads.map((name, at) => [name, asGiven(row[`i${at}`], typeOf(table, name))]));
}

function asGiven(value: unknown, type: string): unknown {
  if (typeof value !== "string") return value;
  if (/^(?:datetime|timestamp)\b/.test(type)) return new Date(`${value.replace(" ", "T")}Z`);
  if (/^date\b/.test(type)) return new Date(`${value}T00:00:00Z`);
  return type === "json" ? JSON.parse(value) : value;
}
