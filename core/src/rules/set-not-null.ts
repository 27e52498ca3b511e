import { defineRule } from "./rule.js";

export default defineRule({
  id: "set-not-null",
  severity: "error",
  summary: "SET NOT NULL stops reads and writes while every row is checked",
  on: ["setNotNull", "addNotNull", "redeclareColumn"],
  claims: (concern, { kind }) =>
    kind !== "redeclareColumn" || concern.kind === "fills-silently" || ("why" in concern && concern.why === "null"),
  isMechanical: true,
  safer: (operation, { quote }) => {
    const { table } = operation;
    const column = operation.kind === "redeclareColumn" ? operation.column.name : operation.column;
    // "…_not_null" is the name that PostgreSQL 18 itself gives to what NOT NULL leaves.
    const [on, check] = [quote.table(table), quote.identifier(`${table.name}_${column}_is_not_null`)];
    return {
      words: "prove it with a check first, in migrations of their own: then nobody has to look at the rows",
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
  background: `PostgreSQL reads the whole table under an ACCESS EXCLUSIVE lock, unless a validated check says already that no value is NULL; one NULL lets the migration fail, and running code that still writes NULL fails afterwards.`,
  mysql: {
    background:
      "MODIFY … NOT NULL rebuilds the table while reads and writes go on, and fails where a value is NULL. MariaDB copies for a TIMESTAMP, and both where the table has a virtual column.",
    unsafe: ["ALTER TABLE `User` MODIFY `name` VARCHAR(191) NOT NULL;"],
    safe: ["CREATE TABLE `User` (`name` TEXT); ALTER TABLE `User` MODIFY `name` TEXT NOT NULL;"],
  },
});
