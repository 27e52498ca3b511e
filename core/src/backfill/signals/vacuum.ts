import { grouped } from "../../dialect/format-values.js";
import type { DeadRows } from "../../dialect/load-signals.js";
import { numberOption } from "../run-option.js";
import { defineSignal } from "./signal.js";

/** How long the run waits without progress before it resumes. */
const patienceMs = 600_000;

/** Each row that a run fills leaves a dead row. If nothing removes them, the table grows permanently. */
export default defineSignal({
  id: "vacuum",
  summary:
    "autovacuum has fallen behind on the table (PostgreSQL). Gives up after 10 min without progress; ignored while autovacuum is off",
  rank: 2,
  options: {
    maxDeadShare: numberOption("percent", 1, {
      description: "dead rows allowed, in percent of the live ones",
      initial: "50",
    }),
    deadRowsFloor: numberOption("rows", 0, {
      description: "dead rows allowed in addition to that share",
      // A run writes them within a minute or two, which is autovacuum's interval. So small tables never wait.
      initial: "5000000",
    }),
  },
  everyMs: 5000,
  isPressure: true,
  start() {
    let moved: { readonly what: string; readonly atMs: number } | undefined;
    let hasGivenUp = false;
    return async ({ connection, table, options, clock, isHeld }) => {
      const seen = await connection.dialect.live.loadSignals.deadRows?.(connection, table);
      if (seen === undefined) return undefined;
      const limit = (seen.live * options.maxDeadShare!) / 100 + options.deadRowsFloor!;
      if (seen.dead <= (isHeld ? limit / 2 : limit)) {
        hasGivenUp = false;
        moved = undefined;
        return undefined;
      }
      const state = `"${table.name}" has ${grouped(seen.dead)} dead rows, limit ${grouped(Math.round(limit))}`;
      if (seen.off !== undefined) return { kind: "blind", reason: `${state}, and ${seen.off}` };
      const what = `${seen.dead} ${seen.rounds} ${seen.progress}`;
      if (moved?.what !== what) moved = { what, atMs: clock.now() };
      hasGivenUp ||= clock.now() - moved.atMs >= patienceMs;
      const why = cause(seen);
      if (hasGivenUp)
        return { kind: "blind", reason: `${state}; autovacuum has done nothing about it for 10 min${why}` };
      return { kind: "hold", reason: `${state}: waits for autovacuum${why}` };
    };
  },
});

function cause({ heldBy }: DeadRows): string {
  return heldBy === undefined ? "" : `, and ${heldBy}: VACUUM cannot remove newer dead rows`;
}
