import type { Fill } from "../model/fill.js";
import type { SqlReader } from "./sql-reader.js";

/** The fill with fixed settings, wherever it is evaluated. Unchanged on systems without such settings. */
export function withStatedSettings(fill: Fill, { underStatedSettings }: Pick<SqlReader, "underStatedSettings">): Fill {
  if (underStatedSettings === undefined) return fill;
  return { ...fill, rowSql: underStatedSettings(fill.rowSql), dependsOnSession: true };
}

/** Whether it is the same for every row: a literal, with or without a cast. An expression with a call may differ per row. */
export function isConstant({ sql, reads }: Pick<Fill, "sql" | "reads">): boolean {
  return reads.length === 0 && !/[(]/.test(sql.replace(/'(?:[^']|'')*'/g, ""));
}

/** Whether it draws the next number of a sequence, as the default of a serial column does: evaluating it changes the sequence. */
export function drawsFromSequence({ sql }: Pick<Fill, "sql">): boolean {
  return /^(?:pg_catalog\.)?nextval\s*\(/i.test(sql);
}
