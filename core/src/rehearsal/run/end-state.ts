import { connect } from "../../databases/connect.js";
import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import type { Inventory } from "../../dialect/inventory.js";
import type { Plan } from "../../model/index.js";
import { tablesOf } from "../../plan/tables-of.js";
import type { RehearsedRun } from "../results/rehearsal.js";
import { runStatements } from "./base-schema.js";

/**
 * The result of the ORM's own migration on a database. If rows made it fail, the plan's tables are emptied first: only their shape is
 * compared.
 *
 * @param url a database of the stage on which it ran; if it failed, one from before: the other may contain half of it
 * @param seenAt the same, for the role that sees everything in it
 * @returns undefined: it fails without rows as well
 */
export async function ormEndState(
  url: string,
  plan: Plan,
  naive: RehearsedRun,
  seenAt = url,
): Promise<Inventory | undefined> {
  if (naive.steps.some(({ error }) => error !== undefined))
    try {
      await onStage(url, async (connection) => {
        await (await connection.dialect.ops.rehearsing!()).empty(connection, tablesOf(plan));
        await runStatements(connection, [plan.source.sql]);
      });
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
      return undefined;
    }
  return endState(seenAt);
}

/** The objects of a database on the stage. */
export function endState(url: string): Promise<Inventory> {
  return onStage(url, async (connection) => (await connection.dialect.ops.inventory()).read(connection));
}

async function onStage<T>(url: string, run: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connect(url, { applicationName: "lockstep rehearse", statementTimeoutMs: 0 });
  return run(connection).finally(() => connection.close());
}
