import * as z from "zod";
import type { Connection } from "../../dialect/connection.js";
import type { DeploymentEntry } from "../../dialect/ledger-store.js";
import { count, moment, readRow } from "./read.js";
import { ensureLedger, hasLedger, ledgerError } from "./schema.js";

const deploymentSchema = z
  .object({
    phases: z.array(z.enum(["expand", "switch", "contract"])),
    migrations: z.array(z.string()),
    outcome: z.enum(["done", "failed"]),
    code: z.string().nullable(),
    attempts: z.number(),
    took_ms: count,
    at: moment,
  })
  .transform(({ took_ms, code, outcome, ...row }) => ({
    ...row,
    // A tool has to copy a table first: the migration stopped as planned.
    outcome: code === "LS7028" ? ("stopped" as const) : outcome,
    tookMs: took_ms,
    ...(code === null ? {} : { code }),
  }));

/** What `lockstep deploy` has done for a plan; `at`: when it was over, by the server's clock, ISO 8601. */
export type Deployment = Readonly<z.output<typeof deploymentSchema>>;

/** Writes down that migrations of a plan were deployed, or that it was tried. */
export async function recordDeployment(connection: Connection, plan: string, entry: DeploymentEntry): Promise<void> {
  await ensureLedger(connection);
  try {
    await connection.dialect.live.ledger.addDeployment(connection, plan, entry);
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

/** Those of a plan, the first one first. Creates nothing: version 6 knew none. */
export async function readDeployments(connection: Connection, plan: string): Promise<readonly Deployment[]> {
  const { ledger } = connection.dialect.live;
  if (!(await hasLedger(connection)) || ((await ledger.version(connection)) ?? 0) < 7) return [];
  try {
    const rows = await ledger.deployments(connection, plan);
    return rows.map((row) => readRow(deploymentSchema, row, "deployments", connection));
  } catch (error) {
    throw ledgerError(connection, error);
  }
}
