import { defineRule } from "./rule.js";

/** Of what has neither NOT VALID nor USING INDEX. */
export const whileSmall =
  "PostgreSQL has no way to build it while writes go on: do it while the table is small, or on a new table";

export default defineRule({
  id: "add-exclusion",
  severity: "error",
  summary: "ADD EXCLUDE stops reads and writes until its index is built",
  on: ["addExclusion"],
  safer: () => ({ words: whileSmall }),
  examples: {
    unsafe: [`ALTER TABLE "Booking" ADD CONSTRAINT "no_overlap" EXCLUDE USING gist ("room" WITH =, "during" WITH &&);`],
    safe: [`CREATE TABLE "Booking" ("room" INT, EXCLUDE USING gist ("room" WITH =));`],
  },
  background: `There is neither NOT VALID nor USING INDEX for exclusion constraints.`,
});
