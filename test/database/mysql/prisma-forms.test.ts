import { afterEach, expect, test } from "vitest";
import { createMariadbDatabase, type MariadbDatabase } from "../../support/mariadb.js";
import { createMysqlPrismaProject, type MysqlPrismaProject } from "../../support/mysql-prisma-project.js";

// Changes of several kinds at once, and one that a person has written, each through all phases on MariaDB.

const models = `model Team {
  id    Int    @id @default(autoincrement())
  name  String
}

model User {
  id        Int      @id @default(autoincrement())
  email     String   @unique
  createdAt DateTime @default(now())
}
`;
const initial = `-- CreateTable
CREATE TABLE \`Team\` (
    \`id\` INTEGER NOT NULL AUTO_INCREMENT,
    \`name\` VARCHAR(191) NOT NULL,

    PRIMARY KEY (\`id\`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE \`User\` (
    \`id\` INTEGER NOT NULL AUTO_INCREMENT,
    \`email\` VARCHAR(191) NOT NULL,
    \`createdAt\` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),

    UNIQUE INDEX \`User_email_key\`(\`email\`),
    PRIMARY KEY (\`id\`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
`;

let shop: MysqlPrismaProject;
let reference: MariadbDatabase | undefined;
afterEach(async () => {
  await shop?.dispose();
  await reference?.drop();
});

async function query(sql: string, on: MariadbDatabase) {
  const session = await on.open({ dateStrings: true, multipleStatements: true });
  const [rows] = await session.query(sql);
  await session.end();
  return rows as Record<string, unknown>[];
}
/** Lines: where a column stands among the others Prisma does not look at. */
async function shape(on: MariadbDatabase) {
  const [row] = await query("SHOW CREATE TABLE `User`", on);
  return String(row?.["Create Table"])
    .replaceAll(/ AUTO_INCREMENT=\d+|,$/gm, "")
    .split("\n")
    .sort();
}

async function start() {
  shop = await createMysqlPrismaProject(models, initial);
  await shop.succeed(shop.lockstep(["init", "--yes", "--no-install"]));
  for (const database of [shop.development, shop.production]) {
    await shop.succeed(shop.prisma(["migrate", "deploy"], { DATABASE_URL: database.url }));
    await query("INSERT INTO Team (name) VALUES ('a'), ('b')", database);
    const emails = Array.from({ length: 300 }, (_, at) => `('User.${at}@Example.com')`);
    await query(`INSERT INTO \`User\` (email) VALUES ${emails}`, database);
  }
}

/** Puts lines at the end of a model. */
function addTo(model: string, lines: string, rest = "") {
  const schema = shop.read("prisma/schema.prisma");
  shop.write("prisma/schema.prisma", schema.replace(new RegExp(`(model ${model} \\{[^}]*)\\}`), `$1${lines}}`) + rest);
}

/** Goes on from expand, and compares with what the SQL of the ORM, or of a person, makes. */
async function throughPhases(own: string) {
  const apply = async () => {
    for (const { url } of [shop.development, shop.production])
      await shop.succeed(shop.prisma(["migrate", "deploy"], { DATABASE_URL: url }));
    return shop.succeed(shop.prisma(["migrate", "dev", "--name", "after"]));
  };
  expect(await apply()).toContain("Already in sync");
  for (const target of ["production", "development"]) {
    const filled = await shop.lockstep(["backfill", "run", "--target", target]);
    expect(filled.code, filled.output).toBe(0);
  }
  await shop.commit("expand");
  await shop.succeed(shop.lockstep(["next"]));
  await shop.commit("switch");
  await shop.succeed(shop.lockstep(["next", "--confirm", "writers-aware", "--confirm", "reads-steady"]));
  expect(await apply()).toContain("Already in sync");
  reference = await createMariadbDatabase("reference");
  await query(`${initial}INSERT INTO Team (name) VALUES ('a');${own}`, reference);
  const expected = await shape(reference);
  expect(await shape(shop.production)).toEqual(expected);
  expect(await shape(shop.development)).toEqual(expected);
}

test("an enum, a relation, @updatedAt, a value of its own, and what is safe", async () => {
  await start();
  addTo("Team", "  users User[]\n");
  addTo(
    "User",
    `  /// @lockstep.backfill('MEMBER')
  role      Role
  /// @lockstep.backfill(1 + id % 2)
  teamId    Int
  team      Team     @relation(fields: [teamId], references: [id], onDelete: Restrict)
  /// @lockstep.backfill(createdAt)
  updatedAt DateTime @updatedAt
  /// @lockstep.backfill(concat('u', id))
  code      String   @unique @db.VarChar(40)
  bio       String?
  score     Int      @default(0)
`,
    "\nenum Role {\n  MEMBER\n  ADMIN\n}\n",
  );
  const out = await shop.succeed(shop.prisma(["migrate", "dev", "--name", "profile"]));
  expect(out).toContain("Written for expand");
  const plan = JSON.parse(shop.read(`lockstep/${shop.plans()[0]}/plan.json`));
  expect(plan.columns.map(({ name }: { name: string }) => name).sort()).toEqual([
    "code",
    "role",
    "teamId",
    "updatedAt",
  ]);
  await throughPhases(shop.read(`lockstep/${shop.plans()[0]}/original.sql`));
  expect(
    await query(
      "SELECT COUNT(*) AS n FROM `User` WHERE role = 'MEMBER' AND teamId = 1 + id % 2 AND code = CONCAT('u', id)",
      shop.production,
    ),
  ).toEqual([{ n: 300 }]);
});

test("lockstep rewrite: add, UPDATE, MODIFY … NOT NULL", async () => {
  await start();
  const own = `-- by hand
ALTER TABLE \`User\` ADD COLUMN \`handle\` VARCHAR(191) NULL;
UPDATE \`User\` SET \`handle\` = LOWER(\`email\`);
ALTER TABLE \`User\` MODIFY \`handle\` VARCHAR(191) NOT NULL;
CREATE UNIQUE INDEX \`User_handle_key\` ON \`User\`(\`handle\`);
`;
  const file = "prisma/migrations/20260201000000_handle/migration.sql";
  shop.write(file, own);
  addTo("User", "  handle String @unique\n");
  const out = await shop.succeed(shop.lockstep(["rewrite", file, "--not-applied"]));
  expect(out).toContain("1 expand");
  expect(shop.read(file)).toMatch(/^(?:BEGIN NOT ATOMIC|CREATE PROCEDURE)/m);
  expect(shop.read("prisma/schema.prisma")).toMatch(/handle +String\? @unique/);
  await throughPhases(own);
  expect(await query("SELECT COUNT(*) AS n FROM `User` WHERE handle = LOWER(email)", shop.production)).toEqual([
    { n: 300 },
  ]);
});

test("lockstep prisma migrate dev, around the stock CLI", async () => {
  await start();
  addTo("User", "  /// @lockstep.backfill(lower(email))\n  handle String @unique\n");
  const out = await shop.succeed(shop.lockstep(["prisma", "migrate", "dev", "--name", "handle"]));
  expect(out).toContain("Written for expand");
  await throughPhases(shop.read(`lockstep/${shop.plans()[0]}/original.sql`));
});
