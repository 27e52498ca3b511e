import rule from "../../../core/src/rules/add-check.js";
import { ruleTester } from "../../support/rule-tester.js";

const check = `ALTER TABLE "User" ADD CONSTRAINT "adult" CHECK ("age" >= 18);`;
const split = [/ADD CONSTRAINT "adult" CHECK \("age" >= 18\) NOT VALID/, /VALIDATE CONSTRAINT "adult"/];

ruleTester(rule, {
  safe: [
    { name: "on a new table", sql: `CREATE TABLE "User" ("age" INTEGER); ${check}` },
    {
      name: "not valid already",
      sql: check.replace(";", " NOT VALID;"),
    },
    {
      name: "a proof for the SET NOT NULL after it",
      sql: `ALTER TABLE "User" ADD CONSTRAINT "named" CHECK ("name" IS NOT NULL);`,
      notice: /are checked while reads and writes wait/,
    },
    {
      name: "without a name",
      sql: `ALTER TABLE "User" ADD CHECK ("age" >= 18);`,
      notice: /are checked while reads and writes wait/,
    },
  ],
  unsafe: [
    {
      name: "over existing columns: one phase",
      sql: check,
      consequence: /checks all rows of "User" under a lock that blocks reads and writes/,
      ddl: { expand: split, contract: [] },
    },
    {
      name: "as one clause of several, with a comment",
      sql: `-- Adults only\nALTER TABLE "User" ADD COLUMN "nick" TEXT, ADD CONSTRAINT "adult" CHECK ("age" >= 18);`,
      consequence: /checks all rows of "User"/,
      ddl: { expand: [/ADD COLUMN "nick" TEXT/, ...split], contract: [] },
    },
    {
      name: "before a statement that renames its table",
      sql: `${check} ALTER TABLE "User" RENAME TO "Account";`,
      consequence: /checks all rows of "User"/,
      ddl: { expand: [...split, /RENAME TO "Account"/], contract: [] },
    },
    {
      name: "in the place of one that it replaces: in one step, and then validated",
      sql: `ALTER TABLE "User" DROP CONSTRAINT "adult"; ${check}`,
      consequence: /checks all rows of "User"/,
      ddl: {
        expand: [/DROP CONSTRAINT "adult"[\s\S]*ADD CONSTRAINT "adult"[\s\S]*NOT VALID/, /VALIDATE CONSTRAINT "adult"/],
        contract: [],
      },
    },
  ],
});
