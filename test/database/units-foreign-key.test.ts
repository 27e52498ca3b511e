import { afterEach, describe, expect, it } from "vitest";
import type { ForeignKey, UnitSpec } from "../../core/src/model/plan.js";
import { quoteIdentifier, quoteTable } from "../../core/src/postgresql/quote.js";
import { awkwardNames } from "../support/awkward-names.js";
import { heldModes } from "../support/sessions.js";
import { catalogueOf, openUserDatabase, outcome, type UnitDatabase, untilPausing } from "../support/unit-database.js";
import { fileOf, user } from "../support/units.js";

let database: UnitDatabase | undefined;

async function open(): Promise<UnitDatabase> {
  database = await openUserDatabase();
  await database.observer.query(`CREATE TABLE "Team" ("id" int PRIMARY KEY, "code" text, UNIQUE ("code", "id"))`);
  await database.observer.query(`INSERT INTO "Team" VALUES (1, 'one')`);
  await database.observer.query(`ALTER TABLE "User" ADD COLUMN "teamId" int, ADD COLUMN "code" text`);
  return database;
}
afterEach(async () => {
  await database?.end();
  database = undefined;
});

const team: ForeignKey = {
  name: "User_teamId_fkey",
  columns: ["teamId"],
  references: { name: "Team" },
  referencedColumns: ["id"],
  onUpdate: "CASCADE",
  onDelete: "RESTRICT",
  isMatchFull: false,
  deferrable: "no",
};
const filesOf = (foreignKey: ForeignKey, table = user) => ({
  add: fileOf({ kind: "add-foreign-key", table, foreignKey } satisfies UnitSpec),
  validate: fileOf({ kind: "validate-foreign-key", table, foreignKey } satisfies UnitSpec),
});

const state = async ({ observer }: UnitDatabase, name = team.name) => {
  const { rows } = await observer.query(`SELECT convalidated AS valid FROM pg_constraint WHERE conname = $1`, [name]);
  return rows.map((row: { valid: boolean }) => row.valid);
};

describe("the catalogue is the one of the ORM's own statement, however often the files run", () => {
  it.each<{ name: string; key: Partial<ForeignKey>; sql: string }>([
    {
      name: "Prisma's required relation",
      key: {},
      sql: `("teamId") REFERENCES "Team"("id") ON DELETE RESTRICT ON UPDATE CASCADE`,
    },
    {
      name: "TypeORM's relation",
      key: { onUpdate: "NO ACTION", onDelete: "NO ACTION" },
      sql: `("teamId") REFERENCES "Team"("id") ON DELETE NO ACTION ON UPDATE NO ACTION`,
    },
    {
      name: "other actions",
      key: { onUpdate: "NO ACTION", onDelete: "SET NULL" },
      sql: `("teamId") REFERENCES "Team"("id") ON DELETE SET NULL`,
    },
    {
      name: "cascade and default",
      key: { onUpdate: "SET DEFAULT", onDelete: "CASCADE" },
      sql: `("teamId") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE SET DEFAULT`,
    },
    {
      name: "composite, full, deferred",
      key: {
        columns: ["code", "teamId"],
        referencedColumns: ["code", "id"],
        isMatchFull: true,
        deferrable: "deferred",
        onUpdate: "NO ACTION",
        onDelete: "NO ACTION",
      },
      sql: `("code", "teamId") REFERENCES "Team"("code", "id") MATCH FULL DEFERRABLE INITIALLY DEFERRED`,
    },
    {
      name: "deferrable, to the table itself",
      key: { references: user, deferrable: "immediate", onUpdate: "RESTRICT" },
      sql: `("teamId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE RESTRICT DEFERRABLE`,
    },
  ])("$name", async ({ key, sql }) => {
    const live = await open();
    const files = filesOf({ ...team, ...key });
    for (const file of [files.add, files.add, files.validate, files.validate, files.add])
      await live.session.query(file);
    const ours = await catalogueOf(live);
    await live.observer.query(`ALTER TABLE "User" DROP CONSTRAINT "User_teamId_fkey"`);
    await live.observer.query(`ALTER TABLE "User" ADD CONSTRAINT "User_teamId_fkey" FOREIGN KEY ${sql}`);
    expect(ours).toEqual(await catalogueOf(live));
  });
});

it.each([
  { name: "other columns", make: `FOREIGN KEY ("id") REFERENCES "Team"("id") ON DELETE RESTRICT ON UPDATE CASCADE` },
  { name: "another action", make: `FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON UPDATE CASCADE` },
  {
    name: "another table",
    make: `FOREIGN KEY ("teamId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE`,
  },
  {
    name: "deferrable",
    make: `FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFERRABLE`,
  },
  { name: "no foreign key", make: `CHECK ("teamId" > 0)` },
])("refuses another constraint of that name: $name", async ({ make }) => {
  const live = await open();
  await live.observer.query(`ALTER TABLE "User" ADD CONSTRAINT "User_teamId_fkey" ${make} NOT VALID`);
  expect(await outcome(live.session.query(filesOf(team).add))).toMatchObject({
    code: "42710",
    message: `"User" already has another constraint "User_teamId_fkey". Nothing was changed.`,
  });
});

describe("locks", () => {
  it("takes both tables at once, keeps nothing while it pauses, and lets reads go on", async () => {
    const live = await open();
    const writer = await live.open();
    await writer.query(`BEGIN; UPDATE "Team" SET "code" = 'other'`);
    const running = outcome(live.session.query(filesOf(team).add));
    await untilPausing(live);
    expect(await heldModes(live.observer, live.session.pid, `"User"`)).toEqual([]);
    await writer.query("COMMIT");
    expect(await running).toBe("done");
    await live.session.query("BEGIN");
    await live.session.query(filesOf({ ...team, name: "held" }).add);
    for (const table of [`"User"`, `"Team"`]) {
      const modes = await heldModes(live.observer, live.session.pid, table);
      expect(modes).toContain("ShareRowExclusiveLock");
      expect(modes).not.toContain("AccessExclusiveLock");
    }
    await writer.query(`SELECT FROM "Team"`);
    await live.session.query("ROLLBACK");
  });

  it("validates while reads and writes go on", async () => {
    const live = await open();
    await live.session.query(filesOf(team).add);
    await live.session.query("BEGIN");
    await live.session.query(filesOf(team).validate);
    expect(await heldModes(live.observer, live.session.pid, `"User"`)).toContain("ShareUpdateExclusiveLock");
    expect(await heldModes(live.observer, live.session.pid, `"Team"`)).not.toContain("ShareRowExclusiveLock");
    await live.observer.query(`UPDATE "User" SET "teamId" = 1; UPDATE "Team" SET "code" = 'x'`);
    await live.session.query("COMMIT");
    expect(await state(live)).toEqual([true]);
  });
});

it("new rows are checked from the first file on, old ones by the second: it names the row", async () => {
  const live = await open();
  await live.observer.query(`UPDATE "User" SET "teamId" = 7 WHERE "id" = 2`);
  await live.session.query(filesOf(team).add);
  expect(await outcome(live.observer.query(`UPDATE "User" SET "teamId" = 8 WHERE "id" = 1`))).toMatchObject({
    code: "23503",
  });
  expect(await outcome(live.session.query(filesOf(team).validate))).toMatchObject({
    code: "23503",
    detail: `Key (teamId)=(7) is not present in table "Team".`,
  });
  expect(await state(live)).toEqual([false]);
  await live.observer.query(`UPDATE "User" SET "teamId" = 1`);
  await live.session.query(filesOf(team).validate);
  expect(await state(live)).toEqual([true]);
});

it.each(awkwardNames)("names: $why", async ({ table, column }) => {
  const live = await open();
  const schema = "o'r\"g";
  await live.observer.query(`CREATE SCHEMA ${quoteIdentifier(schema)}`);
  for (const name of [{ name: table }, { schema, name: table }])
    await live.observer.query(`CREATE TABLE ${quoteTable(name)} (${quoteIdentifier(column)} int PRIMARY KEY)`);
  const key: ForeignKey = {
    ...team,
    name: column,
    columns: [column],
    references: { schema, name: table },
    referencedColumns: [column],
  };
  const files = filesOf(key, { name: table });
  for (const file of [files.add, files.add, files.validate]) await live.session.query(file);
  expect(await state(live, column)).toEqual([true]);
});

describe("undo of expand", () => {
  const columns = [{ name: "teamId", type: "integer" }];

  it("locks the table that the foreign key leads to as well, and drops the key with its column", async () => {
    const live = await open();
    const files = filesOf(team);
    for (const file of [files.add, files.validate]) await live.session.query(file);
    const undo = fileOf({ kind: "undo-expand", table: user, columns, references: [{ name: "Team" }] });
    const reader = await live.open();
    await reader.query(`BEGIN; SELECT FROM "Team"`);
    const running = outcome(live.session.query(undo));
    await untilPausing(live);
    expect(await heldModes(live.observer, live.session.pid, `"User"`)).toEqual([]);
    await reader.query("COMMIT");
    expect(await running).toBe("done");
    expect(await state(live)).toEqual([]);
    expect(await outcome(live.session.query(undo))).toBe("done");
  });

  it("drops a type of the change, unless something else uses it by now", async () => {
    const live = await open();
    await live.observer.query(`CREATE TYPE "Level" AS ENUM ('a'); CREATE TYPE "Kept" AS ENUM ('a')`);
    await live.observer.query(
      `ALTER TABLE "User" ADD "level" "Level", ADD "kept" "Kept"; CREATE TABLE "Other" ("kept" "Kept")`,
    );
    const types = [{ name: "Level" }, { name: "Kept" }];
    const typed = [
      { name: "level", type: `"Level"` },
      { name: "kept", type: `"Kept"` },
    ];
    const undo = fileOf({ kind: "undo-expand", table: user, columns: typed, types });
    for (let run = 0; run < 2; run++) expect(await outcome(live.session.query(undo))).toBe("done");
    const { rows } = await live.observer.query(`SELECT typname FROM pg_type WHERE typname IN ('Level', 'Kept')`);
    expect(rows).toEqual([{ typname: "Kept" }]);
    expect(live.session.notices.join()).toContain(`The type "Kept" stays: something else uses it.`);
  });
});
