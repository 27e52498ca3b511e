import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "attach-partition",
  severity: "error",
  summary: "Attaching a partition checks all of its rows, and those of the default partition",
  on: ["attachPartition"],
  safer: () => ({
    words:
      "add a check to the partition that says what its bounds say, NOT VALID and then validated: then nobody looks at the rows",
  }),
  examples: {
    unsafe: [`ALTER TABLE "Event" ATTACH PARTITION "Event_2026" FOR VALUES FROM (2026) TO (2027);`],
    safe: [],
  },
  background: `The rows of the partition are read under an ACCESS EXCLUSIVE lock on it, and those of a default partition as well.`,
});
