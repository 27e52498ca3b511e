import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askWaits } from "../../../core/src/cli/ask-waits.js";
import type { Invocation } from "../../../core/src/cli/command.js";
import { readOwnMigrations } from "../../../core/src/cli/own-migrations.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { Project } from "../../../core/src/plugin/plugin.js";
import { prismaPlugin } from "../../../plugin-prisma/src/plugin.js";
import { typeormPlugin } from "../../../plugin-typeorm/src/plugin.js";
import { createDatabase } from "../../support/database.js";
import { createMariadbDatabase, hasMariadb, sequence } from "../../support/mariadb.js";
import { type Person, personIo } from "../../support/person-io.js";

// What `deploy` says of the user's own migrations before it runs them, on tables with many rows and with few.

const rows = 12_000;
const init = (table: string) =>
  `CREATE TABLE ${table} (id int NOT NULL PRIMARY KEY, name varchar(60) NOT NULL, note varchar(60));`;

const systems = [
  {
    provider: "postgresql",
    create: () => createDatabase("own_waits"),
    many: `INSERT INTO big SELECT n, 'x', 'x' FROM generate_series(1, ${rows}) n; ANALYZE big`,
    slow: "CREATE INDEX big_name ON big (name);",
    rule: "add-index",
    free: "ALTER TABLE big ADD COLUMN more text; CREATE INDEX CONCURRENTLY big_name ON big (name);",
  },
  ...(hasMariadb
    ? [
        {
          provider: "mysql",
          create: () => createMariadbDatabase("own_waits"),
          many: `INSERT INTO big SELECT seq, 'x', 'x' FROM ${sequence(rows)}; ANALYZE TABLE big`,
          slow: "ALTER TABLE big MODIFY name text NOT NULL;",
          rule: "change-column-type",
          free: "ALTER TABLE big ADD more text; CREATE INDEX big_name ON big (name);",
        },
      ]
    : []),
];

describe.each(systems)("on $provider", ({ provider, create, many, slow, rule, free }) => {
  const root = mkdtempSync(join(tmpdir(), "lockstep-waits-"));
  const name = "20260201000000_own";
  const file = `prisma/migrations/${name}/migration.sql`;
  let database: { readonly url: string; drop(): Promise<void> };
  let connection: Connection;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  beforeAll(async () => {
    database = await create();
    connection = await connect(database.url, { applicationName: "test" });
    for (const sql of [init("big"), init("small"), ...many.split("; ")]) await connection.query(sql.replace(/;$/, ""));
    write("prisma/migrations/migration_lock.toml", `provider = "${provider}"\n`);
    write("prisma/migrations/20260101000000_init/migration.sql", `${init("big")}\n${init("small")}\n`);
    write("package.json", '{ "devDependencies": { "prisma": "7.10.0" } }');
  });
  afterAll(async () => {
    await connection?.close();
    await database?.drop();
    rmSync(root, { recursive: true, force: true });
  });

  async function ask(
    sql: string,
    options: Invocation["options"] = {},
    {
      person,
      plugin = prismaPlugin,
      path = file,
    }: { person?: Person; plugin?: typeof prismaPlugin; path?: string } = {},
  ) {
    write(path, sql);
    const { io, asked, said } = personIo(person, { env: {}, cwd: root });
    const project = { root, migrationsFolder: dirname(dirname(path)) } as Project;
    const pending = [path === file ? name : "1767312000000-Own"];
    const invocation = { io, options: { by: "ada", ...options }, cwd: root } as unknown as Invocation;
    const state = { applied: [], pending, unlisted: [], failed: [], deploying: undefined, units: [] };
    const own = await readOwnMigrations({ invocation, connection, project, plugin, plans: [], state });
    const waits = await askWaits({ invocation, target: { name: "production", url: database.url }, connection, own });
    return { ...waits, asked, said: said().messages };
  }

  test("what the application waits for on a table with many rows is told, with both ways on", async () => {
    const { open, help } = await ask(`SELECT 1;\n${slow}`);
    expect(open).toHaveLength(1);
    expect(open[0]).toContain(`${file}:2 ${slow.replace(/^ALTER TABLE big |;$/g, "")} — `);
    expect(open[0]).toMatch(/wait.*; "big" has about 1\d \d{3} rows$/);
    expect(help).toBe(
      `npx lockstep explain ${rule}   # shows the safe way\n       npx lockstep deploy --target production --confirm waits-accepted --by "<name>"   # if the application may wait that long; with the name of the person who confirms it`,
    );
  });

  test.each([
    ["a table with few rows", slow.replaceAll("big", "small")],
    ["a waiver", `-- lockstep-ignore ${rule}: at night\n${slow}`],
    ["a table that the migration makes", `${init("fresh")}\n${slow.replaceAll("big", "fresh")}`],
    ["what nobody waits for", free],
  ])("%s passes without a word", async (_, sql) => {
    expect(await ask(sql)).toEqual({ open: [], asked: [], said: "" });
  });

  const functions = provider === "postgresql" ? ["a default that the target evaluates once"] : [];
  test.each(functions)("%s rewrites no table", async () => {
    await connection.query(
      `CREATE FUNCTION same() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'x'::text $$;
       CREATE FUNCTION other() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT md5(random()::text) $$`,
    );
    const add = (what: string) => `SELECT 1;\nALTER TABLE big ADD COLUMN more text DEFAULT ${what};`;
    expect((await ask(add("same()"))).open).toEqual([]);
    expect((await ask(add("other()"))).open).toHaveLength(1);
    expect((await ask(add("same() UNIQUE"))).open).toHaveLength(1);
  });

  test("a class of TypeORM is judged alike", async () => {
    const path = "src/migrations/1767312000000-Own.ts";
    const of = (before: string) =>
      `import { MigrationInterface, QueryRunner } from "typeorm";\nexport class Own1767312000000 implements MigrationInterface {\n  async up(runner: QueryRunner) {\n${before}    await runner.query("${slow}");\n  }\n  async down() {}\n}\n`;
    const own = { plugin: typeormPlugin, path };
    expect((await ask(of(""), {}, own)).open).toHaveLength(1);
    expect((await ask(of(`    // lockstep-ignore ${rule}: at night\n`), {}, own)).open).toEqual([]);
    rmSync(join(root, "src"), { recursive: true });
  });

  test("code that cannot be read is named, and stops nothing", async () => {
    const path = "src/migrations/1767312000000-Own.ts";
    const text = `import { MigrationInterface, QueryRunner } from "typeorm";\nexport class Own1767312000000 implements MigrationInterface {\n  async up(runner: QueryRunner) {\n    await runner.query(await read());\n  }\n  async down() {}\n}\n`;
    const { open, said } = await ask(text, {}, { plugin: typeormPlugin, path });
    expect(open).toEqual([]);
    expect(said).toMatch(/! production: src\/migrations\/1767312000000-Own\.ts:4: .*Lockstep cannot check SQL/);
    rmSync(join(root, "src"), { recursive: true });
  });

  test("on a terminal a person accepts it; the record holds for the statement as it is", async () => {
    const no = await ask(slow, {}, { person: { confirm: () => false } });
    expect([no.asked.length, no.open.length]).toEqual([1, 1]);
    const yes = await ask(slow, {}, { person: { confirm: () => true } });
    expect([yes.asked, yes.open]).toEqual([["production: may the application wait that long?"], []]);
    const later = await ask(slow);
    expect(later.open).toEqual([]);
    expect(later.said).toContain("(accepted)");
    expect((await ask(slow.replaceAll("name", "note"))).open).toHaveLength(1);
  });

  test("--confirm accepts it", async () => {
    const other = slow.replaceAll("name", "note");
    expect((await ask(other, { confirm: ["writers-aware,waits-accepted"] })).open).toEqual([]);
    expect((await ask(other)).open).toEqual([]);
  });
});
