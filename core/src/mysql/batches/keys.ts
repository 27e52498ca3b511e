import type { Ahead, KeyValues, Scope } from "../../dialect/batches.js";
import type { KeyColumn } from "../../model/plan.js";
import { rowName } from "../../sql/fill-context.js";
import { quoteIdentifier } from "../quote.js";

/** A part of a statement, and the values of its parameters. */
export interface Query {
  readonly sql: string;
  readonly values: readonly unknown[];
}

export const isBinary = (type: string) => /^(?:var)?binary\b|blob\b/.test(type);

/** The key of the table named `lockstep_row` as text, a column each: `k0`, `k1`, … */
export function keyText(key: readonly KeyColumn[]): string {
  return key
    .map(({ column, type }, at) => `${textOf(`${rowName}.${quoteIdentifier(column)}`, type)} AS k${at}`)
    .join(", ");
}

/** The key in a row of `keyText`. */
export function keyIn(key: readonly KeyColumn[], row: object): KeyValues {
  return key.map((_, at) => String((row as Readonly<Record<string, unknown>>)[`k${at}`]));
}

/** A value as text that says exactly what it is. */
export function textOf(value: string, type: string): string {
  return isBinary(type) ? `HEX(${value})` : `CAST(${value} AS CHAR)`;
}

/** A parameter of text as a value of the column: compared as text numbers would lose digits, and moments their order. */
function parameter({ type }: KeyColumn): string {
  if (isBinary(type)) return "UNHEX(?)";
  if (/^(?:tiny|small|medium|big)?int\b|^year\b/.test(type))
    // MySQL takes a bare parameter of an UNSIGNED for a signed number, and 2⁶³ and above for 2⁶³ - 1.
    return /unsigned/.test(type) ? "CAST(CAST(? AS CHAR) AS UNSIGNED)" : "CAST(? AS SIGNED)";
  const precision = /^decimal(\(\d+(?:,\d+)?\))/.exec(type)?.[1];
  if (precision !== undefined) return `CAST(? AS DECIMAL${precision})`;
  if (/^(?:datetime|timestamp)\b/.test(type)) return "CAST(? AS DATETIME(6))";
  if (/^date\b/.test(type)) return "CAST(? AS DATE)";
  return /^time\b/.test(type) ? "CAST(? AS TIME(6))" : "?";
}

/**
 * `(a, b) > (?, ?)`, written out: neither server uses an index for the comparison of rows. The bound of the first column by itself is
 * what it looks up.
 *
 * @param strict whether the key itself is left out
 */
function compared(key: readonly KeyColumn[], values: KeyValues, sign: ">" | "<", strict: boolean): Query {
  const [first, ...rest] = key;
  if (first === undefined) return { sql: strict ? "FALSE" : "TRUE", values: [] };
  const [value = "", ...others] = values;
  const name = `${rowName}.${quoteIdentifier(first.column)}`;
  const given = parameter(first);
  if (rest.length === 0) return { sql: `${name} ${sign}${strict ? "" : "="} ${given}`, values: [value] };
  const inner = compared(rest, others, sign, strict);
  return {
    sql: `${name} ${sign}= ${given} AND (${name} ${sign} ${given} OR ${inner.sql})`,
    values: [value, value, ...inner.values],
  };
}

/** The condition of what lies ahead; empty: all does. */
export function aheadOf(key: readonly KeyColumn[], { after, upTo }: Ahead): Query {
  const conditions = [
    ...(after === null ? [] : [compared(key, after, ">", true)]),
    ...(upTo === undefined ? [] : [compared(key, upTo, "<", false)]),
  ];
  return joined(conditions);
}

/** The condition of a scope, for the table named `lockstep_row`. */
export function within(key: readonly KeyColumn[], scope: Scope): Query {
  if (scope.kind === "range") return aheadOf(key, scope);
  if (scope.keys.length === 0) return { sql: "FALSE", values: [] };
  // Of one column: two of the ways that are looked up by the index.
  const row = key.map((each) => parameter(each)).join(", ");
  const names = key.map(({ column }) => `${rowName}.${quoteIdentifier(column)}`).join(", ");
  return {
    sql: `(${names}) IN (${scope.keys.map(() => `(${row})`).join(", ")})`,
    values: scope.keys.flat(),
  };
}

/** All of the conditions; TRUE where there are none. */
export function joined(conditions: readonly Query[]): Query {
  if (conditions.length === 0) return { sql: "TRUE", values: [] };
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(" AND "),
    values: conditions.flatMap(({ values }) => values),
  };
}

/** `ORDER BY a, b` */
export function inOrder(key: readonly KeyColumn[], direction: "ASC" | "DESC"): string {
  return `ORDER BY ${key.map(({ column }) => `${rowName}.${quoteIdentifier(column)} ${direction}`).join(", ")}`;
}
