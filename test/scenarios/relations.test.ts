import { readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCatalogue } from "../support/catalogue.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { addField, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Relations, unique constraints and indexes over new columns, many forms in one change. Every test builds on the one before.

let shop: ShopProject;
let before: string;
let wanted: string;
const extra: TestDatabase[] = [];

const base = `
model Team {
  id    Int    @id @default(autoincrement())
  code  String @unique
}

model Setting {
  id     Int    @id @default(autoincrement())
  userId Int    @unique
  theme  String
}

model Membership {
  id       Int    @id @default(autoincrement())
  userId   Int
  teamCode String

  @@unique([userId, teamCode], name: "seat")
}
`;

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 10, production: 300 });
  shop.edit("prisma/schema.prisma", (schema) => schema + base);
  const dev = await prisma("migrate", "dev", "--name", "teams");
  expect(dev).toContain("_teams");
  await deploy(shop.production);
  for (const url of [shop.development, shop.production]) await query(url, rows);
  shop.write("src/settings.ts", settings);
  await shop.commit("Teams");
  before = schema();
});
afterAll(async () => {
  await shop?.dispose();
  await Promise.all(extra.map((database) => database.drop()));
});

const rows = `
INSERT INTO "Team" ("code") SELECT 'team-' || n FROM generate_series(1, 3) n;
INSERT INTO "Setting" ("userId", "theme") SELECT "id", 'dark' FROM "User";
INSERT INTO "Membership" ("userId", "teamCode") SELECT "id", 'team-1' FROM "User";
INSERT INTO "Order" ("userId", "totalCents") SELECT "id", 100 FROM "User";`;

const settings = `import type { PrismaClient } from "./generated/prisma/client";

export const themeOf = (prisma: PrismaClient, userId: number) => prisma.setting.findUnique({ where: { userId } });

export const seatOf = (prisma: PrismaClient, userId: number, teamCode: string) =>
  prisma.membership.findUnique({ where: { seat: { userId, teamCode } } });
`;

const schema = () => shop.read("prisma/schema.prisma");
const plan = () =>
  readdirSync(join(shop.root, "lockstep"))
    .filter((name) => /^\d/.test(name))
    .sort()
    .at(-1) ?? "";

async function prisma(...args: string[]): Promise<string> {
  const result = await shop.prisma(args);
  expect(result.code, result.output).toBe(0);
  return result.output;
}

async function lockstep(...args: string[]): Promise<string> {
  const result = await shop.lockstep(args);
  expect(result.code, result.output).toBe(0);
  return result.output;
}

const deploy = (url: string) => shop.deploy(url);

async function query(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

async function catalogueOf(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { tables, ...rest } = await readCatalogue(client, { schemas: ["public"] });
  await client.end();
  return { ...rest, tables: tables.filter((table) => !table.name.includes("_prisma_migrations")) };
}

/** Refused before anything is written. */
async function refused(change: (schema: string) => string, code: string): Promise<string> {
  shop.edit("prisma/schema.prisma", change);
  const dev = await shop.prisma(["migrate", "dev", "--name", "refused"]);
  expect(dev.code, dev.output).toBe(1);
  expect(dev.output).toContain(code);
  expect(await shop.changedFiles()).toEqual([" M prisma/schema.prisma"]);
  shop.write("prisma/schema.prisma", before);
  return dev.output;
}

/** `Order.team`, required, with the value of the rows that exist. */
const team =
  (fill: string, model = "Team") =>
  (schema: string) =>
    addField(
      addField(schema, "Order", [
        `/// @lockstep.backfill(${fill})`,
        "/// @lockstep.write(1)",
        "teamId Int",
        `team ${model} @relation(fields: [teamId], references: [id])`,
      ]),
      model,
      ["orders Order[]"],
    );

test("LS2043: a required relation to a table of the same change; LS2042: a new column in the primary key", async () => {
  const squad = (schema: string) => team("1", "Squad")(`${schema}\nmodel Squad {\n  id Int @id\n}\n`);
  expect(await refused(squad, "LS2043")).toContain(`"Squad" is made by the same change`);
  const key = (schema: string) =>
    addField(schema, "Setting", [`zone String @default("eu")`])
      .replace(/(model Setting \{\n +id +Int +)@id /, "$1")
      .replace(/(model Setting \{[^}]*)\}/, "$1\n  @@id([id, zone])\n}");
  expect(await refused(key, "LS2042")).toContain(`would become ("id", "zone")`);
});

test("one change with many forms: planned, written, and the ORM sees no difference", async () => {
  shop.edit("prisma/schema.prisma", (text) => {
    const added: readonly (readonly [string, readonly string[]])[] = [
      ["Order", ["/// @lockstep.backfill('LOW')", "priority Priority", "@@index([teamId])"]],
      ["Setting", ["reviewerId Int?"]],
      ["Setting", ["reviewer User? @relation(fields: [reviewerId], references: [id], onDelete: Cascade)"]],
      ["User", ["reviews Setting[]", `leads Team? @relation("lead")`]],
      ["User", ["/// @lockstep.backfill(id)", "/// @lockstep.write(1)", "mentorId Int"]],
      ["User", [`mentor User @relation("mentors", fields: [mentorId], references: [id], onUpdate: NoAction)`]],
      ["User", [`mentored User[] @relation("mentors")`]],
      ["Team", ["leadId Int? @unique", `lead User? @relation("lead", fields: [leadId], references: [id])`]],
      ["Team", ["labels String[]", "rank Int?", "@@index([labels], type: Gin)", "@@index([rank(sort: Desc), code])"]],
      ["Team", ["@@index([rank])"]],
      ["Setting", ["/// @lockstep.backfill('email')", "channel String"]],
      ["Membership", ["season Int @default(1)"]],
    ];
    const fields = added.reduce((schema, [model, lines]) => addField(schema, model, lines), text);
    return team(`1 + "userId" % 3`)(`${fields}\nenum Priority {\n  LOW\n  HIGH\n}\n`)
      .replace(/(userId +Int +)@unique/, "$1")
      .replace(/(model Setting \{[^}]*)\}/, "$1\n  @@unique([userId, channel])\n}")
      .replace(`@@unique([userId, teamCode], name: "seat")`, "@@unique([userId, teamCode, season])");
  });
  await prisma("format");
  wanted = schema();
  const output = await prisma("migrate", "dev", "--name", "forms");
  // The command prints the first findings.
  const review = output + shop.read(`lockstep/${plan()}/README.md`);
  for (const text of ["add-column-not-null", "add-foreign-key", "add-index", "replace-unique"])
    expect(review).toContain(text);
  expect(schema()).toMatch(/userId +Int +@unique/);
  expect(schema()).toContain(`@@unique([userId, teamCode], name: "seat")`);
  expect(schema()).toMatch(/team +Team\? +@relation\(fields: \[teamId\], references: \[id\], onDelete: Restrict\)/);
  await fits();
});

/** The ORM has nothing to add, and code compiles with the client of the phase. */
async function fits() {
  expect(await shop.drift()).toBeUndefined();
  expect(await shop.typeErrors()).toEqual([]);
}

test("applied to a filled database, and filled", async () => {
  await shop.commit("Forms: expand");
  await deploy(shop.production);
  // Until contract the old keys hold, and the new foreign key checks what code and the trigger write.
  await expect(
    query(shop.production, `INSERT INTO "Setting" ("userId", "theme") VALUES (1, 'x')`),
  ).rejects.toMatchObject({
    code: "23505",
  });
  await expect(query(shop.production, `UPDATE "Order" SET "teamId" = 9 WHERE "id" = 1`)).rejects.toMatchObject({
    code: "23503",
  });
  await lockstep("backfill", "run");
  expect(
    await query(
      shop.production,
      `SELECT count(*)::int AS n FROM "Order" WHERE "teamId" = 1 + "userId" % 3 AND "priority" = 'LOW'`,
    ),
  ).toEqual([{ n: 300 }]);
  expect(await query(shop.production, `SELECT count(*)::int AS n FROM "User" WHERE "mentorId" = "id"`)).toEqual([
    { n: 300 },
  ]);
});

test("a merge that takes the old unique away is answered by the plan", async () => {
  shop.edit("prisma/schema.prisma", (text) => text.replace(/(userId +Int) +@unique/, "$1"));
  const output = await prisma("migrate", "dev", "--name", "merged");
  expect(output).toContain("Setting unique on (userId)");
  expect(schema()).toMatch(/userId +Int +@unique/);
  await lockstep("backfill", "run", "--target", "development");
});

test("contract: the model as it was written, the old unique dropped, code that names it listed", async () => {
  await lockstep("next");
  await shop.commit("Forms: switch");
  const output = await lockstep("next", "--confirm", "writers-aware", "--confirm", "reads-steady");
  expect(output).toMatch(/src\/settings\.ts:3.*finds a row by userId/s);
  expect(output).toMatch(/src\/settings\.ts:6.*finds a row by seat/s);
  expect(schema()).toBe(wanted.replace(/^ *\/\/\/ @lockstep.*\n/gm, ""));
  shop.edit("src/settings.ts", (text) =>
    text
      .replace("{ where: { userId } }", `{ where: { userId_channel: { userId, channel: "email" } } }`)
      .replace("seat: { userId, teamCode }", "userId_teamCode_season: { userId, teamCode, season: 1 }"),
  );
  await fits();
  await shop.commit("Forms: contract");
  for (const url of [shop.development, shop.production]) await deploy(url);
});

test("the catalogue equals the one that Prisma's own migration makes", async () => {
  const reference = await createDatabase("reference");
  extra.push(reference);
  const migrations = readdirSync(join(shop.root, "prisma/migrations"));
  for (const name of ["_init", "_teams"].map((end) => migrations.find((each) => each.endsWith(end))))
    await query(reference.url, shop.read(`prisma/migrations/${name}/migration.sql`));
  await query(reference.url, shop.read(`lockstep/${plan()}/original.sql`));
  const expected = await catalogueOf(reference.url);
  for (const url of [shop.production, shop.development]) expect(await catalogueOf(url)).toEqual(expected);
});

test("contract taken back: the old unique is built again, and the model declares it", async () => {
  await lockstep("undo");
  expect(schema()).toMatch(/userId +Int +@unique/);
  expect(schema()).toContain(`@@unique([userId, teamCode], name: "seat")`);
  await deploy(shop.production);
  expect(await shop.drift()).toBeUndefined();
  const insert = `INSERT INTO "Setting" ("userId", "theme") VALUES (1, 'x')`;
  await expect(query(shop.production, insert)).rejects.toMatchObject({ code: "23505" });
});
