import rule from "../../../core/src/rules/add-column-backfill.js";
import { ruleTester } from "../../support/rule-tester.js";

ruleTester(rule, {
  safe: [
    { name: "a constant default", sql: `ALTER TABLE "User" ADD COLUMN "role" TEXT NOT NULL DEFAULT 'member';` },
    { name: "optional", sql: `ALTER TABLE "User" ADD COLUMN "nickname" TEXT;` },
    { name: "a list", sql: `ALTER TABLE "User" ADD COLUMN "tags" TEXT[];` },
  ],
  unsafe: [
    {
      name: "a constant default and an annotation",
      sql: `ALTER TABLE "User" ADD COLUMN "role" TEXT NOT NULL DEFAULT 'member';\n-- role: @lockstep.backfill(CASE WHEN "id" < 3 THEN 'staff' ELSE 'member' END)`,
      consequence: /would get the default 'member' instead of the value from @lockstep\.backfill/,
      ddl: {
        expand: [/ADD COLUMN "role" text; ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'member'; CREATE TRIGGER/],
        contract: [/NOT VALID.*VALIDATE/, /SET NOT NULL/],
      },
    },
    {
      name: "optional and an annotation: no trigger, no contract",
      sql: `ALTER TABLE "User" ADD COLUMN "nickname" TEXT;\n-- nickname: @lockstep.backfill(name)`,
      consequence: /would get NULL/,
      ddl: { expand: [/^ALTER TABLE "User" ADD COLUMN "nickname" text$/], contract: [] },
    },
    {
      name: "a list and an annotation",
      sql: `ALTER TABLE "User" ADD COLUMN "tags" TEXT[];\n-- tags: @lockstep.backfill(ARRAY[name])`,
      consequence: /would get NULL/,
      ddl: { expand: [/^ALTER TABLE "User" ADD COLUMN "tags" text\[\]$/], contract: [] },
    },
    {
      name: "optional with a default and an annotation",
      sql: `ALTER TABLE "User" ADD COLUMN "plan" TEXT DEFAULT 'free';\n-- plan: @lockstep.backfill(name)`,
      consequence: /the default 'free'/,
      ddl: {
        expand: [/ADD COLUMN "plan" text; ALTER TABLE "User" ALTER COLUMN "plan" SET DEFAULT 'free'$/],
        contract: [],
      },
    },
  ],
});
