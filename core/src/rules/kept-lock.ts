import { defineOtherRule } from "./rule.js";

export default defineOtherRule({
  id: "kept-lock",
  severity: "error",
  summary: "Slow work while its transaction holds a lock from an earlier statement",
  on: [],
  safer: () => ({ words: "move the slow statement to a separate migration, before or after this one" }),
  examples: { unsafe: [], safe: [] },
  background: `PostgreSQL holds a lock until the transaction ends. \`ALTER TABLE "A" ADD COLUMN "b" TEXT\` takes an instant by itself. If an UPDATE of a
million rows or an index build on another table follows, "A" stays blocked until that ends. TypeORM runs all pending migrations in one
transaction, and Prisma before 7.4 each in its own. Prisma 7.4 and later uses none, unless the file contains BEGIN. If the slow
statement has its own finding, that finding includes the lock.`,
});
