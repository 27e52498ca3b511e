import { defineRule } from "./rule.js";

export default defineRule({
  id: "drop-view",
  severity: "error",
  summary: "Drops a view that running code may read",
  on: ["dropView"],
  safer: () => ({ words: "remove the view from the code first, then drop it in a later deployment" }),
  examples: {
    unsafe: [`DROP VIEW "active_users";`],
    safe: [`DROP VIEW "active_users"; CREATE VIEW "active_users" AS SELECT 1;`],
  },
  background: `Code that reads the view fails. If the same migration creates it again, it is only locked for a while.`,
});
