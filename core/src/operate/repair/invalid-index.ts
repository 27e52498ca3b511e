import { duringCleanUp } from "../../base/expected-errors.js";
import { errorCode } from "../../dialect/db/retry.js";
import type { ConcurrentBuilds, IndexSpec } from "../../dialect/leftovers.js";
import { type Plan, tableLabel, type Unit } from "../../model/index.js";
import { migrationOf, releasedUnits } from "../../plan/migration-of.js";
import { buildIndex } from "./build-index.js";
import { duplicatesError } from "./duplicates.js";
import type { Finding, Repair, RepairContext } from "./repair.js";
import { builtIndex } from "./settle-unit.js";

/** How long the drop may wait for sessions that use the table. */
const dropTimeoutMs = 60_000;

/** The result of a concurrent build that was killed or failed: every write maintains the index, and no query uses it. */
export const invalidIndex: Repair = {
  id: "invalid-index",
  async find(context) {
    const { plan, connection } = context;
    const findings: Finding[] = [];
    const leftovers = await connection.dialect.ops.leftovers();
    const builds = leftovers.concurrent;
    if (builds === undefined) return [];
    for (const unit of indexUnits(plan)) {
      const spec = builtIndex(unit);
      if (spec === undefined) continue;
      const state = await leftovers.index(connection, spec);
      const name = `"${spec.index.name}" on "${tableLabel(spec.table)}"`;
      const costs = spec.index.isUnique
        ? "it slows down every write and rejects duplicates"
        : "it slows down every write";
      if (state.kind === "building")
        findings.push({
          what: `The index ${name} is not valid yet.`,
          action: `pid ${state.pid} is building it: wait until it ends`,
        });
      if (state.kind !== "invalid") continue;
      const file = plan.state.written.findLast((written) => written.id === unit.id)?.file ?? "";
      const isPending = context.state.pending.includes(migrationOf(file));
      findings.push({
        what: `The index ${name} is INVALID, because its build was interrupted: ${costs}, and no query uses it.`,
        // Building it by hand would conflict with the migration that builds it.
        action: isPending
          ? "drop it; the migration that builds it is still pending"
          : "drop it and build it again, concurrently",
        fix: () => (isPending ? drop(context, spec, builds) : rebuild(context, spec, builds)),
      });
    }
    return findings;
  },
};

/** The units that build indexes: the plan's, and those of an undo in the repository that restores them. */
function indexUnits(plan: Plan): readonly Unit[] {
  const undone = releasedUnits([plan]).filter(({ kind, isPast }) => kind === "undo" && !isPast);
  return [...plan.units, ...undone.map(({ unit }) => unit)];
}

async function drop({ connection }: RepairContext, spec: IndexSpec, { dropIndex }: ConcurrentBuilds): Promise<string> {
  await dropIndex(connection, spec, dropTimeoutMs);
  return `the index "${spec.index.name}" was dropped`;
}

async function rebuild(
  context: RepairContext,
  spec: IndexSpec,
  { dropIndex, buildStatement }: ConcurrentBuilds,
): Promise<string> {
  const { connection, target, plan, onProgress } = context;
  await dropIndex(connection, spec, dropTimeoutMs);
  try {
    await buildIndex(connection, buildStatement(spec), target.url, onProgress);
  } catch (error) {
    // The invalid index would keep rejecting writes.
    if (!connection.isLost) await dropIndex(connection, spec, dropTimeoutMs).catch(duringCleanUp);
    if (errorCode(error) !== "23505") throw error;
    throw await duplicatesError(connection, spec, `npx lockstep repair ${plan.id} --target ${target.name}`);
  }
  return `the index "${spec.index.name}" was built again and is valid`;
}
