import { defineRule } from "./rule.js";

export default defineRule({
  id: "change-domain",
  severity: "error",
  summary: "Changes a domain, which checks the rows of every table that uses it",
  on: ["alterDomain"],
  safer: () => ({ words: "add the constraint NOT VALID, and validate it in a later migration" }),
  examples: {
    unsafe: [`ALTER DOMAIN "age" ADD CONSTRAINT "adult" CHECK (VALUE > 17);`],
    safe: [`ALTER DOMAIN "age" ADD CONSTRAINT "adult" CHECK (VALUE > 17) NOT VALID;`],
  },
  background: `PostgreSQL reads all tables with a column of the domain. The migration fails if a row violates the constraint.`,
});
