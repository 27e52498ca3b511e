import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { rehearsing } from "../../../core/src/postgresql/rehearsal/index.js";
import { restore } from "../../../core/src/postgresql/rehearsal/restore.js";
import { makeAhead } from "../../../core/src/rehearsal/run/base-schema.js";
import { openStage } from "../../../core/src/rehearsal/server/open-stage.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";

// A dump as pg_dump writes it in plain text.

const folder = mkdtempSync(join(tmpdir(), "lockstep-dump-"));
let database: TestDatabase;
let connection: Connection;
beforeAll(async () => {
  database = await createDatabase("restore");
  connection = await connect(database.url, { applicationName: "test" });
});
afterAll(async () => {
  await connection?.close();
  await database?.drop();
  rmSync(folder, { recursive: true });
});

function dump(text: string): string {
  const file = join(folder, "dump.sql");
  writeFileSync(file, text);
  return file;
}

const head = String.raw`--
-- PostgreSQL database dump
--

\restrict lkjlkj
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE FUNCTION public.f() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  -- INSERT;
  RETURN 1;
END;
$$;
CREATE TABLE public.note (id integer NOT NULL, text text, "at Home" text);
`;

test("rows behind COPY arrive as they were: escapes, NULL, line separators of other kinds, many of them", async () => {
  const many = Array.from({ length: 20_000 }, (_, at) => `${at + 10}\tline ${at} ${"ü".repeat(10)}\t\\N`).join("\n");
  const rows = String.raw`1	a\tb\nc\\.	\N
2	${"\u2028"};${"\u0085"}'$$	 
3		\\N`;
  const file = dump(`${head}COPY public.note (id, text, "at Home") FROM stdin;
${rows}
${many}
\\.


COPY public.note (id, text, "at Home") FROM stdin;
\\.

ALTER TABLE ONLY public.note ADD CONSTRAINT note_pkey PRIMARY KEY (id);
\\unrestrict lkjlkj
`);
  await restore(connection, file);
  const { rows: kept } = await connection.query<{ id: number; text: string; home: string | null }>(
    `SELECT id, text, "at Home" AS home FROM note WHERE id < 11 OR id = 20009 ORDER BY id`,
  );
  expect(kept).toEqual([
    { id: 1, text: "a\tb\nc\\.", home: null },
    { id: 2, text: "\u2028;\u0085'$$", home: " " },
    { id: 3, text: "", home: "\\N" },
    { id: 10, text: `line 0 ${"ü".repeat(10)}`, home: null },
    { id: 20_009, text: `line 19999 ${"ü".repeat(10)}`, home: null },
  ]);
  expect((await connection.query<{ n: number }>("SELECT count(*)::int AS n FROM note")).rows).toEqual([{ n: 20_003 }]);
});

test("a line of a text that begins with a backslash is no command of psql", async () => {
  const file = dump("CREATE TABLE path (text text);\nINSERT INTO path VALUES ('a\n\\! touch b');\n\\! touch b\n");
  await expect(restore(connection, file)).rejects.toMatchObject({
    code: "LS8020",
    message: expect.stringMatching(/line 4 /),
  });
  const kept = dump("CREATE TABLE path (text text);\nINSERT INTO path VALUES ('a\n\\! touch b');\n");
  await restore(connection, kept);
  expect((await connection.query("SELECT text FROM path")).rows).toEqual([{ text: "a\n\\! touch b" }]);
});

describe.each([
  ["a server of its own", undefined],
  ["a server that is named", "LOCKSTEP_TEST_PG"],
])("a dump with owners and rights, on %s", (_, name) => {
  test("is restored, without what its role may not and needs not", async () => {
    const stage = await openStage({ root: process.cwd(), dialect: "postgresql", url: name && process.env[name] });
    const url = await stage.create();
    const own = await connect(url, { applicationName: "test" });
    try {
      const file = join(import.meta.dirname, "dump-with-rights.sql");
      const leftOut = await restore(own, file, (text) => makeAhead(stage.admin(url), text));
      const told = leftOut.map(({ text }) => text.split(/\s+/).slice(0, 3).join(" "));
      expect(new Set(told.filter((text) => !text.startsWith("ALTER") && !text.startsWith("GRANT")))).toEqual(
        new Set([
          "COMMENT ON EXTENSION",
          "CREATE EXTENSION IF",
          "CREATE PUBLICATION everything",
          "CREATE SUBSCRIPTION theirs",
          "CREATE EVENT TRIGGER",
        ]),
      );
      expect(leftOut.find(({ text }) => text.startsWith("CREATE EXTENSION"))).toMatchObject({
        text: expect.stringContaining("postgres_fdw"),
        line: 27,
      });
      const { rows } = await own.query(
        `SELECT (SELECT array_agg(extname::text ORDER BY extname COLLATE "C") FROM pg_extension) AS extensions,
                (SELECT count(*)::int FROM "User") AS users, (SELECT count(*)::int FROM audit.log) AS log,
                (SELECT array_agg(pubname::text) FROM pg_publication) AS publications,
                (SELECT count(*)::int FROM pg_trigger WHERE tgname = 'note') AS triggers, nextval('"User_id_seq"')::int AS next,
                (SELECT bool_and(pg_get_userbyid(relowner) = current_user) FROM pg_class WHERE relname IN ('User', 'log', 'names')) AS "isOwner"`,
      );
      expect(rows).toEqual([
        {
          extensions: ["citext", "hstore", "pg_stat_statements", "pg_trgm", "pgcrypto", "plpgsql", "uuid-ossp"],
          users: 2,
          log: 2,
          publications: ["one"],
          triggers: 1,
          next: 3,
          isOwner: true,
        },
      ]);
      await own.query(`ALTER TABLE "User" ADD "nick" text; ALTER TYPE mood ADD VALUE 'glad'; DROP VIEW names`);
      // As of pg_dump --data-only --disable-triggers, whose rows come in any order.
      await own.query("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int REFERENCES a)");
      const rowsOnly = dump(
        ["b", "a"]
          .map(
            (table) =>
              `SET SESSION AUTHORIZATION DEFAULT;\nALTER TABLE public.${table} DISABLE TRIGGER ALL;\nCOPY public.${table} (id) FROM stdin;\n1\n\\.\nALTER TABLE public.${table} ENABLE TRIGGER ALL;\n`,
          )
          .join(""),
      );
      if (own.serverVersion >= 150_000) await restore(own, rowsOnly);
    } finally {
      await own.close();
      await stage.close();
    }
  });
});

test("what the server refuses ends it, in a row as in a statement, and the session is still there", async () => {
  const refused = [
    `CREATE TABLE pair (a integer, b integer);\nCOPY pair (a, b) FROM stdin;\n1\tmany\n\\.\n`,
    "CREATE TABLE nothing (\n",
  ];
  for (const text of refused)
    await expect(restore(connection, dump(text))).rejects.toThrow(/invalid input|syntax error/);
  expect((await connection.query<{ one: number }>("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await expect(restore(connection, join(folder, "nowhere.sql"))).rejects.toThrow("ENOENT");
});

test("a table has a key where columns that are never NULL tell its rows apart", async () => {
  await connection.query(`CREATE TABLE k_primary (a int PRIMARY KEY); CREATE TABLE k_unique (a int NOT NULL UNIQUE); CREATE TABLE k_null (a int UNIQUE);
    CREATE TABLE k_none (a int NOT NULL); CREATE TABLE k_part (a int NOT NULL); CREATE UNIQUE INDEX ON k_part (a) WHERE a > 0;
    CREATE TABLE k_text (a text NOT NULL); CREATE UNIQUE INDEX ON k_text (lower(a))`);
  const tables = (await rehearsing.tables(connection)).filter(({ name }) => name.startsWith("k_"));
  expect(Object.fromEntries(tables.map(({ name, hasKey }) => [name.slice(2), hasKey]))).toEqual({
    none: false,
    null: false,
    part: false,
    primary: true,
    text: false,
    unique: true,
  });
});
