import { defineRule } from "./rule.js";

export default defineRule({
  id: "attach-partition",
  severity: "error",
  summary: "Attaching a partition checks all of its rows, and those of the default partition",
  on: ["attachPartition"],
  safer: () => ({
    words:
      "first add a check with the bounds to the partition, NOT VALID and then validated, so that PostgreSQL skips the scan",
  }),
  examples: {
    unsafe: [`ALTER TABLE "Event" ATTACH PARTITION "Event_2026" FOR VALUES FROM (2026) TO (2027);`],
    safe: [],
  },
  background: `PostgreSQL reads the partition's rows under an ACCESS EXCLUSIVE lock on it, and the rows of a default partition too.`,
});
