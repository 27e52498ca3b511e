import rule from "../../../core/src/rules/drop-type.js";
import { ruleTester } from "../../support/rule-tester.js";

ruleTester(rule, {
  safe: [{ name: "with what depends on it", sql: `DROP TYPE "Kind" CASCADE;`, notice: /./ }],
  unsafe: [
    {
      name: "after the columns that have the type",
      sql: `DROP TYPE "Kind"; ALTER TABLE "User" DROP COLUMN "name";`,
      consequence: /"Kind" can only go after the columns/,
      ddl: { expand: [/^SELECT 1$/], contract: [/DROP COLUMN "name"$/, /^DROP TYPE "Kind";$/] },
    },
  ],
});
