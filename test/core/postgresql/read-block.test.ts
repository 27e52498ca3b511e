import { expect, test } from "vitest";
import { flattened, type Operation } from "../../../core/src/model/index.js";
import { judging } from "../../../core/src/postgresql/judging.js";
import { loadParser } from "../../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../../core/src/postgresql/read/read-migration.js";
import { noticeWords } from "../../../core/src/review/verdict-words.js";
import { judge } from "../../../core/src/rules/judge.js";

const parser = await loadParser();
const read = (sql: string) => readMigration(sql, "migration.sql", parser);

/** `kind:line` of what a block does. */
function said(sql: string): string[] {
  const wordOf = (operation: Operation) =>
    operation.kind === "unknown"
      ? `unknown ${operation.what}${operation.tables.map(({ name }) => ` ${name}`).join("")}`
      : operation.kind;
  return flattened(read(sql).operations).map((each) => `${wordOf(each)}:${each.line}`);
}

const blocks: readonly [body: string, operations: readonly string[]][] = [
  [`BEGIN CREATE TYPE "K" AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN null; END`, ["createType:1"]],
  [`BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type) THEN CREATE TYPE k AS ENUM (); END IF; END`, ["createType:1"]],
  [
    `\nBEGIN\n  -- é\n  ALTER TABLE t\n    ADD COLUMN a int,\n    DROP COLUMN b;\n  DELETE FROM t;\nEND`,
    ["addColumn:5", "dropColumn:6", "delete:7"],
  ],
  [`BEGIN EXECUTE 'DROP TABLE t'; END`, ["dropTable:1"]],
  [`BEGIN\nEXECUTE $q$\nDROP TABLE t$q$; END`, ["dropTable:3"]],
  [`BEGIN EXECUTE format('ALTER TABLE %I.%I DROP COLUMN %2$I', 'public', 't'); END`, ["dropColumn:1"]],
  [`DECLARE c text; BEGIN EXECUTE 'ALTER TABLE t DROP CONSTRAINT ' || quote_ident(c); END`, ["dropConstraint:1"]],
  [`DECLARE c text; BEGIN EXECUTE format('ALTER TABLE t DROP COLUMN %I', c); END`, ["unknown EXECUTE in DO t:1"]],
  [`DECLARE c text; BEGIN EXECUTE format('ALTER TABLE %I DROP CONSTRAINT x', c); END`, ["unknown EXECUTE in DO:1"]],
  [
    `DECLARE r record;\nBEGIN FOR r IN SELECT * FROM t LOOP\nEXECUTE 'DROP TABLE ' || r.a;\nEND LOOP; END`,
    ["unknown EXECUTE in DO:3"],
  ],
  [`BEGIN EXECUTE 'DROP TABLE ' || quote_ident('${"t".repeat(64)}'); END`, ["unknown EXECUTE in DO:1"]],
  [`DECLARE c text; BEGIN EXECUTE c; END`, ["unknown EXECUTE in DO:1"]],
  [`DECLARE r record; BEGIN FOR r IN SELECT * FROM t LOOP UPDATE t SET a = r.a; END LOOP; END`, ["update:1"]],
  [`BEGIN WITH x AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM x; END`, ["insert:1", "delete:1"]],
  [
    `DECLARE n int; BEGIN SELECT count(*) INTO n FROM t; n := f(n); PERFORM g(); COMMIT; END`,
    ["select:1", "select:1", "select:1", "transaction:1"],
  ],
  [
    `BEGIN CASE 1 WHEN 1 THEN DELETE FROM a; ELSE WHILE true LOOP DELETE FROM b; END LOOP; END CASE; EXCEPTION WHEN others THEN DELETE FROM c; END`,
    ["delete:1", "delete:1", "delete:1"],
  ],
  [`BEGIN RAISE NOTICE 'x'; END`, []],
];

test.each(blocks)("%s", (body, operations) => {
  expect(said(`DO $body$${body}$body$;`)).toEqual(operations);
  const at = (each: string) => each.replace(/\d+$/, (line) => String(Number(line) + 2));
  expect(said(`-- é\nSELECT 1; DO LANGUAGE plpgsql\n$body$${body}$body$;`).slice(1)).toEqual(operations.map(at));
});

test.each([`LANGUAGE plv8 $$ DELETE FROM t; $$`, `$$ this is no PL/pgSQL $$`, `$$ BEGIN SELECT 1 FORM t; END $$`])(
  "not read: %s",
  (block) => {
    expect(said(`DO ${block};`)).toEqual(["unknown DO:1"]);
  },
);

test.each([
  [`BEGIN CREATE TYPE "K" AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN null; END`, []],
  [`BEGIN CREATE TABLE n (a int); CREATE INDEX i ON n (a); END`, []],
  [
    `BEGIN ALTER TABLE "T" ADD COLUMN a int, ALTER b SET NOT NULL; END`,
    [
      `all rows of "T" are checked while reads and writes wait; fails if one is NULL, and so does running code that writes such a row`,
    ],
  ],
])("judged as what it does: %s", (body, words) => {
  const { notices, findings } = judge(read(`DO $$${body}$$;`), { judging });
  expect([findings, notices.map(noticeWords)]).toEqual([[], words]);
});
