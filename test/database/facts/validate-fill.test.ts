import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { ValidateFillInput } from "../../../core/src/dialect/validation.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { validateFill } from "../../../core/src/target/facts/validate-fill.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { errorOf, fillOf, numbered, open, scalar } from "../backfill/fixture.js";

let database: TestDatabase;
let db: Connection;
const name = { name: "User" };
const columns = ["id", "email", "n", "role"];

beforeAll(async () => {
  database = await createDatabase("check_fill");
  db = await open(database.url);
  await db.query("CREATE TYPE mood AS ENUM ('glad', 'sad')");
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});
beforeEach(async () => {
  await db.query(`DROP TABLE IF EXISTS "User"; CREATE TABLE "User" (id int PRIMARY KEY, email text, n int, role mood)`);
});

const insert = (rows: readonly (readonly [string, string | null])[]) =>
  db.query(`INSERT INTO "User" (id, email) SELECT k::int, e FROM unnest($1::text[], $2::text[]) u(k, e)`, [
    rows.map(([key]) => key),
    rows.map(([, email]) => email),
  ]);

/** As while planning: the column does not exist yet. */
async function check(sql: string, type = "text", more: Partial<ValidateFillInput> = {}) {
  const table = (await readTable(db, name))!;
  const fill = await fillOf(sql, name, columns);
  return validateFill(db, { table, fill, column: { name: "handle", type }, columnExists: false, ...more });
}

describe("the type of a fill", () => {
  it.each([
    ["lower(email)", "text"],
    ["lower(email)", "character varying(64)"],
    ["n", "text"],
    ["n", "bigint"],
    ["id::bigint", "integer"],
    ["'glad'", "mood"],
    ["role", "mood"],
    ["now()", "timestamp(3) without time zone"],
    ["gen_random_uuid()", "uuid"],
    ["'{}'", "jsonb"],
  ])("%s fits %s", async (sql, type) => {
    expect(await check(sql, type)).toEqual([]);
  });

  it.each([
    ["email", "integer", /is of type integer but expression is of type text/],
    ["email", "mood", /is of type mood but expression is of type text/],
    ["'merry'", "mood", /invalid input value for enum/],
    ["no_such_function(email)", "text", /does not exist/],
    ["email + 1", "integer", /operator does not exist/],
  ])("%s does not fit %s", async (sql, type, message) => {
    expect(await check(sql, type)).toEqual([
      expect.objectContaining({ kind: expect.stringMatching(/type|fails/), message: expect.stringMatching(message) }),
    ]);
  });

  it("names columns that are missing", async () => {
    const fill = { ...(await fillOf("email", name, columns)), reads: ["email", "login", "nick"] };
    expect(await check("email", "text", { fill })).toEqual([{ kind: "missing-columns", columns: ["login", "nick"] }]);
  });

  it("names the values of an enum when it lacks one, also of a list", async () => {
    const enumValues = ["glad", "sad"];
    expect(await check("'merry'", "mood")).toMatchObject([{ kind: "type", enumValues }]);
    expect(await check("ARRAY['merry']::mood[]", "mood[]")).toMatchObject([{ kind: "type", enumValues }]);
    await insert([["1", "a"]]);
    const [problem] = await check("CASE WHEN n > 0 THEN 'glad' ELSE 'merry' END::mood", "mood");
    expect(problem).toMatchObject({ kind: "fails", message: expect.stringContaining("merry"), enumValues });
  });

  it("leaves a value that the change adds to the backfill, and no other", async () => {
    const enums = [{ name: { name: "mood" }, values: ["merry"] }];
    expect(await check("'merry'", "mood", { enums })).toMatchObject([{ kind: "not-checked" }]);
    expect(await check("'cross'", "mood", { enums })).toMatchObject([
      { kind: "type", enumValues: ["glad", "sad", "merry"] },
    ]);
  });

  it("takes no number of a sequence", async () => {
    await db.query("CREATE SEQUENCE numbers");
    expect(await check("nextval('numbers')", "integer")).toEqual([]);
    expect(await check("nextval('there_is_none')", "integer")).toEqual([]);
    expect(await scalar(db, "SELECT is_called FROM numbers")).toBe(false);
    await db.query("DROP SEQUENCE numbers");
  });

  it("takes no number of a sequence by a function that the planner evaluates", async () => {
    await db.query(`CREATE SEQUENCE numbers;
      CREATE FUNCTION numbered() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT nextval('numbers')::text $$`);
    await insert([["1", "a"]]);
    expect(await check("numbered()")).toEqual([{ kind: "not-checked", message: expect.stringContaining("read-only") }]);
    expect(await scalar(db, "SELECT is_called FROM numbers")).toBe(false);
    await db.query("DROP FUNCTION numbered; DROP SEQUENCE numbers");
  });

  it("says when a function of the fill writes", async () => {
    await db.query(
      `CREATE TABLE codes (n int); CREATE FUNCTION next_code() RETURNS int LANGUAGE sql AS 'INSERT INTO codes VALUES (1) RETURNING n'`,
    );
    await insert([["1", "a"]]);
    expect(await check("next_code()", "integer")).toMatchObject([
      { kind: "not-checked", message: expect.stringContaining("read-only") },
    ]);
    expect(await scalar(db, "SELECT count(*)::int FROM codes")).toBe(0);
    await db.query("DROP FUNCTION next_code; DROP TABLE codes");
  });

  it("says when the type is made by the same change", async () => {
    expect(await check("'a'", '"Plan"')).toEqual([{ kind: "not-checked", message: 'type "Plan" does not exist' }]);
  });

  it("leaves nothing behind", async () => {
    await check("lower(email)");
    await check("email", "integer");
    expect(await scalar(db, "SELECT count(*)::int FROM pg_class WHERE relname = 'lockstep_check_fill'")).toBe(0);
    expect(await scalar(db, "SELECT pg_current_xact_id_if_assigned() IS NULL")).toBe(true);
  });
});

describe("the values of a fill", () => {
  it("counts rows that would stay NULL, and names three", async () => {
    await insert([...numbered(3), ["10", null], ["11", null], ["12", null], ["13", null]]);
    expect(await check("lower(email)")).toEqual([{ kind: "null", rows: 4, samples: ["id=10", "id=11", "id=12"] }]);
  });

  it("counts values that are too long, trailing blanks aside", async () => {
    await insert([
      ["1", "abc"],
      ["2", "abcd"],
      ["3", "abc   "],
    ]);
    expect(await check("email", "character varying(3)")).toEqual([
      { kind: "too-long", limit: 3, rows: 1, samples: ["id=2"] },
    ]);
  });

  it.each([
    ["1 / (id - 1)", "integer", /division by zero/],
    ["email::int", "integer", /invalid input syntax for type integer/],
    ["id * 1000000000::bigint", "integer", /integer out of range/],
  ])("%s fails for some row", async (sql, type, message) => {
    await insert(numbered(5));
    expect(await check(sql, type)).toMatchObject([{ kind: "fails", message: expect.stringMatching(message) }]);
  });

  it("looks only at rows without a value once the column exists", async () => {
    await insert([
      ["1", "Ada"],
      ["2", null],
      ["3", null],
    ]);
    await db.query(`ALTER TABLE "User" ADD handle text; UPDATE "User" SET handle = 'ada' WHERE id = 2`);
    expect(await check("lower(email)", "text", { columnExists: true })).toEqual([
      { kind: "null", rows: 1, samples: ["id=3"] },
    ]);
  });

  it("names rows by a key of several columns with odd names, or by their place", async () => {
    await db.query(
      `DROP TABLE "User"; CREATE TABLE "User" ("a%'s" int, b text, email text, PRIMARY KEY ("a%'s", b)); INSERT INTO "User" VALUES (1, 'x')`,
    );
    expect(await check("email")).toEqual([{ kind: "null", rows: 1, samples: ["a%'s=1, b=x"] }]);
    await db.query(`DROP TABLE "User"; CREATE TABLE "User" (email text); INSERT INTO "User" VALUES (NULL)`);
    expect(await check("email")).toEqual([{ kind: "null", rows: 1, samples: ["ctid=(0,1)"] }]);
  });
});

describe("limits", () => {
  it("says what was not finished in time", async () => {
    await insert(numbered(3));
    const problems = await check("email || coalesce(pg_sleep(5)::text, '')", "text", { timeoutMs: 50 });
    expect(problems).toEqual([{ kind: "not-finished", what: "values", afterMs: 50 }]);
  });

  it("does not overlook rows that a policy hides", async () => {
    await insert(numbered(3));
    await db.query(
      `DROP ROLE IF EXISTS check_fill_reader; CREATE ROLE check_fill_reader LOGIN; GRANT SELECT, UPDATE ON "User" TO check_fill_reader;
       ALTER TABLE "User" ENABLE ROW LEVEL SECURITY`,
    );
    const url = new URL(database.url);
    url.username = "check_fill_reader";
    const reader = await open(url.toString());
    const table = (await readTable(reader, name))!;
    const fill = await fillOf("lower(email)", name, columns);
    const error = await errorOf(
      validateFill(reader, {
        table,
        fill,
        column: { name: "handle", type: "text" },
        columnExists: false,
      }),
    );
    expect(error.code).toBe("LS7002");
    expect(error.message).toContain("row-level security");
    await reader.close();
    await db.query("DROP OWNED BY check_fill_reader; DROP ROLE check_fill_reader");
  });
});
