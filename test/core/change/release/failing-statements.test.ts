import { afterEach, expect, test } from "vitest";
import { type FailingStatements, failingStatements } from "../../../../core/src/change/release/failing-statements.js";
import type { FoundStatement } from "../../../../core/src/model/prepared-statement.js";
import type { WholeRowKind } from "../../../../core/src/model/whole-rows.js";
import {
  failingText,
  preparedReason,
  preparedText,
  wholeRowReason,
} from "../../../../core/src/review/failing-statements.js";
import { CodeDesk } from "../../../support/code-desk.js";

const schema = `datasource db {
  provider = "postgresql"
}

generator client {
  provider = "prisma-client"
  output   = "../src/generated"
}

model Device {
  id Int @id
}
`;

let desk: CodeDesk;
afterEach(() => desk?.close());

interface Where {
  readonly ormVersion?: string;
  readonly dialect?: "postgresql" | "mysql" | "mariadb";
  readonly orm?: "prisma" | "typeorm";
}

async function foundIn(
  files: Readonly<Record<string, string>>,
  { orm = "prisma", ...project }: Where = {},
): Promise<FailingStatements> {
  desk = CodeDesk.take({ "prisma/schema.prisma": schema, ...files }, orm);
  const settings = { include: [], exclude: [] };
  return failingStatements(
    [{ name: "Device", grows: true }],
    { ...desk.project, ...project },
    desk.plugin,
    settings,
    async () => [],
  );
}

const all = `SELECT * FROM "Device" WHERE "id" = $1`;
const query = (config: string) => `export const find = (pool, id) => pool.query(${config});\n`;
const named = (sql: string) => query(`{ name: "find", text: \`${sql}\`, values: [id] }`);
const sent = `import { findDevice } from "./queries.js";\nexport const find = (pool, id) => pool.query(`;

test.each<[string, FoundStatement["by"] | undefined, string | Readonly<Record<string, string>>, Where?]>([
  ["node-postgres: a query with a name", "name", named(all)],
  ["without parameters", "name", query(`{ name: "all", text: 'SELECT * FROM "Device"' }`)],
  ["the name of a variable", "name", query(`{ text: '${all}', name, values: [id] }`)],
  ["a variable", "name", `const find = { name: "find", text: '${all}' };\n${query("{ ...find, values: [id] }")}`],
  ["its text in a variable", "name", `const text = '${all}';\n${query(`{ name: "find", text, values: [id] }`)}`],
  ["a function", "name", `const by = (id) => ({ name: "find", text: '${all}', values: [id] });\n${query("by(id)")}`],
  [
    "a member",
    "name",
    `class Devices {\n  private find = { name: "find", text: '${all}' };\n  get(pool) {\n    return pool.query(this.find);\n  }\n}\n`,
  ],
  ["a list", "name", `const queries = { find: { name: "find", text: '${all}' } };\n${query("queries.find")}`],
  [
    "a declared type",
    "name",
    `import type { QueryConfig } from "pg";\nexport const find: QueryConfig = { name: "find", text: '${all}' };\n`,
  ],
  [
    "another file",
    "name",
    {
      "src/queries.ts": `export const findDevice = { name: "find", text: '${all}' };\n`,
      "src/find.ts": `${sent}{ ...findDevice, values: [id] });\n`,
    },
  ],
  [
    "its text in another file",
    "name",
    {
      "src/queries.ts": `export const findDevice = '${all}';\n`,
      "src/find.ts": `${sent}{ name: "find", text: findDevice, values: [id] });\n`,
    },
  ],
  [
    "that text without a name",
    undefined,
    {
      "src/queries.ts": `export const findDevice = '${all}';\n`,
      "src/find.ts": `${sent}{ text: findDevice, values: [id] });\n`,
    },
  ],
  ["pg-promise", "name", `const find = new PreparedStatement({ name: "find", text: '${all}' });\n`],
  ["PREPARE", "prepare", `export const prepare = (client) => client.query('PREPARE find (int) AS ${all}');\n`],
  [
    "postgres.js in a transaction",
    "transaction",
    'export const find = (sql) => sql.begin((tx) => tx`SELECT * FROM "Device"`);\n',
  ],
  [
    "postgres.js: a savepoint",
    "transaction",
    'sql.begin((tx) => tx.savepoint(async (sp) => { await sp`SELECT * FROM "Device"`; }));\n',
  ],
  [
    "postgres.js: a transaction that is given",
    "transaction",
    "import type { TransactionSql } from 'postgres';\nconst find = (tx: TransactionSql) => tx`SELECT * FROM \"Device\"`;\n",
  ],
  [
    "Prisma 7 with named statements",
    "client",
    'import { PrismaPg } from "@prisma/adapter-pg";\nnew PrismaPg({}, { statementNameGenerator: ({ sql }) => sql });\nprisma.$queryRaw`SELECT * FROM "Device"`;\n',
  ],
  ["Prisma 6 with its engine", "client", 'prisma.$queryRaw`SELECT * FROM "Device"`;\n', { ormVersion: "6.19.3" }],
  ["Prisma 6, a text", "client", `prisma.$queryRawUnsafe('${all}', id);\n`, { ormVersion: "6.19.3" }],
  [
    "Prisma 6, a part of SQL",
    "client",
    'prisma.$queryRaw(Prisma.sql`SELECT * FROM "Device"`);\n',
    { ormVersion: "6.19.3" },
  ],
  ["RETURNING", "name", named(`UPDATE "Device" SET "seen" = now() WHERE "id" = $1 RETURNING *`)],
  ["INSERT … RETURNING", "name", named(`INSERT INTO "Device" ("id") VALUES ($1) RETURNING *`)],
  ["of one of several tables", "name", named(`SELECT d.*, u.id FROM "User" u JOIN "Device" d ON d."user" = u.id`)],
  ["of all tables", "name", named(`SELECT * FROM "User" u LEFT JOIN "Device" d ON d."user" = u.id`)],
  ["a composite value", "name", named(`SELECT (d).* FROM "Device" d`)],
  ["a subquery", "name", named(`SELECT * FROM (SELECT * FROM "Device") d`)],
  ["WITH", "name", named(`WITH d AS (SELECT * FROM "Device") SELECT d.* FROM d`)],
  ["WITH of the table's own name", "name", named(`WITH "Device" AS (SELECT * FROM "Device") SELECT * FROM "Device"`)],
  ["a write in WITH", "name", named(`WITH d AS (DELETE FROM "Device" RETURNING *) SELECT * FROM d`)],
  ["UNION", "name", named(`SELECT * FROM "Device" UNION ALL SELECT * FROM "Old"`)],
  ["the name in a schema", "name", named(`SELECT * FROM public."Device"`)],

  ["no name", undefined, query(`{ text: '${all}', values: [id] }`)],
  ["a name that is undefined", undefined, query(`{ name: undefined, text: '${all}', values: [id] }`)],
  ["a text alone", undefined, query(`'${all}', [id]`)],
  [
    "a text that happens to have a name",
    undefined,
    `export const reports = [{ name: "Devices", text: 'SELECT * FROM "Device"', description: "All devices" }];\n`,
  ],
  [
    "one that nobody sends",
    undefined,
    `export const saved = { name: "Devices", text: 'SELECT * FROM "Device"' };\nsave(saved);\n`,
  ],
  ["a query that is saved", undefined, `saveQuery({ name: "Devices", text: 'SELECT * FROM "Device"' });\n`],
  ["columns by name", undefined, named(`SELECT "id", "name" FROM "Device" WHERE "id" = $1`)],
  ["count", undefined, named(`SELECT count(*) FROM "Device"`)],
  ["a row as one value", undefined, named(`SELECT d FROM "Device" d`)],
  ["JSON", undefined, named(`SELECT to_json(d.*) FROM "Device" d`)],
  ["of another table", undefined, named(`SELECT u.* FROM "User" u JOIN "Device" d ON d."user" = u.id`)],
  [
    "EXISTS",
    undefined,
    named(`SELECT "id" FROM "User" u WHERE EXISTS (SELECT * FROM "Device" d WHERE d."user" = u."id")`),
  ],
  ["columns of a subquery", undefined, named(`SELECT "id" FROM (SELECT * FROM "Device") d`)],
  ["columns of WITH", undefined, named(`WITH d AS (SELECT * FROM "Device") SELECT "id" FROM d`)],
  ["a table of a longer name", undefined, named(`SELECT * FROM "DeviceEvent"`)],
  ["a table of another case", undefined, named(`SELECT * FROM device`)],
  ["a query of that name", undefined, named(`WITH "Device" AS (SELECT id FROM "Old") SELECT * FROM "Device"`)],
  ["an INSERT of rows", undefined, named(`INSERT INTO "Archive" SELECT * FROM "Device"`)],
  ["no SQL", undefined, named(`Select * from "Device" to see your devices`)],
  ["postgres.js, which repeats it", undefined, 'export const find = (sql) => sql`SELECT * FROM "Device"`;\n'],
  [
    "postgres.js that prepares nothing",
    undefined,
    'import postgres from "postgres";\nconst sql = postgres(url, { prepare: false });\nsql.begin((tx) => tx`SELECT * FROM "Device"`);\n',
  ],
  [
    "postgres.js with a value",
    "transaction",
    `export const find = (sql, id) => sql.begin((tx) => tx\`SELECT * FROM "Device" WHERE id = \${id}\`);\n`,
  ],
  ["postgres.js unsafe", undefined, `sql.begin((tx) => tx.unsafe('${all}', [id]));\n`],
  ["Prisma 7", undefined, 'prisma.$queryRaw`SELECT * FROM "Device"`;\n'],
  [
    "Prisma 6 with an adapter",
    undefined,
    'import { PrismaPg } from "@prisma/adapter-pg";\nprisma.$queryRaw`SELECT * FROM "Device"`;\n',
    { ormVersion: "6.19.3" },
  ],
  ["TypeORM", undefined, `dataSource.query('${all}', [id]);\n`, { orm: "typeorm" }],
  ["MariaDB", undefined, named(all), { dialect: "mariadb" }],
  ["MySQL", undefined, named(all), { dialect: "mysql" }],
  ["a test", undefined, { "src/find.test.ts": named(all) }],
  ["generated code", undefined, `// @generated\n${named(all)}`],
])("%s: %s", async (_, by, code, where) => {
  const { prepared } = await foundIn(typeof code === "string" ? { "src/find.ts": code } : code, where);
  expect(prepared.map((each) => each.by)).toEqual(by === undefined ? [] : [by]);
});

test("what is printed names file, function and statement, what fails, and what to do", async () => {
  const { prepared: found } = await foundIn({
    "src/find.ts": `\n${named('SELECT *\n  FROM "Device"\n  WHERE "id" = $1')}`,
    "src/prepare.ts": `export const prepare = (client) => client.query('PREPARE find (int) AS ${all}');\n`,
  });
  expect(preparedText(found)).toMatchInlineSnapshot(`
    "Lockstep: 2 prepared statements fail on open connections once this migration has run
      src/find.ts:2     find: SELECT * FROM "Device" WHERE "id" = $1
      src/prepare.ts:1  prepare: PREPARE find (int) AS SELECT * FROM "Device" WHERE "id" = $1
      PostgreSQL rejects it with "cached plan must not change result type" until the connection is reopened.
      Before this migration, deploy a fix: list the columns, remove the name or send it without PREPARE. Otherwise restart the application right after it."
  `);
  expect(preparedText(found.slice(0, 1).flatMap((one) => Array.from({ length: 7 }, () => one)))).toContain(
    "  and 2 more statements\n",
  );
  const [first] = found;
  expect(first && preparedReason(first)).toMatchInlineSnapshot(
    `"returns \`*\` and stays prepared. PostgreSQL rejects it with "cached plan must not change result type" until the connection is reopened. Before expand, deploy a fix: list the columns or remove the name. Otherwise restart the application right after it. An undo of expand has the same effect."`,
  );
});

const archive = `INSERT INTO "Archive" SELECT * FROM "Device"`;
const run = (sql: string) => `export const save = (client) => client.query(\`${sql}\`);\n`;

test.each<[string, readonly WholeRowKind[], string | Readonly<Record<string, string>>, Where?]>([
  ["a string", ["insert"], run(archive)],
  ["Prisma's $executeRaw", ["insert"], `prisma.$executeRaw\`${archive} WHERE id = \${id}\`;\n`],
  ["a table that is filled in", ["insert"], `client.query(\`INSERT INTO \${target} SELECT * FROM "Device"\`);\n`],
  ["a concatenation", ["insert"], `client.query('INSERT INTO "Archive" ' + 'SELECT * FROM "Device"');\n`],
  ["TypeORM's query()", ["set-operation"], run(`SELECT * FROM "Device" UNION SELECT * FROM "Old"`), { orm: "typeorm" }],
  ["COPY", ["load"], `client.query(from('COPY "Device" FROM STDIN'));\n`],
  ["a row of the table's type", ["row-value"], run(`SELECT save(ROW(1, 'a')::"Device")`)],
  ["TypedSQL", ["insert"], { "prisma/sql/archive.sql": `-- @param {Int} $1:id\n${archive} WHERE id = $1;\n` }],
  [
    "a job in SQL",
    ["insert"],
    { "jobs/nightly.sql": `SET work_mem = '1GB';\n${archive}\n  WHERE old; -- ;\nVACUUM;\n` },
  ],
  ["psql's variables", ["insert"], { "jobs/nightly.sql": `\\set day 3\n${archive} WHERE day < :'day';\n` }],
  ["psql's \\copy", ["load"], { "seed/devices.sql": `\\copy "Device" from 'devices.csv' csv header\n` }],
  ["the seed", ["insert"], { "prisma/seed.ts": run(archive) }],
  ["MySQL: values by position", ["by-position"], run("INSERT INTO Device VALUES (NULL, ?)"), { dialect: "mysql" }],
  ["MariaDB: without INTO", ["by-position"], run("REPLACE Device VALUES (?, ?)"), { dialect: "mariadb" }],
  ["MariaDB: rows of the driver", ["by-position"], run("INSERT INTO Device VALUES ?"), { dialect: "mariadb" }],
  ["MariaDB: LOAD DATA", ["load"], run("LOAD DATA INFILE 'a.csv' INTO TABLE Device"), { dialect: "mariadb" }],

  ["PostgreSQL: values by position", [], run(`INSERT INTO "Device" VALUES (1, 'a')`)],
  ["columns by name", [], run(`INSERT INTO "Archive" (id) SELECT id FROM "Device"`)],
  ["MariaDB: columns by name", [], run("INSERT INTO Device (id) VALUES (?)"), { dialect: "mariadb" }],
  ["another table", [], run(`INSERT INTO "Archive" SELECT * FROM "Order"`)],
  ["reads", [], run(`SELECT * FROM "Device"`)],
  ["no SQL", [], `export const text = 'Insert into "Device" by hand: select * from "Device" to see all';\n`],
  ["a test", [], { "src/archive.test.ts": run(archive) }],
  ["a migration", [], { "prisma/migrations/1_a/migration.sql": `${archive};\n` }],
  ["a dump", [], { "backup.sql": `-- PostgreSQL database dump\nCOPY "Device" FROM stdin;\n` }],
])("whole rows, %s: %s", async (_, kinds, code, where) => {
  const { wholeRows } = await foundIn(typeof code === "string" ? { "src/save.ts": code } : code, where);
  expect(wholeRows.flatMap((each) => each.kinds)).toEqual(kinds);
});

test("tables that get a column together keep their rows alike", async () => {
  desk = CodeDesk.take({ "prisma/schema.prisma": schema, "src/save.ts": run(archive) }, "prisma");
  const tables = ["Device", "Archive"].map((name) => ({ name, grows: true }));
  const search = (among: typeof tables) =>
    failingStatements(among, desk.project, desk.plugin, { include: [], exclude: [] }, async () => []);
  expect((await search(tables)).wholeRows).toEqual([]);
  expect((await search(tables.slice(0, 1))).wholeRows).toHaveLength(1);
});

test("what is printed about whole rows names the statement, what it does, and the fix", async () => {
  const found = await foundIn({
    "src/save.ts": `\n${run(archive)}`,
    "jobs/nightly.sql": `SELECT 1;\n\n-- old devices\nSELECT * FROM "Device"\nEXCEPT SELECT * FROM "Archive";\n`,
  });
  expect(failingText(found)).toMatchInlineSnapshot(`
    "Lockstep: 2 statements fail once this migration has run, also in code that is already deployed
      src/save.ts:2       save: INSERT INTO "Archive" SELECT * FROM "Device"
      jobs/nightly.sql:4  SELECT * FROM "Device" EXCEPT SELECT * FROM "Archive"
      It inserts all columns into another table (Device). With another column, the database rejects the statement, or values get into other columns.
      It combines all columns with another query (Device). With another column, the database rejects the statement.
      Before this migration, deploy a fix: list the columns on both sides, and list the columns."
  `);
  expect(found.wholeRows.map(wholeRowReason)).toMatchInlineSnapshot(`
    [
      "It inserts all columns into another table (Device). With another column, the database rejects the statement, or values get into other columns. The code that is deployed now fails there once expand has run. Before expand, deploy a fix: list the columns on both sides.",
      "It combines all columns with another query (Device). With another column, the database rejects the statement. The code that is deployed now fails there once expand has run. Before expand, deploy a fix: list the columns.",
    ]
  `);
});
