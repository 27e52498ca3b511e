import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Connection } from "../../core/src/dialect/connection.js";
import { gates } from "../../core/src/gates/index.js";
import type { Fill, PlannedColumn, UnitColumn } from "../../core/src/model/index.js";
import { resolveFill } from "../../core/src/plan/resolve-fill.js";
import { fillDependence } from "../../core/src/postgresql/development/fill-dependence.js";
import { readFill } from "../../core/src/postgresql/fill/read.js";
import { quoteLiteral } from "../../core/src/postgresql/quote.js";
import { underStatedSettings } from "../../core/src/postgresql/stated-settings.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { fileOf } from "../support/units.js";
import { open, plan } from "./backfill/fixture.js";

// What a mirror holds does not depend on who writes the row: old code in sessions of all kinds writes what it reads.

const table = { name: "Event" };
const sources = { at: "timestamptz", day: "date", span: "interval", ratio: "float8", raw: "bytea", email: "varchar" };
const mirrors = [
  ["m_date", "date", "at::date"],
  ["m_assigned", "date", "at"],
  ["m_local", "timestamp without time zone", "at"],
  ["m_hour", "text", "to_char(at, 'YYYY-MM-DD HH24')"],
  ["m_json", "jsonb", "to_jsonb(at)"],
  ["m_day", "text", "day::text"],
  ["m_span", "text", "span::text"],
  ["m_ratio", "text", "ratio::text"],
  ["m_twice", "double precision", "ratio * 2"],
  ["m_raw", "text", "raw::text"],
  ["m_lower", "text", "lower(email)"],
  ["m_all", "text", "concat(at, '|', day, '|', span, '|', ratio)"],
] as const;

let database: TestDatabase;
let db: Connection;
/** With the settings of PostgreSQL's own defaults, in UTC: what is stated. */
let plainly: Connection;
let sessions: readonly Connection[];
let columns: readonly (UnitColumn & { readonly fill: Fill })[];

beforeAll(async () => {
  database = await createDatabase("mirror_sessions");
  db = await open(database.url);
  plainly = await open(database.url);
  sessions = await Promise.all([open(database.url), open(database.url), open(database.url)]);
  await db.query(`CREATE SCHEMA shadow;
    CREATE FUNCTION shadow.lower(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT 'shadow'::text$$`);
  await db.query(createTable);
  columns = await Promise.all(
    mirrors.map(async ([name, type, sql]) => {
      const context = { kind: "mirror", source: "x:1", table, generatedColumns: [], newColumn: name } as const;
      const read = await readFill(sql, { ...context, columns: Object.keys(sources) });
      const asked = await open(database.url);
      const fill = await resolveFill(table, { name, type }, read, {
        dependence: (...about) => fillDependence(asked, ...about),
        sql: { underStatedSettings },
      });
      await asked.close();
      return { name, type, fill };
    }),
  );
}, 60_000);
afterAll(async () => {
  for (const session of [db, plainly, ...(sessions ?? [])]) await session?.close();
  await database?.drop();
});

const createTable = `DROP TABLE IF EXISTS "Event"; CREATE TABLE "Event" (id int PRIMARY KEY, note text, ${Object.entries(
  sources,
)
  .map(([name, type]) => `${name} ${type} NOT NULL`)
  .join(", ")})`;

const settings = fc.record({
  TimeZone: fc.constantFrom("UTC", "Asia/Tokyo", "America/St_Johns", "Pacific/Kiritimati"),
  DateStyle: fc.constantFrom("ISO, MDY", "German, DMY", "SQL, DMY", "Postgres, MDY"),
  IntervalStyle: fc.constantFrom("postgres", "iso_8601", "sql_standard", "postgres_verbose"),
  extra_float_digits: fc.constantFrom("1", "0", "-15", "3"),
  bytea_output: fc.constantFrom("hex", "escape"),
  search_path: fc.constantFrom("public", "shadow, public", "public, shadow, pg_catalog", "shadow, pg_catalog, public"),
});
const values = fc.record({
  at: fc.constantFrom("2026-03-29 00:30:00+00", "2026-12-31 23:59:59.5+00", "2026-01-01 11:00:00+00"),
  day: fc.constantFrom("2026-02-01", "2026-12-03"),
  span: fc.constantFrom("1 mon 2 days", "25:00:00", "-1 day"),
  ratio: fc.constantFrom("1", "1.0000000000000002", "0.1", "0.30000000000000004", "NaN"),
  raw: fc.constantFrom("\\x6142", "\\x00ff"),
  email: fc.constantFrom("Ada@X.io", "Bob@x.io"),
});
const id = fc.integer({ min: 1, max: 6 });
const step = fc.oneof(
  fc.record({ kind: fc.constant("insert" as const), id, values }),
  fc.record({ kind: fc.constant("upsert" as const), id, values }),
  fc.record({
    kind: fc.constant("update" as const),
    id,
    values: fc.oneof(values, fc.constant(undefined)),
    only: fc.subarray(Object.keys(sources)),
  }),
  fc.record({ kind: fc.constant("take away" as const), id }),
  fc.record({ kind: fc.constant("backfill" as const) }),
);
const event = fc.record({ by: fc.nat({ max: 2 }), step });

function statement(each: Exclude<typeof step extends fc.Arbitrary<infer S> ? S : never, { kind: "backfill" }>): string {
  const into = (given: Readonly<Record<string, string>>) => {
    const names = Object.keys(given);
    return `INSERT INTO public."Event" (id, ${names.join(", ")}) VALUES (${each.id}, ${names.map((name) => quoteLiteral(given[name] ?? "")).join(", ")})`;
  };
  switch (each.kind) {
    case "insert":
      return `${into(each.values)} ON CONFLICT DO NOTHING`;
    case "upsert":
      return `${into(each.values)} ON CONFLICT (id) DO UPDATE SET at = excluded.at, ratio = excluded.ratio, email = excluded.email`;
    case "update": {
      const given: Readonly<Record<string, string>> = each.values ?? {};
      const set = each.only.flatMap((name) =>
        given[name] === undefined ? [] : [`${name} = ${quoteLiteral(given[name])}`],
      );
      return `UPDATE public."Event" SET ${["note = 'x'", ...set].join(", ")} WHERE id = ${each.id}`;
    }
    case "take away":
      return `UPDATE public."Event" SET m_date = NULL, m_all = NULL WHERE id = ${each.id}`;
  }
}

it("equals its source after any interleaving of sessions with settings of their own", async () => {
  // As a batch of the backfill does it, in a session that is no one's of the application, and not in UTC either.
  const fill = () =>
    db.query(
      columns.map(({ name, fill }) => `UPDATE "Event" SET ${name} = ${fill.rowSql} WHERE ${name} IS NULL`).join("; "),
    );
  await db.query("SET TimeZone = 'Asia/Kolkata'");
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(settings, settings, settings),
      fc.array(values, { minLength: 1, maxLength: 3 }),
      fc.array(event, { minLength: 5, maxLength: 25 }),
      async (all, before, events) => {
        await db.query(`${createTable}; DROP SCHEMA IF EXISTS lockstep CASCADE`);
        for (const [at, given] of before.entries())
          await db.query(statement({ kind: "insert", id: at + 1, values: given }));
        await db.query(fileOf({ kind: "expand", table, columns }));
        for (const [at, session] of sessions.entries())
          for (const [name, value] of Object.entries(all[at] ?? {}))
            await session.query("SELECT set_config($1, $2, false)", [name, value]);
        for (const { by, step: each } of events) {
          if (each.kind === "backfill") await fill();
          else await sessions[by]?.query(statement(each));
        }
        await fill();
        for (const { name, type, fill } of columns) {
          const { rows } = await plainly.query(
            `SELECT id, ${name}::text AS has, (${fill.sql})::text AS source FROM "Event" WHERE ${name} IS DISTINCT FROM (${fill.sql})::${type}`,
          );
          expect({ name, rows }).toEqual({ name, rows: [] });
          const answer = await gates["mirror-agrees"]!.ask(
            { gate: "mirror-agrees", table, column: name },
            {
              plan,
              target: "production",
              connection: sessions[0]!,
              units: { applied: [], failed: [], pending: [] },
              columns: columns.map((column) => ({ ...column, table }) as unknown as PlannedColumn),
              deploy: "deploy",
              recover: (migration) => migration,
            },
          );
          expect(answer).toMatchObject({ isOpen: true, statement: expect.stringContaining("that of its source") });
        }
      },
    ),
    { numRuns: 12, endOnFailure: true },
  );
}, 120_000);

it("what the proof fills by itself it fills under the same settings, and leaves those of the session as they were", async () => {
  const some = columns.filter(({ name }) => name === "m_date" || name === "m_span");
  await db.query(`${createTable}; RESET search_path`);
  await db.query(fileOf({ kind: "expand", table, columns: some }));
  await db.query(`SET session_replication_role = replica; SET TimeZone = 'Asia/Tokyo'; SET IntervalStyle = 'iso_8601'`);
  await db.query(
    `INSERT INTO "Event" (id, at, day, span, ratio, raw, email) VALUES (1, '2026-01-01 23:00+00', '2026-01-01', '1 day', 1, '', '')`,
  );
  await db.query("RESET session_replication_role");
  await db.query(fileOf({ kind: "prove", table, columns: some }, { phase: "contract" }));
  const { rows } = await db.query(`SELECT m_date::text, m_span, current_setting('TimeZone') AS zone FROM "Event"`);
  expect(rows).toEqual([{ m_date: "2026-01-01", m_span: "1 day", zone: "Asia/Tokyo" }]);
});
