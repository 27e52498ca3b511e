/** Instances of an application that run their migrations at the same time, and runs that are aimed at another database. */
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { run } from "../../support/run.js";
import { createTypeormProject, type TypeormFixture } from "../../support/typeorm-project.js";

let project: TypeormFixture;
const databases: TestDatabase[] = [];
const database = async () => {
  const made = await createDatabase("typeorm_lock");
  databases.push(made);
  return made.url;
};

/** Stands no second run, and takes long enough for every instance to have looked for what is pending. */
const migration = `module.exports = class Slow1763648123456 {
  async up(queryRunner) {
    await queryRunner.query("SELECT pg_sleep(3)");
    await queryRunner.query("CREATE TABLE made_once (id int)");
  }
  async down(queryRunner) { await queryRunner.query("DROP TABLE made_once"); }
};`;
const dataSource = (options: string) => `const { DataSource } = require("typeorm");
const { withLockstep } = require("@lockstep/typeorm-wrapper");
module.exports = withLockstep(new DataSource({ type: "postgres", entities: [], migrations: ["src/migrations/*.js"], ${options} }));
`;
const fromUrl = "url: process.env.DATABASE_URL";
// Instances that start: what NestJS does with its data source.
const start = `require("./" + process.argv[2]).initialize().then((source) => source.destroy());`;

beforeAll(() => {
  project = createTypeormProject({
    version: "1.1.1",
    module: "commonjs",
    language: "js",
    files: {
      "src/migrations/1763648123456-Slow.js": migration,
      "src/data-source.js": dataSource(fromUrl),
      "src/app.js": dataSource(`${fromUrl}, migrationsRun: true, poolSize: 1`),
      "src/parts.js": dataSource(
        `host: "127.0.0.1", port: Number(new URL(process.env.DATABASE_URL).port), username: "postgres", password: "none", database: new URL(process.env.DATABASE_URL).pathname.slice(1)`,
      ),
      "src/replicated.js": dataSource("replication: { master: { url: process.env.DATABASE_URL }, slaves: [] }"),
      "start.js": start,
    },
  });
});
afterAll(async () => {
  project.dispose();
  for (const each of databases) await each.drop();
});

async function query(url: string, sql: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  return client;
}
const tables = async (url: string) => {
  const client = await query(url, "SELECT 1");
  const { rows } = await client.query(
    "SELECT relname FROM pg_class WHERE relname IN ('made_once', 'migrations') ORDER BY 1",
  );
  await client.end();
  return rows.map(({ relname }) => relname);
};
const commands = {
  "migration:run": ["node_modules/typeorm/cli.js", "migration:run", "-d", "src/data-source.js"],
  "migrationsRun: true, with a pool of one": ["start.js", "src/app.js"],
};

test.concurrent.each(Object.entries(commands))("three at once: %s", async (_name, args) => {
  const url = await database();
  const env = { DATABASE_URL: url };
  const runs = await Promise.all([1, 2, 3].map(() => run(process.execPath, args, { cwd: project.root, env })));
  expect(runs.map(({ code, output }) => (code === 0 ? "" : output))).toEqual(["", "", ""]);
  expect(await tables(url)).toEqual(["made_once", "migrations"]);
});

test.concurrent("without Lockstep they collide: the test sees what it is for", async () => {
  const env = { DATABASE_URL: await database(), LOCKSTEP: "off" };
  const one = () => run(process.execPath, commands["migration:run"], { cwd: project.root, env });
  const runs = await Promise.all([one(), one()]);
  expect(runs.map(({ code }) => code).sort()).toEqual([0, 1]);
});

test.concurrent("a session that keeps the lock and does nothing holds up nobody for long", async () => {
  const url = await database();
  const stuck = await query(url, `SELECT pg_advisory_lock(${0x6c6f636b}, 2)`);
  const env = { DATABASE_URL: url };
  const { code, output } = await run(process.execPath, commands["migration:run"], { cwd: project.root, env });
  await stuck.end();
  expect(code, output).toBe(0);
  expect(await tables(url)).toContain("made_once");
});

test.concurrent.each(["data-source", "parts", "replicated"])(
  "LOCKSTEP_DATASOURCE_URL aims what is applied: %s",
  async (file) => {
    const [own, target] = [await database(), await database()];
    const cli = (...args: string[]) =>
      run(process.execPath, ["node_modules/typeorm/cli.js", ...args, "-d", `src/${file}.js`], {
        cwd: project.root,
        env: { DATABASE_URL: own, LOCKSTEP_DATASOURCE_URL: target },
      });
    const steps = [await cli("migration:run"), await cli("migration:show")];
    expect(steps.map(({ code, output }) => (code === 0 ? "" : output))).toEqual(["", ""]);
    expect(steps[1]?.stdout).toContain("[X]");
    expect([await tables(own), await tables(target)]).toEqual([[], ["made_once", "migrations"]]);
    const reverted = await cli("migration:revert");
    expect(reverted.code, reverted.output).toBe(0);
    expect(await tables(target)).toEqual(["migrations"]);
    // What compares or changes the schema stays where it is.
    await cli("query", "CREATE TABLE made_once ()");
    expect([await tables(own), await tables(target)]).toEqual([["made_once"], ["migrations"]]);
  },
);
