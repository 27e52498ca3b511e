import rule from "../../../core/src/rules/drop-column.js";
import { ruleTester } from "../../support/rule-tester.js";

ruleTester(rule, {
  safe: [
    { name: "with what depends on it", sql: `ALTER TABLE "User" DROP COLUMN "name" CASCADE;`, notice: /./ },
    {
      name: "another type: the ORM adds it again",
      sql: `ALTER TABLE "User" DROP COLUMN "name", ADD COLUMN "name" INTEGER;`,
      notice: /./,
    },
  ],
  unsafe: [
    {
      name: "prisma 7.10: an optional one",
      sql: `ALTER TABLE "User" DROP COLUMN "name";`,
      consequence: /^Running code names "User"\."name" in its queries, .* brings the values back\.$/,
      ddl: { expand: [/^SELECT 1$/], contract: [/^ALTER TABLE "User" DROP COLUMN "name"$/] },
    },
    {
      name: "a required one, beside another and a clause of its own",
      sql: `ALTER TABLE "User" DROP COLUMN "email", DROP COLUMN "name", ALTER COLUMN "firstName" SET DEFAULT 'a';`,
      consequence: /Running code names "User"\."email"/,
      ddl: {
        expand: [/SET DEFAULT 'a'/, /^ALTER TABLE "User" ALTER COLUMN "email" DROP NOT NULL$/],
        contract: [/^ALTER TABLE "User" DROP COLUMN "email", DROP COLUMN "name"$/],
      },
    },
  ],
});
