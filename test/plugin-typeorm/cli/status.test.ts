/** What `status` says of runs that broke off: TypeORM records what it has done and nothing else. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { estimateBackfill } from "../../../core/src/backfill/estimate.js";
import { runBackfill } from "../../../core/src/backfill/runner.js";
import type { Invocation } from "../../../core/src/cli/command.js";
import { readStatus, statusText } from "../../../core/src/cli/plan-status.js";
import { readBackfillStatus } from "../../../core/src/cli/read-backfill-status.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import { fileHash } from "../../../core/src/plan/hash.js";
import { planText } from "../../../core/src/plan/plan-file.js";
import { unitsText } from "../../../core/src/plan/unit-files.js";
import { downStatements } from "../../../core/src/postgresql/units/index.js";
import { backfillStatusesText } from "../../../core/src/review/backfill-status.js";
import { colorsFor } from "../../../core/src/review/colors.js";
import { runLock } from "../../../plugin-typeorm/src/migrations/locks.js";
import { className } from "../../../plugin-typeorm/src/migrations/names.js";
import { typeormPlugin } from "../../../plugin-typeorm/src/plugin.js";
import type { TypeormProject } from "../../../plugin-typeorm/src/project.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { planOf } from "../../support/plan-fixture.js";
import { openSession, type Session } from "../../support/sessions.js";
import { createTypeormProject, type TypeormFixture } from "../../support/typeorm-project.js";
import { createUser } from "../../support/unit-database.js";

let database: TestDatabase;
let session: Session;
let fixture: TypeormFixture;

beforeAll(async () => {
  database = await createDatabase("status");
  session = await openSession(database.url);
  fixture = createTypeormProject({ version: "1.1.1", module: "commonjs" });
});
afterAll(async () => {
  await session.end();
  fixture.dispose();
  await database.drop();
});

function projectOf(): TypeormProject {
  return {
    root: fixture.root,
    migrationsFolder: "src/migrations",
    ormVersion: "1.1.1",
    developmentUrl: undefined,
    dialect: "postgresql" as const,
    generatedFolders: [],
    dataSourceFile: "src/data-source.ts",
    dataSource: "src/data-source.ts",
    run: ["npx", "typeorm"],
    scripts: [],
    flavour: { language: "ts", module: "commonjs" },
    globs: ["src/migrations/*.ts"],
    classes: [],
    migrationGlobs: ["src/migrations/*.ts"],
    typeormFolder: "",
    migrationsTable: { schema: undefined, name: "migrations" },
    transactions: "all",
  };
}

test("a build that broke off is named, and a migration that was passed over", async () => {
  const project = projectOf();
  const made = await planOf({ id: "1763648123456-AddHandle" });
  const units = made.units.filter(({ phase }) => phase === "expand");
  const names = units.map((unit, at) =>
    at === 0 ? made.id : typeormPlugin.migrationName(made, String(1763648123456 + at), unit.spec.kind),
  );
  const written = units.map((unit, at) => {
    const file = `src/migrations/${names[at]}.ts`;
    const content = {
      units: [unit] as const,
      sql: unitsText(made, [unit], "expand"),
      down: downStatements(unit, made.id),
    };
    const text = typeormPlugin.migrationText(project, names[at] ?? "", content);
    fixture.write(file, text);
    return { id: unit.id, file, sha256: fileHash(file, text) };
  });
  const plan = { ...made, state: { ...made.state, written } };
  const status = async () => {
    const read = await readStatus(
      plan,
      { targets: [{ name: "production", url: database.url }] },
      project,
      typeormPlugin,
    );
    return `${statusText(read, colorsFor(false))}\nNext   ${read.next}`;
  };
  const record = (at: number) =>
    session.query(
      `INSERT INTO migrations (timestamp, name) VALUES (${1763648123456 + at}, '${className(names[at] ?? "")}')`,
    );

  await session.query(`${createUser}; CREATE TABLE migrations (id serial, timestamp bigint, name text)`);
  await session.query(unitsText(plan, [units[0]!], "expand"));
  await record(0);
  await session.query(
    `INSERT INTO "User" ("id", "email", "handle") VALUES (900, 'Same', 'same'), (901, 'same', 'same')`,
  );
  await session.query(unitsText(plan, [units[1]!], "expand")).catch(() => undefined);
  const broken = `  ✖ production: The index "User_handle_key" on "User" is INVALID, because its build was interrupted: it slows down every write and rejects duplicates, and no query uses it.`;
  expect(await status()).toBe(`1763648123456-AddHandle   "User"."handle"   released up to expand
  ▶  production  expand    1 of 3 migrations applied
  ✔              backfill  no row lacks a value
  ·              switch    not written yet
  ·              contract  not written yet
${broken}
  ! production: 1763648123457-AddHandleCreateIndex has not run
  ! production: 1763648123458-AddHandleAssertIndex has not run
Next   npx lockstep repair 1763648123456-AddHandle --target production`);

  await record(2);
  await session.query('DROP INDEX "User_handle_key"');
  expect((await status()).split("\n").slice(-3)).toEqual([
    "  ! production: 1763648123457-AddHandleCreateIndex has not run, although one after it has",
    "Next   npx lockstep deploy --target production",
    "Deploy the code.",
  ]);

  const other = await openSession(database.url);
  await other.query(`SELECT pg_advisory_lock(${runLock})`);
  expect((await status()).split("\n").at(-3)).toBe(`  ▶ production: pid ${other.pid} is running migrations`);
  await other.end();
  await record(1);
  expect((await status()).split("\n").at(-2)).toBe("  ·              contract  not written yet");

  // A role that may not read the rows: the other target has its answer all the same.
  const role = `reader_${new URL(database.url).pathname.slice(1)}`;
  await session.query(`CREATE ROLE "${role}" LOGIN PASSWORD 'x'; GRANT SELECT ON migrations TO "${role}"`);
  const url = new URL(database.url);
  [url.username, url.password] = [role, "x"];
  const targets = [
    { name: "replica", url: url.href },
    { name: "production", url: database.url },
  ];
  try {
    const both = await readStatus(plan, { targets }, project, typeormPlugin);
    expect(both.targets).toMatchObject([
      { target: "replica", phases: [], error: expect.stringContaining("permission denied") },
      {
        target: "production",
        phases: expect.arrayContaining([{ phase: "backfill", state: "done", note: expect.any(String) }]),
      },
    ]);
    expect(both.next).not.toContain("reachable");
  } finally {
    await session.query(`DROP OWNED BY "${role}"; DROP ROLE "${role}"`);
  }
});

test("a pass over a column that was dropped and added again counts no more", async () => {
  const again = await createDatabase("status");
  const own = await openSession(again.url);
  try {
    const made = await planOf({
      id: "1763648123456-AddHandle",
      sql: 'ALTER TABLE "User" ADD COLUMN "handle" TEXT;',
      columns: { handle: { fill: { kind: "backfill", sql: "lower(email)" } } },
    });
    const written = made.units.map(({ id }) => ({ id, file: `src/migrations/${made.id}.ts`, sha256: "" }));
    const plan = { ...made, state: { ...made.state, written } };
    await own.query(`${createUser}; INSERT INTO "User" ("id", "email") VALUES (1, 'A'), (2, 'B')`);
    await own.query(unitsText(plan, [plan.units[0]!], "expand"));
    await own.query(
      `CREATE TABLE migrations (id serial, timestamp bigint, name text);
       INSERT INTO migrations (timestamp, name) VALUES (1763648123456, '${className(made.id)}')`,
    );
    const [spec] = plan.backfills;
    const input = { url: again.url, plan: plan.id, spec: spec!, clock: systemClock, random: Math.random };
    await runBackfill(input);
    fixture.write(`lockstep/${plan.id}/plan.json`, planText(plan));
    const project = projectOf();
    const target = { name: "production", url: again.url };
    const backfill = async () => {
      const { phases } = (await readStatus(plan, { targets: [target] }, project, typeormPlugin)).targets[0]!;
      const invocation = {
        name: "backfill status",
        arguments: [plan.id],
        options: {},
        io: { signal: new AbortController().signal, env: { PRODUCTION: again.url } },
        workspace: async () => ({
          project,
          plugin: typeormPlugin,
          config: { targets: { production: { urlFrom: "PRODUCTION" } } },
        }),
      } as unknown as Invocation;
      const { statuses } = await readBackfillStatus(invocation);
      return [phases.find(({ phase }) => phase === "backfill"), backfillStatusesText(statuses, colorsFor(false))];
    };
    expect(await backfill()).toEqual([
      { phase: "backfill", state: "done", note: "the pass is done" },
      expect.stringMatching(/^production {2}"User"\."handle" {2}done\n/),
    ]);
    await own.query(
      'ALTER TABLE "User" DROP COLUMN "handle"; ALTER TABLE "User" ADD COLUMN "handle" TEXT; ANALYZE "User"',
    );
    const why =
      /An earlier pass \(2 rows, done, as of .*\) does not count\. "handle" was dropped and added again since/;
    expect(await backfill()).toEqual([
      { phase: "backfill", state: "open", note: expect.stringMatching(why) },
      expect.stringMatching(new RegExp(`^production  "User"\\."handle"  not begun\\n  ${why.source}$`)),
    ]);
    // How many is a statistic, which may count rows twice that were written just before ANALYZE.
    expect((await estimateBackfill(input)).rows).toBeGreaterThan(0);
    await own.query('ALTER TABLE "User" DROP COLUMN "handle"');
    expect((await backfill())[0]).toMatchObject({ state: "open" });
  } finally {
    await own.end();
    await again.drop();
  }
});
