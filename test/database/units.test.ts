import { afterEach, describe, expect, it } from "vitest";
import type { UnitColumn } from "../../core/src/model/plan.js";
import {
  catalogueOf,
  fillAll,
  openUserDatabase,
  outcome,
  type UnitDatabase,
  type UserTableOptions,
} from "../support/unit-database.js";
import { chain, fileOf, filesOf, fillOf, handle, type UnitFiles, user } from "../support/units.js";

let database: UnitDatabase | undefined;

async function open(options: UserTableOptions = {}): Promise<UnitDatabase> {
  database = await openUserDatabase(options);
  return database;
}
afterEach(async () => {
  await database?.end();
  database = undefined;
});

const files = filesOf();

async function runChain({ session, observer }: UnitDatabase, units: UnitFiles, beforeProve = ""): Promise<void> {
  for (const kind of chain) {
    if (kind === "prove" && beforeProve !== "") await observer.query(beforeProve);
    await session.query(units[kind]);
  }
}

const upper = fillOf((row) => `upper(${row("name")})`, ["name"], { kind: "mirror" });
const shapes: { name: string; columns: UnitColumn[]; before?: string; reference: string; fillByHand?: string }[] = [
  { name: "text", columns: [handle], reference: `"handle" text NOT NULL` },
  { name: "mirror", columns: [{ ...handle, fill: upper }], reference: `"handle" text NOT NULL` },
  {
    name: "default of the model",
    columns: [{ ...handle, type: "character varying(64)", defaultSql: "'none'" }],
    reference: `"handle" character varying(64) NOT NULL DEFAULT 'none'`,
  },
  {
    name: "now() as default",
    columns: [
      {
        name: "handle",
        type: "timestamp(3) without time zone",
        defaultSql: "CURRENT_TIMESTAMP",
        fill: fillOf(() => "now()", []),
      },
    ],
    reference: `"handle" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP`,
  },
  {
    name: "enum",
    before: `CREATE TYPE "Role" AS ENUM ('admin', 'member')`,
    columns: [{ name: "handle", type: `"Role"`, fill: fillOf(() => `'member'::"Role"`, [], { isBuiltinOnly: false }) }],
    reference: `"handle" "Role" NOT NULL`,
  },
  {
    name: "array",
    columns: [{ ...handle, type: "text[]", fill: fillOf((row) => `ARRAY[${row("email")}]`, ["email"]) }],
    reference: `"handle" text[] NOT NULL`,
  },
  {
    name: "a column that SQL cannot fill",
    columns: [{ name: "handle", type: "text" }],
    reference: `"handle" text NOT NULL`,
    fillByHand: `UPDATE "User" SET "handle" = "id"`,
  },
  {
    name: "two columns in one unit",
    columns: [handle, { name: "slug", type: "character varying(20)", fill: upper }],
    reference: `"handle" text NOT NULL, ADD COLUMN "slug" character varying(20) NOT NULL`,
  },
];

describe("the end state is what the ORM would have made", () => {
  it.each(shapes)("$name", async ({ columns, before = "SELECT", reference, fillByHand = "" }) => {
    // The reference: the ORM's own statements on an empty table.
    const empty = await openUserDatabase({ rows: 0 });
    const expected = await (async () => {
      await empty.observer.query(before);
      await empty.observer.query(`ALTER TABLE "User" ADD COLUMN ${reference}`);
      await empty.observer.query(`CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle")`);
      return await catalogueOf(empty);
    })().finally(() => empty.end());

    // What is the same for all rows fits into the unique index once.
    const isSame = columns[0]?.defaultSql !== undefined || columns[0]?.fill?.reads.length === 0;
    const live = await open({ rows: isSame ? 1 : 3 });
    await live.observer.query(before);
    await runChain(live, filesOf(user, columns), fillByHand);
    expect(await catalogueOf(live)).toEqual(expected);
    const { rows } = await live.observer.query(`SELECT FROM "User" WHERE "handle" IS NULL`);
    expect(rows).toHaveLength(0);
  });
});

describe("each unit can run twice", () => {
  it("with the same state after each, forwards and back", async () => {
    const live = await open();
    for (const kind of [...chain, "undo-contract", "undo-expand"] as const) {
      if (kind === "undo-expand") await live.observer.query(`DROP INDEX "User_handle_key"`);
      await live.session.query(files[kind]);
      const once = await catalogueOf(live);
      if (kind !== "create-index") await live.session.query(files[kind]);
      expect(await catalogueOf(live), kind).toEqual(once);
    }
  });

  it("but a second CREATE INDEX says that it is there", async () => {
    const live = await open();
    for (const kind of ["expand", "create-index"] as const) await live.session.query(files[kind]);
    expect(await outcome(live.session.query(files["create-index"]))).toMatchObject({ code: "42P07" });
    expect(await outcome(live.session.query(files["assert-index"]))).toBe("done");
  });
});

describe("undo", () => {
  const mixed = [handle, { name: "region", type: "text" }];

  it.each([
    { name: "one column", columns: [handle] },
    { name: "with one that SQL cannot fill", columns: mixed },
  ])("undo-expand is the state before, undo-contract the state after expand: $name", async ({ columns }) => {
    const units = filesOf(user, columns);
    const live = await open();
    const before = await catalogueOf(live);
    await live.session.query(units.expand);
    const expanded = await catalogueOf(live);
    await live.session.query(units["undo-expand"]);
    expect(await catalogueOf(live)).toEqual(before);

    await live.session.query(units.expand);
    if (columns === mixed) await live.observer.query(`UPDATE "User" SET "region" = 'eu'`);
    await fillAll(live);
    for (const kind of ["prove", "enforce", "undo-contract"] as const) await live.session.query(units[kind]);
    expect(await catalogueOf(live)).toEqual(expanded);
    expect((await live.observer.query(`SELECT FROM "User" WHERE "handle" IS NULL`)).rows).toHaveLength(0);
  });

  it.each([
    { name: "the contract is done", columns: [handle], alter: `ALTER "handle" SET NOT NULL`, dropTrigger: true },
    { name: "somebody else's column", columns: [handle], alter: `ADD "other" int`, dropTrigger: true },
    {
      name: "no trigger planned, required",
      columns: [{ name: "handle", type: "text" }],
      alter: `ALTER "handle" SET NOT NULL`,
    },
    {
      name: "no trigger planned, another type",
      columns: [{ name: "handle", type: "integer" }],
      alter: `ADD "other" int`,
    },
  ])("undo-expand refuses and changes nothing: $name", async ({ columns, alter, dropTrigger = false }) => {
    const live = await open();
    await live.session.query(files.expand);
    await fillAll(live);
    if (dropTrigger) await live.observer.query(`DROP TRIGGER "zz_lockstep_fill_User_handle" ON "User"`);
    await live.observer.query(`ALTER TABLE "User" ${alter}`);
    const before = await catalogueOf(live);
    expect(await outcome(live.session.query(fileOf({ kind: "undo-expand", table: user, columns })))).toMatchObject({
      code: "55000",
    });
    expect(await catalogueOf(live)).toEqual(before);
  });
});

describe("refusals leave everything as it was", () => {
  it("expand: the column exists with another type", async () => {
    const live = await open();
    await live.observer.query(`ALTER TABLE "User" ADD "handle" integer`);
    const before = await catalogueOf(live);
    expect(await outcome(live.session.query(files.expand))).toMatchObject({
      code: "42701",
      message: `"User"."handle" exists already with the type integer, not text. Nothing was changed.`,
    });
    expect(await catalogueOf(live)).toEqual(before);
  });

  it.each(["no check", "a check that is not validated"])("enforce: %s", async (state) => {
    const live = await open();
    await live.session.query(files.expand);
    await fillAll(live);
    if (state !== "no check") {
      await live.observer.query(
        `ALTER TABLE "User" ADD CONSTRAINT "lockstep_nn_User_handle" CHECK ("handle" IS NOT NULL) NOT VALID`,
      );
    }
    const before = await catalogueOf(live);
    expect(await outcome(live.session.query(files.enforce))).toMatchObject({
      code: "55000",
      message: expect.stringContaining("is missing or not validated") as string,
      hint: "Run the prove file of this plan first.",
    });
    expect(await catalogueOf(live)).toEqual(before);
  });
});
