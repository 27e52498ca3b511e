import * as z from "zod";
import type { Connection } from "../../dialect/connection.js";
import type { BaselineKey } from "../../dialect/ledger-store.js";
import type { StatementStatistics } from "../../dialect/statements.js";
import { readRow } from "./read.js";
import { ensureLedger, hasLedger, ledgerError } from "./schema.js";

const statement = z.object({
  id: z.string(),
  words: z.array(z.string()),
  calls: z.number(),
  totalMs: z.number(),
  rows: z.number(),
  firstAt: z.string().optional(),
  shape: z.array(z.string()).optional(),
});

const baselineSchema = z.object({
  phase: z.enum(["expand", "switch", "contract"]),
  statistics: z.object({
    at: z.string(),
    since: z.string().optional(),
    lost: z.number(),
    statements: z.array(statement),
    uncounted: z.string().optional(),
    unplanned: z.string().optional(),
  }),
});

/** Read statistics of a table at the release of a phase, and before it. */
export type Baseline = Readonly<z.output<typeof baselineSchema>>;

/** Stores a baseline in the target. The latest one counts. */
export async function keepBaseline(
  connection: Connection,
  key: BaselineKey,
  statistics: StatementStatistics,
): Promise<void> {
  await ensureLedger(connection);
  try {
    await connection.dialect.live.ledger.keepBaseline(connection, key, statistics);
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

/** The baselines of a table. Creates nothing. Version 5 has none. */
export async function readBaselines(
  connection: Connection,
  key: Omit<BaselineKey, "phase">,
): Promise<readonly Baseline[]> {
  const { ledger } = connection.dialect.live;
  if (!(await hasLedger(connection)) || ((await ledger.version(connection)) ?? 0) < 6) return [];
  try {
    const rows = await ledger.baselines(connection, key);
    return rows.map((row) => readRow(baselineSchema, row, "baselines", connection));
  } catch (error) {
    throw ledgerError(connection, error);
  }
}
