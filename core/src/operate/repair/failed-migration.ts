import { LockstepError } from "../../base/errors.js";
import { releasedUnits } from "../../plan/migration-of.js";
import type { Finding, Repair } from "./repair.js";
import { builtIndex, isRepeatable, settleUnit } from "./settle-unit.js";

/** A unit of the plan that the ORM recorded as failed. The ORM applies nothing until its record is corrected. */
export const failedMigration: Repair = {
  id: "failed-migration",
  async find(context) {
    const { plan, plugin, project, connection, state, target } = context;
    const findings: Finding[] = [];
    const leftovers = await connection.dialect.ops.leftovers();
    for (const { unit, migration } of releasedUnits([plan])) {
      // The first unit represents all units in its file.
      if (!state.failed.includes(migration) || unit.isJoined) continue;
      const failure = await plugin.readFailure(connection, migration);
      const cause = failure?.text?.split("\n")[0] ?? "it ended without an error text";
      const what = `${migration} is recorded as failed (${cause}): the ORM applies nothing more.`;
      const index = builtIndex(unit);
      // The finding about the index names the session to wait for.
      if (index !== undefined && (await leftovers.index(connection, index)).kind === "building") continue;
      if (!isRepeatable(unit)) {
        findings.push({
          what,
          action: `it contains statements that Lockstep did not write: check what they did and revert all of it.\n${plugin.words.recover(migration)}`,
        });
        continue;
      }
      findings.push({
        what,
        action: "correct its record: applied if it is complete, otherwise rolled back, so that it runs again",
        async fix() {
          const as = await settleUnit(connection, unit);
          if (as === "building") return `${migration} is being built on the server: nothing was recorded`;
          const { exitCode, output } = await plugin.resolve(project, target.url, migration, as);
          if (exitCode !== 0)
            throw new LockstepError(
              "LS9022",
              `Recording ${migration} as ${as} failed with exit code ${exitCode}:\n${output.trim()}`,
            );
          return as === "applied"
            ? `${migration} is recorded as applied: it is complete`
            : `${migration} is recorded as rolled back: the next deployment runs it again`;
        },
      });
    }
    return findings;
  },
};
