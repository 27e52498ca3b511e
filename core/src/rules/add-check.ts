import { notValid } from "./not-valid.js";
import { defineRule } from "./rule.js";

export default defineRule({
  id: "add-check",
  severity: "error",
  summary: "ADD CHECK blocks reads and writes while PostgreSQL checks every row",
  on: ["addCheck"],
  isMechanical: true,
  safer: notValid,
  examples: {
    unsafe: [`ALTER TABLE "User" ADD CONSTRAINT "adult" CHECK ("age" >= 18);`],
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
