import { defineOtherRule } from "./rule.js";

export default defineOtherRule({
  id: "kept-lock",
  severity: "error",
  summary: "Slow work while its transaction keeps a lock that an earlier statement took",
  on: [],
  safer: () => ({ words: "give the slow statement a migration of its own, before or after this one" }),
  examples: { unsafe: [], safe: [] },
  background: `A lock is kept until the transaction ends. \`ALTER TABLE "A" ADD COLUMN "b" TEXT\` takes an instant, and nobody notices; an UPDATE of a
million rows behind it, or an index on another table, keeps everybody away from "A" for as long as it takes. TypeORM runs all pending
migrations in one transaction, Prisma before 7.4 each of them; Prisma 7.4 and later none, unless the file says BEGIN. Where the
slow statement has a finding of its own, the lock is part of that one.`,
});
