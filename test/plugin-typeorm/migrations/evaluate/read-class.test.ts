import { expect, test } from "vitest";
import { readClass } from "../../../../plugin-typeorm/src/migrations/evaluate/read-migration.js";
import { templateLiteral } from "../../../../plugin-typeorm/src/migrations/template.js";

const file = "src/migrations/1763648123456-AddHandle.ts";
const ts = (up: string, more = "") => `import { MigrationInterface, QueryRunner } from "typeorm";

export class AddHandle1763648123456 implements MigrationInterface {
    name = 'AddHandle1763648123456'
${more}
    public async up(queryRunner: QueryRunner): Promise<void> {
        ${up}
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(\`DROP TABLE "a"\`);
    }
}
`;
const up = (text: string, name = file) => readClass(text, name).up;

// What TypeORM escapes in its own template literals.
const escaped = `CREATE TABLE "a" ("b" text DEFAULT '\`\${1}\\')`;

// Every way in which people and tools write a statement that can be read.
test.each<[string, string, readonly string[]]>([
  ["as TypeORM writes it", `await queryRunner.query(${templateLiteral(escaped)});`, [escaped]],
  [
    "in quotes",
    `await queryRunner.query("SELECT 'a'"); await queryRunner.query('SELECT "a"')`,
    [`SELECT 'a'`, `SELECT "a"`],
  ],
  ["over lines", "await queryRunner.query(\n  `SELECT 1;\n SELECT 2`,\n)", ["SELECT 1;\n SELECT 2"]],
  [
    "put together",
    `await queryRunner.query("ALTER TABLE a " + ("ADD b int" + \` NOT NULL\`));`,
    ["ALTER TABLE a ADD b int NOT NULL"],
  ],
  [
    "with comments and a cast",
    `// first\n;/* then */ await (queryRunner as any).query("SELECT 1" as string) // done`,
    ["SELECT 1"],
  ],
  [
    "given back",
    `await queryRunner.query("SELECT 1"); return queryRunner.query("SELECT 2");`,
    ["SELECT 1", "SELECT 2"],
  ],
  ["of constants", "await queryRunner.query(`SELECT '$" + "{this.name}'`);", ["SELECT 'AddHandle1763648123456'"]],
  ["nothing", "// to be done", []],
])("reads a statement %s", (_, body, sql) => {
  const read = readClass(ts(body), file);
  expect(read.up.map((query) => query.sql)).toEqual(sql);
  expect(read.down.map((query) => query.sql)).toEqual(['DROP TABLE "a"']);
  expect(read).toMatchObject({ className: "AddHandle1763648123456", built: [], transaction: undefined });
});

// As TypeORM 0.2 generated them.
test.each(["undefined", "void 0", "[]"])("parameters that are none: %s", (none) => {
  const { built, up } = readClass(ts(`await queryRunner.query("SELECT 1", ${none})`), file);
  expect(built.filter(({ method }) => method === "up")).toEqual([]);
  expect(up.map(({ sql }) => sql)).toEqual(["SELECT 1"]);
});

test.each<[string, string]>([
  ["await queryRunner.query(`SELECT $" + "{a}`)", "an interpolated string"],
  ['await queryRunner.query("DROP TABLE " + name)', "an interpolated string"],
  ["await queryRunner.query(sql)", "a variable"],
  ["await queryRunner.query(texts.first)", "a variable"],
  ["await queryRunner.query(read())", "other code"],
  ['await queryRunner.query("DELETE FROM a WHERE id = $1", [1])', "parameters"],
  ['await queryRunner.query("SELECT 1", more)', "parameters"],
  ["await queryRunner.createTable(new Table({}))", "a query runner method createTable"],
  ["await queryRunner.commitTransaction()", "a query runner method commitTransaction"],
  ['queryRunner.query("SELECT 1");', "a query without await"],
  ['await other.query("SELECT 1")', "other code"],
  ['await queryRunner.manager.query("SELECT 1")', "other code"],
  ['for (const a of b) await queryRunner.query("SELECT 1")', "other code"],
  ['if (a) { await queryRunner.query("SELECT 1") }', "other code"],
  ['const rows = await queryRunner.query("SELECT 1")', "other code"],
  ["await this.fill(queryRunner)", "other code"],
  ['return; await queryRunner.query("SELECT 1")', "other code"],
])("%s is no literal statement: %s", (body, what) => {
  const { built, up } = readClass(ts(`await queryRunner.query("SELECT 0")\n        ${body}`), file);
  expect(built[0]).toEqual({ line: 8, what, method: "up" });
  expect(up[0]).toEqual({ sql: "SELECT 0", line: 7 });
});

test.each<[string, string, string]>([
  [
    "CommonJS",
    "js",
    'module.exports = class AddHandle1763648123456 { async up(q) { await q.query("A") } async down() {} }',
  ],
  [
    "CommonJS by name",
    "cjs",
    'exports.AddHandle1763648123456 = class { async up(q) { await q.query("A") } async down() {} }',
  ],
  [
    "without a name",
    "js",
    'module.exports = class { name = "AddHandle1763648123456"; up = async (q) => q.query("A"); async down(q) {} }',
  ],
  ["an ES module", "mjs", 'export default class AddHandle1763648123456 { up(q) { return q.query("A") } down() {} }'],
  [
    "compiled",
    "js",
    'class AddHandle1763648123456 { constructor() { this.name = "AddHandle1763648123456"; } async up(q) { await q.query(`A`); } async down(q) { } }\nexports.AddHandle1763648123456 = AddHandle1763648123456;',
  ],
])("reads JavaScript: %s", (_, extension, text) => {
  const read = readClass(text, `migrations/1763648123456-AddHandle.${extension}`);
  expect(read).toMatchObject({ className: "AddHandle1763648123456", up: [{ sql: "A", line: 1 }], down: [], built: [] });
});

test.each<[string, boolean | undefined]>([
  ["transaction = false;", false],
  ["public readonly transaction: boolean = true as const;", true],
  ["constructor() { this.transaction = false; }", false],
  ["transaction = process.env.CI === '1';", undefined],
])("reads the transaction that it asks for: %s", (more, transaction) => {
  expect(readClass(ts("", more), file).transaction).toBe(transaction);
});

test("code that runs when the file is loaded is no part of the migration", () => {
  const text = `${ts('await queryRunner.query("A");')}
import { track } from "@acme/track";
class Other { constructor() { track(); } }`;
  const read = readClass(text, file);
  expect(read.up.map(({ sql }) => sql)).toEqual(["A"]);
});

test("of several migrations the one that the file is named after", () => {
  const one = (name: string) => `export class ${name} { async up(q) { await q.query("${name}") } async down(q) {} }\n`;
  const text = one("Other1763648123455") + one("AddHandle1763648123456");
  const read = readClass(text, file);
  expect(read).toMatchObject({ className: "AddHandle1763648123456", up: [{ sql: "AddHandle1763648123456", line: 2 }] });
  expect(read.built).toEqual([{ line: 1, what: "another migration class", method: "up" }]);
  expect(up(text, "src/migrations/1763648123455-renamed.ts")[0]?.sql).toBe("Other1763648123455");
  expect(up(one("Alone1763648123455"), "all.ts")[0]?.sql).toBe("Alone1763648123455");
});

test.each<[string, string, string]>([
  ["an inherited up", "export class A1763648123456 extends Base {}", "no up of its own"],
  ["a function", "function A1763648123456() {}\nA1763648123456.prototype.up = async (q) => {}", "no migration class"],
  ["nothing that parses", "export class {{{", "no migration class"],
])("%s is not known", (_, text, what) => {
  expect(readClass(text, file).built[0]).toEqual({ line: 1, what, method: "up" });
});
