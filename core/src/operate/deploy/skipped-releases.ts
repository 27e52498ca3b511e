import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import { isFilled, isSameTable, madeRequiredBy, type Plan, type TableName, tableLabel } from "../../model/index.js";
import { fillMax } from "../../model/unit-spec.js";
import { readTable } from "../../target/facts/table.js";

/** The rows in a plan's tables on a target whose contract is pending. */
export type PlannedRows =
  /** No row, or no table yet: there is nothing to prove. */
  | { readonly kind: "none"; readonly statement: string }
  /** Expand is applied: the gates must be checked. */
  | { readonly kind: "ask" }
  /** Expand and contract are deployed together: prove fills the rows by SQL. */
  | { readonly kind: "filled-by-prove"; readonly statement: string }
  /** The same, but SQL cannot compute the values. */
  | { readonly kind: "cannot-be-filled"; readonly statement: string; readonly help: string };

/**
 * A database may get expand and contract in one deployment: an empty database of a preview or CI, or one that skipped releases. No backfill
 * can run between the two, so requiring one would block the deployment forever.
 *
 * @param isExpandPending the same deployment applies expand
 * @throws LS7002
 */
export async function readPlannedRows(
  connection: Connection,
  plan: Plan,
  target: string,
  isExpandPending: boolean,
): Promise<PlannedRows> {
  const { drops = [] } = plan;
  const tables = [...plan.columns, ...drops]
    .map((column) => column.table)
    .filter((table, at, all) => all.findIndex((other) => isSameTable(other, table)) === at);
  const filled: { table: TableName; estimate: number }[] = [];
  for (const table of tables) {
    const facts = await readTable(connection, table);
    if (facts !== undefined && (await hasRows(connection, table))) filled.push({ table, estimate: facts.rowEstimate });
  }
  const names = (list: readonly TableName[]) => list.map((table) => `"${tableLabel(table)}"`).join(", ");
  if (filled.length === 0)
    return { kind: "none", statement: `${names(tables)} on ${target} ${tables.length === 1 ? "has" : "have"} no rows` };
  // Running code may still use a column that contract drops, whatever arrives with it.
  const isUnfilled = madeRequiredBy(plan).some((column) => !isFilled(column));
  if (!isExpandPending || drops.length > 0 || isUnfilled) return { kind: "ask" };
  const held = names(filled.map(({ table }) => table));
  const cannot = plan.units.filter(
    ({ phase, spec }) =>
      phase === "contract" &&
      spec.kind === "prove" &&
      filled.some(({ table }) => isSameTable(table, spec.table)) &&
      spec.columns.some((column) => column.fill === undefined),
  );
  const skipped = `${target} skipped releases: expand and contract of ${plan.id} arrive together, and ${held} has rows`;
  if (cannot.length > 0)
    return {
      kind: "cannot-be-filled",
      statement: `${skipped} that SQL cannot fill`,
      help: `Deploy the release in which ${plan.id} was in phase expand.\nnpx lockstep backfill run ${plan.id} --target ${target}`,
    };
  const most = Math.max(...filled.map(({ estimate }) => estimate));
  return {
    kind: "filled-by-prove",
    statement:
      most > fillMax
        ? `${skipped} (about ${most}). The migration fills at most ${fillMax} itself and stops after expand: then run the backfill and deploy again`
        : `${skipped}: the migration itself fills them`,
  };
}

/** The tables of a plan that exist on a target and have rows. @throws LS7002 */
export async function tablesWithRows(
  connection: Connection,
  tables: readonly TableName[],
): Promise<readonly TableName[]> {
  const distinct = tables.filter((table, at) => tables.findIndex((other) => isSameTable(other, table)) === at);
  const found: TableName[] = [];
  for (const table of distinct)
    if ((await readTable(connection, table)) !== undefined && (await hasRows(connection, table))) found.push(table);
  return found;
}

/** @throws LS7002 also if row-level security hides rows from the role: an empty result would prove nothing */
async function hasRows(connection: Connection, table: TableName): Promise<boolean> {
  const limits = { statementTimeoutMs: 30_000, lockTimeoutMs: 5000 };
  try {
    return await connection.dialect.live.systemCatalog.hasRows(connection, table, limits);
  } catch (error) {
    throw refused(error, `Reading rows of "${tableLabel(table)}" on ${connection.label}`);
  }
}
