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
});
