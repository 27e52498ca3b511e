import { defineRule } from "./rule.js";

export default defineRule({
  id: "detach-partition",
  severity: "error",
  summary: "Detaching a partition removes its rows from the table",
  on: ["detachPartition"],
  safer: ({ table, sql, isConcurrent }, { alone, quote }) =>
    isConcurrent
      ? { words: "deploy code that does not read its rows first" }
      : {
          words: `detach it while reads and writes continue${alone}, once no code reads its rows`,
          sql: [`ALTER TABLE ${quote.table(table)} ${sql} CONCURRENTLY`],
        },
  examples: {
    unsafe: [`ALTER TABLE "Event" DETACH PARTITION "Event_2020";`],
    safe: [],
  },
  background: `Code that reads the table no longer sees these rows. Without CONCURRENTLY, reads and writes of the table wait.`,
});
