import rule from "../../../core/src/rules/add-column-not-null.js";
import { ruleTester } from "../../support/rule-tester.js";

ruleTester(rule, {
  safe: [
    { name: "nullable", sql: `ALTER TABLE "User" ADD COLUMN     "region" TEXT;` },
    { name: "constant default", sql: `ALTER TABLE "User" ADD COLUMN     "region" TEXT NOT NULL DEFAULT 'eu';` },
    { name: "cast constant", sql: `ALTER TABLE "User" ADD COLUMN "data" JSONB NOT NULL DEFAULT '{}'::jsonb;` },
    { name: "empty list", sql: `ALTER TABLE "User" ADD COLUMN "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];` },
    { name: "now()", sql: `ALTER TABLE "User" ADD COLUMN "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;` },
    { name: "negative number", sql: `ALTER TABLE "User" ADD COLUMN "n" INTEGER NOT NULL DEFAULT -1;` },
    {
      name: "table made in the same change",
      sql: `CREATE TABLE "Order" ("id" TEXT NOT NULL); ALTER TABLE "Order" ADD COLUMN "region" TEXT NOT NULL;`,
    },
    {
      name: "a volatile default is another rule's",
      sql: `ALTER TABLE "User" ADD COLUMN "t" UUID NOT NULL DEFAULT gen_random_uuid();`,
    },
    { name: "a serial is another rule's", sql: `ALTER TABLE "User" ADD COLUMN "no" SERIAL NOT NULL;` },
    {
      name: "with a constraint that the unit cannot say: never without it",
      sql: `ALTER TABLE "User" ADD COLUMN "a" TEXT NOT NULL CHECK ("a" <> '');`,
      notice: /^fails if the table has a row; running code/,
    },
    {
      name: "with UNIQUE in the declaration",
      sql: `ALTER TABLE "User" ADD COLUMN "a" TEXT NOT NULL UNIQUE;`,
      notice: /^fails if the table has a row; running code/,
    },
  ],
  unsafe: [
    {
      name: "prisma 7.10, required field without default",
      sql: `-- AlterTable\nALTER TABLE "User" ADD COLUMN     "region" TEXT NOT NULL;\n`,
      consequence: /fails if "User" has rows/,
      ddl: {
        expand: [/ADD COLUMN "region" text; CREATE TRIGGER "zz_lockstep_fill_User_region/],
        contract: [/ADD CONSTRAINT "lockstep_nn_User_region".*NOT VALID.*VALIDATE/, /SET NOT NULL/],
      },
    },
    {
      name: "two columns in one statement are one block",
      sql: `ALTER TABLE "User" ADD COLUMN "a" TEXT NOT NULL,\nADD COLUMN "b" VARCHAR(20) NOT NULL;`,
      consequence: /fails if "User" has rows/,
      ddl: {
        expand: [/ADD COLUMN "a" text.*ADD COLUMN "b" character varying\(20\)/],
        contract: [/"a".*"b"/, /"a".*SET NOT NULL.*"b".*SET NOT NULL/],
      },
    },
    {
      name: "safe clauses of the same statement stay in files of their own: columns in their place, others before it",
      sql: `ALTER TABLE "User" ADD COLUMN "a" TEXT NOT NULL,\nADD COLUMN "nick" TEXT,\nDROP CONSTRAINT "old";`,
      consequence: /fails if "User" has rows/,
      ddl: {
        expand: [
          /^ALTER TABLE "User" DROP CONSTRAINT "old";$/,
          /ADD COLUMN "a" text/,
          /^ALTER TABLE "User" ADD COLUMN "nick" TEXT;$/,
        ],
        contract: [/"a"/, /"a"/],
      },
    },
  ],
});
