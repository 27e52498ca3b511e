import { afterEach, describe, expect, it } from "vitest";
import type { UnitColumn } from "../../core/src/model/plan.js";
import { quoteIdentifier, quoteTable } from "../../core/src/sql/postgres/quote.js";
import { awkwardNames } from "../support/awkward-names.js";
import { type Catalogue, readCatalogue } from "../support/catalogue.js";
import {
  fillAll,
  openUserDatabase,
  outcome,
  type UnitDatabase,
  type UserTableOptions,
} from "../support/unit-database.js";
import { fileOf, filesOf, fillOf, handle, handleIndex, lowerEmail, type UnitFiles, user } from "../support/units.js";

let database: UnitDatabase | undefined;

async function open(options: UserTableOptions = {}): Promise<UnitDatabase> {
  database = await openUserDatabase(options);
  return database;
}
afterEach(async () => {
  await database?.end();
  database = undefined;
});

const catalogue = ({ observer }: UnitDatabase, schemas = ["public"]): Promise<Catalogue> =>
  readCatalogue(observer, { schemas });

const files = filesOf();
const chain = ["expand", "create-index", "assert-index", "prove", "enforce"] as const;

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
      return await catalogue(empty);
    })().finally(() => empty.end());

    const live = await open({ rows: fillByHand === "" && columns[0]?.fill?.reads.length === 0 ? 1 : 3 });
    await live.observer.query(before);
    await runChain(live, filesOf(user, columns), fillByHand);
    expect(await catalogue(live)).toEqual(expected);
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
      const once = await catalogue(live);
      if (kind !== "create-index") await live.session.query(files[kind]);
      expect(await catalogue(live), kind).toEqual(once);
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
    const before = await catalogue(live);
    await live.session.query(units.expand);
    const expanded = await catalogue(live);
    await live.session.query(units["undo-expand"]);
    expect(await catalogue(live)).toEqual(before);

    await live.session.query(units.expand);
    if (columns === mixed) await live.observer.query(`UPDATE "User" SET "region" = 'eu'`);
    await fillAll(live);
    for (const kind of ["prove", "enforce", "undo-contract"] as const) await live.session.query(units[kind]);
    expect(await catalogue(live)).toEqual(expanded);
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
    const before = await catalogue(live);
    expect(await outcome(live.session.query(fileOf({ kind: "undo-expand", table: user, columns })))).toMatchObject({
      code: "55000",
    });
    expect(await catalogue(live)).toEqual(before);
  });
});

describe("refusals leave everything as it was", () => {
  it("expand: the column exists with another type", async () => {
    const live = await open();
    await live.observer.query(`ALTER TABLE "User" ADD "handle" integer`);
    const before = await catalogue(live);
    expect(await outcome(live.session.query(files.expand))).toMatchObject({
      code: "42701",
      message: `"User"."handle" exists already with the type integer, not text. Nothing was changed.`,
    });
    expect(await catalogue(live)).toEqual(before);
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
    const before = await catalogue(live);
    expect(await outcome(live.session.query(files.enforce))).toMatchObject({
      code: "55000",
      message: expect.stringContaining("is missing or not validated") as string,
      hint: "Run the prove file of this plan first.",
    });
    expect(await catalogue(live)).toEqual(before);
  });
});

describe("assert-index", () => {
  const repair = `DROP INDEX CONCURRENTLY IF EXISTS "User_handle_key"; CREATE UNIQUE INDEX CONCURRENTLY "User_handle_key" ON "User"("handle");`;

  it("finds an invalid index, and its hint repairs it", async () => {
    const live = await open();
    await live.session.query(files.expand);
    await live.observer.query(`UPDATE "User" SET "handle" = 'same'`);
    expect(await outcome(live.session.query(files["create-index"]))).toMatchObject({ code: "23505" });
    const found = await outcome(live.session.query(files["assert-index"]));
    expect(found).toMatchObject({
      code: "55000",
      message: `The index "User_handle_key" on "User" is not valid: its build failed or is not finished.`,
      hint: `To build it again, one statement at a time, outside of a transaction: ${repair}`,
    });
    const duplicates = /stop the build: (SELECT .*;)$/.exec(found === "done" ? "" : (found.detail ?? ""))?.[1] ?? "";
    expect((await live.observer.query(duplicates)).rows).toEqual([{ handle: "same", count: "3" }]);
    await live.observer.query(`UPDATE "User" SET "handle" = "email"`);
    for (const statement of repair.split("; ")) await live.session.query(statement);
    expect(await outcome(live.session.query(files["assert-index"]))).toBe("done");
  });

  it.each([
    { name: "missing", make: "SELECT", code: "42704", message: /is missing/ },
    {
      name: "not unique",
      make: `CREATE INDEX "User_handle_key" ON "User"("handle")`,
      code: "42710",
      message: /another one: USING btree \(handle\), not UNIQUE/,
    },
    {
      name: "other column",
      make: `CREATE UNIQUE INDEX "User_handle_key" ON "User"("email")`,
      code: "42710",
      message: /another one/,
    },
    {
      name: "partial",
      make: `CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle") WHERE "id" > 1`,
      code: "42710",
      message: /another one/,
    },
  ])("refuses: $name", async ({ make, code, message }) => {
    const live = await open();
    await live.session.query(files.expand);
    await live.observer.query(make);
    expect(await outcome(live.session.query(files["assert-index"]))).toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it("accepts what create-index builds: several columns, keywords, capitals, another method", async () => {
    const live = await open();
    await live.observer.query(`ALTER TABLE "User" ADD "select" int, ADD "Mixed" int, ADD "plain" int`);
    for (const [method, columns] of [
      ["btree", ["select", "Mixed", "plain"]],
      ["hash", ["Mixed"]],
    ] as const) {
      const index = { name: `i ${method}`, isUnique: method === "btree", columns, method };
      await live.session.query(fileOf({ kind: "create-index", table: user, index }));
      expect(await outcome(live.session.query(fileOf({ kind: "assert-index", table: user, index })))).toBe("done");
    }
  });
});

describe("ways to run the files", () => {
  it("several files as one simple query", async () => {
    const live = await open();
    await live.session.query(files.expand + files.prove + files.enforce);
    expect((await live.observer.query(`INSERT INTO "User" VALUES (9, 'a', 'b', 'c') RETURNING "handle"`)).rows).toEqual(
      [{ handle: "c" }],
    );
  });

  it("all in one transaction that changed something else before", async () => {
    const live = await open();
    await live.session.query("BEGIN; CREATE TABLE other ()");
    for (const kind of ["expand", "prove", "enforce", "undo-contract", "undo-expand"] as const)
      await live.session.query(files[kind]);
    await live.session.query("COMMIT");
    expect((await catalogue(live)).tables.find((table) => table.name.includes("User"))?.columns).toHaveLength(3);
  });

  it("through the extended protocol, as an owner who is no superuser, with standard_conforming_strings off", async () => {
    const live = await open();
    const owner = `owner_${live.session.pid}`;
    await live.observer.query(
      `CREATE ROLE ${owner} LOGIN; ALTER TABLE "User" OWNER TO ${owner}; GRANT CREATE ON SCHEMA public TO ${owner}`,
    );
    await live.session.query(
      `SET SESSION AUTHORIZATION ${owner}; SET standard_conforming_strings = off; SET escape_string_warning = off`,
    );
    const units = filesOf(user, [{ ...handle, name: "back\\slash" }], { ...handleIndex, columns: ["back\\slash"] });
    for (const kind of [...chain, "undo-contract", "undo-expand"] as const) {
      await live.session.client.query({ name: kind, text: units[kind] });
    }
    await live.session.query("RESET SESSION AUTHORIZATION");
    await live.observer.query(`DROP OWNED BY ${owner}; DROP ROLE ${owner}`);
  });
});

describe.each([undefined, 'Sch"e.ma\\'])("awkward names, schema %j", (schema) => {
  it.each(awkwardNames)("$why", async ({ table, column }) => {
    const name = schema === undefined ? { name: table } : { schema, name: table };
    const live = await open();
    const [quoted, column_] = [quoteTable(name), quoteIdentifier(column)];
    if (schema !== undefined) await live.observer.query(`CREATE SCHEMA ${quoteIdentifier(schema)}`);
    await live.observer.query(`CREATE TABLE ${quoted} ("email" text); INSERT INTO ${quoted} VALUES ('A'), ('B')`);
    const schemas = [schema ?? "public"];
    const before = await catalogue(live, schemas);
    // The new column is read by the second one, so an awkward name stands in a fill, too.
    const second = {
      name: "second",
      type: "text",
      fill: fillOf((row) => `coalesce(${row("email")}, 'x')`, ["email", column], { kind: "mirror" }),
    };
    const units = filesOf(name, [{ name: column, type: "text", fill: lowerEmail }, second], {
      name: column,
      isUnique: true,
      columns: [column],
      method: "btree",
    });
    await runChain(live, units);
    await live.observer.query(`INSERT INTO ${quoted} VALUES ('C', 'c', 's')`);
    expect((await live.observer.query(`SELECT ${column_} AS value FROM ${quoted} ORDER BY 1`)).rows).toEqual([
      { value: "a" },
      { value: "b" },
      { value: "c" },
    ]);
    await live.session.query(units["undo-contract"]);
    await live.session.query(units["undo-expand"]);
    expect(await catalogue(live, schemas)).toEqual(before);
  });
});
