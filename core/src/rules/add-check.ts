import { notValid } from "./not-valid.js";
import { defineRule } from "./rule.js";

export default defineRule({
  id: "add-check",
  severity: "error",
  summary: "ADD CHECK stops reads and writes while every row is checked",
  on: ["addCheck"],
  isMechanical: true,
  safer: notValid,
  examples: {
    unsafe: [`ALTER TABLE "User" ADD CONSTRAINT "adult" CHECK ("age" >= 18);`],
    safe: [`ALTER TABLE "User" ADD CONSTRAINT "adult" CHECK ("age" >= 18) NOT VALID;`],
  },
  background: `Every row is read under an ACCESS EXCLUSIVE lock, and one that does not pass lets the migration fail.`,
  mysql: {
    background:
      "Both copy the table for it while writes wait (MariaDB 11.2 and later often lets them go on), and have no `NOT VALID`: pt-online-schema-change and gh-ost copy it while writes go on.",
    unsafe: ["ALTER TABLE `User` ADD CONSTRAINT `adult` CHECK (`age` >= 18);"],
    safe: ["CREATE TABLE `User` (`age` INT, CHECK (`age` >= 18));"],
  },
});
