import { refused } from "../dialect/db/refused.js";
import { errorCode } from "../dialect/db/retry.js";
import { isSameLedgerTable } from "../dialect/ledger-store.js";
import type { MissingRows, Since } from "../dialect/rows.js";
import { hasTrigger, isSameTable, tableLabel } from "../model/index.js";
import type { GateStep } from "../model/plan.js";
import { readTable } from "../target/facts/table.js";
import { readBackfills } from "../target/ledger/backfills.js";
import type { GateFacts } from "./gate.js";

/** Counts up to here: one row is enough to close a gate. */
const countedRows = 10_000;

/**
 * What the rows show about writers that omit the column. `trigger`: it fills such rows, so they look like all others · `blind`: later rows
 * cannot be identified · `none`: no row came without a value.
 */
export type RowsByOldBuilds =
  | { readonly kind: "found"; readonly rows: MissingRows }
  | { readonly kind: "none" | "trigger" | "blind" };

/**
 * Finds rows without a value that were written after all writers were confirmed to write the column. Only after the backfill: before that,
 * a row without a value may be one that it has not reached yet.
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
    // The gate no-missing-values reads the same rows, and reports this.
    if (errorCode(error) === "57014" || errorCode(error) === "55P03") return { kind: "blind" };
    const name = `"${tableLabel(step.table)}"."${step.column}"`;
    throw refused(error, `Looking for rows of ${name} that came without a value on ${connection.label}`);
  }
}
