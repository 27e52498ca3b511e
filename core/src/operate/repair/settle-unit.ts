import type { Connection } from "../../dialect/connection.js";
import type { IndexSpec } from "../../dialect/leftovers.js";
import type { Unit } from "../../model/index.js";

/** How to record an interrupted migration, so that the next deployment continues. */
export type Settlement = "rolled-back" | "applied";

/** The index that a unit builds alone, outside a transaction: only these units leave something behind on failure. */
export function builtIndex({ spec }: Unit): IndexSpec | undefined {
  // On a partitioned table it is only declared, in a transaction.
  return spec.kind === "create-index" && spec.isPartitioned !== true
    ? { table: spec.table, index: spec.index }
    : undefined;
}

/** Units of a plan can run twice. The user's own statements cannot, unless a frame reverts an incomplete run. */
export function isRepeatable({ spec }: Unit): boolean {
  return spec.kind !== "original" || spec.frame !== undefined;
}

/**
 * Prepares an interrupted unit to run again. Drops an INVALID index without blocking reads or writes. Keeps a complete index that was not
 * recorded, because building it again would fail on its name.
 *
 * @param lockTimeoutMs the drop waits for sessions that use the table
 * @returns how to record it; `building` while a session on the server still builds it, although its client is gone
 * @throws the server's own error, 55P03 when the drop did not get its lock
 */
export async function settleUnit(
  connection: Connection,
  unit: Unit,
  lockTimeoutMs = 5000,
): Promise<Settlement | "building"> {
  const index = builtIndex(unit);
  return index === undefined ? "rolled-back" : settleIndex(connection, index, lockTimeoutMs);
}

/** The same for an index of any origin. A valid index of that name with another definition is not changed. */
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
