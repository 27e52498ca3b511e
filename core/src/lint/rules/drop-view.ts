import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "drop-view",
  severity: "error",
  summary: "Drops a view that code may still read",
  on: ["dropView"],
  safer: () => ({ words: "let the code stop reading the view first, and drop it in a later deployment" }),
  examples: {
    unsafe: [`DROP VIEW "active_users";`],
    safe: [`DROP VIEW "active_users"; CREATE VIEW "active_users" AS SELECT 1;`],
  },
  background: `Code that reads it fails from then on. One that is made again in the same migration is only locked.`,
});
