import rule from "../../../core/src/rules/add-index.js";
import { ruleTester } from "../../support/rule-tester.js";

ruleTester(rule, {
  safe: [
    { name: "on a new table", sql: `CREATE TABLE "T" ("a" TEXT); CREATE UNIQUE INDEX "T_a_key" ON "T"("a");` },
    {
      name: "built concurrently already",
      sql: `ALTER TABLE "User" ADD COLUMN "a" TEXT; CREATE INDEX CONCURRENTLY "User_a_idx" ON "User"("a");`,
    },
    {
      name: "on a column that was there: no column is added",
      sql: `CREATE INDEX "User_email_idx" ON "User"("email");`,
      notice: /writes of "\w+" wait/,
    },
  ],
  unsafe: [
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
