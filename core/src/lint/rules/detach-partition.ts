import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "detach-partition",
  severity: "error",
  summary: "Detaching a partition takes its rows from the table",
  on: ["detachPartition"],
  safer: ({ table, sql, isConcurrent }, { alone, quote }) => ({
    words: `detach it while reads and writes go on${alone}, once no code reads its rows`,
    ...(isConcurrent ? {} : { sql: [`ALTER TABLE ${quote.table(table)} ${sql} CONCURRENTLY`] }),
  }),
  examples: {
    unsafe: [`ALTER TABLE "Event" DETACH PARTITION "Event_2020";`],
    safe: [],
  },
  background: `Code that reads the table no longer sees them; without CONCURRENTLY reads and writes of the table wait.`,
});
