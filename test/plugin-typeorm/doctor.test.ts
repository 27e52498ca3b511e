import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { typeormChecks } from "../../plugin-typeorm/src/doctor/index.js";
import { askProject, askTarget, plainFacts } from "../support/ask-check.js";
import { createDatabase } from "../support/database.js";
import { openSession } from "../support/sessions.js";

const check = (id: string) => typeormChecks.find((candidate) => candidate.id === id)!;

test.each([
  ["1.1.1", "ok", /TypeORM 1\.1\.1/],
  ["0.3.31", "ok", /TypeORM 0\.3\.31/],
  ["0.3.20", "ok", /TypeORM 0\.3\.20/],
  ["0.3.12", "ok", /^TypeORM 0\.3\.12; the tests run with 1\.1/],
  ["1.9.0", "ok", /^TypeORM 1\.9\.0; the tests run with 1\.1/],
  ["2.0.0", "warning", /not among the tested versions/],
] as const)("typeorm-version: %s", async (ormVersion, level, words) => {
  const [finding] = await askProject(check("typeorm-version"), { project: { ...plainFacts.project, ormVersion } });
  expect(finding?.level).toBe(level);
  expect(finding?.what).toMatch(words);
});

const installed = { dependencies: { "@lockstep/typeorm-wrapper": "0.1.0" } };

test.each([
  ["export default withLockstep(new DataSource({}));\n", installed, "ok", /data-source\.ts is wrapped/],
  [
    "export default withLockstep(new DataSource({}));\n",
    { devDependencies: installed.dependencies },
    "problem",
    /is wrapped, and @lockstep\/typeorm-wrapper is not among the dependencies/,
  ],
  ["export default new DataSource({});\n", installed, "warning", /data-source\.ts is not wrapped/],
  [
    "export default new DataSource({});\n",
    { scripts: { typeorm: "NODE_OPTIONS='--import @lockstep/typeorm-wrapper/register' typeorm" } },
    "ok",
    /package\.json loads @lockstep\/typeorm-wrapper\/register/,
  ],
] as const)("wrapper: %j, %j", async (text, manifest, level, words) => {
  const root = mkdtempSync(join(tmpdir(), "lockstep-doctor-"));
  try {
    writeFileSync(join(root, "data-source.ts"), text);
    writeFileSync(join(root, "package.json"), JSON.stringify(manifest));
    const project = { ...plainFacts.project, root, dataSourceFile: "data-source.ts" };
    const [finding] = await askProject(check("wrapper"), { project });
    expect(finding?.level).toBe(level);
    expect(finding?.what).toMatch(words);
    if (level === "warning") expect(finding?.next).toBe("npx lockstep init");
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

const stamps = ["1700000000001", "1700000000002"];
const table = 'CREATE TABLE "migrations" (id serial, timestamp bigint, name text);';
const row = (name: string) => `INSERT INTO "migrations" (timestamp, name) VALUES (1, '${name}');`;

test.each([
  ["nothing deployed yet", "", "warning", /no migration has run here: there is no table "migrations"/],
  ["one of them", table + row(`A${stamps[0]}`), "ok", /^1 applied, 1 not yet$/],
  [
    "all, and one of a history that was squashed",
    table + stamps.map((at) => row(`A${at}`)).join("") + row("B1"),
    "ok",
    /^2 applied$/,
  ],
  ["a table that the role may not read", undefined, "warning", /not checked: permission denied for table migrations/],
] as const)("migrations: %s", async (_, sql, level, words) => {
  const root = mkdtempSync(join(tmpdir(), "lockstep-doctor-"));
  const database = await createDatabase("doctor");
  const isOther = sql === undefined;
  const role = `reader_${process.pid}`;
  const session = await openSession(database.url);
  try {
    mkdirSync(join(root, "migrations"));
    for (const at of stamps)
      writeFileSync(
        join(root, "migrations", `${at}-A.ts`),
        `export class A${at} implements MigrationInterface { async up() {} async down() {} }\n`,
      );
    if (isOther) await session.query(`${table} CREATE ROLE "${role}" LOGIN PASSWORD 'x'`);
    else if (sql !== "") await session.query(sql);
    const url = new URL(database.url);
    if (isOther) [url.username, url.password] = [role, "x"];
    const project = {
      migrationGlobs: ["migrations/*.ts"],
      migrationsFolder: "migrations",
      migrationsTable: { name: "migrations" },
    };
    const migrations = stamps.map((at) => `${at}-A`);
    const [finding] = await askTarget(check("migrations"), url.href, { root, migrations, project });
    expect(finding?.level).toBe(level);
    expect(finding?.what).toMatch(words);
  } finally {
    if (isOther) await session.query(`DROP ROLE IF EXISTS "${role}"`);
    await session.end();
    await database.drop();
    rmSync(root, { recursive: true, force: true });
  }
});
