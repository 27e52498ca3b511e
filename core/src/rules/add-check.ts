import { scansExisting } from "./existing-rows.js";
import { notValid } from "./not-valid.js";
import { defineRule } from "./rule.js";

export default defineRule({
  id: "add-check",
  severity: "error",
  summary: "ADD CHECK blocks reads and writes while PostgreSQL checks every row",
  on: ["addCheck"],
  isMechanical: true,
  safer: notValid,

  consequence(operation, { concerns }, context) {
    const { table, isValid, isEnforced, notNull, statement } = operation;
    const isAlone = context.operations.filter((each) => each.statement === statement).length === 1;
    // A later SET NOT NULL may rely on a NOT NULL check.
    if (!isValid || isEnforced === false || notNull.length > 0 || !isAlone) return undefined;
    return scansExisting(operation, concerns, context)
      ? `The statement checks all rows of "${table.name}" under a lock, and blocks reads and writes meanwhile.`
      : undefined;
  },
  columns: () => [],
  rewrite: () => ({ isKept: true }),
  instead: `A plan of one phase adds the check NOT VALID, which takes an instant: from then on PostgreSQL checks new rows. The next file validates it
while reads and writes continue.`,

  examples: {
    rewritten: [`ALTER TABLE "User" ADD CONSTRAINT "adult" CHECK ("age" >= 18);`],
    safe: [`ALTER TABLE "User" ADD CONSTRAINT "adult" CHECK ("age" >= 18) NOT VALID;`],
  },
  background: `PostgreSQL reads every row under an ACCESS EXCLUSIVE lock. The migration fails if a row violates the check.`,
  mysql: {
    background:
      "Both copy the table and block writes meanwhile (MariaDB 11.2 and later usually does not block them). Neither has `NOT VALID`. Use pt-online-schema-change or gh-ost to copy the table while writes continue.",
    unsafe: ["ALTER TABLE `User` ADD CONSTRAINT `adult` CHECK (`age` >= 18);"],
    safe: ["CREATE TABLE `User` (`age` INT, CHECK (`age` >= 18));"],
  },
});
