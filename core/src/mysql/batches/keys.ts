import type { Ahead, KeyValues, Scope } from "../../dialect/batches.js";
import type { KeyColumn } from "../../model/plan.js";
import { rowName } from "../../sql/fill-context.js";
import { quoteIdentifier } from "../quote.js";

/** A part of a statement with its parameter values. */
export interface Query {
  readonly sql: string;
  readonly values: readonly unknown[];
}

export const isBinary = (type: string) => /^(?:var)?binary\b|blob\b/.test(type);

/** The key of the table named `lockstep_row` as text, one column each: `k0`, `k1`, … */
export function keyText(key: readonly KeyColumn[]): string {
  return key
    .map(({ column, type }, at) => `${textOf(`${rowName}.${quoteIdentifier(column)}`, type)} AS k${at}`)
    .join(", ");
}

/** Reads the key from a row that `keyText` selected. */
export function keyIn(key: readonly KeyColumn[], row: object): KeyValues {
  return key.map((_, at) => String((row as Readonly<Record<string, unknown>>)[`k${at}`]));
}

/** A value as lossless text. */
export function textOf(value: string, type: string): string {
  return isBinary(type) ? `HEX(${value})` : `CAST(${value} AS CHAR)`;
}

/** Converts a text parameter to the type of the column. As text, numbers would lose digits and date-times their order. */
function parameter({ type }: KeyColumn): string {
  if (isBinary(type)) return "UNHEX(?)";
  if (/^(?:tiny|small|medium|big)?int\b|^year\b/.test(type))
    // MySQL treats a bare parameter for an UNSIGNED column as signed, and reads 2⁶³ and above as 2⁶³ - 1.
    return /unsigned/.test(type) ? "CAST(CAST(? AS CHAR) AS UNSIGNED)" : "CAST(? AS SIGNED)";
  const precision = /^decimal(\(\d+(?:,\d+)?\))/.exec(type)?.[1];
  if (precision !== undefined) return `CAST(? AS DECIMAL${precision})`;
  if (/^(?:datetime|timestamp)\b/.test(type)) return "CAST(? AS DATETIME(6))";
  if (/^date\b/.test(type)) return "CAST(? AS DATE)";
  return /^time\b/.test(type) ? "CAST(? AS TIME(6))" : "?";
}

/**
 * Writes out `(a, b) > (?, ?)`, because neither server uses an index for a row comparison. It uses the separate bound on the first column
 * for the index lookup.
 *
 * @param strict whether to exclude the key itself
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

/** The condition for the rows ahead. If empty, all rows are ahead. */
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
  // For a single column: the server uses the index for this form.
  const row = key.map((each) => parameter(each)).join(", ");
  const names = key.map(({ column }) => `${rowName}.${quoteIdentifier(column)}`).join(", ");
  return {
    sql: `(${names}) IN (${scope.keys.map(() => `(${row})`).join(", ")})`,
    values: scope.keys.flat(),
  };
}

/** Joins the conditions with AND. TRUE if there are none. */
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
