import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { flattened } from "../../../core/src/model/index.js";
import { loadParser } from "../../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../../core/src/postgresql/read/read-migration.js";
import { readMigrationLeniently } from "../../../core/src/postgresql/read/read-migration-leniently.js";
import { cases, formCases } from "../../database/verdict-cases.js";

const parser = await loadParser();
const read = (sql: string) => readMigrationLeniently(sql, "migration.sql", parser);
/** `kind:line`, in words where it is not understood. */
const said = (sql: string) =>
  read(sql).operations.map((each) => `${each.kind === "unknown" ? each.what : each.kind}:${each.line}`);

test.each<[sql: string, operations: readonly string[]]>([
  [`SELECT 1;\nALTER TABL x;\n-- é\nDROP TABLE a;`, ["select:1", `syntax error: at or near "TABL":2`, "dropTable:4"]],
  [
    `\\connect app\n\\set x 'it''s\nDROP TABLE a;\n  \\echo done`,
    ["psql \\connect:1", "psql \\set:2", "dropTable:3", "psql \\echo:4"],
  ],
  [`DROP TABLE a\n\\g\nDROP TABLE b;`, ["dropTable:1", "psql \\g:2", "dropTable:3"]],
  [`DO $$ BEGIN\n DROP TABLE a; END $$; x;`, ["dropTable:2", `syntax error: at or near "x":2`]],
  [`DROP TABLE a; SELECT 'it;\nDROP TABLE b;`, ["dropTable:1", "syntax error: unterminated quote:1"]],
  [`DROP TABLE a; SELECT E'\\';\nDROP TABLE b;`, ["dropTable:1", "syntax error: unterminated quote:1"]],
  [`DROP TABLE a; CREATE FUNCTION f() AS $a$ $b$ ;`, ["dropTable:1", "syntax error: unterminated quote:1"]],
  [`DROP TABLE a; /* x /* y */`, ["dropTable:1", "syntax error: unterminated comment:1"]],
  [
    `x; SELECT ';', ";", $a$;$$;$a$, E'\\';' -- ;\n/* ; /* ; */ */;\nDROP TABLE b`,
    [`syntax error: at or near "x":1`, "select:1", "dropTable:3"],
  ],
  [
    `x; CREATE TABLE a (b int;\nDROP TABLE b;`,
    [`syntax error: at or near "x":1`, `syntax error: at or near ";":1`, "dropTable:2"],
  ],
  [
    `x; CREATE RULE r AS ON INSERT TO a DO ALSO (DELETE FROM b; DELETE FROM c);\nDROP TABLE b`,
    [`syntax error: at or near "x":1`, "form:1", "dropTable:2"],
  ],
  [
    `x; CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;\nDROP TABLE b`,
    [`syntax error: at or near "x":1`, "createFunction:1", "dropTable:2"],
  ],
  [`COPY a (b) FROM stdin;\n1\tit's\n2\t;\n\\.\nDROP TABLE b;`, ["insert:1", "dropTable:5"]],
  [`COPY a FROM stdin;\n\\.\n`, ["insert:1"]],
  [`SELECT 1;\n-- nothing more`, ["select:1"]],
  [`SELECT '\u0001'; x`, ["select:1", `syntax error: at or near "x":1`]],
  [
    `SELECT 1;\0 DROP TABLE a;\nDROP TABLE b`,
    ["select:1", "syntax error: invalid byte sequence: 0x00:1", "dropTable:2"],
  ],
  [`SELECT 1a; DROP TABLE b`, [`syntax error: trailing junk after numeric literal at or near "1a":1`, "dropTable:1"]],
  [`\uFEFFx;\nDROP TABLE b`, [`syntax error: at or near "x":1`, "dropTable:2"]],
  [`x;;;\n;DROP TABLE b;;`, [`syntax error: at or near "x":1`, "dropTable:2"]],
])("%j", (sql, operations) => {
  expect(said(sql)).toEqual(operations);
});

test("what PostgreSQL reads is read as ever, and blocks by what they do", () => {
  const sql = `DO $$ BEGIN DROP TABLE a; END $$; DROP TABLE b;`;
  const strict = readMigration(sql, "migration.sql", parser);
  expect(read(sql)).toEqual({ ...strict, operations: flattened(strict.operations) });
});

/** SQL that tests of this repository hold. */
const texts: readonly string[] = [
  ...Object.values(cases).flatMap((list) => list.map(({ sql, after = "" }) => `${after};\n${sql};`)),
  ...Object.values(formCases).flatMap((list) => list.map((each) => (typeof each === "string" ? each : each.sql))),
  ...sqlFilesIn(join(import.meta.dirname, "../../../examples")),
  `CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN RETURN 'é;'; END $f$;\n-- x;\n/* ; */ SELECT E'\\'', "a;b";`,
];

function sqlFilesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".sql") && !path.includes("node_modules"))
    .slice(0, 40)
    .map((path) => readFileSync(join(folder, path), "utf8").slice(0, 4000));
}

function check(sql: string): void {
  const { statements, tail, operations } = read(sql);
  const mark = sql.startsWith("\uFEFF") ? "\uFEFF" : "";
  expect(mark + statements.map(({ full }) => full).join("") + tail).toBe(sql);
  for (const [index, statement] of statements.entries()) {
    expect(statement.index).toBe(index);
    expect(sql.slice(statement.offset, statement.offset + statement.sql.length)).toBe(statement.sql);
    expect(statement.line).toBe(sql.slice(0, statement.offset).split("\n").length);
    const own = operations.filter((each) => each.statement === index);
    if (!isRead(statement.sql)) expect(own).toMatchObject([{ kind: "unknown", sql: statement.sql }]);
  }
  // Nothing but comments is behind the last one.
  expect(parser.parse(tail.replaceAll("\uFEFF", " ")).stmts ?? []).toEqual([]);
}

function isRead(sql: string): boolean {
  try {
    return (parser.parse(sql).stmts ?? []).length > 0;
  } catch {
    return false;
  }
}

const parts = [
  ..."; ' \" ( ) [ ] $$ $a$ -- /* */ \\ \n\\d \n E' \0 \u0001 é 😀 \uFEFF BEGIN END ATOMIC CASE COPY STDIN DO , . :: 1a".split(
    " ",
  ),
  "\n\\.\n",
  "CREATE FUNCTION f() BEGIN ATOMIC ",
];
const edit = fc.record({
  how: fc.constantFrom("delete", "insert", "double", "swap"),
  at: fc.nat(),
  length: fc.integer({ min: 1, max: 12 }),
  part: fc.constantFrom(...parts),
});

function mutated(sql: string, edits: readonly { how: string; at: number; length: number; part: string }[]): string {
  return edits.reduce((text, { how, at, length, part }) => {
    const from = at % (text.length + 1);
    const [head, own, rest] = [text.slice(0, from), text.slice(from, from + length), text.slice(from + length)];
    if (how === "delete") return head + rest;
    if (how === "insert") return head + part + own + rest;
    return how === "double" ? head + own + own + rest : head + rest.slice(0, length) + own + rest.slice(length);
  }, sql);
}

// 10,000 and more by LOCKSTEP_FUZZ.
test("whatever is broken in a file, nothing of it is lost and nothing is taken for read", { timeout: 600_000 }, () => {
  const file = fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 4 }).map((all) => all.join("\n"));
  fc.assert(
    fc.property(file, fc.array(edit, { minLength: 1, maxLength: 6 }), (sql, edits) => check(mutated(sql, edits))),
    { numRuns: Number(process.env.LOCKSTEP_FUZZ ?? 2000) },
  );
});
