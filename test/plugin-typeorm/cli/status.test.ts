/** What `status` says of runs that broke off: TypeORM records what it has done and nothing else. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { readStatus, statusText } from "../../../core/src/cli/plan-status.js";
import { fileHash } from "../../../core/src/plan/hash.js";
import { unitsText } from "../../../core/src/release/unit-files.js";
import { colorsFor } from "../../../core/src/review/colors.js";
import { downStatements } from "../../../core/src/sql/postgres/units/index.js";
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

test("a build that broke off is named, and a migration that was passed over", async () => {
  const project: TypeormProject = {
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
    const read = await readStatus(plan, [{ name: "production", url: database.url }], project, typeormPlugin);
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
  const broken = `  ✖ production: The index "User_handle_key" on "User" is INVALID, its build broke off: every write pays for it, and it refuses duplicates, and no query uses it.`;
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
  expect((await status()).split("\n").slice(-2)).toEqual([
    "  ! production: 1763648123457-AddHandleCreateIndex has not run, although one after it has",
    "Next   npx typeorm migration:run, then deploy the code",
  ]);

  const other = await openSession(database.url);
  await other.query(`SELECT pg_advisory_lock(${runLock})`);
  expect((await status()).split("\n").at(-2)).toBe(`  ▶ production: pid ${other.pid} runs migrations at this moment`);
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
    const both = await readStatus(plan, targets, project, typeormPlugin);
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
