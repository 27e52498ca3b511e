import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { prismaChecks } from "../../plugin-prisma/src/doctor/index.js";
import { askProject, askTarget, plainFacts } from "../support/ask-check.js";
import { createDatabase } from "../support/database.js";
import { openSession } from "../support/sessions.js";

const check = (id: string) => prismaChecks.find((candidate) => candidate.id === id)!;
const table = `CREATE TABLE _prisma_migrations (migration_name text, checksum text, started_at timestamptz DEFAULT now(),
  finished_at timestamptz, rolled_back_at timestamptz);`;
const sha = (text: string) => createHash("sha256").update(text).digest("hex");
const row = (name: string, text: string, finished = "now()", rolledBack = "NULL") =>
  `INSERT INTO _prisma_migrations VALUES ('${name}', '${sha(text)}', now(), ${finished}, ${rolledBack});`;

test.each([
  ["nothing deployed yet", "", "warning", /no migration has run here/],
  ["all as they are", table + row("1_a", "SELECT 1;\n") + row("2_b", "SELECT 2;\n"), "ok", /2 applied/],
  ["other line breaks", table + row("1_a", "SELECT 1;\r\n"), "ok", /1 applied, 1 not yet/],
  ["a failed one", table + row("1_a", "SELECT 1;\n", "NULL"), "problem", /1_a failed/],
  [
    "a failed one that was recovered",
    table + row("1_a", "x", "NULL", "now()") + row("1_a", "SELECT 1;\n"),
    "ok",
    /1 applied/,
  ],
  ["one of another branch", table + row("9_z", "x"), "warning", /not in the repository: 9_z/],
  ["an edited one", table + row("1_a", "SELECT 3;\n"), "warning", /changed after they were applied: 1_a/],
] as const)("migrations: %s", async (_, sql, level, words) => {
  const root = mkdtempSync(join(tmpdir(), "lockstep-doctor-"));
  const database = await createDatabase("doctor");
  try {
    for (const [name, text] of [
      ["1_a", "SELECT 1;\n"],
      ["2_b", "SELECT 2;\n"],
    ] as const) {
      mkdirSync(join(root, "prisma/migrations", name), { recursive: true });
      writeFileSync(join(root, "prisma/migrations", name, "migration.sql"), text);
    }
    const session = await openSession(database.url);
    if (sql !== "") await session.query(sql);
    await session.end();
    const findings = await askTarget(check("migrations"), database.url, { root, migrations: ["1_a", "2_b"] });
    expect(findings.find((finding) => finding.level === level)?.what, JSON.stringify(findings)).toMatch(words);
    if (level === "ok") expect(findings).toHaveLength(1);
  } finally {
    await database.drop();
    rmSync(root, { recursive: true, force: true });
  }
});

test.each([
  ["an empty database", "", "7.10.0", ["prisma/schema.prisma"], "no migrations yet", undefined],
  [
    "Prisma 7",
    "CREATE TABLE a ()",
    "7.10.0",
    ["db/schema/main.prisma", "db/schema/models/user.prisma"],
    "1 table here, and no migration in the repository",
    "--to-schema db/schema --script",
  ],
  [
    "Prisma 6",
    "CREATE TABLE a ()",
    "6.19.3",
    ["prisma/schema.prisma"],
    "1 table here, and no migration in the repository",
    "--to-schema-datamodel prisma/schema.prisma --script",
  ],
] as const)("migrations: none in the repository, %s", async (_, sql, ormVersion, schemaFiles, what, option) => {
  const database = await createDatabase("doctor");
  try {
    const session = await openSession(database.url);
    if (sql !== "") await session.query(sql);
    await session.end();
    const project = { ...plainFacts.project, ormVersion, schemaFiles, migrationsFolder: "db/migrations" };
    const [finding] = await askTarget(check("migrations"), database.url, { project, migrations: [] });
    const init = "db/migrations/0_init";
    const next = `mkdir -p ${init} && npx prisma migrate diff --from-empty ${option} -o ${init}/migration.sql && npx prisma migrate resolve --applied 0_init`;
    expect(finding).toMatchObject({ what, ...(option === undefined ? { level: "ok" } : { level: "warning", next }) });
  } finally {
    await database.drop();
  }
});

test.each([
  ["7.10.0", "ok", /^Prisma 7\.10\.0$/, undefined],
  ["6.19.3", "ok", /^Prisma 6\.19\.3$/, undefined],
  ["7.2.0", "ok", /^Prisma 7\.2\.0; the tests run with 7\.10/, undefined],
  ["6.13.0", "ok", /^Prisma 6\.13\.0; the tests run with/, undefined],
  // All packages of Prisma, where package.json has each, within the major version.
  ["6.12.0", "problem", /too old/, ["prod prisma@6.19.3", "prod @prisma/adapter-pg@6.19.3"]],
  ["8.1.0-dev.7", "problem", /newer than/, ["prod prisma@7.10.0", "prod @prisma/adapter-pg@7.10.0"]],
] as const)("prisma-version: %s", async (ormVersion, level, words, packages) => {
  const root = mkdtempSync(join(tmpdir(), "lockstep-doctor-"));
  writeFileSync(
    join(root, "package.json"),
    '{ "dependencies": { "pg": "8", "prisma": "6", "@prisma/adapter-pg": "6" } }',
  );
  const project = { ...plainFacts.project, root, ormVersion };
  const [finding] = await askProject(check("prisma-version"), { project });
  expect(finding?.level).toBe(level);
  expect(finding?.what).toMatch(words);
  expect(finding?.next).toBe(packages?.map((each) => `npm install --save-${each}`).join(" && "));
  rmSync(root, { recursive: true });
});

test.each([
  ["export default { schema: 's' };\n", "problem", /is not wrapped/, "npx lockstep init"],
  ["const withLockstep = (c) => c;\nexport default withLockstep({ schema: 's' });\n", "ok", /is wrapped/, undefined],
  ["export const nothing = 1;\n", "problem", /cannot be edited/, /lockstep prisma migrate dev/],
  ["export default { engine: 'js' };\n", "problem", /sets engine: "js"/, /engine: "classic"/],
] as const)("wrapper: %j", async (text, level, words, next) => {
  const root = mkdtempSync(join(tmpdir(), "lockstep-doctor-"));
  try {
    writeFileSync(join(root, "prisma.config.ts"), text);
    const project = { ...plainFacts.project, root, configFile: "prisma.config.ts" };
    const [finding] = await askProject(check("wrapper"), { project });
    expect(finding?.level).toBe(level);
    expect(finding?.what).toMatch(words);
    if (next !== undefined) expect(finding?.next).toMatch(next);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
