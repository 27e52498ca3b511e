import { defineRule } from "./rule.js";

export default defineRule({
  id: "syntax-error",
  severity: "error",
  summary: "A statement that PostgreSQL's parser rejects",
  on: "every",
  claims: (concern) => concern.kind === "syntax-error" || concern.kind === "refuses-demand",
  safer: () => ({
    words: "correct it; if it is for a later PostgreSQL or another database, waive it with a reason",
  }),
  examples: {
    unsafe: [`ALTER TABEL "User" ADD COLUMN "name" TEXT;`],
    safe: [`ALTER TABLE "User" ADD COLUMN "name" TEXT;`],
  },
  background: `The migration fails at this statement, and later statements do not run. Lockstep uses the parser of PostgreSQL 18, and checks the other
statements as usual.`,
  mysql: {
    background:
      "Reported if a statement requires an ALGORITHM or a LOCK that the server does not support for it. It fails at once and changes nothing. Statements that Lockstep cannot parse are reported as not-understood.",
    unsafe: ["ALTER TABLE `User` ADD CONSTRAINT `adult` CHECK (`age` >= 18), ALGORITHM=INSTANT;"],
    safe: ["ALTER TABLE `User` ADD COLUMN `name` TEXT NULL, ALGORITHM=INSTANT;"],
  },
});
