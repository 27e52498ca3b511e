import rule from "../../../core/src/rules/set-not-null.js";
import { ruleTester } from "../../support/rule-tester.js";

ruleTester(rule, {
  safe: [
    {
      name: "a column of the same change",
      sql: `ALTER TABLE "User" ADD COLUMN "age" INTEGER; ALTER TABLE "User" ALTER COLUMN "age" SET NOT NULL;`,
      notice: /./,
    },
  ],
  unsafe: [
    {
      name: "prisma 7.10: proved by a check, after the code writes it",
      sql: `ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;`,
      consequence: /All rows of "User" are read under a lock/,
      ddl: {
        expand: [/^SELECT 1$/],
        contract: [/NOT VALID; .*VALIDATE CONSTRAINT/, /SET NOT NULL; .*DROP CONSTRAINT/],
      },
    },
  ],
});
