import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "change-rows",
  severity: "warning",
  summary: "Changes rows inside of a migration",
  on: ["insert", "update", "delete"],
  safer: () => ({ words: "change them in batches outside of the migration, each in a transaction of its own" }),
  examples: {
    unsafe: [`UPDATE "User" SET "role" = 'member' WHERE "role" IS NULL;`, `DELETE FROM "Session";`],
    safe: [`CREATE TABLE "Role" ("id" INT); INSERT INTO "Role" SELECT 1;`, `INSERT INTO "Role" ("id") VALUES (1);`],
  },
  background: `Every row stays locked until the migration ends, whatever else its transaction has locked stays locked as long, and a big change bloats the table and delays replicas.`,
});
