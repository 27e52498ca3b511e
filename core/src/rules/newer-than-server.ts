import { versionText } from "../model/newer-forms.js";
import { defineRule } from "./rule.js";

export default defineRule({
  id: "newer-than-server",
  severity: "error",
  summary: "Needs a newer version than the configured server, or another system",
  on: "every",
  claims: (concern) => concern.kind === "needs-server",
  safer: (_, { concerns }) => {
    const [newest] = concerns
      .flatMap((concern) => (concern.kind === "needs-server" && concern.since !== undefined ? [concern] : []))
      .sort((a, b) => (b.since ?? 0) - (a.since ?? 0));
    const words = "write it in a form that the server supports";
    if (newest?.since === undefined) return { words };
    const server = `${newest.system}:${versionText(newest.since, newest.system)}`;
    return { words: `${words}. If yours is newer, name its version, at least --server ${server}` };
  },
  examples: {
    unsafe: [
      `CREATE TABLE "User" ("email" TEXT); CREATE UNIQUE INDEX "u" ON "User" ("email") NULLS NOT DISTINCT;`,
      `CREATE TABLE "User" ("id" UUID DEFAULT uuidv7());`,
    ],
    safe: [
      `CREATE FUNCTION uuidv7() RETURNS UUID LANGUAGE sql AS 'SELECT gen_random_uuid()'; CREATE TABLE "User" ("id" UUID DEFAULT uuidv7());`,
    ],
  },
  background: `The server rejects the statement, or accepts it and ignores the part. Lockstep reports this only if \`--server\` or \`check.server\` of the
configuration names the version. It skips functions that a migration creates under the same name, and \`gen_random_uuid()\` after
\`CREATE EXTENSION pgcrypto\`.`,
  mysql: {
    background: `Name the patch level: \`--server mysql:8.0.29\`. Without it Lockstep assumes the first release of the series, and 8.0.12 for \`mysql:8.0\`.
Forms that only the other system has are reported as well, even if only TypeORM's \`type: "mariadb"\` names the system. Versioned comments such
as \`/*!80023 INVISIBLE */\` are skipped, because older servers do not run them.`,
    unsafe: ["CREATE TABLE `User` (`email` VARCHAR(191), INDEX `User_lower`((lower(`email`))));"],
    safe: ["CREATE TABLE `User` (`email` VARCHAR(191), `nick` VARCHAR(50) /*!80023 INVISIBLE */);"],
  },
});
