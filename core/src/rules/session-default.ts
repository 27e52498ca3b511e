import { defineRule } from "./rule.js";

export default defineRule({
  id: "session-default",
  severity: "warning",
  summary: "Sets a default that depends on the session: a setting, the role or the connection",
  on: ["addColumn", "setDefault"],
  claims: ({ kind }) => kind === "session-default",
  safer: () => ({
    words:
      "write the value in the application, or give a missing setting a fallback: coalesce(current_setting('app.tenant', true), 'none')",
  }),
  examples: {
    unsafe: [
      `ALTER TABLE "User" ADD COLUMN "tenant" TEXT NOT NULL DEFAULT current_setting('app.tenant');`,
      `ALTER TABLE "User" ADD COLUMN "createdBy" TEXT NOT NULL DEFAULT CURRENT_USER;`,
      `ALTER TABLE "User" ALTER COLUMN "tenant" SET DEFAULT current_setting('app.tenant');`,
    ],
    safe: [`ALTER TABLE "User" ADD COLUMN "joined" TIMESTAMPTZ NOT NULL DEFAULT now();`],
  },
  background: `PostgreSQL evaluates such a default once, in the session that runs the migration, and stores the value in every existing row. Later
each INSERT that omits the column evaluates it in its own session. \`current_setting('app.tenant')\` raises an error if that session
has no such setting, so INSERTs of running code fail.`,
  mysql: {
    background: "Both evaluate `CURRENT_USER()` in the session that runs the migration for every existing row.",
    unsafe: ["ALTER TABLE `User` ADD COLUMN `createdBy` VARCHAR(128) NOT NULL DEFAULT (CURRENT_USER());"],
    safe: ["ALTER TABLE `User` ADD COLUMN `joined` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3);"],
  },
});
