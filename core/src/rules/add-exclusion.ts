import { defineRule } from "./rule.js";

/** For constraints that support neither NOT VALID nor USING INDEX. */
export const whileSmall =
  "PostgreSQL cannot build it while writes continue: do it while the table is small, or on a new table";

export default defineRule({
  id: "add-exclusion",
  severity: "error",
  summary: "ADD EXCLUDE blocks reads and writes until PostgreSQL has built its index",
  on: ["addExclusion"],
  safer: () => ({ words: whileSmall }),
  examples: {
    unsafe: [`ALTER TABLE "Booking" ADD CONSTRAINT "no_overlap" EXCLUDE USING gist ("room" WITH =, "during" WITH &&);`],
    safe: [`CREATE TABLE "Booking" ("room" INT, EXCLUDE USING gist ("room" WITH =));`],
  },
  background: `PostgreSQL has neither NOT VALID nor USING INDEX for exclusion constraints.`,
});
