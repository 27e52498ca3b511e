import { defineCheckRule } from "../check-rule.js";
import { notValid } from "../not-valid.js";

export default defineCheckRule({
  id: "add-foreign-key",
  severity: "error",
  summary: "ADD FOREIGN KEY stops writes to both tables while every row is looked up",
  on: ["addForeignKey"],
  isMechanical: true,
  safer: notValid,
  examples: {
    unsafe: [
      `ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id");`,
    ],
    safe: [
      `ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") NOT VALID;`,
    ],
  },
  background: `It holds SHARE ROW EXCLUSIVE locks on both tables for as long as the rows are looked up. NOT VALID takes the locks for an instant; VALIDATE CONSTRAINT, in a transaction of its own, lets reads and writes go on.`,
  mysql: {
    background:
      "The table is copied while writes of both tables wait. With `foreign_key_checks = 0` nothing is copied and no row is looked at: look for rows that refer to nothing yourself, before and behind it.",
    unsafe: ["ALTER TABLE `Post` ADD CONSTRAINT `fk` FOREIGN KEY (`authorId`) REFERENCES `User`(`id`);"],
    safe: [
      "SET SESSION foreign_key_checks = 0; ALTER TABLE `Post` ADD CONSTRAINT `fk` FOREIGN KEY (`authorId`) REFERENCES `User`(`id`);",
    ],
  },
});
