import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import type { Plan } from "../../model/plan.js";

/** What a person or a command must run on a target so that the index of a partitioned table can become valid. */
export interface PartitionIndexWork {
  /** The planned index of the partitioned table. */
  readonly index: string;
  /** `CREATE INDEX CONCURRENTLY` for partitions that are too large for a migration: one at a time, outside a transaction. */
  readonly statements: readonly string[];
}

/**
 * The statements that the unit which checks the index lists when it stops. Afterwards, run the unit again to attach the built indexes.
 * Reads the target's catalog, so finished statements are not included.
 *
 * @example for (const { statements } of await partitionIndexWork(target, plan)) for (const sql of statements) await target.query(sql);
 * @returns nothing for indexes that are not declared yet, or that are complete
 * @throws LS7002 if the catalog cannot be read
 */
export async function partitionIndexWork(
  connection: Connection,
  plan: Pick<Plan, "units">,
): Promise<readonly PartitionIndexWork[]> {
  const found: PartitionIndexWork[] = [];
  for (const { spec } of plan.units) {
    if (spec.kind !== "assert-index" || !spec.isPartitioned) continue;
    try {
      const statements = await connection.dialect.live.systemCatalog.partitionStatements(connection, spec);
      if (statements.length > 0) found.push({ index: spec.index.name, statements });
    } catch (error) {
      throw refused(error, `Looking for the partitions that lack "${spec.index.name}" on ${connection.label}`);
    }
  }
  return found;
}
