import { LockstepError } from "../../base/errors.js";
import { readTable } from "../../target/facts/table.js";
import { defineSignal } from "./signal.js";

/** A plan may be undone while its backfill is paused. Without this check the run would wait forever. */
export default defineSignal({
  id: "column-dropped",
  summary: "a column that it fills was dropped, for example by `undo`. The run ends",
  rank: 0,
  options: {},
  everyMs: 5000,
  isPressure: false,
  start:
    () =>
    async ({ connection, table, columns }) => {
      if (columns.length === 0) return undefined;
      // Ignore a lock on the table or a lost connection here: the next batch handles it.
      const now = await readTable(connection, table, 5000).catch(() => table);
      const gone = columns.filter((name) => now?.columns.every((each) => each.name !== name) ?? true);
      if (gone.length === 0) return undefined;
      const names = gone.map((name) => `"${table.name}"."${name}"`).join(", ");
      throw new LockstepError("LS5030", `${names} was dropped on ${connection.label} during the backfill.`);
    },
});
