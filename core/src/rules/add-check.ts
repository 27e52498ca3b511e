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
    // A later SET NOT NULL of the same change may rely on a check that no value is NULL.
    if (!operation.isValid || operation.isEnforced === false || operation.notNull.length > 0) return undefined;
    return scansExisting(operation, concerns, context)
      ? `The statement checks all rows of "${operation.table.name}" under a lock that blocks reads and writes.`
      : undefined;
  },
  columns: () => [],
  rewrite: () => ({ isSplit: true }),
  instead: `A plan with one phase adds the check as NOT VALID: from then on PostgreSQL checks new rows. The next file checks existing rows while
reads and writes continue. Lockstep first counts rows that violate the check, on your development database and before the deployment to each
target ([LS6004](../errors/LS6004.md)). A check that the same change drops is replaced in one step, so that no row is written without one.`,

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
