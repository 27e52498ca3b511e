import rule from "../../../core/src/rules/add-check.js";
import { ruleTester } from "../../support/rule-tester.js";

const check = `ALTER TABLE "User" ADD CONSTRAINT "adult" CHECK ("age" >= 18);`;

ruleTester(rule, {
  safe: [
    {
      name: "a proof of NOT NULL, which a later SET NOT NULL may rely on",
      sql: `ALTER TABLE "User" ADD CONSTRAINT "given" CHECK ("age" IS NOT NULL);`,
      notice: /all rows of "User" are checked/,
    },
    {
      name: "beside another clause",
      sql: `ALTER TABLE "User" ADD COLUMN "note" text, ADD CONSTRAINT "adult" CHECK ("age" >= 18);`,
      notice: /all rows of "User" are checked/,
    },
  ],
  unsafe: [
    {
      name: "over an existing column: for new rows at once, and then for all",
      sql: check,
      consequence: /checks all rows of "User" under a lock/,
      ddl: { expand: [/CHECK \("age" >= 18\) NOT VALID/, /VALIDATE CONSTRAINT "adult"/], contract: [] },
    },
    {
      name: "replaced by one of the same name: in one step",
      sql: `ALTER TABLE "User" DROP CONSTRAINT "adult"; ${check}`,
      consequence: /checks all rows/,
      ddl: {
        expand: [/DROP CONSTRAINT "adult"[\s\S]*CHECK \("age" >= 18\) NOT VALID/, /VALIDATE CONSTRAINT "adult"/],
        contract: [],
      },
    },
  ],
});
