import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "syntax-error",
  severity: "error",
  summary: "A statement that PostgreSQL's parser does not take",
  on: "every",
  claims: (concern) => concern.kind === "syntax-error" || concern.kind === "refuses-demand",
  safer: () => ({
    words: "correct it; where it is for a later PostgreSQL or for another database, waive it with a reason",
  }),
  examples: {
    unsafe: [`ALTER TABEL "User" ADD COLUMN "name" TEXT;`],
    safe: [`ALTER TABLE "User" ADD COLUMN "name" TEXT;`],
  },
  background: `The migration fails there, and what comes after it does not run. The parser is that of PostgreSQL 18. The statements before and
behind are judged all the same.`,
  mysql: {
    background:
      "Told of a statement that demands an ALGORITHM or a LOCK with which the server cannot do it: it fails at once, and nothing is changed. What the reader does not know is told as not-understood.",
    unsafe: ["ALTER TABLE `User` ADD CONSTRAINT `adult` CHECK (`age` >= 18), ALGORITHM=INSTANT;"],
    safe: ["ALTER TABLE `User` ADD COLUMN `name` TEXT NULL, ALGORITHM=INSTANT;"],
  },
});
