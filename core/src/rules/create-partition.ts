import { defineRule } from "./rule.js";

export default defineRule({
  id: "create-partition",
  severity: "error",
  summary: "Creating a table may block other tables: a partition, or a foreign key",
  on: ["createTable"],
  safer: () => ({
    words: "first add a check that excludes the new bounds to the default partition, NOT VALID and then validated",
  }),
  examples: {
    unsafe: [`CREATE TABLE "Event_2026" PARTITION OF "Event" FOR VALUES FROM (2026) TO (2027);`],
    safe: [`CREATE TABLE "Event" ("id" INT);`],
  },
  background: `A new partition locks its parent for an instant. If the parent has a default partition, PostgreSQL reads its rows under the lock.`,
});
