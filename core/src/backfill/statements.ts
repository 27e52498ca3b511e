import type { BackfillSpec } from "../model/plan.js";
import { quoteIdentifier } from "../sql/postgres/quote.js";

/** What the SQL of a backfill is made of, resolved on the target. */
export interface FillTarget {
  /** Quoted and with its schema. */
  readonly table: string;
  /** Quoted. */
  readonly key: string;
  /** For casts of key values: without a length, which a cast would cut to. */
  readonly keyType: string;
  readonly columns: BackfillSpec["columns"];
  readonly uniqueKeys: BackfillSpec["uniqueKeys"];
}

/** Keys travel as text: the database orders and compares them, so big integers and collations are its own. */
const keyText = (target: FillTarget) => `${target.key}::text`;

/** A column that still lacks its value. */
export const lacks = (column: { readonly name: string }) => `${quoteIdentifier(column.name)} IS NULL`;

/** Any planned column that still lacks its value. */
export const lacksAny = (columns: FillTarget["columns"]) => `(${columns.map(lacks).join(" OR ")})`;

// ORDER BY takes a bare name for the column of the result first, which is text: "10" would come before "9". So it is qualified.
const inOrder = (target: FillTarget, direction: "ASC" | "DESC") => `ORDER BY t.${target.key} ${direction}`;

/** Where a batch of `$1` rows ends, after key `$2` if there is one. No row: fewer are left. */
export function batchEnd(target: FillTarget, isFirst: boolean): string {
  const after = isFirst ? "" : `WHERE t.${target.key} > $2::${target.keyType}`;
  return `SELECT ${keyText(target)} AS upper FROM ${target.table} t ${after} ${inOrder(target, "ASC")} OFFSET $1::bigint - 1 LIMIT 1`;
}

/** The last key of all and how many rows there are, after key `$1` if there is one. */
export function lastBatchEnd(target: FillTarget, isFirst: boolean): string {
  const from = `FROM ${target.table} t ${isFirst ? "" : `WHERE t.${target.key} > $1::${target.keyType}`}`;
  return `SELECT (SELECT ${keyText(target)} ${from} ${inOrder(target, "DESC")} LIMIT 1) AS upper, (SELECT count(*) ${from})::int AS rows`;
}

/** Which rows an UPDATE is for. */
export type Scope =
  /** Keys after `$2` (from the start without it) up to `$1`. */
  | { readonly kind: "range"; readonly isFirst: boolean }
  /** The keys in the array `$1`. */
  | { readonly kind: "keys" };

/** The condition of a scope. */
export function within(target: FillTarget, scope: Scope): string {
  if (scope.kind === "keys") return `${target.key} = ANY ($1::${target.keyType}[])`;
  const upper = `${target.key} <= $1::${target.keyType}`;
  return scope.isFirst ? upper : `${target.key} > $2::${target.keyType} AND ${upper}`;
}

/**
 * The UPDATEs of one batch, each of which returns `filled` (rows updated) and `empty` (of these, still without a value).
 * A value that is there is never touched: PostgreSQL reads the row again after it has waited for a writer, and then
 * `IS NULL` is false. The first statement fills rows that lack all columns, nearly every row in one go. A CASE per column
 * would need one statement only, but it would bend the type of values that are there (numeric beside double precision).
 * @param skipLocked leave rows that others hold locked to the sweep
 */
export function fillStatements(target: FillTarget, scope: Scope, skipLocked: boolean): readonly string[] {
  const all = fillColumns(target, scope, target.columns, skipLocked);
  if (target.columns.length === 1) return [all];
  return [all, ...target.columns.map((column) => fillColumns(target, scope, [column], skipLocked))];
}

function fillColumns(target: FillTarget, scope: Scope, columns: FillTarget["columns"], skipLocked: boolean): string {
  const set = columns.map((column) => `${quoteIdentifier(column.name)} = (${column.fill.rowSql}\n)`).join(", ");
  const wanted = `${within(target, scope)} AND ${columns.map(lacks).join(" AND ")}`;
  const where = skipLocked
    ? `${target.key} IN (SELECT ${target.key} FROM ${target.table} WHERE ${wanted} FOR NO KEY UPDATE SKIP LOCKED) AND ${wanted}`
    : wanted;
  return `WITH done AS (UPDATE ${target.table} SET ${set} WHERE ${where} RETURNING ${lacksAny(columns)} AS empty)
SELECT count(*)::int AS filled, count(*) FILTER (WHERE empty)::int AS empty FROM done`;
}

/** Keys of up to `$1` rows that still lack a value, wherever they are. */
export function rowsLeft(target: FillTarget): string {
  return `SELECT ${keyText(target)} AS key FROM ${target.table} WHERE ${lacksAny(target.columns)} LIMIT $1`;
}

/** A type to cast keys to. A length would cut; `character` without one means `character(1)`, so it goes by its other name. */
export function castType(type: string): string {
  if (/^character\(\d+\)$/.test(type)) return "bpchar";
  return /^character varying\(\d+\)$/.test(type) ? "character varying" : type;
}
