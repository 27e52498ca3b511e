import rule from "../../../core/src/rules/drop-table.js";
import { ruleTester } from "../../support/rule-tester.js";

ruleTester(rule, {
  safe: [{ name: "with what depends on it", sql: `DROP TABLE "Team" CASCADE;`, notice: /./ }],
  unsafe: [
    {
      name: "prisma 7.10: its foreign key first",
      sql: `ALTER TABLE "Team" DROP CONSTRAINT "Team_ownerId_fkey"; DROP TABLE "Team";`,
      consequence: /^Running code that uses "Team" fails/,
      ddl: { expand: [/DROP CONSTRAINT "Team_ownerId_fkey"/], contract: [/^DROP TABLE "Team";$/] },
    },
  ],
});
