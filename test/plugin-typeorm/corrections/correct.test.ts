import { type ColumnSource, judge, loadParser, readMigration } from "@lockstep/core";
import { expect, test } from "vitest";
import type { ColumnDependents } from "../../../core/src/dialect/development.js";
import { judging } from "../../../core/src/postgresql/judging.js";
import { noticeWords } from "../../../core/src/review/verdict-words.js";
import { correct, type Known } from "../../../plugin-typeorm/src/corrections/correct.js";
import { otherChanges, retypedColumns } from "../../support/typeorm-changes.js";

const parser = await loadParser();
const queries = (list: readonly string[]) => list.map((query) => ({ query }));
const run = (up: readonly string[], down: readonly string[] = [], known?: Known) =>
  correct({ up: queries(up), down: queries(down) }, (query) => ({ query }), parser, known);
const texts = (list: readonly { readonly query: string }[]) => list.map(({ query }) => query);

const recreate = (name: string, type: string) => [
  `ALTER TABLE "users" DROP COLUMN "${name}"`,
  `ALTER TABLE "users" ADD "${name}" ${type}`,
];

test.each([...retypedColumns, ...otherChanges])("$change ($by)", async ({ up, down }) => {
  const { corrections, isUnchanged, ...corrected } = await run(up, down);
  expect(isUnchanged).toBe(false);
  expect({ up: texts(corrected.up), down: texts(corrected.down), corrections }).toMatchSnapshot();
});

// TypeORM 1.1.1 and 0.3.31, as the matrix of its changes has them.
const untouched: readonly (readonly [change: string, up: readonly string[], down: readonly string[]])[] = [
  ["nothing", [], []],
  [
    "a new column",
    [`ALTER TABLE "users" ADD "email" character varying NOT NULL`],
    [`ALTER TABLE "users" DROP COLUMN "email"`],
  ],
  [
    "a column goes",
    [`ALTER TABLE "users" DROP COLUMN "nick"`],
    [`ALTER TABLE "users" ADD "nick" character varying(50)`],
  ],
  [
    "a new table with a comment in the same query",
    [
      `CREATE TABLE "extras" ("id" SERIAL NOT NULL); COMMENT ON COLUMN "extras"."id" IS 'c'`,
      `CREATE INDEX "IDX_2c" ON "extras"  ("id") `,
    ],
    [`DROP INDEX "public"."IDX_2c"`, `DROP TABLE "extras"`],
  ],
  [
    "another action of a foreign key",
    [
      `ALTER TABLE "users" DROP CONSTRAINT "FK_18"`,
      `ALTER TABLE "users" ADD CONSTRAINT "FK_18" FOREIGN KEY ("orgId") REFERENCES "orgs"("id") ON DELETE SET NULL ON UPDATE NO ACTION`,
    ],
    [
      `ALTER TABLE "users" DROP CONSTRAINT "FK_18"`,
      `ALTER TABLE "users" ADD CONSTRAINT "FK_18" FOREIGN KEY ("orgId") REFERENCES "orgs"("id") ON DELETE NO ACTION ON UPDATE NO ACTION`,
    ],
  ],
  [
    "an index of the same name that becomes unique",
    [`DROP INDEX "public"."i"`, `CREATE UNIQUE INDEX "i" ON "users" ("name") `],
    [`DROP INDEX "public"."i"`, `CREATE INDEX "i" ON "users" ("name") `],
  ],
  [
    "an index of the same name in another schema",
    [`DROP INDEX "public"."i"`, `CREATE INDEX "i" ON "auth"."users" ("name") `],
    [`DROP INDEX "auth"."i"`, `CREATE INDEX "i" ON "users" ("name") `],
  ],
  [
    "a constraint that nothing says to have been the same",
    [`ALTER TABLE "users" DROP CONSTRAINT "UQ"`, `ALTER TABLE "users" ADD CONSTRAINT "UQ" UNIQUE ("name")`],
    [],
  ],
  [
    "a column that PostgreSQL computes in another way",
    recreate("lower", "character varying(100) GENERATED ALWAYS AS (upper(name)) STORED NOT NULL"),
    recreate("lower", "character varying(100) GENERATED ALWAYS AS (lower(name)) STORED NOT NULL"),
  ],
  [
    "1.1.1, a value of an enum",
    [`ALTER TYPE "public"."users_status_enum" ADD VALUE 'c'`],
    [
      `CREATE TYPE "public"."users_status_enum_old" AS ENUM('a', 'b')`,
      `ALTER TABLE "users" ALTER COLUMN "status" TYPE "public"."users_status_enum_old" USING "status"::"text"::"public"."users_status_enum_old"`,
      `DROP TYPE "public"."users_status_enum"`,
      `ALTER TYPE "public"."users_status_enum_old" RENAME TO "users_status_enum"`,
    ],
  ],
];

test.each(untouched)("the very same queries come back: %s", async (_, up, down) => {
  const change = { up: queries(up), down: queries(down) };
  const corrected = await correct(change, (query) => ({ query }), parser);
  expect(corrected).toMatchObject({ isUnchanged: true, corrections: [], notices: [] });
  expect(corrected.up).toBe(change.up);
  expect(corrected.down).toBe(change.down);
});

const lost: readonly (readonly [from: string, to: string, message: RegExp, hint: RegExp])[] = [
  [
    "integer",
    "bigint",
    /"users"\."c" would lose .* drops it \(integer\) and adds it again as bigint\.$/,
    /backfill\(c::bigint\)/,
  ],
  ["integer", "bigint NOT NULL", /as bigint\.$/, /@lockstep\.mirror\(c::bigint\)/],
  ["SERIAL NOT NULL", "BIGSERIAL NOT NULL", /\(integer, numbered\) .* bigint, numbered\.$/, /mirror\(c::bigint\)/],
  ["character varying(100)", "character varying(50)", /character varying\(50\)\.$/, /@lockstep\.backfill\(c\) above/],
  ["character varying", "character varying array", /character varying\[\]\.$/, /backfill\(ARRAY\[c\]\)/],
  [
    "TIMESTAMP",
    "TIMESTAMP WITH TIME ZONE",
    /as timestamp with time zone\.$/,
    /AT TIME ZONE '<the zone of the values>'/,
  ],
  [
    "text",
    "text GENERATED ALWAYS AS (lower(name)) STORED",
    /as text, generated\.$/,
    /under another name\. Drop the old/,
  ],
  [`text COLLATE "C"`, "text", /\(text COLLATE "C"\) and adds it again as text\.$/, /backfill\(c\)/],
  [`"public"."kind"`, "character varying", /\(public\.kind\)/, /c::character varying/],
  ["character(5)", "character(9)", /character\(9\)/, /@lockstep\.skip\(<reason>\)/],
  ["integer GENERATED BY DEFAULT AS IDENTITY NOT NULL", "integer NOT NULL", /\(integer, numbered\)/, /mirror/],
];

test.each(lost)("LS2060: %s to %s", async (from, to, message, hint) => {
  await expect(run(recreate("c", to), recreate("c", from))).rejects.toMatchObject({
    code: "LS2060",
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
  });
});

test("LS2060: what was there before is not said", async () => {
  await expect(run(recreate("c", "text"))).rejects.toMatchObject({
    code: "LS2060",
    message: `"users"."c" would lose the values of every row: the ORM drops it and adds it again as text.`,
  });
});

const source = (more: Partial<ColumnSource>) => () => ({
  model: "User",
  field: "c",
  hasDefault: false,
  file: "src/user.ts",
  line: 7,
  ...more,
});

test("LS2060 names the place of the model; @lockstep.skip lets the values go", async () => {
  const up = [
    `ALTER TABLE "users" DROP CONSTRAINT "UQ"`,
    ...recreate("c", "bigint"),
    `ALTER TABLE "users" ADD CONSTRAINT "UQ" UNIQUE ("c")`,
  ];
  const down = [...recreate("c", "integer"), `ALTER TABLE "users" ADD CONSTRAINT "UQ" UNIQUE ("c")`];
  await expect(run(up, down, { source: source({}) })).rejects.toMatchObject({
    message: expect.stringMatching(/^src\/user\.ts:7: "users"\."c" would lose/) as string,
  });
  // What is on the column goes with it.
  expect(await run(up, down, { source: source({ skip: "new numbers" }) })).toMatchObject({ isUnchanged: true });
});

test("LS2060: a column that TypeORM takes for the new name of another", async () => {
  const rename = (from: string, to: string) => `ALTER TABLE "users" RENAME COLUMN "${from}" TO "${to}"`;
  const down = [...recreate("c", "text NOT NULL"), rename("c", "name")];
  await expect(run([rename("name", "c"), ...recreate("c", "integer NOT NULL")], down)).rejects.toMatchObject({
    code: "LS2060",
    message: `"name" would lose the values of every row: the ORM takes "c" for its new name, drops it (text) and adds it again as integer.`,
    hint: expect.stringMatching(
      /^Restore the field of "name", so that "c" is a separate column, which @lockstep\.mirror\(name::integer\) fills/,
    ) as string,
  });
});

test("LS2060 names every column that would lose its values", async () => {
  const up = [...recreate("c", "bigint NOT NULL"), ...recreate("d", "text"), ...recreate("e", "boolean")];
  const down = [
    ...recreate("c", "integer NOT NULL"),
    ...recreate("d", "character varying(9)"),
    ...recreate("e", "int"),
  ];
  await expect(run(up, down, { source: source({}) })).rejects.toMatchObject({
    message: `2 columns would lose the values of every row: the ORM drops them and adds them again.
  src/user.ts:7: "users"."c" (integer) as bigint
  src/user.ts:7: "users"."e" (integer) as boolean`,
    hint: expect.stringMatching(
      /instead of "users"\."c": @lockstep\.mirror\(c::bigint\)\n +instead of "users"\."e": @lockstep\.backfill\(e::boolean\)\n/,
    ) as string,
  });
});

test("queries that stay are the ones that came in, with their parameters", async () => {
  const kept = { query: `INSERT INTO "typeorm_metadata"("name") VALUES ($1)`, parameters: ["ü"] };
  const both = { query: `CREATE TABLE "é" ("id" int); COMMENT ON COLUMN "é"."id" IS 'c'`, parameters: undefined };
  const [drop, add] = recreate("c", "text").map((query) => ({ query, parameters: undefined }));
  const { up } = await correct(
    { up: [both, drop!, kept, add!, kept], down: recreate("c", "character varying").map((query) => ({ query })) },
    (query) => ({ query }),
    parser,
  );
  expect(up).toHaveLength(4);
  expect([up[0], up[1], up[3]]).toEqual([both, kept, kept]);
  expect(up[0]).toBe(both);
  expect(up[1]).toBe(kept);
  expect(up[2]).toEqual({ query: `ALTER TABLE "users" ALTER COLUMN "c" TYPE text` });
});

test("clauses of one statement: the others stay", async () => {
  const { up } = await run(
    [`ALTER TABLE "users" DROP COLUMN "c", ADD COLUMN "d" text, ADD COLUMN "c" character varying(20) NOT NULL`],
    [`ALTER TABLE "users" DROP COLUMN "c", DROP COLUMN "d", ADD COLUMN "c" character varying(10) NOT NULL`],
  );
  expect(texts(up)).toEqual([
    `ALTER TABLE "users" ADD COLUMN "d" text`,
    `ALTER TABLE "users" ALTER COLUMN "c" TYPE character varying(20)`,
  ]);
});

test("what the database says of the column: notices, and comments that come and go", async () => {
  const dependents: ColumnDependents = { comment: "it's", rebuilt: [`"i"`], checked: ["CHK"] };
  const known: Known = { dependents: async () => dependents };
  const [up, down] = [recreate("c", "text"), recreate("c", "character varying")];
  const corrected = await run(up, down, known);
  expect(texts(corrected.up)).toEqual([
    `ALTER TABLE "users" ALTER COLUMN "c" TYPE text`,
    `COMMENT ON COLUMN "users"."c" IS NULL`,
  ]);
  expect(texts(corrected.down)).toEqual([
    `ALTER TABLE "users" ALTER COLUMN "c" TYPE character varying`,
    `COMMENT ON COLUMN "users"."c" IS 'it''s'`,
  ]);
  expect(corrected.notices).toMatchObject([{ line: 1, sql: `ALTER TABLE "users" ALTER COLUMN "c" TYPE text` }]);
  expect(corrected.notices.map(noticeWords)).toEqual([
    [
      `the index "i" has an expression or a predicate: PostgreSQL rebuilds it while reads and writes of "users" wait`,
      `PostgreSQL checks "CHK" for all rows of "users" again while reads and writes wait`,
      `PostgreSQL discards the statistics of the column: after the deployment run ANALYZE "users" ("c")`,
    ].join("; "),
  ]);
});

test("the judge knows the former type: a change in the catalogue alone is no notice", async () => {
  const { up, formerType } = await run(
    [...recreate("c", "text"), `ALTER TABLE "users" ALTER COLUMN "n" TYPE numeric(12,2)`],
    [`ALTER TABLE "users" ALTER COLUMN "n" TYPE numeric(10,2)`, ...recreate("c", "character varying(10)")],
  );
  const migration = readMigration(up.map(({ query }) => `${query};`).join("\n"), "migration.sql", parser);
  expect(judge(migration, { judging, formerType }).notices).toEqual([]);
  expect(judge(migration, { judging }).notices).toHaveLength(2);
  expect(formerType({ name: "users" }, "other")).toBeUndefined();
});

const rebuild = (values: string, fallback: string) => [
  `ALTER TYPE "public"."kind" RENAME TO "kind_old"`,
  `CREATE TYPE "public"."kind" AS ENUM(${values})`,
  `ALTER TABLE "users" ALTER COLUMN "k" DROP DEFAULT`,
  `ALTER TABLE "users" ALTER COLUMN "k" TYPE "public"."kind" USING "k"::"text"::"public"."kind"`,
  `ALTER TABLE "users" ALTER COLUMN "k" SET DEFAULT ${fallback}`,
  `DROP TYPE "public"."kind_old"`,
];
const back = [
  `CREATE TYPE "public"."kind_old" AS ENUM('a', 'b')`,
  `ALTER TABLE "users" ALTER COLUMN "k" DROP DEFAULT`,
  `ALTER TABLE "users" ALTER COLUMN "k" TYPE "public"."kind_old" USING "k"::"text"::"public"."kind_old"`,
  `ALTER TABLE "users" ALTER COLUMN "k" SET DEFAULT 'a'`,
  `DROP TYPE "public"."kind"`,
  `ALTER TYPE "public"."kind_old" RENAME TO "kind"`,
];

test.each<[string, readonly string[]]>([
  ["a value goes", rebuild("'a'", "'a'")],
  ["a value gets another name", rebuild("'a', 'c'", "'a'")],
  ["the default is the new value", rebuild("'a', 'b', 'c'", "'c'")],
  ["the default of a list has the new value", rebuild("'a', 'b', 'c'", "'{a,c}'")],
  [
    "a check needs the new value",
    [...rebuild("'a', 'b', 'c'", "'a'"), `ALTER TABLE "users" ADD CONSTRAINT "CHK" CHECK ("k" <> 'c')`],
  ],
  [
    "the values are converted by hand",
    rebuild("'a', 'b', 'c'", "'a'").map((sql) => sql.replace(`USING "k"::"text"`, "USING 'a'::text")),
  ],
])("an enum is made anew as the ORM does it: %s", async (_, up) => {
  const corrected = await run(up, back);
  expect(corrected.isUnchanged).toBe(true);
  const { notices } = judge(readMigration(`${up.join(";\n")};`, "migration.sql", parser), { judging });
  expect(notices.map(noticeWords)[0]).toMatch(/^the enum is recreated: every row of "users" is rewritten/);
});

test("a type of two columns that loses a value is made anew once; one that cannot be extended for one of them is for none", async () => {
  const other = (list: readonly string[]) => list.map((sql) => sql.replaceAll(`"k"`, `"k2"`));
  const [fewer, more] = [rebuild("'a'", "'a'"), rebuild("'a', 'b', 'c'", "'c'")];
  const gone = await run([...fewer, ...other(fewer)], [...other(back), ...back]);
  expect(texts(gone.up).filter((sql) => /CREATE|DROP TYPE|RENAME/.test(sql))).toHaveLength(3);
  expect(gone.corrections).toEqual([
    `The enum "public.kind" is made anew once, for all of its columns. The ORM's own statements do so for each, and would fail.`,
  ]);
  const usable = rebuild("'a', 'b', 'c'", "'a'");
  const kept = await run([...usable, ...other(more)], [...other(back), ...back]);
  expect(texts(kept.up).join()).not.toContain("ADD VALUE");
  expect(texts(kept.up)).toContain(`ALTER TABLE "users" ALTER COLUMN "k2" SET DEFAULT 'c'`);
});

test("1.1.1: a value of a type that two columns share is added once, and before a column that has it as its default", async () => {
  const add = `ALTER TYPE "public"."kind" ADD VALUE 'c'`;
  const column = `ALTER TABLE "users" ADD "k2" "public"."kind" array NOT NULL DEFAULT '{c}'`;
  const { up, corrections } = await run([column, add, add], []);
  expect(texts(up)).toEqual([add, column]);
  expect(corrections).toEqual([
    `The enum "public.kind" gets 'c' once, and before what uses it. The ORM's own statements would fail.`,
  ]);
});

test("0.3.31: a value is added before a new column that has it as its default", async () => {
  const column = `ALTER TABLE "users" ADD "k2" "public"."kind" NOT NULL DEFAULT 'c'`;
  const { up } = await run([column, ...rebuild("'a', 'b', 'c'", "'a'")], back);
  expect(texts(up)).toEqual([`ALTER TYPE "public"."kind" ADD VALUE IF NOT EXISTS 'c'`, column]);
  const { findings } = judge(readMigration(`${texts(up).join(";\n")};`, "migration.sql", parser), { judging });
  expect(findings.map(({ rule }) => rule.id)).toEqual(["use-new-enum-value"]);
});

test("LS1001: a query that does not parse", async () => {
  await expect(run(["ALTER TABL"])).rejects.toMatchObject({ code: "LS1001" });
});
