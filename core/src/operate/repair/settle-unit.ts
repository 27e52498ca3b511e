import type { Connection } from "../../dialect/connection.js";
import type { IndexSpec } from "../../dialect/leftovers.js";
import type { Unit } from "../../model/index.js";

/** How a migration that broke off has to be recorded, so that the next deployment goes on. */
export type Settlement = "rolled-back" | "applied";

/** What a unit does alone, outside of a transaction: the only one whose failure leaves something behind. */
export function builtIndex({ spec }: Unit): IndexSpec | undefined {
  // On a partitioned table it is declared only, in a transaction.
  return spec.kind === "create-index" && spec.isPartitioned !== true
    ? { table: spec.table, index: spec.index }
    : undefined;
}

/** Units of a plan can run twice; statements of the user's own may not, unless a frame takes back what it has not finished. */
export function isRepeatable({ spec }: Unit): boolean {
  return spec.kind !== "original" || spec.frame !== undefined;
}

/**
 * Makes a unit that broke off fit to run again: an index that was left INVALID is dropped, without blocking reads or writes. An
 * index that was finished although nobody recorded it is kept: building it again would fail on its name.
 *
 * @param lockTimeoutMs the drop waits for sessions that use the table
 * @returns how to record it; `building` while a session on the server is still at it, although the client that began it is gone
 * @throws the server's own error, 55P03 when the drop did not get its turn
 */
export async function settleUnit(
  connection: Connection,
  unit: Unit,
  lockTimeoutMs = 5000,
): Promise<Settlement | "building"> {
  const index = builtIndex(unit);
  return index === undefined ? "rolled-back" : settleIndex(connection, index, lockTimeoutMs);
}

/** The same for an index, whoever builds it. One of its name that is valid and not the same is left alone. */
export async function settleIndex(
  connection: Connection,
  index: IndexSpec,
  lockTimeoutMs = 5000,
): Promise<Settlement | "building"> {
  const leftovers = await connection.dialect.ops.leftovers();
  const { kind } = await leftovers.index(connection, index);
  if (kind === "valid") return "applied";
  if (kind === "building") return "building";
  if (kind === "invalid") await leftovers.concurrent?.dropIndex(connection, index, lockTimeoutMs);
  return "rolled-back";
}
