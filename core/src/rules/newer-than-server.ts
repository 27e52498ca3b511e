import { defineRule } from "./rule.js";

export default defineRule({
  id: "newer-than-server",
  severity: "error",
  summary: "Needs a newer PostgreSQL version than the configured server",
  on: "every",
  claims: (concern) => concern.kind === "needs-server",
  safer: () => ({ words: "write it in a form that the server supports, or correct the version: --server" }),
  examples: {
    unsafe: [
      `CREATE TABLE "User" ("email" TEXT); CREATE UNIQUE INDEX "u" ON "User" ("email") NULLS NOT DISTINCT;`,
      `CREATE TABLE "User" ("id" UUID DEFAULT uuidv7());`,
    ],
    safe: [
      `CREATE FUNCTION uuidv7() RETURNS UUID LANGUAGE sql AS 'SELECT gen_random_uuid()'; CREATE TABLE "User" ("id" UUID DEFAULT uuidv7());`,
    ],
  },
  background: `The server rejects the statement. Lockstep reports this only if \`--server\` or \`check.server\` of the configuration names the version. It
skips functions that a migration creates under the same name, and \`gen_random_uuid()\` after \`CREATE EXTENSION pgcrypto\`.`,
});
