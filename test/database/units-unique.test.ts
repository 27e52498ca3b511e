import { afterEach, describe, expect, it } from "vitest";
import { connect } from "../../core/src/databases/connect.js";
import type { Connection } from "../../core/src/dialect/connection.js";
import type { Deferrable } from "../../core/src/model/declaration.js";
import type { UnitIndex, UnitSpec } from "../../core/src/model/plan.js";
import { settleUnit } from "../../core/src/operate/repair/settle-unit.js";
import { readIndex } from "../../core/src/postgresql/development/index-facts.js";
import { quoteIdentifier, quoteTable } from "../../core/src/postgresql/quote.js";
import { downStatements } from "../../core/src/postgresql/units/index.js";
import { awkwardNames } from "../support/awkward-names.js";
import { readCatalogue } from "../support/catalogue.js";
import { heldModes } from "../support/sessions.js";
import { catalogueOf, openUserDatabase, outcome, type UnitDatabase } from "../support/unit-database.js";
import { fileOf, handle, samplePlan, unitOf, user } from "../support/units.js";

let database: UnitDatabase | undefined;

async function open(): Promise<UnitDatabase> {
  database = await openUserDatabase();
  return database;
}
afterEach(async () => {
  await database?.end();
  database = undefined;
});

const unique = (deferrable: Deferrable = "no", columns: readonly string[] = ["handle"]): UnitIndex => ({
  name: "UQ_handle",
  isUnique: true,
  columns,
  method: "btree",
  constraint: { deferrable },
});
const specsOf = (index: UnitIndex, table = user): UnitSpec[] => [
  { kind: "expand", table, columns: [{ ...handle, name: index.columns[0] ?? "" }] },
  { kind: "create-index", table, index },
  { kind: "assert-index", table, index },
  { kind: "attach-unique", table, index },
];
const attach = (index = unique()) => fileOf({ kind: "attach-unique", table: user, index });

describe("the catalogue is the one of the ORM's own statement, however often the file runs", () => {
  it.each<{ name: string; index: UnitIndex; sql: string }>([
    { name: "one column", index: unique(), sql: `UNIQUE ("handle")` },
    { name: "several columns", index: unique("no", ["handle", "email"]), sql: `UNIQUE ("handle", "email")` },
    { name: "deferrable", index: unique("immediate"), sql: `UNIQUE ("handle") DEFERRABLE INITIALLY IMMEDIATE` },
    { name: "deferred", index: unique("deferred"), sql: `UNIQUE ("handle") DEFERRABLE INITIALLY DEFERRED` },
  ])("$name", async ({ index, sql }) => {
    const live = await open();
    for (const spec of specsOf(index)) await live.session.query(fileOf(spec));
    const ours = await catalogueOf(live);
    for (let run = 0; run < 2; run++) await live.session.query(attach(index));
    await live.session.query(`BEGIN; ${attach(index)} COMMIT`);
    expect(await catalogueOf(live)).toEqual(ours);
    await live.observer.query(`ALTER TABLE "User" DROP CONSTRAINT "UQ_handle"`);
    await live.observer.query(`ALTER TABLE "User" ADD CONSTRAINT "UQ_handle" ${sql}`);
    expect(ours).toEqual(await catalogueOf(live));
  });

  it("a deferred one waits for the end of the transaction", async () => {
    const live = await open();
    for (const spec of specsOf(unique("deferred"))) await live.session.query(fileOf(spec));
    await live.observer.query(`UPDATE "User" SET "handle" = "id"`);
    await live.observer.query(`BEGIN; UPDATE "User" SET "handle" = '2' WHERE "id" = 1`);
    await live.observer.query(`UPDATE "User" SET "handle" = '1' WHERE "id" = 2; COMMIT`);
    expect(await outcome(live.observer.query(`UPDATE "User" SET "handle" = 'x'`))).toMatchObject({ code: "23505" });
  });
});

describe("refuses and changes nothing", () => {
  it.each([
    { name: "other columns", make: `ADD CONSTRAINT "UQ_handle" UNIQUE ("email")` },
    { name: "deferrable", make: `ADD CONSTRAINT "UQ_handle" UNIQUE ("handle") DEFERRABLE` },
    { name: "no unique constraint", make: `ADD CONSTRAINT "UQ_handle" CHECK ("handle" <> '')` },
    { name: "more than plain columns", make: `ADD CONSTRAINT "UQ_handle" UNIQUE ("handle") INCLUDE ("id")` },
  ])("another constraint of that name: $name", async ({ make }) => {
    const live = await open();
    await live.observer.query(`ALTER TABLE "User" ADD "handle" text; ALTER TABLE "User" ${make}`);
    const before = await catalogueOf(live);
    expect(await outcome(live.session.query(attach()))).toMatchObject({
      code: "42710",
      message: `"User" already has another constraint "UQ_handle". Nothing was changed.`,
      detail: expect.stringMatching(/^(UNIQUE|CHECK) /) as string,
    });
    expect(await catalogueOf(live)).toEqual(before);
  });

  it.each([
    { name: "missing", make: "SELECT" },
    { name: "another one", make: `CREATE UNIQUE INDEX "UQ_handle" ON "User" ("email")` },
    { name: "not unique", make: `CREATE INDEX "UQ_handle" ON "User" ("handle")` },
    {
      name: "not valid",
      make: `CREATE UNIQUE INDEX "UQ_handle" ON "User" ("handle"); UPDATE pg_index SET indisvalid = false WHERE indexrelid = '"UQ_handle"'::regclass`,
    },
  ])("an index that is $name", async ({ make }) => {
    const live = await open();
    await live.observer.query(`ALTER TABLE "User" ADD "handle" text; ${make}`);
    const before = await catalogueOf(live);
    expect(await outcome(live.session.query(attach()))).toMatchObject({
      code: "55000",
      message: `The index "UQ_handle" on "User" is missing, not valid or another one. Nothing was changed.`,
    });
    expect(await catalogueOf(live)).toEqual(before);
  });
});

it("changes the catalogue alone: the index is the one that was built, and no row is read", async () => {
  const live = await open();
  const [expand, build, assert, attached] = specsOf(unique());
  for (const spec of [expand, build, assert]) await live.session.query(fileOf(spec as UnitSpec));
  const node = async () =>
    (await live.observer.query(`SELECT pg_relation_filenode('"UQ_handle"') AS node`)).rows[0] as { node: number };
  const before = await node();
  // Inside of a transaction what it has read stands in the counters of the session.
  await live.session.query("BEGIN");
  const scans = `SELECT coalesce(sum(seq_scan + idx_scan), 0)::int AS n FROM pg_stat_xact_user_tables WHERE relname = 'User'`;
  const { rows: none } = await live.session.query(scans);
  await live.session.query(fileOf(attached as UnitSpec));
  expect((await live.session.query(scans)).rows).toEqual(none);
  expect(await heldModes(live.observer, live.session.pid, `"User"`)).toContain("AccessExclusiveLock");
  await live.session.query("COMMIT");
  expect(await node()).toEqual(before);
});

describe("a constraint that another one has replaced", () => {
  const old = unique("deferred", ["email", "name"]);
  const drop: UnitSpec = { kind: "drop-index", table: user, index: old };
  const make = `ALTER TABLE "User" ADD CONSTRAINT "UQ_handle" UNIQUE ("email", "name") DEFERRABLE INITIALLY DEFERRED`;

  it("is read from the database, dropped under a short lock, and what takes that back brings it back", async () => {
    const live = await open();
    await live.observer.query(make);
    const before = await catalogueOf(live);
    const connection = await connect(live.url, { applicationName: "test" });
    const { table: _, isPrimary: _1, ...found } = (await readIndex(connection, { name: "UQ_handle" }))!;
    await connection.close();
    expect(found).toEqual(old);
    for (let run = 0; run < 2; run++) expect(await outcome(live.session.query(fileOf(drop)))).toBe("done");
    expect((await live.observer.query(`SELECT FROM pg_class WHERE relname = 'UQ_handle'`)).rows).toEqual([]);
    const down = downStatements(unitOf(drop), samplePlan);
    expect(down).toHaveLength(3);
    for (let run = 0; run < 2; run++) for (const statement of down) await live.session.query(statement);
    expect(await catalogueOf(live)).toEqual(before);
  });

  it("goes as well where only its index was brought back", async () => {
    const live = await open();
    await live.observer.query(make);
    const before = await catalogueOf(live);
    await live.session.query(fileOf(drop));
    const after = await catalogueOf(live);
    await live.session.query(downStatements(unitOf(drop), samplePlan)[0] ?? "");
    await live.session.query(fileOf(drop));
    expect(await catalogueOf(live)).toEqual(after);
    expect(after).not.toEqual(before);
  });
});

it("what takes the units back, last first and twice, ends where it began", async () => {
  const live = await open();
  const before = await catalogueOf(live);
  const specs = specsOf(unique("immediate"));
  for (const spec of specs) await live.session.query(fileOf(spec));
  for (const spec of specs.toReversed())
    for (let run = 0; run < 2; run++)
      for (const statement of downStatements(unitOf(spec), samplePlan)) await live.session.query(statement);
  expect(await catalogueOf(live)).toEqual(before);
});

it("what takes a unit back ends where that unit began, so that it can run again", async () => {
  const live = await open();
  await live.observer.query(`UPDATE "User" SET "email" = 'e' || "id"`);
  const on = { table: user, columns: [handle] };
  const specs: UnitSpec[] = [...specsOf(unique()), { kind: "prove", ...on }, { kind: "enforce", ...on }];
  const states = [await catalogueOf(live)];
  for (const spec of specs) {
    await live.session.query(fileOf(spec));
    if (spec.kind === "expand") await live.observer.query(`UPDATE "User" SET "handle" = "email"`);
    states.push(await catalogueOf(live));
  }
  // Expand gives an empty column the second time.
  for (const [at, spec] of [...specs.entries()].slice(1).toReversed()) {
    for (const statement of downStatements(unitOf(spec), samplePlan)) await live.session.query(statement);
    expect(await catalogueOf(live), spec.kind).toEqual(states[at]);
    for (const later of specs.slice(at)) await live.session.query(fileOf(later));
    expect(await catalogueOf(live), spec.kind).toEqual(states.at(-1));
    for (const later of specs.slice(at).toReversed())
      for (const statement of downStatements(unitOf(later), samplePlan)) await live.session.query(statement);
  }
});

describe("a build that broke off", () => {
  const [expand, build, assert, attached] = specsOf(unique()) as [UnitSpec, UnitSpec, UnitSpec, UnitSpec];
  const settle = async (live: UnitDatabase, work: (connection: Connection) => Promise<unknown>) => {
    const connection = await connect(live.url, { applicationName: "test" });
    return work(connection).finally(() => connection.close());
  };

  it("is dropped where it is INVALID, and the files run again", async () => {
    const live = await open();
    await live.session.query(fileOf(expand));
    await live.observer.query(`UPDATE "User" SET "handle" = 'same'`);
    expect(await outcome(live.session.query(fileOf(build)))).toMatchObject({ code: "23505" });
    expect(await settle(live, (connection) => settleUnit(connection, unitOf(build)))).toBe("rolled-back");
    await live.observer.query(`UPDATE "User" SET "handle" = "id"`);
    for (const spec of [build, assert, attached]) await live.session.query(fileOf(spec));
    expect(await settle(live, (connection) => settleUnit(connection, unitOf(build)))).toBe("applied");
    expect(await settle(live, (connection) => settleUnit(connection, unitOf(attached)))).toBe("rolled-back");
    expect(await outcome(live.session.query(fileOf(attached)))).toBe("done");
  });
});

describe.each([undefined, 'Sch"e.ma\\'])("awkward names, schema %j", (schema) => {
  it.each(awkwardNames)("$why", async ({ table, column }) => {
    const name = schema === undefined ? { name: table } : { schema, name: table };
    const live = await open();
    const quoted = quoteTable(name);
    if (schema !== undefined) await live.observer.query(`CREATE SCHEMA ${quoteIdentifier(schema)}`);
    await live.observer.query(`CREATE TABLE ${quoted} ("email" text); INSERT INTO ${quoted} VALUES ('A'), ('B')`);
    const schemas = [schema ?? "public"];
    const before = await readCatalogue(live.observer, { schemas });
    const index = { ...unique("immediate", [column]), name: column };
    const specs = specsOf(index, name);
    for (const spec of specs) await live.session.query(fileOf(spec));
    const ours = await readCatalogue(live.observer, { schemas });
    const key = quoteIdentifier(column);
    await live.observer.query(`ALTER TABLE ${quoted} DROP CONSTRAINT ${key}`);
    await live.observer.query(`ALTER TABLE ${quoted} ADD CONSTRAINT ${key} UNIQUE (${key}) DEFERRABLE`);
    expect(await readCatalogue(live.observer, { schemas })).toEqual(ours);
    for (const spec of specs.toReversed())
      for (const statement of downStatements(unitOf(spec), samplePlan)) await live.session.query(statement);
    expect(await readCatalogue(live.observer, { schemas })).toEqual(before);
  });
});
