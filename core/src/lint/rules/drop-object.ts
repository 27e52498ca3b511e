import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "drop-object",
  severity: "error",
  summary: "Drops or renames what running code may name: a type, a function, a schema, an extension",
  on: ["dropType", "form"],
  claims: ({ kind }) => kind === "breaks-code-before" || kind === "loses-data" || kind === "drops-dependents",
  safer: () => ({
    words: "let the code stop using it first, deploy that, and drop it in a later deployment, without CASCADE",
  }),
  examples: {
    unsafe: [`DROP TYPE "Role" CASCADE;`, `DROP SCHEMA "old" CASCADE;`, `DROP FUNCTION "total"(INT);`],
    safe: [`DROP TYPE "Role";`, `DROP TRIGGER "log" ON "User";`],
  },
  background: `CASCADE takes whatever depends on it, columns with their data among it, and nothing in the statement says what that is. Without it
PostgreSQL refuses while something does.`,
});
