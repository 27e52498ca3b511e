import { quoteIdentifier, quoteTable } from "../../sql/postgres/quote.js";
import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "add-check",
  severity: "error",
  summary: "ADD CHECK stops reads and writes while every row is checked",
  on: ["addCheck"],
  isMechanical: true,
  safer: ({ table, name, sql }) => ({
    words: "add it NOT VALID, and validate it in a later migration: reads and writes go on",
    sql: [
      `ALTER TABLE ${quoteTable(table)} ${sql} NOT VALID`,
      `ALTER TABLE ${quoteTable(table)} VALIDATE CONSTRAINT ${name === undefined ? "…" : quoteIdentifier(name)}`,
    ],
  }),
  examples: {
    unsafe: [`ALTER TABLE "User" ADD CONSTRAINT "adult" CHECK ("age" >= 18);`],
    safe: [`ALTER TABLE "User" ADD CONSTRAINT "adult" CHECK ("age" >= 18) NOT VALID;`],
  },
  background: `Every row is read under an ACCESS EXCLUSIVE lock, and one that does not pass lets the migration fail.`,
});
