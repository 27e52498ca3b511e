import { refused } from "../dialect/db/refused.js";
import { errorCode } from "../dialect/db/retry.js";
import { isSameLedgerTable } from "../dialect/ledger-store.js";
import type { MissingRows, Since } from "../dialect/rows.js";
import { hasTrigger, isSameTable, tableLabel } from "../model/index.js";
import type { GateStep } from "../model/plan.js";
import { readTable } from "../target/facts/table.js";
import { readBackfills } from "../target/ledger/backfills.js";
import type { GateFacts } from "./gate.js";

/** Counted up to here: one is enough to close a gate. */
const countedRows = 10_000;

/**
 * What the rows tell about writers that leave the column out. `trigger`: it gives such rows their value, so they look like all others ·
 * `blind`: nothing tells the rows that came later · `none`: no row came without a value.
 */
export type RowsByOldBuilds =
  | { readonly kind: "found"; readonly rows: MissingRows }
  | { readonly kind: "none" | "trigger" | "blind" };

/**
 * Looks for rows that came without a value after it was said that all writers know the column. Only once the backfill is done: before
 * that, a row without a value may be one that it has not come to.
 */
export async function findRowsByOldBuilds(step: GateStep, facts: GateFacts, since: Since): Promise<RowsByOldBuilds> {
  const { connection, plan, columns, scanTimeoutMs: timeoutMs = 600_000 } = facts;
  const column = columns.find((each) => each.name === step.column && isSameTable(each.table, step.table));
  const table = await readTable(connection, step.table);
  const filled = (await readBackfills(connection, plan)).find(
    (record) => !record.once && table !== undefined && isSameLedgerTable(record.table, table),
  );
  const finishedAt = filled?.status === "done" ? filled.finishedAt : null;
  if (column === undefined || table === undefined || finishedAt === null || finishedAt === undefined)
    return { kind: "blind" };
  try {
    const { rows } = connection.dialect.live;
    const options = { since: finishedAt >= since.at ? undefined : since, limit: countedRows };
    const found = await rows.reading(connection, timeoutMs, () =>
      rows.missing(connection, table, step.column, options),
    );
    if (found !== undefined && found.count > 0) return { kind: "found", rows: found };
    return { kind: hasTrigger(column) ? "trigger" : found === undefined ? "blind" : "none" };
  } catch (error) {
    // The gate about missing values reads the same rows, and says so.
    if (errorCode(error) === "57014" || errorCode(error) === "55P03") return { kind: "blind" };
    const name = `"${tableLabel(step.table)}"."${step.column}"`;
    throw refused(error, `Looking for rows of ${name} that came without a value on ${connection.label}`);
  }
}
