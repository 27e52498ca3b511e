import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "add-column-volatile-default",
  severity: "error",
  summary: "Adds a column whose default differs from row to row: the table is written again",
  on: ["addColumn"],
  claims: (concern) =>
    (concern.kind === "rewrites" && (concern.why === "default" || concern.why === "storage")) ||
    concern.kind === "one-value",
  safer: () => ({
    words: "add the column without the default, set the default, then fill the rows that are there in batches",
  }),
  examples: {
    unsafe: [`ALTER TABLE "User" ADD COLUMN "token" UUID NOT NULL DEFAULT gen_random_uuid();`],
    safe: [`ALTER TABLE "User" ADD COLUMN "joined" TIMESTAMPTZ NOT NULL DEFAULT now();`],
  },
  background: `A default that PostgreSQL can evaluate once (constants, now()) is stored in the catalogue. One that differs from row to row is written into every row, while nobody can read or write the table.`,
  mysql: {
    background:
      "Constants and CURRENT_TIMESTAMP take an instant. For `(uuid())` both copy the table while writes wait, MySQL for any expression. MariaDB evaluates `(rand())` once: all rows that exist get the same value.",
    unsafe: ["ALTER TABLE `User` ADD COLUMN `token` VARCHAR(36) NOT NULL DEFAULT (uuid());"],
    safe: ["ALTER TABLE `User` ADD COLUMN `joined` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3);"],
  },
});
