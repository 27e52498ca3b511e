import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMysqlPrismaProject, type MysqlPrismaProject } from "../../support/mysql-prisma-project.js";

// A dropped column, with the stock Prisma CLI on MariaDB: it keeps its definition while it is optional, and is dropped in contract.

const models = `model User {
  id    Int     @id @default(autoincrement())
  email String
  /// Required, without a default: with a collation and a comment in the database.
  nick  String  @db.VarChar(40)
  age   Int     @default(7)
  note  String?

  @@index([nick])
}
`;
const initial = `CREATE TABLE \`User\` (\`id\` INTEGER NOT NULL AUTO_INCREMENT, \`email\` VARCHAR(191) NOT NULL, \`nick\` VARCHAR(40) COLLATE utf8mb4_bin NOT NULL COMMENT 'shown', \`age\` INTEGER NOT NULL DEFAULT 7, \`note\` VARCHAR(191) NULL, INDEX \`User_nick_idx\`(\`nick\`), PRIMARY KEY (\`id\`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
`;

let shop: MysqlPrismaProject;
const rows = async (sql: string) => {
  const session = await shop.production.open();
  const [found] = await session.query(sql);
  await session.end();
  return found as Record<string, unknown>[];
};
const columns = async () =>
  (
    await rows(
      "SELECT CONCAT_WS(' ', COLUMN_NAME, COLLATION_NAME, IF(IS_NULLABLE = 'YES', 'NULL', NULL), NULLIF(COLUMN_COMMENT, '')) AS c FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'User' ORDER BY ORDINAL_POSITION",
    )
  ).map(({ c }) => c);

beforeAll(async () => {
  shop = await createMysqlPrismaProject(models, initial, {});
  await shop.succeed(shop.lockstep(["init", "--yes", "--no-install"]));
  await shop.succeed(shop.prisma(["migrate", "deploy"]));
  await shop.succeed(shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production.url }));
  await shop.commit("Set up Lockstep");
  await rows("INSERT INTO `User` (email, nick) VALUES ('a', 'A'), ('b', 'B')");
});
afterAll(() => shop?.dispose());

test("stays until contract, with its definition, and then goes with its index", async () => {
  const schema = shop.read("prisma/schema.prisma");
  const gone = / {2}\/\/\/ .*\n {2}nick .*\n {2}age .*\n|\n {2}@@index.*\n/g;
  writeFileSync(join(shop.root, "prisma/schema.prisma"), schema.replace(gone, ""));
  const output = await shop.succeed(shop.prisma(["migrate", "dev", "--name", "less"]));
  expect(output).toMatch(/2 contract {2}Drop `User`\.`(?:nick|age)`, `User`\.`(?:nick|age)` WITH ITS DATA/);
  await shop.commit("less");
  await shop.succeed(shop.lockstep(["deploy"]));
  expect(await columns()).toEqual([
    "id",
    "email utf8mb4_unicode_ci",
    "nick utf8mb4_bin NULL shown",
    "age",
    "note utf8mb4_unicode_ci NULL",
  ]);
  // The new build, and the old one.
  await rows("INSERT INTO `User` (email) VALUES ('new')");
  await rows("INSERT INTO `User` (email, nick, age) VALUES ('old', 'O', 1)");
  expect(await shop.succeed(shop.prisma(["migrate", "dev", "--name", "nothing"]))).toContain("Already in sync");
  await shop.succeed(shop.lockstep(["next", "--confirm", "column-unused"]));
  await shop.commit("contract");
  await shop.succeed(shop.lockstep(["deploy"]));
  expect(await columns()).toEqual(["id", "email utf8mb4_unicode_ci", "note utf8mb4_unicode_ci NULL"]);
  expect(await rows("SELECT COUNT(*) AS n FROM `User`")).toMatchObject([{ n: 4 }]);
  expect(await shop.succeed(shop.prisma(["migrate", "dev", "--name", "nothing"]))).toContain("in sync");
});
