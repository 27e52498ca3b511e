import { type TableFacts, typeOf } from "../../dialect/table.js";

/**
 * What a function is given of a row: the columns `i0`, `i1`, … under their own names. Moments are in UTC, as Prisma writes them, and JSON
 * is what it says; the driver gives both as text.
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
