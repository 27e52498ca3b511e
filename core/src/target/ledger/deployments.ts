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
    // A tool must copy a table first, so the migration stopped as planned.
    outcome: code === "LS7028" ? ("stopped" as const) : outcome,
    tookMs: took_ms,
    ...(code === null ? {} : { code }),
  }));

/** A result of `lockstep deploy` for a plan; `at`: when it ended, by the server's clock, ISO 8601. */
export type Deployment = Readonly<z.output<typeof deploymentSchema>>;

/** Records that migrations of a plan were deployed, or that a deployment failed. */
export async function recordDeployment(connection: Connection, plan: string, entry: DeploymentEntry): Promise<void> {
  await ensureLedger(connection);
  try {
    await connection.dialect.live.ledger.addDeployment(connection, plan, entry);
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

/** The deployments of a plan, oldest first. Creates nothing. Version 6 has none. */
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
