import { connect } from "../../databases/connect.js";
import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import type { Inventory } from "../../dialect/inventory.js";
import type { Plan } from "../../model/index.js";
import { tablesOf } from "../../plan/tables-of.js";
import type { RehearsedRun } from "../results/rehearsal.js";
import { runStatements } from "./base-schema.js";

/**
 * What the ORM's own migration makes of a database. Where rows refused it the plan's tables are emptied first: their shape is all that
 * is looked at.
 *
 * @param url a database of the stage on which it was tried; where it was refused, one from before it: half of it may be done on the other
 * @param seenAt the same, of the role that is told of everything in it
 * @returns undefined: it is refused without rows as well
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

/** What a database of the stage consists of. */
export function endState(url: string): Promise<Inventory> {
  return onStage(url, async (connection) => (await connection.dialect.ops.inventory()).read(connection));
}

async function onStage<T>(url: string, run: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connect(url, { applicationName: "lockstep rehearse", statementTimeoutMs: 0 });
  return run(connection).finally(() => connection.close());
}
