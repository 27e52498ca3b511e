import { expect, test } from "vitest";
import rule from "../../../core/src/rules/add-index.js";
import { ruleTester } from "../../support/rule-tester.js";
import { check } from "../lint/support.js";

ruleTester(rule, {
  safe: [
    { name: "on a new table", sql: `CREATE TABLE "T" ("a" TEXT); CREATE UNIQUE INDEX "T_a_key" ON "T"("a");` },
    {
      name: "built concurrently already",
      sql: `ALTER TABLE "User" ADD COLUMN "a" TEXT; CREATE INDEX CONCURRENTLY "User_a_idx" ON "User"("a");`,
    },
  ],
  unsafe: [
    {
      name: "on an existing column: one phase",
      sql: `CREATE INDEX "User_email_idx" ON "User"("email");`,
      consequence: /blocks writes to "User"/,
      ddl: { expand: [/^CREATE INDEX CONCURRENTLY "User_email_idx" ON "User"/, /^none/], contract: [] },
    },
    {
      name: "replaced by one of the same name: built first, under a temporary name",
      sql: `DROP INDEX "User_email_idx"; CREATE INDEX "User_email_idx" ON "User"("email", "name");`,
      consequence: /blocks writes to "User"/,
      ddl: {
        expand: [/^CREATE INDEX CONCURRENTLY "lockstep_new_\w+"/, /^none/, /DROP INDEX "User_email_idx"/],
        contract: [],
      },
    },
    {
      name: "prisma 7.10, nullable unique: one phase",
      sql: `-- AlterTable\nALTER TABLE "User" ADD COLUMN     "nick" TEXT;\n\n-- CreateIndex\nCREATE UNIQUE INDEX "User_nick_key" ON "User"("nick");\n`,
      consequence: /unique index is built under a lock/,
      ddl: {
        expand: [/ADD COLUMN "nick" text/, /CREATE UNIQUE INDEX CONCURRENTLY "User_nick_key"/, /reads pg_index/],
        contract: [],
      },
    },
    {
      name: "required unique: with the column's own plan",
      sql: `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;\nCREATE UNIQUE INDEX "User_handle_key" ON "User"("handle");`,
      consequence: /unique index/,
      ddl: {
        expand: [/ADD COLUMN "handle" text/, /CONCURRENTLY "User_handle_key"/, /reads pg_index/],
        contract: [/VALIDATE/, /SET NOT NULL/],
      },
    },
    {
      name: "composite with a new column",
      sql: `ALTER TABLE "User" ADD COLUMN "team" TEXT;\nCREATE INDEX "User_team_email_idx" ON "User"("team", "email");`,
      consequence: /index is built under a lock/,
      ddl: { expand: [/ADD COLUMN "team" text/, /CONCURRENTLY "User_team_email_idx"/, /reads pg_index/], contract: [] },
    },
    {
      name: "prisma 7.10, sort order, operator class and predicate stay as they are written",
      sql: `ALTER TABLE "User" ADD COLUMN "tags" JSONB;\nCREATE INDEX "a" ON "User" USING GIN ("tags" jsonb_path_ops);\nCREATE INDEX "b" ON "User"("name", "tags" DESC) WHERE ("tags" IS NOT NULL);`,
      consequence: /index is built under a lock/,
      ddl: {
        expand: [
          /ADD COLUMN "tags" jsonb/,
          /INDEX CONCURRENTLY "a" ON "User" USING GIN \("tags" jsonb_path_ops\)$/,
          /INDEX CONCURRENTLY "b" ON "User" \("name", "tags" DESC\) WHERE \("tags" IS NOT NULL\)$/,
          /reads pg_index/,
          /reads pg_index/,
        ],
        contract: [],
      },
    },
    {
      name: "with a stored default the column is required from the start",
      sql: `ALTER TABLE "User" ADD COLUMN "role" TEXT NOT NULL DEFAULT 'member';\nCREATE INDEX "User_role_idx" ON "User"("role");`,
      consequence: /index is built under a lock/,
      ddl: {
        expand: [/ADD COLUMN "role" text.*DEFAULT 'member'/, /CONCURRENTLY "User_role_idx"/, /reads pg_index/],
        contract: [],
      },
    },
  ],
});

const users = `CREATE TABLE "User" ("id" INT, "name" TEXT);`;
const build = "build it while writes continue";
const concurrently = (sql: string) => [sql.replace("INDEX", "INDEX CONCURRENTLY")];

/** The way that is safe, and its statements: what breaks on rows is to be mended before, CONCURRENTLY or not. */
test.each([
  [`CREATE INDEX "i" ON "User"("name")`, build],
  [`CREATE UNIQUE INDEX "i" ON "User"("name")`, `resolve duplicate values first, then ${build}`],
  [
    `CREATE UNIQUE INDEX "i" ON "User"("name") NULLS NOT DISTINCT`,
    `resolve duplicate values, NULL included, first, then ${build}`,
  ],
  [`CREATE UNIQUE INDEX "i" ON "User"("n")`, build, `ALTER TABLE "User" ADD COLUMN "n" INT;`],
  [
    `ALTER TABLE "User" ADD CONSTRAINT "k" UNIQUE NULLS NOT DISTINCT ("name")`,
    "resolve duplicate values, NULL included, first, then build the index while writes continue, then attach it, with the same options",
  ],
])("%s", async (sql, words, first = "") => {
  const { findings } = await check({ migrations: [users, `${first}${sql};`] });
  const safer = findings.find((each) => sql.endsWith(each.sql))?.safer;
  expect(safer?.words).toBe(words);
  if (sql.startsWith("CREATE")) expect(safer?.sql).toEqual(concurrently(sql));
});

test.each(["", "CONCURRENTLY "])(
  "%sover a column without values it breaks, and no statement is offered",
  async (how) => {
    const sql = `CREATE UNIQUE INDEX ${how}"i" ON "User"("n") NULLS NOT DISTINCT`;
    const { findings } = await check({ migrations: [users, `ALTER TABLE "User" ADD COLUMN "n" INT; ${sql};`] });
    expect(findings.map(({ rule, safer }) => [rule, safer])).toEqual([
      ["add-index", { words: `give each row a value of its own first, then ${build}` }],
    ]);
  },
);
