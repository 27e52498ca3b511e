import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { RowsRequest } from "../../../core/src/dialect/rehearsing.js";
import type { ColumnStats, PulledStats, TableStats } from "../../../core/src/dialect/stats/stats-file.js";
import { rehearsing } from "../../../core/src/postgresql/rehearsal/index.js";
import { makeRows } from "../../../core/src/postgresql/rehearsal/make-rows.js";
import { statistics } from "../../../core/src/postgresql/statistics/index.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";

// Production is made by hand, its statistics are pulled, and a stage with the same schema gets rows of them alone.

const schema = `
  CREATE TYPE state AS ENUM ('draft', 'sent', 'paid');
  CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
  CREATE TABLE country (code char(2) PRIMARY KEY, name text NOT NULL UNIQUE);
  CREATE TABLE "User" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email varchar(120) NOT NULL UNIQUE, country char(2) REFERENCES country,
    "isActive" boolean NOT NULL DEFAULT true, bio text, settings jsonb NOT NULL DEFAULT '{}', "createdAt" timestamptz NOT NULL DEFAULT now(),
    "referrerId" bigint REFERENCES "User", lower text GENERATED ALWAYS AS (lower(email)) STORED);
  CREATE INDEX ON "User" (country);
  CREATE TABLE tag (id uuid PRIMARY KEY, label text NOT NULL, weight positive, price numeric(10,2) CHECK (price > 5), tags text[] NOT NULL DEFAULT '{}');
  CREATE TABLE user_tag ("userId" bigint NOT NULL REFERENCES "User", "tagId" uuid NOT NULL REFERENCES tag, PRIMARY KEY ("userId", "tagId"));
  CREATE TABLE invoice (id serial PRIMARY KEY, "userId" bigint NOT NULL REFERENCES "User" ON DELETE CASCADE, number int NOT NULL, state state NOT NULL,
    kind text NOT NULL CHECK (kind IN ('a', 'b''s')), due date, day tsrange, UNIQUE ("userId", number));
`;
const rows = `
  INSERT INTO country SELECT chr(65 + n / 26) || chr(65 + n % 26), 'Country ' || n FROM generate_series(0, 99) n;
  INSERT INTO "User" (email, country, "isActive", bio, "createdAt", "referrerId")
    SELECT 'user' || n || '@secret.example', CASE WHEN n % 10 < 6 THEN 'AA' WHEN n % 10 < 9 THEN chr(65 + n / 10 % 3) || 'B' END, n % 5 <> 0,
           CASE WHEN n % 3 = 0 THEN repeat('x', 100) END, now() - n * interval '1 minute', CASE WHEN n % 2 = 0 AND n > 100 THEN n % 100 + 1 END
      FROM generate_series(1, 20000) n;
  INSERT INTO tag SELECT gen_random_uuid(), 'tag ' || n, n, n + 6, ARRAY['t' || n] FROM generate_series(1, 500) n;
  INSERT INTO user_tag SELECT u, t.id FROM (SELECT id, row_number() OVER () AS n FROM tag) t, generate_series(1, 20000) u WHERE (t.n + u) % 250 = 0;
  INSERT INTO invoice ("userId", number, state, kind, due) SELECT n % 5000 + 1, n / 5000, (ARRAY['draft', 'sent', 'paid', 'paid'])[n % 4 + 1]::state,
    CASE WHEN n % 7 = 0 THEN 'a' ELSE 'b''s' END, CASE WHEN n % 2 = 0 THEN date '2026-01-01' + n % 365 END FROM generate_series(1, 30000) n;
  VACUUM ANALYZE`;

let production: TestDatabase;
let stage: TestDatabase;
let stats: PulledStats;
let connection: Connection;

const open = (database: TestDatabase) => connect(database.url, { applicationName: "test" });

async function run(url: string, ...texts: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const text of texts.flatMap((each) => each.split(/;\n|;$/))) if (text.trim()) await client.query(text);
  await client.end();
}

async function pulled(database: TestDatabase): Promise<PulledStats> {
  const session = await open(database);
  return statistics.pull(session).finally(() => session.close());
}

beforeAll(async () => {
  production = await createDatabase("production");
  await run(production.url, schema, rows);
  stats = await pulled(production);
  stage = await createDatabase("stage");
  await run(stage.url, schema);
  connection = await open(stage);
});
afterAll(async () => {
  await connection?.close();
  await stage?.drop();
  await production?.drop();
});

const request = (given: Partial<RowsRequest>): RowsRequest => ({
  wanted: ["country", "User", "tag", "user_tag", "invoice"].map((name) => ({ name })),
  stats,
  scale: 1,
  defaultRows: 1000,
  values: {},
  sessions: 2,
  onProgress: () => undefined,
  ...given,
});

/** How far two readings of a column may be apart: a share is drawn, and a width is that of other texts. */
function differences(before: ColumnStats, after: ColumnStats | undefined, rows: number): string[] {
  if (after === undefined) return ["is not there"];
  const drawn = 0.02 + 2 / Math.sqrt(rows);
  const count = ({ distinct }: ColumnStats) => (distinct < 0 ? -distinct * rows : distinct);
  const [least, most] = [Math.min(count(before), count(after)), Math.max(count(before), count(after))];
  const isFar = (one: number, other: number, by: number) => Math.abs(one - other) > by;
  return [
    ...(isFar(before.nulls, after.nulls, drawn) ? [`nulls ${before.nulls} → ${after.nulls}`] : []),
    ...(most - least > 2 + 0.25 * most ? [`distinct ${before.distinct} → ${after.distinct}`] : []),
    ...(before.nulls < 1 && isFar(before.width, after.width, 16 + before.width * 0.1)
      ? [`width ${before.width} → ${after.width}`]
      : []),
    ...(before.common?.[0] !== undefined && isFar(before.common[0], after.common?.[0] ?? 0, drawn)
      ? [`most common ${before.common[0]} → ${after.common?.[0]}`]
      : []),
  ];
}

describe("rows made of statistics", () => {
  it("have sizes, shares and keys as the statistics say, and nothing of production's values", async () => {
    await makeRows(connection, () => open(stage), request({}));
    const after = await pulled(stage);
    for (const table of stats.tables) {
      const made = after.tables.find(({ name }) => name === table.name)!;
      expect(made.rows).toBe(table.rows);
      expect(Math.abs(made.bytes / table.bytes - 1), table.name).toBeLessThan(0.1);
      for (const [name, column] of Object.entries(table.columns))
        expect(differences(column, made.columns[name], table.rows), `${table.name}.${name}`).toEqual([]);
    }
    expect(JSON.stringify(stats)).not.toMatch(/secret|Country|tag \d/);
  });

  it("are there with what they lead to, as many as the scale says; small tables stay whole", async () => {
    const other = await createDatabase("stage");
    try {
      await run(other.url, schema);
      const session = await open(other);
      const made = await makeRows(session, () => open(other), request({ wanted: [{ name: "invoice" }], scale: 0.2 }));
      expect(made.map(({ table, rows: n }) => [table.name, n]).sort()).toEqual([
        ["User", 4000],
        ["country", 100],
        ["invoice", 6000],
      ]);
      // Indexes, keys and checks are there again, as they were.
      const { rows: invalid } = await session.query<{ n: number }>(
        "SELECT (SELECT count(*)::int FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n') AS n",
      );
      const { rows: valid } = await connection.query<{ n: number }>(
        "SELECT (SELECT count(*)::int FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND convalidated) AS n",
      );
      expect(invalid).toEqual(valid);
      await session.close();
    } finally {
      await other.drop();
    }
  });

  it("are made as the user says where a check is not understood, and the error says how", async () => {
    const other = await createDatabase("stage");
    try {
      await run(
        other.url,
        "CREATE TABLE plate (id int PRIMARY KEY, text text NOT NULL CHECK (text ~ '^[A-Z]{2}-[0-9]+$'))",
      );
      const session = await open(other);
      const given = { wanted: [{ name: "plate" }], stats: undefined };
      await expect(makeRows(session, () => open(other), request(given))).rejects.toMatchObject({
        code: "LS6502",
        message: expect.stringContaining("plate_text_check") as string,
        hint: expect.stringContaining('"plate.text"') as string,
      });
      await makeRows(session, () => open(other), request({ ...given, values: { "plate.text": "'AB-' || n" } }));
      expect((await session.query("SELECT count(DISTINCT text)::int AS n, min(text) FROM plate")).rows).toEqual([
        { n: 1000, min: "AB-0" },
      ]);
      await session.close();
    } finally {
      await other.drop();
    }
  });

  it("fit what real schemas ask for: checks of several columns, one row, keys of keys, rows that migrations have added", async () => {
    const other = await createDatabase("stage");
    try {
      await run(
        other.url,
        `CREATE TABLE event (id text PRIMARY KEY, all_day boolean NOT NULL, zone text, start timestamp NOT NULL, "end" timestamp,
           CHECK (NOT all_day OR zone IS NULL), CHECK (NOT all_day OR date_trunc('day', start) = start), CHECK ("end" IS NULL OR "end" > start));
         CREATE TABLE settings (id int PRIMARY KEY DEFAULT 1 CHECK (id = 1), name text);
         INSERT INTO settings VALUES (1, 'as it was');
         CREATE TABLE owner (id text PRIMARY KEY);
         CREATE TABLE account (id text NOT NULL, owner text NOT NULL REFERENCES owner, PRIMARY KEY (id, owner));
         CREATE TABLE balance (id text PRIMARY KEY, account text NOT NULL, owner text NOT NULL, at timestamp NOT NULL, UNIQUE (account, at),
           FOREIGN KEY (account, owner) REFERENCES account (id, owner));`,
      );
      const session = await open(other);
      const wanted = ["event", "settings", "balance"].map((name) => ({ name }));
      const made = await makeRows(session, () => open(other), request({ wanted, stats: undefined, defaultRows: 2000 }));
      expect(Object.fromEntries(made.map(({ table, rows: n }) => [table.name, n]))).toEqual({
        event: 2000,
        settings: 1,
        owner: 2000,
        account: 2000,
        balance: 2000,
      });
      // New rows of a table whose foreign key has two columns find what they lead to.
      const probed = await rehearsing.probes(session, [{ name: "balance" }]);
      expect(await rehearsing.shapeTraffic(session, probed, 0)).toMatchObject({ leftOut: [] });
      await session.close();
    } finally {
      await other.drop();
    }
  });

  it("are there beside tables that have none, or few", async () => {
    const other = await createDatabase("stage");
    try {
      await run(
        other.url,
        `CREATE TABLE calendar (id text PRIMARY KEY);
         CREATE TABLE profile (id int PRIMARY KEY);
         CREATE TABLE person (id int PRIMARY KEY, calendar text REFERENCES calendar, profile int UNIQUE REFERENCES profile, name text NOT NULL,
           UNIQUE (calendar, name));
         CREATE TABLE entry (calendar text NOT NULL REFERENCES calendar, name text NOT NULL, UNIQUE (calendar, name));`,
      );
      const rowsOf = { calendar: 0, profile: 5, person: 2000, entry: 2000 };
      const tables = Object.entries(rowsOf).map(
        ([name, n]): TableStats => ({
          schema: "public",
          name,
          kind: "table",
          rows: n,
          bytes: 1,
          indexBytes: 1,
          columns: {},
        }),
      );
      const session = await open(other);
      const wanted = ["entry", "person"].map((name) => ({ name }));
      const made = await makeRows(session, () => open(other), request({ wanted, stats: { tables } }));
      expect(Object.fromEntries(made.map(({ table, rows: n }) => [table.name, n]))).toEqual({
        person: 2000,
        profile: 5,
      });
      const { rows: found } = await session.query("SELECT count(profile)::int AS profiles FROM person");
      expect(found).toEqual([{ profiles: 5 }]);
      await session.close();
    } finally {
      await other.drop();
    }
  });

  it("give the same statistics again, whatever these are", async () => {
    const types = ["integer", "bigint", "text", "uuid", "timestamptz", "numeric(12,2)", "date", "double precision"];
    const spread = fc.record({
      type: fc.constantFrom(...types),
      nulls: fc.constantFrom(0, 0.1, 0.5, 0.95, 1),
      width: fc.constantFrom(8, 40, 200),
      distinct: fc.constantFrom(-1, -0.5, 2, 30, 500),
      head: fc.constantFrom(0, 0.3, 0.8),
      correlation: fc.constantFrom(0, 1, -1, 0.4),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(spread, { minLength: 1, maxLength: 8 }), async (drawn) => {
        const columns = Object.fromEntries(
          drawn.map(({ head, ...each }, at): [string, ColumnStats] => [
            `c${at}`,
            { ...each, ...(head * each.distinct > 1 ? { common: [head * (1 - each.nulls)] } : {}) },
          ]),
        );
        const rows = 8000;
        const table: TableStats = {
          schema: "public",
          name: "t",
          kind: "table",
          rows,
          bytes: 1,
          indexBytes: 1,
          columns,
        };
        const other = await createDatabase("stage");
        try {
          await run(other.url, `CREATE TABLE t (${drawn.map(({ type }, at) => `c${at} ${type}`).join(", ")})`);
          const session = await open(other);
          await makeRows(session, () => open(other), request({ wanted: [{ name: "t" }], stats: { tables: [table] } }));
          await session.close();
          const made = (await pulled(other)).tables[0]!;
          expect(made.rows).toBe(rows);
          for (const [name, column] of Object.entries(columns)) {
            const { nulls, distinct, type, common = [] } = column;
            // Of so many rows with a value there cannot be more values than these.
            const most = rows * (1 - nulls) - rows * (common[0] ?? 0) + common.length;
            const expected = {
              ...column,
              ...(type === "text" ? {} : { width: made.columns[name]!.width }),
              distinct: Math.min(most, distinct < 0 ? -distinct * rows : distinct),
            };
            const texts = differences(expected, made.columns[name], rows);
            expect(texts, `${name} ${JSON.stringify(column)}`).toEqual([]);
          }
        } finally {
          await other.drop();
        }
      }),
      {
        numRuns: 8,
        // Drawn in the order of the rows, of more than there are values: no two may become one.
        examples: [[[{ type: "text", nulls: 0.5, width: 8, distinct: -0.5, head: 0, correlation: -1 }]]],
      },
    );
  });
});
