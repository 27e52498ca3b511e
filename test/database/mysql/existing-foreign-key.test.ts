import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MariadbDatabase } from "../../support/mariadb.js";
import { createMysqlPrismaProject, type MysqlPrismaProject } from "../../support/mysql-prisma-project.js";

// A foreign key over an existing column, with the stock Prisma CLI: added in place, with rows checked before and after. Each test is a step.

const models = `model User {
  id    Int    @id @default(autoincrement())
  email String
}

model Post {
  id       Int  @id @default(autoincrement())
  authorId Int?

  @@index([authorId])
}
`;
const initial = `CREATE TABLE \`User\` (\`id\` INTEGER NOT NULL AUTO_INCREMENT, \`email\` VARCHAR(191) NOT NULL, PRIMARY KEY (\`id\`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE \`Post\` (\`id\` INTEGER NOT NULL AUTO_INCREMENT, \`authorId\` INTEGER NULL, INDEX \`Post_authorId_idx\`(\`authorId\`), PRIMARY KEY (\`id\`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
`;

let shop: MysqlPrismaProject;
const on = async (database: MariadbDatabase, sql: string) => {
  const session = await database.open();
  const [found] = await session.query(sql);
  await session.end();
  return found as Record<string, unknown>[];
};
const keys = async (database = shop.production) =>
  (
    await on(
      database,
      `SELECT CONSTRAINT_NAME AS name FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() AND TABLE_NAME = 'Post'`,
    )
  ).map(({ name }) => name);

beforeAll(async () => {
  shop = await createMysqlPrismaProject(models, initial, {});
  await shop.succeed(shop.lockstep(["init", "--yes", "--no-install"]));
  await shop.succeed(shop.prisma(["migrate", "deploy"]));
  await shop.succeed(shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production.url }));
  await shop.commit("Set up Lockstep");
  for (const database of [shop.development, shop.production]) {
    await on(database, "INSERT INTO `User` (email) VALUES ('a'), ('b')");
    await on(database, "INSERT INTO `Post` (authorId) VALUES (1), (2), (NULL)");
  }
});
afterAll(() => shop?.dispose());

test("is added in place, once every row has a referenced row", async () => {
  const schema = shop.read("prisma/schema.prisma");
  writeFileSync(
    join(shop.root, "prisma/schema.prisma"),
    schema
      .replace("  email String\n", "  email String\n  posts Post[]\n")
      .replace(
        "  authorId Int?\n",
        "  authorId Int?\n  author   User? @relation(fields: [authorId], references: [id])\n",
      ),
  );
  const output = await shop.succeed(shop.prisma(["migrate", "dev", "--name", "author"]));
  expect(output).toMatch(
    /✔ Add the foreign key `Post_authorId_fkey` without a copy, .*\n.*\n {2}1 migration written\. Reads and writes continue while it runs\./,
  );
  await shop.commit("author");
  await on(shop.production, "UPDATE `Post` SET authorId = 99 WHERE id = 2");
  const stopped = await shop.lockstep(["deploy"]);
  expect(stopped.code, stopped.output).toBe(1);
  expect(stopped.output).toMatch(/1 row of "Post" violates the foreign key "Post_authorId_fkey"/);
  expect(await keys()).toEqual([]);
  await on(shop.production, "UPDATE `Post` SET authorId = 2 WHERE id = 2");
  await shop.succeed(shop.lockstep(["deploy"]));
  expect(await keys()).toEqual(["Post_authorId_fkey"]);
});

test("goes with its undo", async () => {
  await shop.succeed(shop.lockstep(["undo", "--yes"]));
  await shop.commit("undone");
  await shop.succeed(shop.lockstep(["deploy"]));
  expect(await keys()).toEqual([]);
  expect(await on(shop.production, "SELECT count(*) AS n FROM `Post` WHERE authorId IS NOT NULL")).toEqual([{ n: 2 }]);
});
