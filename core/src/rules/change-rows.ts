import { defineRule } from "./rule.js";

export default defineRule({
  id: "change-rows",
  severity: "warning",
  summary: "Changes rows in a migration",
  on: ["insert", "update", "delete"],
  safer: () => ({ words: "change them in batches outside the migration, each in its own transaction" }),
  examples: {
    unsafe: [`UPDATE "User" SET "role" = 'member' WHERE "role" IS NULL;`, `DELETE FROM "Session";`],
    safe: [`CREATE TABLE "Role" ("id" INT); INSERT INTO "Role" SELECT 1;`, `INSERT INTO "Role" ("id") VALUES (1);`],
  },
  background: `Every row stays locked until the migration ends, and so does everything else that the transaction has locked. A large change also bloats the table and delays replicas.

An earlier statement of the transaction, such as an ALTER TABLE, may have locked a table. Its reads or writes then wait until all rows are changed, and \`check\` reports an error.`,
});
