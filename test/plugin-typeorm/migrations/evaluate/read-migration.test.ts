// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text, not a template
import { loadParser, readMigration } from "@lockstep/core";
import { expect, test } from "vitest";
import { readUp } from "../../../../plugin-typeorm/src/migrations/evaluate/read-migration.js";
import { file, whole } from "./corpus.js";

const none = { has: () => false, read: () => undefined };
const read = (text: string, options: Partial<Parameters<typeof readUp>[3]> = {}) =>
  readUp(text, file, none, { dialect: "postgresql", transactions: "all", ...options });
/** Statements with the lines that they stand on. */
async function linesOf(text: string) {
  const { statements } = readMigration(read(text).sql, file, await loadParser());
  return statements.map(({ line, sql }) => [line, sql.split("\n")[0]]);
}
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split("\n").length;

test("statements stand on their lines, those over several lines too", async () => {
  const text = whole(
    'await queryRunner.query("SELECT 1");\nawait queryRunner.query(\n  `SELECT\n     2`,\n);\n\nawait queryRunner.query(`\n  SELECT 3;\n  SELECT 4\n`);',
  );
  expect(await linesOf(text)).toEqual([
    [lineOf(text, "SELECT 1"), "SELECT 1"],
    [lineOf(text, "SELECT\n"), "SELECT"],
    [lineOf(text, "SELECT 3"), "SELECT 3"],
    [lineOf(text, "SELECT 4"), "SELECT 4"],
  ]);
});

test("statements of a loop stand on the line of the query", async () => {
  const text = whole(
    'for (const n of [1, 2]) {\n  await queryRunner.query(`\n    SELECT -- n\n    ${n}\n  `);\n}\nawait queryRunner.query("SELECT 3");',
  );
  const lines = await linesOf(text);
  expect(lines.map(([, sql]) => sql)).toEqual(["SELECT   1", "SELECT -- n", "SELECT 3"]);
  expect(lines[0]?.[0]).toBe(lineOf(text, "query(`"));
  expect(lines[2]?.[0]).toBe(lineOf(text, "SELECT 3"));
});

test("statements of helpers stand on their lines where that is in order, else on the line that calls for them", async () => {
  const helper = "async function help(runner: QueryRunner, n: number) {\n  await runner.query(`SELECT\n    ${n}`);\n}";
  const before = whole("await help(queryRunner, 1);\nawait queryRunner.query(`SELECT 2`);", "", helper);
  expect(await linesOf(before)).toEqual([
    [lineOf(before, "SELECT\n"), "SELECT"],
    [lineOf(before, "SELECT 2"), "SELECT 2"],
  ]);
  const between = whole(
    "await queryRunner.query(`SELECT 0`);\nawait help(queryRunner, 1);\nawait queryRunner.query(`SELECT 2`);",
    "",
    helper,
  );
  expect(await linesOf(between)).toEqual([
    [lineOf(between, "SELECT 0"), "SELECT 0"],
    [lineOf(between, "help(queryRunner"), "SELECT 1"],
    [lineOf(between, "SELECT 2"), "SELECT 2"],
  ]);
});

test("statements that a helper is given to run stand on their lines", async () => {
  const helper =
    "async function alone(runner: QueryRunner, run: () => Promise<void>) {\n  await runner.query(`SELECT\n 0`);\n  await run();\n  await runner.query(`SELECT 9`);\n}";
  const text = `${whole("await alone(queryRunner, async () => {\n  await queryRunner.query(`SELECT 1`);\n});")}\n${helper}`;
  const call = lineOf(text, "alone(");
  expect(await linesOf(text)).toEqual([
    [call, "SELECT 0"],
    [call + 1, "SELECT 1"],
    [lineOf(text, "SELECT 9"), "SELECT 9"],
  ]);
});

test("what is not read is told of once, with its line and text", () => {
  const text = whole(
    "const rows = await queryRunner.query(`SELECT id FROM users`);\nfor (const { id } of rows) {\n  const sql = `DELETE FROM posts WHERE id = ${id}`;\n  await queryRunner.query(sql);\n}\nawait queryRunner.manager.getRepository(User).save(rows);",
  );
  expect(read(text).unread).toEqual([
    {
      line: lineOf(text, "query(sql)"),
      what: "an interpolated string",
      text: "queryRunner.query(sql)\n`DELETE FROM posts WHERE id = ${id}`",
    },
    {
      line: lineOf(text, "queryRunner.manager"),
      what: "other code",
      text: "queryRunner.manager.getRepository(User).save(rows)",
    },
  ]);
});

test.each([
  ["no class", "export const a = 1;", "no migration class"],
  [
    "no end",
    whole("for (;;) { for (;;) await queryRunner.query(`SELECT ${queryRunner.data.a}`); }"),
    "an interpolated string",
  ],
  [
    "a helper that calls itself",
    whole("await again(queryRunner);", "", "const again = async (runner: QueryRunner) => again(runner);"),
    "other code",
  ],
  [
    "many steps",
    whole(
      `${[..."abcdef"].map((name) => `for (const ${name} of n) `).join("")}n;`,
      "",
      `const n = [${"0,".repeat(9)}];`,
    ),
    "other code",
  ],
  [
    "an import in a circle",
    whole("await queryRunner.query(a);", "", "const a = `${b}`;\nconst b = a;"),
    "an interpolated string",
  ],
  ["a syntax error", whole("await queryRunner.query(`SELECT ${"), "an interpolated string"],
  ["a long text", whole('await queryRunner.query("x".repeat(1e9));'), "other code"],
  [
    "a helper of a package",
    whole('await addAudit(queryRunner, "users");', "", 'import { addAudit } from "@acme/audit";'),
    "other code",
  ],
  [
    "the runner in an object",
    whole("await service.run({ options: { queryRunner } });", "", 'import { service } from "../service";'),
    "other code",
  ],
])("never fails: %s", (_, text, what) => {
  expect(read(text).unread.map((each) => each.what)).toEqual([what]);
});

test("a class says what its transaction is, and a mode how many are open", () => {
  expect(read(whole("await queryRunner.startTransaction();", "transaction = false;"))).toEqual({
    sql: expect.stringMatching(/^\n+START TRANSACTION;\n$/),
    unread: [],
    transactions: "none",
    overrides: [{ line: 5, name: "Sample1763648123456", transaction: false }],
  });
  expect(read(whole("await queryRunner.startTransaction();")).sql.trim()).toBe("SAVEPOINT typeorm_1;");
  expect(read(whole("await queryRunner.startTransaction();"), { transactions: "none" }).sql.trim()).toBe(
    "START TRANSACTION;",
  );
});

test("classes of one file run in the order of their names", () => {
  const [second, first] = [2, 1].map(
    (n) => `export class M176364812345${n} { async up(q) { await q.query("SELECT ${n}"); } async down() {} }`,
  );
  expect(read(`${second}\n${first}`).sql.trim()).toBe("SELECT 1;SELECT 2;");
});

test("the builder is read for PostgreSQL alone", () => {
  const text = whole('await queryRunner.dropTable("a");\nawait queryRunner.query("DROP TABLE b");');
  expect(read(text, { dialect: undefined }).sql.trim()).toMatch(/^DROP TABLE "a";\s+DROP TABLE b;$/);
  expect(read(text, { dialect: "mysql" })).toMatchObject({ unread: [{ what: "a query runner method dropTable" }] });
});

test("of several databases the one that is migrated", () => {
  const text = whole(
    'if (process.env.DB_TYPE === "mysql") await queryRunner.query("SELECT `a`");\nelse await queryRunner.query("SELECT 1");\nif (config.database.type !== "postgres") return;\nswitch (dbType()) {\n  case "sqlite":\n    await queryRunner.query("PRAGMA x");\n    break;\n  default:\n    await queryRunner.query("SELECT 2");\n}\nif (queryRunner.connection.options.type === Types.betterSqlite3) await queryRunner.query("SELECT 3");\nswitch (config.db.type) {\n  case DatabaseType.POSTGRES:\n    await queryRunner.query("SELECT 4");\n    break;\n  case DatabaseType.BETTER_SQLITE3:\n    await queryRunner.query("SELECT 5");\n}',
    "",
    'import { config, DatabaseType, dbType, Types } from "../config";',
  );
  const sql = (dialect?: string) => read(text, { dialect }).sql.match(/SELECT \S+(?=;)|PRAGMA x/g);
  expect(sql("postgresql")).toEqual(["SELECT 1", "SELECT 2", "SELECT 4"]);
  expect(sql()).toEqual(["SELECT 1", "SELECT 2", "SELECT 4"]);
  expect(sql("sqlite")).toEqual(["SELECT 1"]);
});

test("the schema that a data source says", () => {
  const text = whole(
    'const { schema } = queryRunner.connection.options as any;\nawait queryRunner.query(`DROP TABLE "${schema}"."a"`);',
  );
  expect(read(text, { schema: "app" }).sql.trim()).toBe('DROP TABLE "app"."a";');
  expect(read(text).unread).toMatchObject([{ what: "an interpolated string" }]);
});
