/** Which runs TypeORM rejects because of a class's own transaction setting, and which of them `check` reports. */
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { findMigrations } from "../../../plugin-typeorm/src/migrations/find-migrations.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { createTypeormProject, type TypeormFixture, type TypeormVersion } from "../../support/typeorm-project.js";

const stamps = { plain: 1700000000001, own: 1700000000002 } as const;
const fileOf = (kind: keyof typeof stamps) => `src/migrations/${stamps[kind]}-M.js`;
const migration = (kind: keyof typeof stamps, setting = "") =>
  `module.exports = class M${stamps[kind]} {
  ${setting}
  async up(queryRunner) { await queryRunner.query("SELECT 1"); }
  async down() {}
};
`;
const source = (mode: string) =>
  `const { DataSource } = require("typeorm");
module.exports = new DataSource({ type: "postgres", url: process.env.DATABASE_URL, entities: [], migrations: ["src/migrations/*.js"]${mode} });
`;
const modeOf = (mode: string) => `, migrationsTransactionMode: "${mode}"`;

/** The names of the classes that `check` reports. */
async function reported(files: Readonly<Record<string, string>>): Promise<string[]> {
  const sets = await findMigrations({ paths: Object.keys(files), read: (path) => files[path] });
  return sets.flatMap((set) =>
    set.rejectsOverrides?.() === true
      ? set.files.flatMap((file) => set.read(files[file] ?? "", file).overrides?.map(({ name }) => name) ?? [])
      : [],
  );
}

describe("as TypeORM runs them", () => {
  const projects = new Map<TypeormVersion, TypeormFixture>();
  const databases: TestDatabase[] = [];
  beforeAll(() => {
    for (const version of ["1.1.1", "0.3.20"] as const)
      projects.set(
        version,
        createTypeormProject({
          version,
          module: "commonjs",
          language: "js",
          files: { [fileOf("plain")]: migration("plain") },
        }),
      );
  });
  afterAll(async () => {
    for (const project of projects.values()) project.dispose();
    for (const database of databases) await database.drop();
  });

  it.each<[TypeormVersion, setting: string, mode: string, args: string, isRejected: boolean]>([
    ["1.1.1", "transaction = false;", "", "", true],
    ["0.3.20", "transaction = false;", "", "", true],
    ["1.1.1", "transaction = true;", modeOf("all"), "", true],
    ["1.1.1", "transaction = undefined;", "", "", false],
    ["1.1.1", "transaction = false;", modeOf("each"), "", false],
    ["0.3.20", "transaction = true;", modeOf("each"), "", false],
    ["1.1.1", "transaction = false;", modeOf("none"), "", false],
    ["1.1.1", "transaction = true;", modeOf("none"), "", false],
    ["1.1.1", "transaction = false;", modeOf("each"), "-t all", true],
    ["1.1.1", "transaction = false;", "", "--transaction=each", false],
  ])("%s, %s in a run with %j %s", async (version, setting, mode, args, isRejected) => {
    const project = projects.get(version) as TypeormFixture;
    const database = await createDatabase("run_mode");
    databases.push(database);
    const own = migration("own", setting);
    project.write(fileOf("own"), own);
    project.write("src/data-source.js", source(mode));
    const given = args === "" ? [] : args.split(" ");
    const env = { DATABASE_URL: database.url };
    const { code, output } = await project.cli("node", ["migration:run", ...given], env);
    expect([code, /override the transaction mode/.test(output)]).toEqual(isRejected ? [1, true] : [0, false]);
    expect(output.includes("executed successfully")).toBe(!isRejected);
    const scripts = { typeorm: "typeorm", migrate: `npm run typeorm -- migration:run ${args} -d src/data-source.js` };
    expect(
      await reported({
        "package.json": JSON.stringify({ dependencies: { typeorm: version }, scripts }),
        "src/data-source.js": source(mode),
        [fileOf("plain")]: migration("plain"),
        [fileOf("own")]: own,
      }),
    ).toEqual(isRejected ? [`M${stamps.own}`] : []);
    if (isRejected) return;
    // An applied class is no reason to reject a run.
    project.write("src/data-source.js", source(modeOf("all")));
    const again = await project.cli("node", ["migration:run"], env);
    expect([again.code, again.output]).toEqual([0, expect.stringContaining("No migrations are pending")]);
  });
});

const base = {
  "package.json": JSON.stringify({ dependencies: { typeorm: "^1.1.0" } }),
  "src/data-source.js": source(""),
  [fileOf("own")]: migration("own", "transaction = false;"),
};
test.each<[string, Readonly<Record<string, string>>, boolean]>([
  ["the default", {}, true],
  ["no data source", { "src/data-source.js": "" }, false],
  [
    "a mode that is known at run time",
    { "src/data-source.js": source(", migrationsTransactionMode: process.env.MODE") },
    false,
  ],
  ["options from elsewhere", { "src/data-source.js": source(', ...require("settings")') }, false],
  ["two data sources", { "src/other.js": source(modeOf("each")) }, false],
  [
    "options that other code completes",
    { "src/run.ts": 'export const more = { ...base, migrationsTransactionMode: "each" };' },
    false,
  ],
  ["a call with a mode", { "src/run.ts": 'await source.runMigrations({ transaction: "each" });' }, false],
  ["a call with options", { "src/run.ts": "await source.runMigrations(options);" }, false],
  [
    "a call without a mode",
    { "src/run.ts": "await source.runMigrations();\nawait source.runMigrations({ fake: true });" },
    true,
  ],
  [
    "a pipeline",
    { ".github/workflows/ci.yml": "run: |\n  npx typeorm migration:run \\\n    -d src/data-source.js -t each\n" },
    false,
  ],
  [
    "a pipeline without a mode",
    { ".github/workflows/ci.yml": "run: npx typeorm migration:run -d x && tar -t all" },
    true,
  ],
  [
    "another package that runs in all",
    {
      "src/data-source.js": source(modeOf("each")),
      "tools/package.json": "{}",
      "tools/run.sh": "typeorm migration:run -t all",
    },
    false,
  ],
  [
    "a script of the repository that runs in all",
    { "src/data-source.js": source(modeOf("each")), "tools/run.sh": "typeorm migration:run -t all" },
    true,
  ],
  [
    "a base class",
    { [fileOf("own")]: `class Base { transaction = false; }\n${migration("own").replace(/M\d+/, "$& extends Base")}` },
    true,
  ],
  [
    "a setting that is known at run time",
    { [fileOf("own")]: migration("own", "transaction = process.env.A === '1';") },
    false,
  ],
])("by the files of the repository: %s", async (_, files, isReported) => {
  expect(await reported({ ...base, ...files })).toEqual(isReported ? [`M${stamps.own}`] : []);
});
