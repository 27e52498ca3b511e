import type { Fill, TableName } from "../model/index.js";
import { changing } from "../sql/fill-context.js";
import { isConstant, withStatedSettings } from "../sql/fill-kinds.js";
import type { SqlReader } from "../sql/sql-reader.js";
import type { PlanSources } from "./sources.js";

/**
 * The fill with facts from the development database: uses fixed settings if its value depends on the session, or may.
 *
 * @throws LS2030 a mirror of a value that differs each time
 */
export async function resolveFill(
  table: TableName,
  column: { readonly name: string; readonly type: string },
  fill: Fill,
  sources: Pick<PlanSources, "dependence"> & { readonly sql: Pick<SqlReader, "underStatedSettings"> },
): Promise<Fill> {
  if (isConstant(fill) || sources.dependence === undefined) return fill;
  const dependence = await sources.dependence(table, column, fill);
  if (dependence?.on === "volatile" && fill.kind === "mirror")
    throw changing(fill.sql, { source: fill.source, newColumn: column.name });
  const known = { ...fill, isBuiltinOnly: fill.isBuiltinOnly && dependence?.usesOwn !== true };
  return dependence?.on === "row" ? known : withStatedSettings(known, sources.sql);
}
