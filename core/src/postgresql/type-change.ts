/**
 * Types with the same storage and operators: PostgreSQL casts between them without a function (pg_cast.castmethod = 'b') and keeps the
 * indexes (CheckIndexCompatible in its indexcmds.c).
 */
const alike: readonly (readonly [from: string, to: string])[] = [
  ["character varying", "text"],
  ["text", "character varying"],
  ["cidr", "inet"],
  ["xml", "text"],
  ["xml", "character varying"],
];

/**
 * Types whose length or precision can grow without reading rows: their support function reports that to the planner (varchar_support,
 * varbit_support, numeric_support, timestamp_support, time_support, interval_support in pg_proc.prosupport).
 */
const growing: ReadonlySet<string> = new Set([
  "character varying",
  "bit varying",
  "numeric",
  "timestamp without time zone",
  "timestamp with time zone",
  "time without time zone",
  "time with time zone",
  "interval",
]);

/** Without a precision, these types have the maximum. */
const greatestPrecision: Readonly<Record<string, number>> = {
  "timestamp without time zone": 6,
  "timestamp with time zone": 6,
  "time without time zone": 6,
  "time with time zone": 6,
  interval: 6,
};

/**
 * Whether ALTER COLUMN … TYPE only changes the catalog, without reading or writing the table or a plain index. Applies to PostgreSQL 13 to
 * 18 (test/database/type-change.test.ts checks the files). Other objects that depend on the column may cost more: see
 * facts/column-dependents.ts.
 *
 * @param from as `format_type` prints it
 * @example changesCatalogueOnly("character varying(100)", "text") === true
 */
export function changesCatalogueOnly(from: string, to: string): boolean {
  const [before, after] = [parts(from), parts(to)];
  if (before.isArray !== after.isArray) return false;
  if (from === to) return true;
  // For arrays, PostgreSQL only recognises that the elements lose their limit.
  if (before.isArray) return before.base === after.base && growing.has(before.base) && after.limits.length === 0;
  if (before.base !== after.base)
    return after.limits.length === 0 && alike.some(([one, other]) => one === before.base && other === after.base);
  if (!growing.has(before.base)) return false;
  if (after.limits.length === 0) return true;
  const [limit, scale] = before.limits.length === 0 ? [greatestPrecision[before.base]] : before.limits;
  return limit !== undefined && (after.limits[0] ?? 0) >= limit && after.limits[1] === scale;
}

/** Extension types that store values like other types, but sort and compare them differently. */
export function isRelabelled(from: string, to: string): boolean {
  const texts = ["text", "character varying", "citext"];
  return from !== to && texts.includes(baseOf(from)) && (to === "citext" || (from === "citext" && texts.includes(to)));
}

const integers = ["smallint", "integer", "bigint", "numeric"];

/** Whether every value of one type converts to the other, so the change fails on no row. */
export function neverFails(from: string, to: string): boolean {
  if (changesCatalogueOnly(from, to) || isRelabelled(from, to)) return true;
  if (to === "text" || to === "character varying" || to === "citext") return true;
  const [before, after] = [integers.indexOf(from), integers.indexOf(to)];
  if (before !== -1 && after >= before) return true;
  const date = /^(?:date|timestamp.*)$/;
  return (date.test(from) && /^timestamp/.test(to)) || (from === "jsonb" && to === "json");
}

/** `numeric(10,2)[]` → `{ base: "numeric", limits: [10, 2], isArray: true }`. */
function parts(type: string): { readonly base: string; readonly limits: readonly number[]; readonly isArray: boolean } {
  const element = type.replace(/\[\]$/, "");
  const limits = /\(([\d,-]+)\)/.exec(element)?.[1] ?? "";
  return {
    base: baseOf(element),
    limits: limits === "" ? [] : limits.split(",").map(Number),
    isArray: element !== type,
  };
}

/** A type without its length or precision: `numeric(10,2)` → `numeric`. */
export function baseOf(type: string): string {
  return type.replace(/\([\d,-]+\)/, "");
}
