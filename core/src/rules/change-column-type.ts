import { defineRule } from "./rule.js";

export default defineRule({
  id: "change-column-type",
  severity: "error",
  summary: "Changing a type writes the table again while nobody can read or write it",
  on: ["setType", "redeclareColumn"],
  safer: () => ({
    words: "add a column of the new type, write both, fill it in batches, read from it, then drop the old one",
  }),
  examples: {
    unsafe: [`ALTER TABLE "User" ALTER COLUMN "id" TYPE BIGINT;`],
    safe: [`CREATE TABLE "User" ("name" VARCHAR(20)); ALTER TABLE "User" ALTER COLUMN "name" TYPE TEXT;`],
  },
  background: `Only changes that keep the stored bytes are free: a longer varchar, varchar to text, more digits of a numeric. Even then an index with an expression or a predicate over the column is built again, and a check of it looks at every row, while nobody can read or write the table: drop it first, and make it again as CREATE INDEX CONCURRENTLY or NOT VALID and VALIDATE do. The migrations of the repository say which type the column has; where they do not, the worst is said.`,
  mysql: {
    background:
      "MODIFY and CHANGE declare all of the column anew: the migrations before it say what differs. Free are defaults, values behind the others of an ENUM, and a longer VARCHAR that stays on its side of 255 bytes (63 characters of utf8mb4); a MariaDB column of up to 127 bytes may cross it. Everything else is a copy while writes wait; MariaDB 11.2 and later lets them go on, unless the table has a foreign key with CASCADE or SET NULL. `ALGORITHM=INSTANT` has the server refuse what is not free, and then nothing is told.",
    unsafe: ["CREATE TABLE `Old` (`id` INT); ALTER TABLE `User` MODIFY `id` BIGINT NOT NULL;"],
    safe: ["ALTER TABLE `User` MODIFY `name` VARCHAR(60) NULL, ALGORITHM=INSTANT;"],
  },
});
