import { defineRule } from "./rule.js";

export default defineRule({
  id: "certain-failure",
  severity: "error",
  summary: "Fails on every database that ran the earlier migrations",
  on: "every",
  claims: (concern) => concern.kind === "fails-always",
  safer: ({ kind }, { concerns }) => {
    if (concerns.some((each) => each.kind === "fails-always" && each.why === "long-key"))
      return { words: "use a shorter type, or a unique key over a stored hash of the column" };
    switch (kind) {
      case "createIndex":
      case "addUnique":
      case "addPrimaryKey":
        return { words: "build it on each partition, or of a stored column" };
      case "addKeyOfIndex":
        return { words: "build a unique index of plain columns, without WHERE, and name that one" };
      case "addForeignKey":
        return { words: "add it NOT VALID to each partition, validate those, and then add it to the table" };
      case "setType":
        return { words: "drop what uses the column first, and create it again in the same migration" };
      case "redeclareColumn":
        return { words: "drop the foreign key first, change the columns on both sides, and add the key again" };
      default:
        return { words: "drop what uses it first" };
    }
  },
  examples: {
    unsafe: [
      `CREATE TABLE "User" ("id" INT, "name" TEXT); CREATE VIEW "Names" AS SELECT "name" FROM "User"; ALTER TABLE "User" DROP COLUMN "name";`,
      `CREATE TYPE "Role" AS ENUM ('a'); CREATE TABLE "User" ("role" "Role"); DROP TYPE "Role";`,
      `CREATE FUNCTION "code"() RETURNS TEXT LANGUAGE sql AS 'SELECT random()::text'; CREATE TABLE "User" ("code" TEXT DEFAULT "code"()); DROP FUNCTION "code"();`,
      `CREATE TABLE "Event" ("at" DATE) PARTITION BY RANGE ("at"); CREATE INDEX CONCURRENTLY "i" ON "Event" ("at");`,
    ],
    safe: [
      `CREATE TABLE "User" ("id" INT, "name" TEXT); CREATE VIEW "Names" AS SELECT "id" FROM "User"; ALTER TABLE "User" DROP COLUMN "name";`,
    ],
  },
  background: `Earlier migrations created an object that uses the column, table, type, function or sequence: a view, a generated column, a policy, a
trigger, a foreign key, a default, a check or an index. Without CASCADE PostgreSQL refuses to drop what they use, and it never changes the
type of such a column. Lockstep reports only what the migrations of the repository show. It reports no function that shares its name with
another.`,
});
