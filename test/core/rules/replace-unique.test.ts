import rule from "../../../core/src/rules/replace-unique.js";
import { ruleTester } from "../../support/rule-tester.js";

const change = (column: string, key: string) =>
  `-- DropIndex\nDROP INDEX "Setting_userId_key";\n\n-- AlterTable\nALTER TABLE "Setting" ADD COLUMN     ${column};\n\n-- CreateIndex\nCREATE UNIQUE INDEX "new_key" ON "Setting"(${key});\n`;
const build = [/CONCURRENTLY "new_key" ON "Setting"\("userId", "channel"\)/, /reads pg_index/];
const drop = [/reads pg_index/, /^DROP INDEX CONCURRENTLY IF EXISTS "Setting_userId_key"$/];

ruleTester(rule, {
  safe: [
    {
      name: "an index that the database does not know",
      sql: change(`"channel" TEXT`, `"userId", "channel"`).replaceAll("Setting_userId_key", "other"),
      notice: /waits for all queries on the table/,
    },
    {
      name: "a new key that has nothing of the old one",
      sql: change(`"channel" TEXT`, `"channel"`),
      notice: /waits for all queries on the table/,
    },
    {
      name: "a new key over columns that were there",
      sql: change(`"channel" TEXT`, `"userId", "name"`),
      notice: /waits for all queries on the table/,
    },
  ],
  unsafe: [
    {
      name: "a constraint takes its place",
      sql: change(`"channel" TEXT NOT NULL`, `"userId", "channel"`).replace(
        /CREATE UNIQUE INDEX.*/,
        `ALTER TABLE "Setting" ADD CONSTRAINT "new_key" UNIQUE ("userId", "channel");`,
      ),
      consequence: /rejects fewer duplicates/,
      ddl: {
        expand: [/ADD COLUMN "channel" text/, ...build, /UNIQUE USING INDEX "new_key"$/],
        contract: [/VALIDATE/, /SET NOT NULL/, ...drop],
      },
    },
    {
      name: "prisma 7.10, required column",
      sql: change(`"channel" TEXT NOT NULL`, `"userId", "channel"`),
      consequence: /"new_key" rejects fewer duplicates than "Setting_userId_key"/,
      ddl: { expand: [/ADD COLUMN "channel" text/, ...build], contract: [/VALIDATE/, /SET NOT NULL/, ...drop] },
    },
    {
      name: "prisma 7.10, stored default: the old key goes in a phase of its own",
      sql: change(`"channel" TEXT NOT NULL DEFAULT 'email'`, `"userId", "channel"`),
      consequence: /Running code that uses the old key fails/,
      ddl: { expand: [/DEFAULT 'email'/, ...build], contract: drop },
    },
  ],
});
