import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "newer-than-server",
  severity: "error",
  summary: "Needs a newer PostgreSQL than the one that it runs on",
  on: "every",
  claims: (concern) => concern.kind === "needs-server",
  safer: () => ({ words: "write it in a form that the server has, or say with --server which version it is" }),
  examples: {
    unsafe: [`CREATE TABLE "User" ("email" TEXT); CREATE UNIQUE INDEX "u" ON "User" ("email") NULLS NOT DISTINCT;`],
    safe: [],
  },
  background: `Told only where the version is known: by \`--server\` or \`check.server\` of the configuration. The statement is a syntax error there.`,
});
