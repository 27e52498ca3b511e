import type { Fill } from "../model/fill.js";
import type { SqlReader } from "./sql-reader.js";

/** The fill, evaluated under stated settings wherever it is evaluated. On systems without such settings: as it is. */
export function withStatedSettings(fill: Fill, { underStatedSettings }: Pick<SqlReader, "underStatedSettings">): Fill {
  if (underStatedSettings === undefined) return fill;
  return { ...fill, rowSql: underStatedSettings(fill.rowSql), dependsOnSession: true };
}

/** The same for every row: a literal, with or without a cast. Anything with a call may differ from row to row. */
export function isConstant({ sql, reads }: Pick<Fill, "sql" | "reads">): boolean {
  return reads.length === 0 && !/[(]/.test(sql.replace(/'(?:[^']|'')*'/g, ""));
}

/** The next number of a sequence, as the default of a serial column takes it: to evaluate it is to change something. */
export function drawsFromSequence({ sql }: Pick<Fill, "sql">): boolean {
  return /^(?:pg_catalog\.)?nextval\s*\(/i.test(sql);
}
