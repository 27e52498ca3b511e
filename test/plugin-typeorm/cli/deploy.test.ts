import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LockstepError } from "../../../core/src/base/errors.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { type DeployEvent, deployTarget } from "../../../core/src/operate/deploy/deploy-target.js";
import { readFailed } from "../../../core/src/operate/deploy/failed-migration.js";
import { fileHash } from "../../../core/src/plan/hash.js";
import { unitsText } from "../../../core/src/plan/unit-files.js";
import { downStatements } from "../../../core/src/postgresql/units/index.js";
import { findProject } from "../../../plugin-typeorm/src/detect/find-project.js";
import { typeormPlugin } from "../../../plugin-typeorm/src/plugin.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { planOf } from "../../support/plan-fixture.js";
import { openSession } from "../../support/sessions.js";
import {
  createTypeormProject,
  type TypeormFixture,
  type TypeormProjectOptions,
} from "../../support/typeorm-project.js";
import { createUser } from "../../support/unit-database.js";

/** Made by a data source that would change the developer's database, whatever is asked of it. */
let development: TestDatabase;
const opened: { dispose(): void }[] = [];
const databases: TestDatabase[] = [];

beforeAll(async () => {
  development = await createDatabase("deploy_dev");
});
afterAll(async () => {
  for (const project of opened) project.dispose();
  for (const database of [development, ...databases]) await database.drop();
});

async function target(): Promise<{
  readonly url: string;
  readonly connection: Connection;
  readonly end: () => Promise<void>;
}> {
  const database = await createDatabase("deploy_target");
  databases.push(database);
  const connection = await connect(database.url, { applicationName: "test" });
  return { url: database.url, connection, end: () => connection.close() };
}

const create = (sql: string, stamp: number) => `module.exports = class M${stamp} {
  async up(runner) { await runner.query(\`${sql}\`); }
  async down() {}
};`;

function make(options: Partial<TypeormProjectOptions>, dataSource?: string): TypeormFixture {
  const project = createTypeormProject({ version: "1.1.1", module: "commonjs", language: "js", ...options });
  opened.push(project);
  if (dataSource !== undefined) project.write(project.dataSourceFile, dataSource);
  return project;
}

const settings = (more: string) =>
  `{ type: "postgres", entities: [], migrations: ["src/migrations/*.js"], migrationsTableName: "ran", ${more} }`;
const parts = () => {
  const { hostname, port, username, pathname } = new URL(development.url);
  return `host: "${hostname}", port: ${port}, username: "${username}", database: "${pathname.slice(1)}"`;
};
const plain = (more: string) =>
  `const { DataSource } = require("typeorm");\nmodule.exports = new DataSource(${settings(more)});\n`;
const files = { "src/migrations/1700000000001-First.js": create("CREATE TABLE a (id int)", 1700000000001) };

describe("migration:run of the project, aimed at a target", () => {
  it.each<[string, Partial<TypeormProjectOptions>, () => string]>([
    ["that is not wrapped", {}, () => plain(parts())],
    ["of TypeORM 0.3.20", { version: "0.3.20" }, () => plain(`url: "${development.url}"`)],
    [
      "that is wrapped",
      { version: "0.3.31" },
      () =>
        `const { DataSource } = require("typeorm");\nconst { withLockstep } = require("@lockstep/typeorm-wrapper");\nexports.ds = withLockstep(new DataSource(${settings(parts())}));\n`,
    ],
    [
      "with replicas, as a promise",
      {},
      () =>
        `const { DataSource } = require("typeorm");\nconst made = async () => new DataSource(${settings(`replication: { master: { ${parts()} }, slaves: [{ ${parts()} }] }`)});\nexports.ds = made();\n`,
    ],
  ])("reaches it by a data source %s, and no other database", async (_, options, text) => {
    const { root } = make({ files, ...options }, text());
    const { url, connection, end } = await target();
    const project = await findProject(root);
    const lines: string[] = [];
    const run = await typeormPlugin.deploy(project, url, (line) => lines.push(line));
    expect(run).toEqual({ exitCode: 0, output: lines.join("\n") });
    // TypeORM colours its lines where CI asks for colours.
    expect(stripVTControlCharacters(lines.join("\n"))).toMatch(
      /^Migration M1700000000001 has been {1,2}executed successfully\.$/m,
    );
    expect(lines.filter((line) => /CREATE TABLE|lockstep:told/.test(line))).toEqual([]);
    expect(await typeormPlugin.readApplied(connection, project)).toEqual({
      applied: ["1700000000001-First"],
      failed: [],
    });
    await end();
    const session = await openSession(development.url);
    const { rows } = await session.query("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace");
    await session.end();
    expect(rows).toEqual([]);
  });

  it("is refused where other settings win over the URL", async () => {
    const { root } = make({ files }, plain(`extra: { connectionString: "${development.url}" }`));
    const { url, connection, end } = await target();
    const project = await findProject(root);
    await expect(typeormPlugin.deploy(project, url, () => undefined)).rejects.toMatchObject({
      code: "LS9021",
      message: "src/data-source.js uses its own database instead of the target: nothing was run.",
    });
    expect((await typeormPlugin.readApplied(connection, project)).applied).toEqual([]);
    await end();
  });

  it("is refused for a schema that TypeORM would not find in the URL", async () => {
    const { root } = make({ files });
    const { url, connection, end } = await target();
    const project = await findProject(root);
    await connection.query("CREATE SCHEMA acme");
    const acme = connection.dialect.live.schemas.urlIn(url, "acme");
    await expect(typeormPlugin.deploy(project, acme, () => undefined)).rejects.toMatchObject({ code: "LS9021" });
    expect((await typeormPlugin.readApplied(connection, project)).applied).toEqual([]);
    await end();
  });

  it("says which migration has failed, and why", async () => {
    const failing = create(
      "DO $$BEGIN RAISE data_exception USING MESSAGE = 'busy', HINT = 'wait'; END$$",
      1700000000002,
    );
    const { root } = make({ files: { ...files, "src/migrations/1700000000002-Second.js": failing } });
    const { url, connection, end } = await target();
    const project = await findProject(root);
    const run = await typeormPlugin.deploy(project, url, () => undefined);
    expect(run.exitCode).toBe(1);
    expect(run.failed).toEqual({
      migration: "1700000000002-Second",
      sqlState: "22000",
      text: "ERROR: busy\nHINT: wait",
      left: [],
      isInTransaction: true,
    });
    expect(run.output).toContain("ERROR: busy\nHINT: wait");
    expect(run.output).not.toContain("RAISE");
    // TypeORM has recorded nothing: `all` took the first one back as well.
    expect(await typeormPlugin.readApplied(connection, project)).toEqual({ applied: [], failed: [] });
    expect(await typeormPlugin.readFailure(connection, "1700000000002-Second")).toBeUndefined();
    await expect(
      deployTarget({
        target: { name: "production", url },
        project,
        plugin: typeormPlugin,
        plans: [],
        attempts: 2,
        clock: { now: () => 0, sleep: async () => undefined },
        random: () => 0,
        signal: new AbortController().signal,
        onEvent: () => undefined,
      }),
    ).rejects.toMatchObject({
      code: "LS7020",
      message: expect.stringMatching(/^1700000000002-Second failed on production\.\nERROR: busy\nHINT: wait(?:\n|$)/),
    });
    await end();
  });

  it("runs again when locks have stopped it", async () => {
    const { root, write } = make({}, plain(`${parts()}, extra: { statement_timeout: 1000 }`));
    const { url, connection, end } = await target();
    await connection.query(createUser);
    const project = await findProject(root);
    const made = await planOf({ id: "1763648123456-AddHandle" });
    const written = made.units
      .filter(({ phase }) => phase === "expand")
      .map((unit, at) => {
        const name = typeormPlugin.migrationName(made, String(1763648123456 + at), at === 0 ? "" : unit.spec.kind);
        const file = `src/migrations/${name}.js`;
        const content = {
          units: [unit] as const,
          sql: unitsText(made, [unit], "expand"),
          down: downStatements(unit, made.id),
        };
        const text = typeormPlugin.migrationText(project, name, content);
        write(file, text);
        return { id: unit.id, file, sha256: fileHash(file, text) };
      });
    const plan = { ...made, state: { ...made.state, written } };
    const reader = await openSession(url, { application_name: "reporting" });
    await reader.query(`BEGIN; SELECT FROM "User"`);
    const events: DeployEvent[] = [];
    const result = await deployTarget({
      target: { name: "production", url },
      project,
      plugin: typeormPlugin,
      plans: [plan],
      attempts: 2,
      clock: { now: () => 0, sleep: () => reader.end() },
      random: () => 0,
      signal: new AbortController().signal,
      onEvent: (event) => events.push(event),
    });
    expect(result).toEqual({
      applied: ["1763648123456-AddHandle", "1763648123457-AddHandleCreateIndex", "1763648123458-AddHandleAssertIndex"],
      attempts: 2,
    });
    expect(events.find(({ kind }) => kind === "locked")).toMatchObject({
      migration: "1763648123456-AddHandle",
      blockers: [expect.stringContaining("reporting")],
    });
    await end();
  });

  describe("a migration of the user's own", () => {
    let inTheWay: readonly string[] = [];
    let unlimited: readonly string[] = [];
    const attempt = (project: Awaited<ReturnType<typeof findProject>>, url: string, sleep: () => Promise<void>) =>
      deployTarget({
        target: { name: "production", url },
        project,
        plugin: typeormPlugin,
        plans: [],
        attempts: 2,
        clock: { now: () => 0, sleep },
        random: () => 0,
        signal: new AbortController().signal,
        onEvent: (event) => {
          if (event.kind === "locked") inTheWay = event.blockers;
          if (event.kind === "unlimited") unlimited = event.migrations;
        },
      }).catch((error: LockstepError) => error);
    const migration = (stamp: number, up: string, down = "") =>
      [
        `src/migrations/${stamp}-Own.js`,
        `module.exports = class Own${stamp} { async up(q) { ${up} } async down(q) { ${down} } };`,
      ] as const;
    const query = (...list: readonly string[]) => list.map((sql) => `await q.query("${sql}");`).join(" ");
    const never = () => Promise.reject(new Error("tried again"));

    it.each([
      ["of its own", ", extra: { lock_timeout: 300 }"],
      ["of the deployment", ""],
      ["of the deployment, each migration a transaction", ', migrationsTransactionMode: "each"'],
    ])("runs again after a lock timeout %s where it is statements alone and all was taken back", async (_, more) => {
      const { root, write } = make({}, plain(`${parts()}${more}`));
      const { url, connection, end } = await target();
      await connection.query("CREATE TABLE a (id int)");
      write(...migration(1700000000001, query("CREATE TABLE b (id int)", "ALTER TABLE a ADD c int")));
      const project = await findProject(root);
      const reader = await openSession(url, { application_name: "reporting" });
      await reader.query("BEGIN; SELECT FROM a");
      expect(await attempt(project, url, () => reader.end())).toEqual({ applied: ["1700000000001-Own"], attempts: 2 });
      expect(unlimited).toEqual([]);
      expect(inTheWay).toEqual([expect.stringMatching(/^pid \d+ \(.*reporting\) has held "a" for /)]);

      const other = await openSession(url);
      await other.query("BEGIN; SELECT FROM a");
      write(...migration(1700000000002, `for (const c of ["d"]) await q.query("ALTER TABLE a ADD " + c + " int");`));
      const error = await attempt(project, url, never);
      await other.end();
      expect(error).toMatchObject({
        code: "LS7020",
        message: expect.stringContaining("It waited for a lock."),
        hint: expect.stringMatching(/^npx lockstep deploy .* # when no session holds the table$/),
      });

      const commit = "await q.commitTransaction(); await q.startTransaction();";
      const texts = ["CREATE TABLE e (id int)", "CREATE TABLE f (id int)", "SELECT 1 / 0"].map((sql) => query(sql));
      write(...migration(1700000000002, `${texts[0]} ${commit} ${texts[1]} ${texts[2]}`));
      expect(await attempt(project, url, never)).toMatchObject({
        message: expect.stringMatching(
          /ERROR: division by zero\n.*which fails because of this earlier statement:\n {2}CREATE TABLE e \(id int\)$/,
        ),
      });
      await end();
    });

    it("outside of a transaction: what stays is told, and a build that broke off is built again", async () => {
      const { root, write } = make(
        {},
        plain(`${parts()}, migrationsTransactionMode: "none", extra: { lock_timeout: 300 }`),
      );
      const { url, connection, end } = await target();
      const two = (second: string) =>
        migration(
          1700000000001,
          query("SELECT 1", "CREATE TABLE a (id int)", second),
          query("DROP TABLE c", "DROP TABLE a", "SELECT 1"),
        );
      write(...two("ALTER TABLE c ADD d int"));
      const project = await findProject(root);
      const error = await attempt(project, url, never);
      expect(unlimited).toEqual(["1700000000001-Own"]);
      expect(error).toMatchObject({
        code: "LS7020",
        message: `1700000000001-Own failed on production.
ERROR: relation "c" does not exist
No transaction reverts it, and the ORM has not recorded the migration: the next run starts again with its first statement, which fails because of this earlier statement:
  CREATE TABLE a (id int)`,
      });
      expect((error as LockstepError).hint).toMatch(
        /^Revert it on production: DROP TABLE a; SELECT 1;\nFix the cause\.\nnpx lockstep deploy --target production\n {2}Instead of these steps: run its other statements yourself, and record it: .*INSERT INTO "migrations" .*\$\$Own1700000000001\$\$/,
      );
      // Nobody has read that: it runs from its beginning.
      expect(await attempt(project, url, never)).toMatchObject({
        message: expect.stringContaining('relation "a" already exists'),
        hint: expect.stringMatching(/^Revert on production what the run created\.\n.*\n {2}Instead of these steps: /),
      });

      unlimited = [];
      write(...migration(1700000000001, query("CREATE INDEX CONCURRENTLY i ON a (id)")));
      const reader = await openSession(url);
      await reader.query("BEGIN; LOCK TABLE a IN ROW EXCLUSIVE MODE");
      expect(await attempt(project, url, () => reader.end())).toEqual({ applied: ["1700000000001-Own"], attempts: 2 });
      expect(unlimited).toEqual([]);
      // What is valid was not left by a build that broke off.
      write(...migration(1700000000002, query("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (id)")));
      const said = { migration: "1700000000002-Own", sqlState: "55P03", text: "", left: [], isInTransaction: false };
      const options = { project, plugin: typeormPlugin, own: undefined, said };
      const failed = await readFailed(connection, said.migration, options);
      expect(failed).toMatchObject({ isLock: true, isRepeatable: true });
      expect(await failed.settle(connection)).toBe("applied");
      const { rows } = await connection.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass");
      expect(rows).toEqual([{ indisvalid: true }]);
      await end();
    });
  });

  it("can be told that a migration need not run", async () => {
    const { root } = make({ files });
    const { url, connection, end } = await target();
    const project = await findProject(root);
    const skip = () => typeormPlugin.resolve(project, url, "1700000000001-First", "applied");
    expect(await skip()).toMatchObject({ exitCode: 1, output: expect.stringContaining('"migrations" does not exist') });
    await connection.query("CREATE TABLE migrations (id serial, timestamp bigint, name varchar)");
    expect(await skip()).toEqual({ exitCode: 0, output: "" });
    expect(await skip()).toEqual({ exitCode: 0, output: "" });
    expect(await typeormPlugin.resolve(project, url, "1700000000001-First", "rolled-back")).toEqual({
      exitCode: 0,
      output: "",
    });
    const { rows } = await connection.query("SELECT timestamp::text, name FROM migrations");
    expect(rows).toEqual([{ timestamp: "1700000000001", name: "M1700000000001" }]);
    const run = await typeormPlugin.deploy(project, url, () => undefined);
    expect(run.output).toContain("No migrations are pending");
    await end();
  });
});
