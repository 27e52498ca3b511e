import { whileSmall } from "./add-exclusion.js";
import { defineRule } from "./rule.js";

export default defineRule({
  id: "add-primary-key",
  severity: "error",
  summary: "Adding a primary key blocks reads and writes while PostgreSQL reads every row",
  on: ["addPrimaryKey", "addKeyOfIndex"],
  safer: ({ table, newer }, { alone, quote }) =>
    newer?.includes("temporal-constraint")
      ? { words: whileSmall }
      : {
          words: `prove NOT NULL with a check first, build a unique index CONCURRENTLY${alone}, then attach it`,
          sql: [`ALTER TABLE ${quote.table(table)} ADD CONSTRAINT … PRIMARY KEY USING INDEX …`],
        },
  examples: {
    unsafe: [`ALTER TABLE "User" ADD CONSTRAINT "User_pkey" PRIMARY KEY ("id");`],
    safe: [`CREATE TABLE "User" ("id" INT); ALTER TABLE "User" ADD CONSTRAINT "User_pkey" PRIMARY KEY ("id");`],
  },
  background: `PostgreSQL builds the index and checks NOT NULL in every row under an ACCESS EXCLUSIVE lock.`,
});
