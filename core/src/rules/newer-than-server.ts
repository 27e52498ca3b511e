import { defineRule } from "./rule.js";

export default defineRule({
  id: "newer-than-server",
  severity: "error",
  summary: "Needs a newer PostgreSQL than the one that it runs on",
  on: "every",
  claims: (concern) => concern.kind === "needs-server",
  safer: () => ({ words: "write it in a form that the server has, or say with --server which version it is" }),
  examples: {
    unsafe: [
      `CREATE TABLE "User" ("email" TEXT); CREATE UNIQUE INDEX "u" ON "User" ("email") NULLS NOT DISTINCT;`,
      `CREATE TABLE "User" ("id" UUID DEFAULT uuidv7());`,
    ],
    safe: [
      `CREATE FUNCTION uuidv7() RETURNS UUID LANGUAGE sql AS 'SELECT gen_random_uuid()'; CREATE TABLE "User" ("id" UUID DEFAULT uuidv7());`,
    ],
  },
  background: `Reported only where \`--server\` or \`check.server\` of the configuration names the version. That server rejects the statement. Functions are
not reported if a migration creates one of the same name. \`gen_random_uuid()\` is not reported behind \`CREATE EXTENSION pgcrypto\`.`,
});
