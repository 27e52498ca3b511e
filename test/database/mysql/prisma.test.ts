import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
// As it is installed: it starts processes of its own.
import { prismaPlugin } from "../../../plugin-prisma/dist/plugin.js";
import engineCheck from "../../../plugin-prisma/src/doctor/engine.js";
import { createMariadbDatabase, type MariadbDatabase } from "../../support/mariadb.js";
import { createMysqlPrismaProject, type MysqlPrismaProject } from "../../support/mysql-prisma-project.js";

// A required unique column of a MySQL schema on MariaDB, with the stock Prisma CLI. Every test is a step and builds on the one before.

const models = `model User {
  id    Int    @id @default(autoincrement())
  email String @unique
  name  String
}
`;
const initial = `-- CreateTable
CREATE TABLE \`User\` (
    \`id\` INTEGER NOT NULL AUTO_INCREMENT,
    \`email\` VARCHAR(191) NOT NULL,
    \`name\` VARCHAR(191) NOT NULL,

    UNIQUE INDEX \`User_email_key\`(\`email\`),
    PRIMARY KEY (\`id\`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
`;
const code = {
  "src/users.ts": `import { prisma } from "./db";

export function register(email: string, name: string) {
  return prisma.user.create({ data: { email, name } });
}
`,
};

let shop: MysqlPrismaProject;
async function insertUsers(on: MariadbDatabase, count: number) {
  const session = await on.open();
  const values = Array.from({ length: count }, (_, at) => [`User.${at}@Example.com`, `User ${at}`]);
  await session.query("INSERT INTO `User` (email, name) VALUES ?", [values]);
  await session.end();
}
const rows = async (sql: string, on = shop.production) => {
  const session = await on.open({ dateStrings: true });
  const [found] = await session.query(sql);
  await session.end();
  return found as Record<string, unknown>[];
};
const showTable = async (on = shop.production) =>
  String((await rows("SHOW CREATE TABLE `User`", on))[0]?.["Create Table"]);
const serverOf = async () =>
  String((await rows("SELECT VERSION() AS v"))[0]?.v).includes("MariaDB") ? "mariadb" : "mysql";
const field = () => /^ +handle .*$/m.exec(shop.read("prisma/schema.prisma"))?.[0]?.replace(/ +/g, " ").trim();
const onProduction = () => ({ DATABASE_URL: shop.production.url });

beforeAll(async () => {
  shop = await createMysqlPrismaProject(models, initial, code);
  await shop.succeed(shop.lockstep(["init", "--yes", "--no-install"]));
  await shop.succeed(shop.prisma(["migrate", "deploy"]));
  await shop.succeed(shop.prisma(["migrate", "deploy"], onProduction()));
  await shop.commit("Set up Lockstep");
  for (const [database, count] of [
    [shop.development, 20],
    [shop.production, 2000],
  ] as const)
    await insertUsers(database, count);
  await shop.generate("before");
});
afterAll(() => shop?.dispose());

/** What an older and a newer build of the application do at the same time; each leaves its rows. */
const oldCode = `
  const name = "o" + Date.now() + Math.random();
  const one = await prisma.user.create({ data: { email: "A" + name, name } });
  await prisma.user.createMany({ data: [{ email: "B" + name, name }, { email: "C" + name, name }] });
  await prisma.user.update({ where: { id: one.id }, data: { name: name + "!" } });
  await prisma.user.upsert({ where: { email: "A" + name }, create: { email: "never", name }, update: { name } });
  await prisma.user.upsert({ where: { email: "D" + name }, create: { email: "D" + name, name }, update: {} });
  return (await prisma.user.findMany({ where: { name }, orderBy: { id: "asc" } })).map((row) => Object.keys(row).join());
`;
const newCode = `
  const name = "n" + Date.now() + Math.random();
  const handle = (letter) => letter + name;
  const one = await prisma.user.create({ data: { email: "A" + name, name, handle: handle("x"), label: "own" } });
  await prisma.user.createMany({ data: [{ email: "B" + name, name, handle: handle("y"), label: "own" }] });
  await prisma.user.update({ where: { id: one.id }, data: { handle: handle("z") } });
  await prisma.user.upsert({ where: { email: "D" + name }, create: { email: "D" + name, name, handle: handle("w"), label: "own" }, update: {} });
  const rows = await prisma.user.findMany({ where: { name }, orderBy: { id: "asc" } });
  return rows.map((row) => row.handle.slice(0, 1)).join("");
`;
/** Both do their work; what the old one leaves out a trigger gives its rows, but for a unique value, which the backfill does. */
async function bothWork(client: string) {
  expect(await shop.act("before", oldCode)).toEqual(Array(4).fill("id,email,name"));
  expect(await shop.act(client, newCode)).toBe("zyw");
  const wrong = "label IS NULL OR handle <> LOWER(email)";
  expect(await rows(`SELECT COUNT(*) AS n FROM \`User\` WHERE name LIKE 'o%' AND (${wrong})`)).toEqual([{ n: 0 }]);
}

test("a required column without a value stops before anything is written", async () => {
  const schema = shop.read("prisma/schema.prisma");
  shop.write("prisma/schema.prisma", schema.replace(/(name +String)/, "$1\n  handle String @unique"));
  const { code, output } = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(code).toBe(1);
  expect(output).toContain("LS2001");
  expect(shop.migrations()).toHaveLength(1);
  shop.write("prisma/schema.prisma", schema);
});

test("migrate dev writes and applies expand", async () => {
  const schema = shop.read("prisma/schema.prisma");
  const lines =
    "/// @lockstep.backfill(lower(email))\n  handle String @unique\n  /// @lockstep.backfill(upper(name))\n  label String";
  shop.write("prisma/schema.prisma", schema.replace(/(name +String)/, `$1\n  ${lines}`));
  const out = await shop.succeed(shop.prisma(["migrate", "dev", "--name", "add_handle"]));
  for (const text of ["add-column-not-null", "add-index", "1 expand", "4 contract", "Written for expand"])
    expect(out).toContain(text);
  expect(field()).toBe("handle String? @unique");
  expect(shop.migrations()).toHaveLength(3);
  expect(JSON.parse(shop.read(`lockstep/${shop.plans()[0]}/plan.json`))).toMatchObject({ dialect: await serverOf() });
  expect(shop.read("src/users.ts")).toContain("handle: email.toLowerCase()");
  expect(await showTable(shop.development)).toMatch(/`handle` varchar\(191\)[\w ]* DEFAULT NULL/);
  expect(await shop.succeed(shop.prisma(["migrate", "dev", "--name", "again"]))).toContain("Already in sync");
  await shop.commit("Add handle: expand");
});

test("a model restored by hand is answered by its plan", async () => {
  const schema = shop.read("prisma/schema.prisma");
  shop.write("prisma/schema.prisma", schema.replace(/(handle +String)\?/, "$1"));
  const out = await shop.succeed(shop.prisma(["migrate", "dev", "--name", "restored"]));
  expect(out).toContain("optional until contract");
  expect(field()).toBe("handle String? @unique");
  expect(shop.migrations()).toHaveLength(3);
});

test("expand: code of before and after writes and reads", async () => {
  const early = await shop.lockstep(["next"]);
  expect(early.code).toBe(1);
  await shop.succeed(shop.prisma(["migrate", "deploy"], onProduction()));
  await shop.generate("expand");
  await bothWork("expand");
  // Rows with and without a value in one statement, and with a NULL that is said.
  const mixed = `
    const data = [{ email: "M1", name: "mixed", label: "own" }, { email: "M2", name: "mixed" }, { email: "M3", name: "mixed", label: null }];
    await prisma.user.createMany({ data });
    await prisma.user.updateMany({ where: { email: "M1" }, data: { label: null } });
    return (await prisma.user.findMany({ where: { name: "mixed" }, orderBy: { id: "asc" } })).map((row) => row.label);
  `;
  expect(await shop.act("expand", mixed)).toEqual(["MIXED", "MIXED", "MIXED"]);
  const unfilled = await shop.lockstep(["next"]);
  expect(unfilled.output).toContain("npx lockstep backfill run");
});

test("backfill", async () => {
  await shop.succeed(shop.lockstep(["backfill", "run"]));
  expect(await rows("SELECT COUNT(*) AS n FROM `User` WHERE handle IS NULL")).toEqual([{ n: 0 }]);
  await shop.succeed(shop.lockstep(["backfill", "run", "--target", "development"]));
  await bothWork("expand");
});

test("switch", async () => {
  await shop.succeed(shop.lockstep(["backfill", "run"]));
  await shop.succeed(shop.lockstep(["next"]));
  expect(shop.read("src/db.ts")).not.toContain("omit");
  await shop.commit("Add handle: switch");
  await bothWork("expand");
});

test("contract", async () => {
  await shop.succeed(shop.lockstep(["backfill", "run"]));
  await shop.succeed(shop.lockstep(["next", "--confirm", "writers-aware", "--confirm", "reads-steady"]));
  expect(field()).toBe("handle String @unique");
  await shop.commit("Add handle: contract");
  await shop.generate("contract");
  await shop.succeed(shop.lockstep(["deploy"]));
  // That of switch is still out.
  expect(await shop.act("contract", newCode)).toBe("zyw");
  expect(await shop.act("expand", newCode)).toBe("zyw");
  expect(JSON.parse(await shop.succeed(shop.lockstep(["status", "--json"])))).toMatchObject({
    plans: [{ isDone: true, released: "contract" }],
  });
  expect(await shop.succeed(shop.lockstep(["doctor"]))).toContain("no problems");
});

test("Prisma has nothing to add, and the tables are those of its own SQL", async () => {
  await shop.succeed(shop.prisma(["migrate", "deploy"]));
  expect(await shop.succeed(shop.prisma(["migrate", "dev", "--name", "after"]))).toContain("Already in sync");
  const reference = await createMariadbDatabase("reference");
  const session = await reference.open({ multipleStatements: true });
  await session.query(initial);
  await session.query(shop.read(`lockstep/${shop.plans()[0]}/original.sql`));
  const plain = (table: string) => table.replace(/ AUTO_INCREMENT=\d+/, "");
  const expected = plain(await showTable(reference));
  expect(plain(await showTable())).toBe(expected);
  expect(plain(await showTable(shop.development))).toBe(expected);
  expect(await rows("SHOW TRIGGERS")).toEqual([]);
  await reference.drop();
});

test("undo takes it all back", async () => {
  const contract = await shop.succeed(shop.lockstep(["undo"]));
  await shop.succeed(shop.prisma(["migrate", "deploy"], onProduction()));
  expect(field(), contract).toBe("handle String? @unique");
  await shop.commit("Undo contract");
  await bothWork("expand");
  for (let left = 2; left > 0 && field() !== undefined; left--) {
    await shop.succeed(shop.lockstep(["undo", "--yes"]));
    await shop.commit("Undo");
    await shop.succeed(shop.prisma(["migrate", "deploy"], onProduction()));
  }
  expect(await showTable()).not.toContain("handle");
  expect(await rows("SHOW TRIGGERS")).toEqual([]);
  expect(await shop.act("before", oldCode)).toHaveLength(4);
});

test("what fails is recorded with the server's words, and may run again", async () => {
  // The wrapped config sets both, and other files run in this process.
  vi.stubEnv("LOCKSTEP_NATIVE_SCHEMA_ENGINE", undefined);
  vi.stubEnv("PRISMA_SCHEMA_ENGINE_BINARY", shop.engine);
  const project = await prismaPlugin.findProject(shop.root);
  const name = "20990101000000_by_hand";
  const connection = await connect(shop.production.url, { applicationName: "test" });
  const holder = await shop.production.open();
  try {
    shop.write(
      `prisma/migrations/${name}/migration.sql`,
      "SELECT 1;\nALTER TABLE `User` ADD COLUMN `email` INTEGER NULL;\n",
    );
    const failed = await prismaPlugin.deploy(project, shop.production.url, () => undefined);
    expect(failed).toMatchObject({ exitCode: 1 });
    expect(failed.output).toContain("P3018");
    expect((await prismaPlugin.readApplied(connection, project)).failed).toEqual([name]);
    expect(await prismaPlugin.readFailure(connection, name)).toEqual({
      sqlState: "42701",
      text: "Duplicate column name 'email'",
    });
    expect(await prismaPlugin.resolve(project, shop.production.url, name, "rolled-back")).toMatchObject({
      exitCode: 0,
    });
    shop.write(`prisma/migrations/${name}/migration.sql`, "SELECT 1;\n");
    expect(await prismaPlugin.deploy(project, shop.production.url, () => undefined)).toMatchObject({ exitCode: 0 });
    const { applied, failed: left } = await prismaPlugin.readApplied(connection, project);
    expect([applied.includes(name), left]).toEqual([true, []]);

    expect(await prismaPlugin.deployingSession?.(connection)).toBeUndefined();
    await holder.query("SELECT GET_LOCK('prisma_migrate', 60)");
    expect(await prismaPlugin.deployingSession?.(connection)).toBe(holder.threadId);
  } finally {
    vi.unstubAllEnvs();
    await connection.close();
  }
});

test("without an engine every command says what is missing, and what works without", async () => {
  const none = { PRISMA_SCHEMA_ENGINE_BINARY: undefined, LOCKSTEP_NATIVE_SCHEMA_ENGINE: undefined };
  const commands = [
    ["migrate", "dev", "--name", "x"],
    ["migrate", "deploy"],
    ["migrate", "status"],
    ["db", "push"],
  ];
  const diff = ["migrate", "diff", "--from-empty", "--to-schema", "prisma/schema.prisma", "--script"];
  for (const args of [...commands, diff]) {
    const { code, output } = await shop.prisma(args, none);
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/LS9004[\s\S]*PRISMA_SCHEMA_ENGINE_BINARY[\s\S]*lockstep rewrite/),
    ]);
    expect(output).not.toMatch(/\bat .*:\d+:\d+/);
  }
  expect((await shop.prisma(["validate"], none)).code).toBe(0);
  expect((await shop.prisma(["generate"], none)).code).toBe(0);
  expect(await engineCheck.run({ project: await prismaPlugin.findProject(shop.root), env: {} } as never)).toMatchObject(
    [{ what: "the provider is mysql, and no native engine is installed" }],
  );
});
