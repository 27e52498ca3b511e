import { afterEach, describe, expect, it } from "vitest";
import type { UnitColumn } from "../../core/src/model/plan.js";
import { objectName } from "../../core/src/postgresql/quote.js";
import { catalogueOf, openUserDatabase, outcome, type UnitDatabase } from "../support/unit-database.js";
import { filesOf, fillOf, user } from "../support/units.js";

// Columns whose default is set after they were added, and columns with a sequence of their own.

let database: UnitDatabase | undefined;

async function open(rows = 3): Promise<UnitDatabase> {
  database = await openUserDatabase({ rows });
  return database;
}
afterEach(async () => {
  await database?.end();
  database = undefined;
});

const serial = (type: string): UnitColumn => {
  const next = `nextval('"User_handle_seq"'::regclass)`;
  return {
    name: "handle",
    type,
    laterDefaultSql: next,
    sequence: { name: "User_handle_seq" },
    fill: fillOf(() => next, [], { isBuiltinOnly: false }),
  };
};
it.each([
  { name: "an enum", type: "public.user_role", value: `'a'::public.user_role` },
  { name: "a list of it", type: "public.user_role[]", value: `'{a}'::public.user_role[]` },
  { name: "an enum with capitals", type: `public."User""Role"`, value: `'a'::public."User""Role"` },
])("a type with the schema that the search path has: $name", async ({ type, value }) => {
  const live = await open();
  await live.observer.query(`CREATE TYPE user_role AS ENUM ('a'); CREATE TYPE "User""Role" AS ENUM ('a')`);
  const before = await catalogueOf(live);
  const role = { name: "handle", type, fill: fillOf(() => value, [], { isBuiltinOnly: false }) };
  const files = filesOf(user, [role]);
  for (const kind of ["expand", "expand", "prove", "enforce", "undo-contract"] as const)
    await live.session.query(files[kind]);
  const other = filesOf(user, [{ ...role, type: "text" }]);
  expect(await outcome(live.session.query(other.expand))).toMatchObject({ code: "42701" });
  await live.session.query(files["undo-expand"]);
  expect(await catalogueOf(live)).toEqual(before);
});

it("a type with its schema, without a fill: undo-expand knows it", async () => {
  const live = await open();
  await live.observer.query(`CREATE TYPE user_role AS ENUM ('a')`);
  const files = filesOf(user, [{ name: "handle", type: "public.user_role" }]);
  for (const kind of ["expand", "undo-expand"] as const) await live.session.query(files[kind]);
  expect((await live.observer.query(`SELECT * FROM "User"`)).rows[0]).not.toHaveProperty("handle");
});

const token: UnitColumn = {
  name: "handle",
  type: "uuid",
  laterDefaultSql: "gen_random_uuid()",
  fill: fillOf(() => "gen_random_uuid()", [], { isBuiltinOnly: false }),
};
const role: UnitColumn = {
  name: "handle",
  type: "text",
  laterDefaultSql: "'member'",
  fill: fillOf((row) => `CASE WHEN ${row("id")} = 1 THEN 'staff' ELSE 'member' END`, ["id"]),
};

const { fill: _, ...optional } = token;
const { fill: __, ...optionalSerial } = serial("integer");

/** Columns, the ORM's own declaration, and whether the column becomes required. */
const shapes: readonly [name: string, column: UnitColumn, declaration: string, isRequired: boolean][] = [
  ["a volatile default", token, "uuid NOT NULL DEFAULT gen_random_uuid()", true],
  ["a stored default with an annotation", role, "text NOT NULL DEFAULT 'member'", true],
  ["serial", serial("integer"), "SERIAL NOT NULL", true],
  ["bigserial", serial("bigint"), "BIGSERIAL NOT NULL", true],
  ["smallserial", serial("smallint"), "SMALLSERIAL NOT NULL", true],
  ["an optional volatile default", optional, "uuid DEFAULT gen_random_uuid()", false],
  ["an optional serial", optionalSerial, `SERIAL; ALTER TABLE "User" ALTER "handle" DROP NOT NULL`, false],
];

describe.each(shapes)("%s", (_name, column, declaration, isRequired) => {
  const files = filesOf(user, [column]);

  it("ends as the ORM's own statement does, and goes back to what was before", async () => {
    const live = await open();
    const before = await catalogueOf(live);
    await live.observer.query(`BEGIN; ALTER TABLE "User" ADD COLUMN "handle" ${declaration}`);
    const expected = await catalogueOf(live);
    await live.observer.query("ROLLBACK");

    const node = `SELECT pg_relation_filenode('"User"') AS node`;
    const { rows: written } = await live.observer.query(node);
    await live.session.query(files.expand);
    const expanded = await catalogueOf(live);
    await live.session.query(files.expand);
    expect(await catalogueOf(live)).toEqual(expanded);
    expect((await live.observer.query(node)).rows).toEqual(written);
    expect((await live.observer.query(`SELECT count("handle")::int AS n FROM "User"`)).rows).toEqual([{ n: 0 }]);

    await live.observer.query(`INSERT INTO "User" ("id", "email") VALUES (50, 'new@example.org')`);
    expect((await live.observer.query(`SELECT FROM "User" WHERE "handle" IS NOT NULL`)).rows).toHaveLength(1);
    if (!isRequired) {
      expect(expanded).toEqual(expected);
    } else {
      await live.session.query(files.prove);
      await live.session.query(files.enforce);
      expect(await catalogueOf(live)).toEqual(expected);
      await live.session.query(files["undo-contract"]);
      expect(await catalogueOf(live)).toEqual(expanded);
    }
    await live.session.query(files["undo-expand"]);
    expect(await catalogueOf(live)).toEqual(before);
  });
});

describe("new rows", () => {
  it("get the default, also for an explicit NULL; rows that exist get what rows like them got", async () => {
    const live = await open();
    await live.session.query(filesOf(user, [role]).expand);
    const insert = `INSERT INTO "User" ("id", "email", "handle") VALUES`;
    await live.observer.query(`${insert} (10, 'a', DEFAULT), (11, 'b', NULL), (12, 'c', 'chosen')`);
    await live.observer.query(`UPDATE "User" SET "handle" = 'staff' WHERE "id" = 1`);
    await live.observer.query(`UPDATE "User" SET "handle" = NULL WHERE "id" IN (1, 2, 12)`);
    const { rows } = await live.observer.query(`SELECT "id", "handle" FROM "User" ORDER BY "id"`);
    expect(rows).toEqual([
      { id: 1, handle: "staff" },
      { id: 2, handle: null },
      { id: 3, handle: null },
      { id: 10, handle: "member" },
      { id: 11, handle: "member" },
      { id: 12, handle: "member" },
    ]);
  });

  it("are numbered for a role that may write, and whose search path is another", async () => {
    const live = await open();
    await live.session.query(filesOf(user, [serial("integer")]).expand);
    const writer = await live.open({ search_path: "pg_catalog" });
    await writer.query(
      `INSERT INTO public."User" ("id", "email", "handle") VALUES (10, 'a', NULL), (11, 'b', DEFAULT)`,
    );
    const { rows } = await live.observer.query(`SELECT "handle" FROM "User" WHERE "id" > 9 ORDER BY "handle"`);
    expect(rows).toEqual([{ handle: 1 }, { handle: 2 }]);
  });
});

describe("a sequence", () => {
  const { expand } = filesOf(user, [serial("integer")]);

  it.each([
    ["a table", `CREATE TABLE "User_handle_seq" ()`],
    ["a sequence of its own", `CREATE SEQUENCE "User_handle_seq"`],
    ["the sequence of another column", `CREATE SEQUENCE "User_handle_seq" OWNED BY "User"."id"`],
  ])("is refused where its name is taken by %s, and nothing is changed", async (_name, taken) => {
    const live = await open();
    await live.observer.query(taken);
    const before = await catalogueOf(live);
    expect(await outcome(live.session.query(expand))).toMatchObject({
      code: "42P07",
      message: `"User_handle_seq" exists already and is not the sequence of "User"."handle". Nothing was changed.`,
    });
    expect(await catalogueOf(live)).toEqual(before);
  });

  it("belongs to the owner of its table, whoever deploys", async () => {
    const live = await open();
    const role = `owner_${live.session.pid}`;
    await live.observer.query(
      `CREATE ROLE ${role}; GRANT CREATE ON SCHEMA public TO ${role}; ALTER TABLE "User" OWNER TO ${role}`,
    );
    try {
      await live.session.query(expand);
      const { rows } = await live.observer.query(
        `SELECT relowner::regrole::text AS owner, pg_get_serial_sequence('"User"', 'handle') AS sequence FROM pg_class WHERE relname = 'User_handle_seq'`,
      );
      expect(rows).toEqual([{ owner: role, sequence: 'public."User_handle_seq"' }]);
    } finally {
      await live.observer.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
    }
  });

  it("may be used by every role that may insert into its table, and by no other", async () => {
    const live = await open();
    const [all, some, none] = ["all", "some", "none"].map((each) => `${each}_${live.session.pid}`);
    await live.observer.query(
      `CREATE ROLE ${all}; CREATE ROLE ${some}; CREATE ROLE ${none}; GRANT INSERT, SELECT ON "User" TO ${all};
       GRANT INSERT (id, email) ON "User" TO ${some}; GRANT SELECT, UPDATE ON "User" TO ${none}`,
    );
    try {
      await live.session.query(expand);
      for (const [role, id] of [
        [all, 101],
        [some, 102],
      ] as const)
        await live.session.query(
          `BEGIN; SET LOCAL ROLE ${role}; INSERT INTO "User" (id, email) VALUES (${id}, 'a'); COMMIT`,
        );
      const { rows } = await live.observer.query(`SELECT count(handle)::int AS numbered FROM "User" WHERE id > 100`);
      expect(rows).toEqual([{ numbered: 2 }]);
      const may = await live.observer.query(
        `SELECT has_sequence_privilege('${none}', '"User_handle_seq"', 'USAGE') AS may`,
      );
      expect(may.rows).toEqual([{ may: false }]);
    } finally {
      for (const role of [all, some, none])
        await live.observer.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
    }
  });

  it.each([
    ["Order", "number"],
    ["a".repeat(63), "b"],
    ["a", "b".repeat(63)],
    ["a".repeat(40), "b".repeat(41)],
    ["a".repeat(60), "b".repeat(61)],
    ["ä".repeat(31), "ö".repeat(31)],
    ["Größe der Bestellung in Kilogramm", "größe".repeat(9)],
  ])("has the name that PostgreSQL would give it: %s, %s", async (table, column) => {
    const live = await open();
    await live.observer.query(`CREATE TABLE "${table}" ("${column}" serial)`);
    const { rows } = await live.observer.query(`SELECT relname FROM pg_class WHERE relkind = 'S'`);
    expect(rows).toEqual([{ relname: objectName({ name: table }, [column], "seq") }]);
  });
});
