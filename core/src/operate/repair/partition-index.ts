import { errorCode } from "../../dialect/db/retry.js";
import { partitionIndexWork } from "../../target/facts/partition-index-work.js";
import { buildIndex } from "./build-index.js";
import { duplicatesError } from "./duplicates.js";
import type { Finding, Repair, RepairContext } from "./repair.js";

/** The index of a partitioned table lacks partitions that are too large for a migration: each is built separately. */
export const partitionIndex: Repair = {
  id: "partition-index",
  async find(context) {
    const findings: Finding[] = [];
    for (const { index, statements } of await partitionIndexWork(context.connection, context.plan)) {
      const builds = statements.filter((statement) => !isDrop(statement)).length;
      findings.push({
        what: `The index "${index}" lacks ${builds === 1 ? "a partition that is" : `${builds} partitions that are`} too large for a migration.`,
        action: "build them one at a time, concurrently; the migration that checks the index attaches them",
        fix: () => build(context, index, statements),
      });
    }
    return findings;
  },
};

const isDrop = (statement: string) => statement.startsWith("DROP INDEX");

async function build(context: RepairContext, index: string, statements: readonly string[]): Promise<string> {
  const { connection, target, onProgress } = context;
  try {
    for (const statement of statements)
      if (isDrop(statement)) await connection.query(statement);
      else await buildIndex(connection, statement, target.url, onProgress);
  } catch (error) {
    if (errorCode(error) !== "23505") throw error;
    throw await refusedByRows(context, index, error);
  }
  return `the partitions of "${index}" have their indexes; the next deployment attaches them`;
}

async function refusedByRows(context: RepairContext, index: string, error: unknown): Promise<unknown> {
  const { connection, plan, target } = context;
  // The index of the failed build would keep rejecting writes.
  const left = (await partitionIndexWork(connection, plan)).find((work) => work.index === index);
  const [drop] = left?.statements.filter(isDrop) ?? [];
  if (drop !== undefined) await connection.query(drop);
  const unit = plan.units.find(({ spec }) => spec.kind === "assert-index" && spec.index.name === index);
  if (unit?.spec.kind !== "assert-index") return error;
  return duplicatesError(connection, unit.spec, `npx lockstep repair ${plan.id} --target ${target.name}`);
}
