import { codeSqlOf } from "../../databases/code-sql-of.js";
import type { DialectId, ScalarType } from "../../model/index.js";
import { translate } from "./sql-to-typescript.js";

/** A column of a row in the database's text format. */
export interface TranslatedColumn {
  readonly name: string;
  readonly type: ScalarType;
}

/**
 * Runs the TypeScript of write sites for a fill over the values of rows.
 *
 * @example
 * const value = await translatedValue("lower(email)", [{ name: "email", type: "string" }], "postgresql");
 * value?.(["ADA"]) === "ada"
 * @returns undefined if the fill is not translated; for a row: undefined if a write site with its NULLs would get no value
 */
export async function translatedValue(
  sql: string,
  columns: readonly TranslatedColumn[],
  dialect: DialectId,
): Promise<((row: readonly (string | null)[]) => unknown) | undefined> {
  const codeSql = codeSqlOf[dialect];
  await codeSql.load();
  const expression = codeSql.expression(
    sql,
    columns.map(({ name }) => name),
  );
  if (expression === undefined) return undefined;
  /** By which columns are NULL: a null literal produces another text than a value. */
  const known = new Map<string, ((...row: unknown[]) => unknown) | undefined>();
  const compile = (row: readonly (string | null)[]) => {
    const translated = translate(expression, (name) => {
      const at = columns.findIndex((column) => column.name === name);
      const column = columns[at];
      if (column === undefined) return undefined;
      const isNull = row[at] === null;
      return { text: isNull ? "null" : `c${at}`, type: column.type, isNullable: isNull, ...(isNull && { isNull }) };
    });
    if (translated === undefined || translated.isNullable) return undefined;
    // Evaluates only our own text with our own names; constants of the fill are quoted in it.
    return new Function(...columns.map((_, at) => `c${at}`), `return (${translated.text});`) as (
      ...row: unknown[]
    ) => unknown;
  };
  const first = compile(columns.map(() => ""));
  if (first === undefined) return undefined;
  return (row) => {
    const key = row.map((value) => (value === null ? "0" : "1")).join("");
    if (!known.has(key)) known.set(key, compile(row));
    return known.get(key)?.(...row.map((value, at) => readValue(value, columns[at]?.type)));
  };
}

/** The value that an ORM reads from the database's text. */
function readValue(text: string | null, type: ScalarType | undefined): unknown {
  if (text === null) return null;
  if (type === "int") return Number(text);
  if (type === "bigint") return BigInt(text);
  return type === "boolean" ? text === "true" : text;
}
