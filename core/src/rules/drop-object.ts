import { defineRule } from "./rule.js";

export default defineRule({
  id: "drop-object",
  severity: "error",
  summary: "Drops or renames a type, function, schema or extension that running code may use",
  on: ["dropType", "form"],
  claims: ({ kind }) => kind === "breaks-code-before" || kind === "loses-data" || kind === "drops-dependents",
  safer: () => ({
    words: "remove it from the code and deploy that, then drop it in a later deployment, without CASCADE",
  }),
  examples: {
    unsafe: [`DROP TYPE "Role" CASCADE;`, `DROP SCHEMA "old" CASCADE;`, `DROP FUNCTION "total"(INT);`],
    safe: [`DROP TYPE "Role";`, `DROP TRIGGER "log" ON "User";`],
  },
  background: `CASCADE drops every dependent object, including columns with their data, and the statement does not name them. Without CASCADE PostgreSQL
rejects the statement while an object depends on it.`,
});
