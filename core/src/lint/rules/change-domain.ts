import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "change-domain",
  severity: "error",
  summary: "Changes a domain: the rows of every table with a column of it are looked at",
  on: ["alterDomain"],
  safer: () => ({ words: "add the constraint NOT VALID, and validate it in a later migration" }),
  examples: {
    unsafe: [`ALTER DOMAIN "age" ADD CONSTRAINT "adult" CHECK (VALUE > 17);`],
    safe: [`ALTER DOMAIN "age" ADD CONSTRAINT "adult" CHECK (VALUE > 17) NOT VALID;`],
  },
  background: `The rows of all tables that have a column of the domain are read, and one that does not pass lets the migration fail.`,
});
