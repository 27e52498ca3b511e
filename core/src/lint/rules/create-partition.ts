import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "create-partition",
  severity: "error",
  summary: "Making a table may stop others: a partition, or a foreign key",
  on: ["createTable"],
  safer: () => ({
    words: "give the default partition a check that excludes the new bounds first, NOT VALID and then validated",
  }),
  examples: {
    unsafe: [`CREATE TABLE "Event_2026" PARTITION OF "Event" FOR VALUES FROM (2026) TO (2027);`],
    safe: [`CREATE TABLE "Event" ("id" INT);`],
  },
  background: `A new partition locks its parent for an instant; where that has a default partition, its rows are read under the lock.`,
});
