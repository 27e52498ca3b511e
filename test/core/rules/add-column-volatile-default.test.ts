import rule from "../../../core/src/rules/add-column-volatile-default.js";
import { ruleTester } from "../../support/rule-tester.js";

const contract = [/NOT VALID.*VALIDATE/, /SET NOT NULL/];

ruleTester(rule, {
  safe: [
    { name: "now()", sql: `ALTER TABLE "User" ADD COLUMN "at" TIMESTAMP(3) NOT NULL DEFAULT now();` },
    { name: "a stable function", sql: `ALTER TABLE "User" ADD COLUMN "by" TEXT DEFAULT to_char(now(), 'YYYY');` },
    { name: "a constant computed", sql: `ALTER TABLE "User" ADD COLUMN "by" TEXT DEFAULT md5('x') || upper('y');` },
    {
      name: "expressions of what is stored",
      sql: `ALTER TABLE "User" ADD COLUMN "a" INT DEFAULT CASE WHEN now() > '2026-01-01' AND NOT false THEN greatest(1, 2) ELSE least(3, 4) END, ADD COLUMN "b" TSVECTOR DEFAULT to_tsvector('english', 'a'), ADD COLUMN "c" BOOLEAN DEFAULT (1 IS NOT NULL);`,
    },
    {
      name: "a volatile default for rows to come only",
      sql: `ALTER TABLE "User" ALTER COLUMN "token" SET DEFAULT gen_random_uuid();`,
    },
    {
      name: "with a constraint that the unit cannot say",
      sql: `ALTER TABLE "User" ADD COLUMN "n" INT DEFAULT random() CHECK ("n" > 0);`,
      notice: /every row of "\w+" is rewritten/,
    },
  ],
  unsafe: [
    {
      name: "prisma 7.10, required uuid",
      sql: `-- AlterTable\nALTER TABLE "User" ADD COLUMN     "token" UUID NOT NULL DEFAULT gen_random_uuid();\n`,
      consequence: /gen_random_uuid\(\) is evaluated for every row of "User"/,
      ddl: {
        expand: [
          /ADD COLUMN "token" uuid; ALTER TABLE "User" ALTER COLUMN "token" SET DEFAULT gen_random_uuid\(\); CREATE TRIGGER/,
        ],
        contract,
      },
    },
    {
      name: "prisma 7.10, optional uuid: no trigger, no contract",
      sql: `ALTER TABLE "User" ADD COLUMN     "token" UUID DEFAULT gen_random_uuid();`,
      consequence: /every row/,
      ddl: {
        expand: [/ADD COLUMN "token" uuid; ALTER TABLE "User" ALTER COLUMN "token" SET DEFAULT [^;]*$/],
        contract: [],
      },
    },
    {
      name: "a function of the user's",
      sql: `ALTER TABLE "User" ADD COLUMN "code" TEXT NOT NULL DEFAULT next_code('u');`,
      consequence: /next_code\('u'\)/,
      ddl: { expand: [/SET DEFAULT next_code\('u'\)/], contract },
    },
    {
      name: "volatile in a branch",
      sql: `ALTER TABLE "User" ADD COLUMN "a" INT NOT NULL DEFAULT CASE WHEN true THEN 1 ELSE greatest(1, random()::int) END;`,
      consequence: /is evaluated for every row/,
      ddl: { expand: [/SET DEFAULT CASE/], contract },
    },
    {
      name: "with an annotation for rows that exist",
      sql: `ALTER TABLE "User" ADD COLUMN "token" TEXT NOT NULL DEFAULT gen_random_uuid();\n-- token: @lockstep.backfill(md5(email))`,
      consequence: /every row/,
      ddl: { expand: [/SET DEFAULT gen_random_uuid\(\)/], contract },
    },
    {
      name: "unique: the index is built concurrently, in the same plan",
      sql: `ALTER TABLE "User" ADD COLUMN "token" UUID NOT NULL DEFAULT gen_random_uuid();\nCREATE UNIQUE INDEX "User_token_key" ON "User"("token");`,
      consequence: /every row/,
      ddl: { expand: [/SET DEFAULT/, /CONCURRENTLY "User_token_key"/, /reads pg_index/], contract },
    },
  ],
});
