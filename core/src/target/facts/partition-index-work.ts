import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import type { Plan } from "../../model/plan.js";

/** What a person, or a command, has to run on a target so that the index of a partitioned table can become valid. */
export interface PartitionIndexWork {
  /** The planned index of the partitioned table. */
  readonly index: string;
  /** `CREATE INDEX CONCURRENTLY` of partitions that are too large for a migration: one at a time, outside of a transaction. */
  readonly statements: readonly string[];
}

/**
 * The statements that the unit which checks such an index names when it stops. Afterwards that unit runs again and lets what
 * they built join. Read from the catalogue of the target, so what is done already is not among them.
 *
 * @example for (const { statements } of await partitionIndexWork(target, plan)) for (const sql of statements) await target.query(sql);
 * @returns nothing for indexes that are not declared yet, or have all that they need
 * @throws LS7002 when the catalogue cannot be read
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
