import { beforeAll, describe, expect, it } from "vitest";
import { wordsOf as mysqlWords } from "../../../core/src/mysql/read/read-body.js";
import { loadParser, type Parser } from "../../../core/src/postgresql/read/parser.js";
import { wordsOf } from "../../../core/src/postgresql/read/read-body.js";
import {
  isOwn,
  isRead,
  marking,
  readsTable,
  statementText,
  type Words,
  withoutLengths,
} from "../../../core/src/sql/statement-words.js";

let parser: Parser;
beforeAll(async () => {
  parser = await loadParser();
});
const read = (sql: string): Words => withoutLengths(wordsOf(sql, parser) ?? []);
const User = { schema: "public", name: "User" };

describe("which statements read a table", () => {
  it.each([
    ['SELECT * FROM "User"', true],
    ['SELECT "id" FROM "public"."User" WHERE id = $1', true],
    ['SELECT 1 FROM "Team" t JOIN "User" u ON u.id = t.id', true],
    ['SELECT 1 FROM "Team", LATERAL (SELECT 1) x, ONLY "User"', true],
    ['SELECT 1 FROM ("Team" JOIN "User" USING (id))', true],
    ['SELECT (SELECT count(*) FROM "User") FROM "Team"', true],
    ['WITH u AS (SELECT * FROM "User") SELECT * FROM u', true],
    ['SELECT "User" FROM "Team"', false],
    ['SELECT a, "User" FROM "Team" GROUP BY a, "User"', false],
    ['SELECT "User"."id" FROM "Team" "User"', false],
    ['SELECT * FROM "UserGroup"', false],
    ["SELECT * FROM User", false],
    ['SELECT * FROM "user"', false],
    ['SELECT * FROM "other"."User"', false],
    ['SELECT 1 FROM "Team" WHERE name = \'FROM "User"\' -- FROM "User"', false],
    ['SELECT x IS DISTINCT FROM "User" FROM "Team"', false],
  ])("%s: %s", (sql, reads) => {
    expect(readsTable(read(sql), User)).toBe(reads);
  });

  it("takes an unquoted name in its lower case, as PostgreSQL does", () => {
    expect(readsTable(read("SELECT * FROM Users u"), { schema: "public", name: "users" })).toBe(true);
    expect(readsTable(read("SELECT * FROM name"), { schema: "public", name: "name" })).toBe(true);
  });

  it.each([
    ["SELECT `id` FROM `user`", true],
    ["SELECT `id` FROM `shop` . `User` WHERE `id` IN (...)", true],
    ["SELECT `id` FROM `other` . `User`", false],
    ["SELECT `shop` . `User` . `a` , `shop` . `User` ...", true],
    ["SELECT `User` FROM `Team` ...", false],
  ])("MySQL: %s: %s", (sql, reads) => {
    const fold = (name: string) => name.toLowerCase();
    expect(readsTable(mysqlWords(sql) ?? [], { schema: "shop", name: "User" }, fold)).toBe(reads);
  });
});

it.each([
  ['SELECT 1 FROM "User" FOR UPDATE', true],
  ['(SELECT 1 FROM "User") UNION (SELECT 2)', true],
  ['INSERT INTO "Log" SELECT * FROM "User"', false],
  ['WITH d AS (DELETE FROM "User" RETURNING *) SELECT * FROM d', false],
  ['WITH d AS (SELECT 1) UPDATE "User" SET id = 1', false],
  ['CREATE INDEX ON "User" (id)', false],
])("only reads: %s: %s", (sql, is) => {
  expect(isRead(read(sql))).toBe(is);
});

it.each([
  ["SELECT * FROM lockstep.evidence", true],
  [marking("lockstep")('SELECT "handle" FROM "User"'), true],
  ["UPDATE `User` `lockstep_row` SET `lockstep_row` . `handle` = ?", true],
  ['SELECT t."id"::text AS key FROM "User" t ORDER BY id LIMIT 1', false],
  ['SELECT "lockstepped" FROM "User"', false],
])("is Lockstep's own: %s: %s", (sql, is) => {
  expect(isOwn(sql.includes("`") ? (mysqlWords(sql) ?? []) : read(sql))).toBe(is);
});

it.each([
  ["SELECT 1", "WITH lockstep_own AS (SELECT 1) SELECT 1"],
  ["\n  select 1", "WITH lockstep_own AS (SELECT 1) \n  select 1"],
  ["WITH a AS (SELECT 2) SELECT 1", "WITH lockstep_own AS (SELECT 1), a AS (SELECT 2) SELECT 1"],
  ["WITH RECURSIVE a AS (SELECT 2) SELECT 1", "WITH RECURSIVE lockstep_own AS (SELECT 1), a AS (SELECT 2) SELECT 1"],
  ["EXPLAIN SELECT 1", "EXPLAIN SELECT 1"],
  ["BEGIN; SELECT 1", "BEGIN; SELECT 1"],
  ["SELECTED", "SELECTED"],
])("marks reads of its own sessions: %s", (sql, marked) => {
  expect(marking("lockstep next")(sql)).toBe(marked);
  expect(marking("rehearsed application")(sql)).toBe(sql);
  expect(marking("lockstepper")(sql)).toBe(sql);
});

it("is the same whatever its values, layout, comments and the length of its lists", () => {
  const same = [
    `SELECT "id" FROM "User" WHERE "id" IN ($1, $2, $3) AND a = 'x'`,
    `select "id"\n from "User" where "id" in (1) /* trace=1 */ and a = $5;`,
  ].map(read);
  expect(same[0]).toEqual(same[1]);
  expect(same[0]?.join(" ")).not.toMatch(/x|trace/);
});

it("is shown without quotes that need not be, and not longer than a line", () => {
  expect(statementText(read('SELECT "u"."id", count(*) FROM "public"."User" u WHERE (u.email = $1)'))).toBe(
    'SELECT u.id, count (*) FROM public."User" u WHERE (u.email = ?)',
  );
  expect(statementText(read(`SELECT ${"a, ".repeat(80)} b FROM c`), 40)).toHaveLength(40);
});
