import { LockstepError } from "../../base/errors.js";
import { readTable } from "../../target/facts/table.js";
import { defineSignal } from "./signal.js";

/** A plan may be taken back while its backfill is paused: without this it would wait for ever, and be resumed for nothing. */
export default defineSignal({
  id: "column-dropped",
  summary: "the run ends when a column that it fills is gone, for example because the plan was taken back",
  rank: 0,
  options: {},
  everyMs: 5000,
  isPressure: false,
  start:
    () =>
    async ({ connection, table, columns }) => {
      if (columns.length === 0) return undefined;
      // A lock on the table, or a lost connection: the next batch meets it, and knows what to do.
      const now = await readTable(connection, table, 5000).catch(() => table);
      const gone = columns.filter((name) => now?.columns.every((each) => each.name !== name) ?? true);
      if (gone.length === 0) return undefined;
      const names = gone.map((name) => `"${table.name}"."${name}"`).join(", ");
      throw new LockstepError("LS5030", `${names} was dropped on ${connection.label} during the backfill.`);
    },
});
