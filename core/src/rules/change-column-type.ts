import { defineRule } from "./rule.js";

export default defineRule({
  id: "change-column-type",
  severity: "error",
  summary: "Changing a column's type rewrites the table and blocks reads and writes",
  on: ["setType", "redeclareColumn"],
  safer: () => ({
    words: "add a column of the new type, write both, fill it in batches, read from it, then drop the old one",
  }),
  examples: {
    unsafe: [`ALTER TABLE "User" ALTER COLUMN "id" TYPE BIGINT;`],
    safe: [`CREATE TABLE "User" ("name" VARCHAR(20)); ALTER TABLE "User" ALTER COLUMN "name" TYPE TEXT;`],
  },
  background: `Only changes that keep the stored bytes are free: a longer varchar, varchar to text, more digits of a numeric. Even then PostgreSQL rebuilds indexes with an expression or a predicate over the column, and checks every row again for its check constraints. Both block reads and writes. Drop these first, and create them again with CREATE INDEX CONCURRENTLY, or NOT VALID and VALIDATE. Lockstep reads the former type from the repository's migrations. If they do not show it, Lockstep assumes the worst case.`,
  mysql: {
    background:
      "MODIFY and CHANGE redeclare the whole column, and the earlier migrations show what differs. Free changes are defaults, values at the end of an ENUM, and a longer VARCHAR that stays on its side of 255 bytes (63 characters of utf8mb4). A MariaDB column of up to 127 bytes may cross it. Every other change copies the table and blocks writes. MariaDB 11.2 and later allows writes, unless the table has a foreign key with CASCADE or SET NULL. With `ALGORITHM=INSTANT` the server rejects what is not free, and Lockstep reports nothing.",
    unsafe: ["CREATE TABLE `Old` (`id` INT); ALTER TABLE `User` MODIFY `id` BIGINT NOT NULL;"],
    safe: ["ALTER TABLE `User` MODIFY `name` VARCHAR(60) NULL, ALGORITHM=INSTANT;"],
  },
});
