import { mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { findProject } from "../../../plugin-typeorm/src/detect/find-project.js";
import { postgresql } from "../../../plugin-typeorm/src/dialects/postgresql.js";
import { typeormPlugin } from "../../../plugin-typeorm/src/plugin.js";
import {
  createTypeormProject,
  type TypeormFixture,
  type TypeormProjectOptions,
} from "../../support/typeorm-project.js";

const url = "postgresql://app:s3cret@db.example.com:5432/shop";
const projects: TypeormFixture[] = [];
const make = (options: Partial<TypeormProjectOptions> = {}): TypeormFixture => {
  const project = createTypeormProject({ version: "1.1.1", module: "commonjs", ...options });
  projects.push(project);
  return project;
};

afterEach(() => {
  delete process.env.DATABASE_URL;
});
afterAll(() => {
  for (const project of projects) project.dispose();
});

/** What a call ends in: `LS9060 message`. */
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => "no error",
    (error: Error & { code?: string }) => `${error.code} ${error.message}`,
  );
const scripts = (run: string) => ({
  manifest: { scripts: { "migration:run": `${run} migration:run -d src/data-source.ts` } },
});
const migration = (stamp: number) =>
  `export class Base${stamp} { name = "Base${stamp}"; async up() {} async down() {} }`;

describe("a project that uses TypeORM", () => {
  it("is what its scripts and its data source say", async () => {
    process.env.DATABASE_URL = url;
    const { root } = make({
      ...scripts("tsx node_modules/typeorm/cli.js"),
      files: { "src/migrations/1700000000001-Base.ts": migration(1700000000001) },
    });
    const found = await findProject(join(root, "src"));
    expect(found).toMatchObject({
      root,
      migrationsFolder: "src/migrations",
      ormVersion: "1.1.1",
      developmentUrl: url,
      generatedFolders: ["dist"],
      dataSourceFile: "src/data-source.ts",
      dataSource: "src/data-source.ts",
      run: ["tsx", "node_modules/typeorm/cli.js"],
      flavour: { language: "ts", module: "commonjs" },
      migrationGlobs: ["src/migrations/*.ts"],
      migrationsTable: { schema: undefined, name: "migrations" },
    });
    const words = typeormPlugin.wordsOf?.(found);
    expect(words?.deploy).toBe("npm run migration:run");
    expect(words?.develop).toBe(
      "npx tsx node_modules/typeorm/cli.js migration:generate src/migrations/<Name> -d src/data-source.ts",
    );
    expect(words?.execute("lockstep/x/undo/a.sql")).toBe("npx lockstep typeorm execute lockstep/x/undo/a.sql");
    expect(words?.skip("1700000000001-Base")).toBe(
      `npx tsx node_modules/typeorm/cli.js query 'INSERT INTO "migrations" ("timestamp", "name") VALUES (1700000000001, $$Base1700000000001$$)' -d src/data-source.ts`,
    );
    const onMysql = typeormPlugin.wordsOf?.({ ...found, dialect: "mysql" } as typeof found);
    expect(onMysql?.skip("1700000000001-Base")).toContain(
      "INTO `migrations` (`timestamp`, `name`) VALUES (1700000000001, '\\''Base1700000000001'\\'')'",
    );
  });

  const stamped = (...paths: string[]) =>
    Object.fromEntries(
      paths.map((path, index) => [`src/${path}/170000000000${index}-Base.ts`, migration(1700000000000 + index)]),
    );
  const source = (migrations: string) =>
    `import { DataSource } from "typeorm";\nexport default new DataSource({ type: "postgres", migrations: ${migrations} });\n`;
  const engines = stamped("migrations/postgresdb", "migrations/mysqldb", "migrations/sqlite");
  it.each([
    ["a glob over all", '["src/migrations/**/*.ts"]', engines, "src/migrations/postgresdb"],
    [
      "a glob over all, and one for every database",
      '["src/migrations/**/*.ts"]',
      stamped("migrations/common", "migrations/mysql"),
      "src/migrations/common",
    ],
    ["nothing that has a path", "[]", engines, "src/migrations/postgresdb"],
    ["nothing that has a path, in one folder", "[]", stamped("db/migrations"), "src/db/migrations"],
    ["nothing at all", "[]", {}, "migrations"],
  ])("has the migrations of PostgreSQL where the data source names %s", async (_, migrations, files, folder) => {
    const { root } = make({ files: { ...files, "src/data-source.ts": source(migrations) } });
    expect((await findProject(root)).migrationsFolder).toBe(folder);
  });

  it("has a data source that a function makes in another file", async () => {
    const factory = `import { DataSource } from "typeorm";\nexport const getDataSource = () => new DataSource({ type: "postgres" });\n`;
    const { root } = make({
      files: {
        "src/factory.ts": factory,
        "src/data-source.ts": `import { getDataSource } from "./factory";\nexport const dataSource = getDataSource();\n`,
      },
    });
    expect((await findProject(root)).dataSourceFile).toBe("src/data-source.ts");
  });

  it.each([
    ["tsx node_modules/typeorm/cli.js", "npx tsx node_modules/typeorm/cli.js"],
    ["NODE_ENV=test typeorm", "NODE_ENV=test npx typeorm"],
    ["npx typeorm", "npx typeorm"],
    ["node --import tsx node_modules/typeorm/cli.js", "node --import tsx node_modules/typeorm/cli.js"],
    ["./node_modules/.bin/typeorm", "./node_modules/.bin/typeorm"],
  ])("has commands that a shell finds: %s", (run, typed) => {
    const project = {
      root: "/nowhere",
      run: run.split(" "),
      dataSource: "d.ts",
      dataSourceFile: "d.ts",
      scripts: [],
      migrationsTable: { name: "m" },
    };
    expect(typeormPlugin.wordsOf?.(project as never).deploy).toBe(`${typed} migration:run -d d.ts`);
  });

  it.each<[string, Partial<TypeormProjectOptions>, object]>([
    ["by ts-node", { version: "0.3.31", ...scripts("typeorm-ts-node-commonjs") }, { ormVersion: "0.3.31" }],
    [
      "by ts-node, as ES modules",
      { module: "esm", ...scripts("npx typeorm-ts-node-esm") },
      { flavour: { language: "ts", module: "esm" } },
    ],
    [
      "by node alone",
      { version: "0.3.20", module: "esm", language: "js" },
      { run: ["npx", "typeorm"], ormVersion: "0.3.20" },
    ],
    [
      "by the loader that is installed",
      {},
      { run: ["npx", "tsx", "node_modules/typeorm/cli.js"], dataSource: "src/data-source.ts" },
    ],
    [
      "by the loader that is declared, though there is another one",
      { manifest: { devDependencies: { typeorm: "1", "ts-node": "10" } } },
      { run: ["npx", "typeorm-ts-node-commonjs"] },
    ],
  ])("is loaded %s", async (_, options, expected) => {
    const { root } = make(options);
    expect(await findProject(root)).toMatchObject(expected);
  });

  it("may be compiled: migrations are written to its sources", async () => {
    const { root, write } = make({
      manifest: { scripts: { "migration:run": "npm run build && typeorm migration:run -d dist/data-source.js" } },
      files: { "src/db/migrations/1700000000001-Base.ts": migration(1700000000001) },
    });
    write(
      "dist/data-source.js",
      `module.exports = new (require("typeorm").DataSource)({ type: "postgres", host: "db", port: 5433, username: "a b", password: "p@ss", database: "shop",
        schema: "Sales", migrationsTableName: "ran", ssl: { rejectUnauthorized: false }, migrations: [require("path").join(__dirname, "db/migrations/*.js")] });`,
    );
    const found = await findProject(root);
    // Its script builds; a command of its own is told to.
    expect(typeormPlugin.wordsOf?.(found)).toMatchObject({
      build: "npx tsc",
      deploy: "npm run migration:run",
      develop: "npx tsc && npx typeorm migration:generate src/db/migrations/<Name> -d dist/data-source.js",
    });
    expect(found).toMatchObject({
      migrationsFolder: "src/db/migrations",
      migrationGlobs: ["src/db/migrations/*.{ts,js}"],
      dataSourceFile: "src/data-source.ts",
      dataSource: "dist/data-source.js",
      developmentUrl: "postgresql://a%20b:p%40ss@db:5433/shop?sslmode=no-verify",
      migrationsTable: { schema: "Sales", name: "ran" },
      flavour: { language: "ts", module: "commonjs" },
    });
  });

  it("says in lockstep.config.ts what nothing else says", async () => {
    const { root, write } = make();
    write(
      "src/other.ts",
      `import { DataSource } from "typeorm";\nexport default new DataSource({ type: "postgres" });\n`,
    );
    write(
      "lockstep.config.json",
      JSON.stringify({ typeorm: { dataSource: "src/other.ts", migrations: "db/changes" } }),
    );
    expect(await findProject(root)).toMatchObject({ dataSource: "src/other.ts", migrationsFolder: "db/changes" });
  });
});

describe("a project that cannot be worked on", () => {
  it("has no typeorm", async () => {
    const root = mkdtempSync(join(tmpdir(), "lockstep-none-"));
    writeFileSync(join(root, "package.json"), "{}");
    expect(await refusal(findProject(root))).toBe(`LS8001 No package.json with typeorm in ${root} or above`);
    writeFileSync(join(root, "package.json"), '{ "dependencies": { "typeorm": "1.1.1" } }');
    expect(await refusal(findProject(root))).toContain("has no typeorm in its dependencies");
    mkdirSync(join(root, "node_modules/typeorm"), { recursive: true });
    writeFileSync(join(root, "node_modules/typeorm/package.json"), '{ "version": "0.3.10", "main": "index.js" }');
    writeFileSync(join(root, "node_modules/typeorm/index.js"), "");
    expect(await refusal(findProject(root))).toBe(
      "LS9053 typeorm 0.3.10 is installed, but Lockstep needs 0.3.11 or later.",
    );
    rmSync(root, { recursive: true });
  });

  it.each([
    [
      "tsx node_modules/typeorm/cli.js",
      "throw new Error('postgresql://u:s3cret@h/d is\\ndown');",
      "postgresql://u:***@h/d is",
    ],
    ["typeorm-ts-node-commonjs", "export const n: number = 'x';", "src/data-source.ts(1,14): error TS2322"],
    ["typeorm", "import './entity';\nexport default 1;", "Cannot find module"],
    [
      "tsx node_modules/typeorm/cli.js",
      "export const x = 1;",
      "Given data source file must contain export of a DataSource instance",
    ],
    ["node nowhere/typeorm/cli.js", "", "Error: Cannot find module"],
  ])("has a data source that does not load, by %s", async (run, text, cause) => {
    const { root, write } = make(scripts(run));
    write("src/data-source.ts", text);
    const told = await refusal(findProject(root));
    expect(told).toContain(`LS9060 ${run} cannot load src/data-source.ts: `);
    expect(told).toContain(cause);
    expect(told).not.toContain("\n");
    expect(told).not.toContain("s3cret");
  });

  it("has git's conflict markers in an entity and in a plan", async () => {
    const { root, write } = make(scripts("tsx node_modules/typeorm/cli.js"));
    const entity = `import { Entity } from "typeorm";\n<<<<<<< HEAD\n@Entity()\n=======\n@Entity("t")\n>>>>>>> other\nexport class T {}\n`;
    write("src/t.ts", entity);
    write("src/data-source.ts", `import "./t";\nexport default 1;\n`);
    expect(await refusal(findProject(root))).toMatch(/^LS8027 src\/t\.ts:2: git's conflict markers/);
    write("lockstep/20260101000000_a/plan.json", "<<<<<<< HEAD\n{}\n=======\n[]\n>>>>>>> other\n");
    expect(await refusal(findProject(root))).toMatch(/^LS3007 lockstep\/20260101000000_a\/plan\.json:1: /);
  });

  it("is not built yet: its own command that builds it is named", async () => {
    const { root } = make({
      manifest: { scripts: { build: "tsc", "migration:run": "typeorm migration:run -d dist/data-source.js" } },
      files: { "tsconfig.json": '{ "compilerOptions": { "outDir": "dist", "rootDir": "src" } }' },
    });
    await expect(findProject(root)).rejects.toMatchObject({
      code: "LS9060",
      message: "dist/data-source.js does not exist: the project is not built.",
      hint: "npm run build, then run the same command again",
    });
  });

  it("has a runner that is not installed", async () => {
    const { root } = make(scripts("swc-node node_modules/typeorm/cli.js"));
    expect(await refusal(findProject(root))).toBe(`LS9020 The project at ${root} has no command swc-node.`);
  });

  it("has two data sources, or none", async () => {
    const { root, write } = make();
    write(
      "src/other.ts",
      `import { DataSource } from "typeorm";\nexport const a = new DataSource({ type: "postgres" });\n`,
    );
    write(
      "src/third.ts",
      `import { DataSource } from "typeorm";\nexport const b = new DataSource({ type: "postgres" });\n`,
    );
    // Of several the one with a usual name.
    expect(await findProject(root)).toMatchObject({ dataSource: "src/data-source.ts" });
    write("src/data-source.ts", "");
    expect(await refusal(findProject(root))).toBe(
      "LS9061 Several files export a data source: src/other.ts, src/third.ts.",
    );
    write("src/other.ts", "");
    write("src/third.ts", "");
    expect(await refusal(findProject(root))).toContain("LS9061 No script of package.json names a data source (-d)");
  });

  it.each([
    ['type: "better-sqlite3", database: ":memory:"', "LS9060"],
    [
      'type: "cockroachdb", timeTravelQueries: false',
      "LS9062 The data source in src/data-source.js has the type cockroachdb.",
    ],
    ['type: "postgres", synchronize: true', "LS9054 The data source in src/data-source.js has synchronize: true."],
  ])("has a data source of %s", async (options, expected) => {
    const { root, write } = make({ language: "js" });
    write(
      "src/data-source.js",
      `const { DataSource } = require("typeorm");\nmodule.exports = new DataSource({ ${options} });\n`,
    );
    const { NODE_ENV } = process.env;
    process.env.NODE_ENV = "development";
    try {
      expect(await refusal(findProject(root))).toContain(expected);
    } finally {
      process.env.NODE_ENV = NODE_ENV;
    }
  });

  it("has two copies of TypeORM", async () => {
    const { root } = make({ language: "js", version: "0.3.31" });
    const own = join(root, "node_modules/typeorm");
    const other = join(own, "../../packages/orm/node_modules");
    mkdirSync(other, { recursive: true });
    symlinkSync(join(readlinkSync(own), "../typeorm-0.3.20"), join(other, "typeorm"));
    writeFileSync(
      join(root, "packages/orm/index.js"),
      `const { DataSource } = require("typeorm");\nmodule.exports = new DataSource({ type: "postgres" });\n`,
    );
    unlinkSync(join(root, "src/data-source.js"));
    writeFileSync(
      join(root, "src/data-source.js"),
      `module.exports = require("../packages/orm"); // DataSource of "typeorm"\n`,
    );
    writeFileSync(join(root, "lockstep.config.json"), '{ "typeorm": { "dataSource": "src/data-source.js" } }');
    expect(await refusal(findProject(root))).toMatch(
      /^LS9051 The CLI uses typeorm 0\.3\.31 in .*, but the data source uses typeorm 0\.3\.20 in /,
    );
  });
});

it.each([
  [{ database: "shop" }, "postgresql://localhost:5432/shop"],
  [
    { database: "s/h", username: "a", host: "/tmp", port: 6000 },
    "postgresql://a@localhost/s%2Fh?host=%2Ftmp&port=6000",
  ],
  [{ host: "db" }, undefined],
  [{ url: "postgres://x/y", database: "z" }, "postgres://x/y"],
])("the development database of %o", (given, expected) => {
  const rest = {
    type: "postgres",
    migrations: [],
    classes: [],
    migrationsTableName: "migrations",
    synchronize: false,
    transactions: "all" as const,
    cli: "",
    isAimed: false,
  };
  expect(postgresql.developmentUrl({ ...rest, ...given })).toBe(expected);
});
