import { afterAll, beforeAll, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { resolveFill } from "../../../core/src/plan/resolve-fill.js";
import { fillDependence } from "../../../core/src/postgresql/development/fill-dependence.js";
import { underStatedSettings } from "../../../core/src/postgresql/stated-settings.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { fillOf } from "../../support/units.js";
import { errorOf, open } from "../backfill/fixture.js";

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await createDatabase("fill_dependence");
  db = await open(database.url);
  await db.query(`
    CREATE TYPE mood AS ENUM ('glad', 'sad');
    CREATE TABLE "Event" (id int PRIMARY KEY, at timestamptz, local timestamp, day date, span interval, ratio float8,
      raw bytea, price money, email varchar(80), mood mood, doc json, spot point, n int, fine numeric);
    CREATE FUNCTION plain(text) RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN lower($1); END$$;
    CREATE FUNCTION steady(text) RETURNS text LANGUAGE plpgsql STABLE AS $$BEGIN RETURN lower($1); END$$;
    CREATE FUNCTION fixed(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN lower($1); END$$;
    CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT 'own'::text$$`);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

const on = (sql: string, type: string) =>
  fillDependence(db, { name: "Event" }, { name: "handle", type }, { rowSql: sql });

it.each([
  ["lower(email::text)", "text", "row"],
  ["n * 2", "integer", "row"],
  ["n", "text", "row"],
  ["ratio * 2", "double precision", "row"],
  ["coalesce(email, 'x')", "character varying(12)", "row"],
  ["(at AT TIME ZONE 'Europe/Berlin')::date", "date", "row"],
  ["local::date", "date", "row"],
  ["doc", "json", "row"],
  ["spot", "point", "row"],
  ["mood", "mood", "row"],
  ["fixed(email)", "text", "row"],
  ["at::date", "date", "session"],
  // Nothing but the assignment to the column depends on it.
  ["at", "date", "session"],
  ["local", "timestamp with time zone", "session"],
  ["day::text", "text", "session"],
  ["email::date", "date", "session"],
  ["to_char(at, 'YYYY')", "text", "session"],
  ["to_json(at)::text", "text", "session"],
  ["concat(n, email)", "text", "session"],
  ["price::text", "text", "session"],
  ["now()", "timestamp without time zone", "session"],
  ["steady(email)", "text", "session"],
  // PostgreSQL calls these immutable.
  ["ratio::text", "text", "session"],
  ["span::text", "text", "session"],
  ["raw::text", "text", "session"],
  ["spot::text", "text", "session"],
  ["gen_random_uuid()", "uuid", "volatile"],
  ["email || random()", "text", "volatile"],
  ["plain(email)", "text", "volatile"],
] as const)("%s as %s depends on the %s", async (sql, type, expected) => {
  expect((await on(sql, type))?.on).toBe(expected);
  // Nothing is left behind.
  expect((await db.query("SELECT FROM pg_class WHERE relname LIKE 'lockstep%'")).rows).toEqual([]);
});

it.each([
  ["lower(email)", true],
  ["lower(email::text)", false],
  ["email || 'x'", false],
  ["fixed(email)", true],
])("%s calls what is not built in: %s", async (sql, expected) => {
  expect((await on(sql, "text"))?.usesOwn).toBe(expected);
});

it("a type that the change makes is not there yet; an expression that PostgreSQL refuses is another check's", async () => {
  expect((await on("lower(email::text)", `"Role"`))?.on).toBe("row");
  expect(await on("nobody", "text")).toBeUndefined();
});

it("where no temporary table can be made nobody can tell, so the settings are stated", async () => {
  await db.query(
    `CREATE ROLE dependence_reader LOGIN; GRANT SELECT ON "Event" TO dependence_reader; REVOKE TEMPORARY ON DATABASE "${new URL(database.url).pathname.slice(1)}" FROM PUBLIC`,
  );
  const url = new URL(database.url);
  url.username = "dependence_reader";
  const reader = await open(url.toString());
  const about = [{ name: "Event" }, { name: "handle", type: "text" }] as const;
  expect(await fillDependence(reader, ...about, { rowSql: "lower(email::text)" })).toBeUndefined();
  const fill = await resolveFill(
    ...about,
    fillOf(() => "lower(email::text)", ["email"]),
    {
      dependence: (...asked) => fillDependence(reader, ...asked),
      sql: { underStatedSettings },
    },
  );
  expect(fill.dependsOnSession).toBe(true);
  await reader.close();
  await db.query("DROP OWNED BY dependence_reader; DROP ROLE dependence_reader");
});

const resolve = (sql: string, kind: "mirror" | "backfill", reads: readonly string[]) =>
  resolveFill(
    { name: "Event" },
    { name: "handle", type: "text" },
    fillOf(() => sql, reads, { kind }),
    {
      dependence: (table, column, fill) => fillDependence(db, table, column, fill),
      sql: { underStatedSettings },
    },
  );

it("a mirror of what is another value each time is refused, an initial value may be one", async () => {
  const error = await errorOf(resolve("plain(email)", "mirror", ["email"]));
  expect(error.code).toBe("LS2030");
  expect(error.hint).toContain("ALTER FUNCTION … IMMUTABLE");
  expect((await resolve("plain(email)", "backfill", ["email"])).dependsOnSession).toBe(true);
  expect((await resolve("fixed(email)", "mirror", ["email"])).dependsOnSession).toBeUndefined();
  expect((await resolve("lower(email)", "mirror", ["email"])).isBuiltinOnly).toBe(false);
});
