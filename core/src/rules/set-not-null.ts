import { defineRule } from "./rule.js";

export default defineRule({
  id: "set-not-null",
  severity: "error",
  summary: "SET NOT NULL blocks reads and writes while PostgreSQL checks every row",
  on: ["setNotNull", "addNotNull", "redeclareColumn"],
  claims: (concern, { kind }) =>
    kind !== "redeclareColumn" || concern.kind === "fills-silently" || ("why" in concern && concern.why === "null"),
  isMechanical: true,
  safer: (operation, { quote }) => {
    const { table } = operation;
    const column = operation.kind === "redeclareColumn" ? operation.column.name : operation.column;
    // PostgreSQL 18 itself uses the name "…_not_null" for the constraint of NOT NULL.
    const [on, check] = [quote.table(table), quote.identifier(`${table.name}_${column}_is_not_null`)];
    return {
      words: "prove it with a check first, in separate migrations, so that PostgreSQL skips the scan",
      sql: [
        `ALTER TABLE ${on} ADD CONSTRAINT ${check} CHECK (${quote.identifier(column)} IS NOT NULL) NOT VALID`,
        `ALTER TABLE ${on} VALIDATE CONSTRAINT ${check}`,
        `ALTER TABLE ${on} ALTER COLUMN ${quote.identifier(column)} SET NOT NULL`,
        `ALTER TABLE ${on} DROP CONSTRAINT ${check}`,
      ],
    };
  },
  examples: {
    unsafe: [`ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;`],
    safe: [`CREATE TABLE "User" ("name" TEXT); ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;`],
  },
  background: `PostgreSQL reads the whole table under an ACCESS EXCLUSIVE lock, unless a validated check already proves that no value is NULL. The migration fails if a value is NULL. Afterwards running code that still writes NULL fails.`,
  mysql: {
    background:
      "MODIFY … NOT NULL rebuilds the table while reads and writes continue, and fails if a value is NULL. MariaDB copies the table for a TIMESTAMP, and both copy it if it has a virtual column.",
    unsafe: ["ALTER TABLE `User` MODIFY `name` VARCHAR(191) NOT NULL;"],
    safe: ["CREATE TABLE `User` (`name` TEXT); ALTER TABLE `User` MODIFY `name` TEXT NOT NULL;"],
  },
});
