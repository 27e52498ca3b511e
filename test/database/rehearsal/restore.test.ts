import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../../core/src/connect.js";
import type { Connection } from "../../../core/src/dialects/connection.js";
import { restore } from "../../../core/src/postgresql/rehearsal/restore.js";
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
