import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MariadbDatabase } from "../../support/mariadb.js";
import { createMysqlPrismaProject, type MysqlPrismaProject } from "../../support/mysql-prisma-project.js";

// An optional column becomes required, with the stock Prisma CLI: filled in batches, and rebuilt with its whole definition.

const models = `model User {
  id    Int     @id @default(autoincrement())
  email String
  nick  String? @default("none") @db.VarChar(40)
  note  String?
}
`;
const initial = `CREATE TABLE \`User\` (\`id\` INTEGER NOT NULL AUTO_INCREMENT, \`email\` VARCHAR(191) NOT NULL, \`nick\` VARCHAR(40) NULL DEFAULT 'none' COMMENT 'shown', \`note\` VARCHAR(191) NULL, PRIMARY KEY (\`id\`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
`;

let shop: MysqlPrismaProject;
const rows = async (sql: string, database: MariadbDatabase = shop.production) => {
  const session = await database.open();
  const [found] = await session.query(sql);
  await session.end();
  return found as Record<string, unknown>[];
};
const columns = async () =>
  (
    await rows(
      "SELECT CONCAT_WS(' ', COLUMN_NAME, COLLATION_NAME, COLUMN_DEFAULT, IF(IS_NULLABLE = 'YES', 'NULL', NULL), NULLIF(COLUMN_COMMENT, '')) AS c FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'User' AND COLUMN_NAME IN ('nick', 'note') ORDER BY ORDINAL_POSITION",
    )
  ).map(({ c }) =>
    String(c)
      .replace(/'none'/, "none")
      .replace(" NULL NULL", " NULL"),
  );

beforeAll(async () => {
  shop = await createMysqlPrismaProject(models, initial, {});
  await shop.succeed(shop.lockstep(["init", "--yes", "--no-install"]));
  await shop.succeed(shop.prisma(["migrate", "deploy"]));
  await shop.succeed(shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production.url }));
  await shop.commit("Set up Lockstep");
  for (const database of [shop.development, shop.production])
    await rows("INSERT INTO `User` (email, nick, note) VALUES ('a', 'A', NULL), ('b', NULL, 'B')", database);
});
afterAll(() => shop?.dispose());

test("is filled and then required, with its definition; abandon makes it optional again", async () => {
  const schema = shop.read("prisma/schema.prisma");
  const write = (text: string) => writeFileSync(join(shop.root, "prisma/schema.prisma"), text);
  const before = await columns();
  const required = schema.replace("nick  String? ", "nick  String ").replace("note  String?", "note  String");
  write(required);
  const refused = await shop.prisma(["migrate", "dev", "--name", "required"]);
  expect(refused.output).toMatch(/LS6003/);
  write(
    required
      .replace("  nick ", "  /// @lockstep.backfill(email)\n  nick ")
      .replace("  note ", "  /// @lockstep.backfill('')\n  note "),
  );
  const output = await shop.succeed(shop.prisma(["migrate", "dev", "--name", "required"]));
  expect(output).toContain("1 expand    Change nothing yet: code writes");
  expect(shop.read("prisma/schema.prisma")).toMatch(/note {2}String\?/);
  expect(await shop.succeed(shop.prisma(["migrate", "dev", "--name", "nothing"]))).toContain("Already in sync");
  await shop.commit("required");
  await shop.succeed(shop.lockstep(["deploy"]));
  expect(await columns()).toEqual(before);
  await rows("INSERT INTO `User` (email) VALUES ('old')");
  await shop.succeed(shop.lockstep(["backfill", "run", "--target", "production"]));
  await shop.succeed(shop.lockstep(["backfill", "run", "--target", "development"]));
  await shop.succeed(shop.lockstep(["next", "--confirm", "writers-aware", "--by", "Ada"]));
  expect(shop.read("prisma/schema.prisma").replaceAll(/ +/g, " ")).toBe(required.replaceAll(/ +/g, " "));
  await shop.commit("contract");
  await shop.succeed(shop.lockstep(["deploy"]));
  expect(await columns()).toEqual(["nick utf8mb4_unicode_ci none shown", "note utf8mb4_unicode_ci"]);
  expect(await rows("SELECT email, nick, note FROM `User` ORDER BY id")).toEqual([
    { email: "a", nick: "A", note: "" },
    { email: "b", nick: "b", note: "B" },
    { email: "old", nick: "none", note: "" },
  ]);
  expect(await shop.succeed(shop.prisma(["migrate", "dev", "--name", "nothing"]))).toContain("in sync");
  await shop.succeed(shop.lockstep(["abandon", "--yes"]));
  await shop.commit("abandoned");
  await shop.succeed(shop.lockstep(["deploy"]));
  expect(await columns()).toEqual(before);
});
