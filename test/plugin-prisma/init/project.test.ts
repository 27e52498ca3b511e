import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { loadConfig } from "../../../core/src/config/load.js";
import { firstFiles } from "../../../core/src/operate/init/first-files.js";
import { rootOf } from "../../../plugin-prisma/src/init/config-file.js";
import { findProject } from "../../../plugin-prisma/src/init/project.js";
import { prismaPlugin } from "../../../plugin-prisma/src/plugin.js";
import { project } from "./real-projects.js";

const schema =
  'generator client {\n  provider = "prisma-client"\n  output = "../src/generated/prisma"\n}\n\ndatasource db {\n  provider = "postgresql"\n}\n';
const config = (fields: string) =>
  `import { defineConfig, env } from "prisma/config";\nexport default defineConfig({ ${fields} });\n`;

describe("findProject", () => {
  it("finds files, folders and the URL from a folder below", async () => {
    const root = project(
      {
        "prisma.config.ts": config(
          'schema: "prisma", migrations: { path: "db/migrations" }, datasource: { url: "postgresql://dev/x" }',
        ),
        "prisma/main.prisma": schema,
        "prisma/models/user.prisma": "model User {\n  id Int @id\n}\n",
        "prisma/readme.md": "",
      },
      ["prisma"],
    );
    mkdirSync(join(root, "src/deep"), { recursive: true });
    expect(await findProject(join(root, "src/deep"))).toEqual({
      root,
      configFile: "prisma.config.ts",
      schemaFiles: ["prisma/main.prisma", "prisma/models/user.prisma"],
      migrationsFolder: "db/migrations",
      generatedFolders: ["src/generated/prisma"],
      developmentUrl: "postgresql://dev/x",
      dialect: "postgresql",
      ormVersion: expect.stringMatching(/^7\./),
      provider: "postgresql",
      unsetVariables: [],
      startsEngine: true,
    });
  });

  it("knows Prisma's defaults", async () => {
    const root = project({ "prisma.config.ts": config(""), "prisma/schema.prisma": schema }, ["prisma"]);
    expect(await findProject(root)).toMatchObject({
      schemaFiles: ["prisma/schema.prisma"],
      migrationsFolder: "prisma/migrations",
      developmentUrl: undefined,
    });
  });

  it.each([["prisma.config.ts"], [".config/prisma.ts"]])(
    "the engine, which runs in the folder of the datasource, finds the root by %s",
    (file) => {
      const root = project({ [file]: "", "db/schema/main.prisma": schema, "db/package.json": "{}" }, []);
      expect(rootOf(join(root, "db/schema/main.prisma"), join(root, "db/schema"))).toBe(root);
    },
  );

  it("needs no development database: a pipeline knows production only", async () => {
    const fields = 'schema: "s.prisma", datasource: { url: env("LS_TEST_A"), shadowDatabaseUrl: env("LS_TEST_B") }';
    const root = project({ "prisma.config.ts": config(fields), "s.prisma": schema }, ["prisma"]);
    expect(await findProject(root)).toMatchObject({
      schemaFiles: ["s.prisma"],
      migrationsFolder: "migrations",
      developmentUrl: undefined,
    });
    expect(process.env.LS_TEST_A).toBeUndefined();
    process.env.LS_TEST_A = "postgresql://dev/y";
    expect(await findProject(root)).toMatchObject({ developmentUrl: "postgresql://dev/y" });
    delete process.env.LS_TEST_A;
  });

  it.each<[string, Record<string, string>, manifest: object, expected: object]>([
    [
      "Prisma 8 with its config, which is not loaded",
      { "prisma.config.ts": 'throw new Error("loaded");' },
      { version: "8.0.0-rc.19", dependencies: { "@prisma/cli-engine": "0.6.2" } },
      { code: "LS9024", message: expect.stringMatching(/uses Prisma 8\.0\.0-rc\.19\.$/) },
    ],
    [
      "Prisma 8 beside the schema of an earlier version",
      { "package.json": '{ "devDependencies": { "prisma": "^8.0.0" } }', "prisma/schema.prisma": schema },
      { version: "8.0.0", dependencies: { "@prisma/cli-engine": "1.0.0" } },
      { code: "LS9024" },
    ],
    [
      "a build of the line of Prisma 7",
      { "prisma.config.ts": config(""), "prisma/schema.prisma": schema },
      { version: "8.1.0-dev.7", dependencies: { "@prisma/engines": "8.1.0-dev.7" } },
      { ormVersion: "8.1.0-dev.7", schemaFiles: ["prisma/schema.prisma"] },
    ],
  ])("recognises Prisma 8 by its dependencies: %s", async (_, files, manifest, expected) => {
    const own = { "package.json": "{}", ...files };
    const inProject = {
      "node_modules/prisma/package.json": JSON.stringify({ name: "prisma", ...manifest }),
      "node_modules/prisma/config.js": 'exports.defineConfig = (config) => config; exports.env = () => "";',
    };
    const root = project({ ...own, ...inProject }, ["@prisma/config"]);
    for (const isNew of [false, true])
      expect(await findProject(root, isNew).catch((error: unknown) => error)).toMatchObject(expected);
  });

  it("says what is missing", async () => {
    await expect(findProject(realpathSync("/"))).rejects.toMatchObject({ code: "LS8001" });
    const bare = project({ "prisma.config.ts": config("") }, ["prisma"]);
    await expect(findProject(bare)).rejects.toMatchObject({
      code: "LS8001",
      message: expect.stringContaining("no Prisma schema"),
    });
    const wrong = project({ "prisma.config.ts": config('schema: "nowhere/x.prisma"') }, ["prisma"]);
    await expect(findProject(wrong)).rejects.toMatchObject({
      code: "LS8001",
      message: expect.stringContaining("nowhere/x.prisma"),
    });
    const broken = project({ "prisma.config.ts": 'throw new Error("boom");' }, ["prisma"]);
    await expect(findProject(broken)).rejects.toMatchObject({
      code: "LS8002",
      message: expect.stringContaining("boom"),
    });
  });
});

describe("initialise", () => {
  it("wraps the config, writes one of ours that loads, and is done after that", async () => {
    const files = { "package.json": "{}", "prisma.config.ts": config('schema: "s.prisma"'), "s.prisma": schema };
    const init = async (root: string) => firstFiles(prismaPlugin, await findProject(root), await loadConfig(root));
    const { changes, missing } = await init(project(files, ["prisma"]));
    expect(changes.map(({ file }) => file)).toEqual(["prisma.config.ts", "lockstep.config.ts"]);
    expect(missing).toEqual([{ name: "@lockstep/prisma", kind: "dev" }]);
    const written = Object.fromEntries(changes.map(({ file, after }) => [file, after ?? ""]));
    const manifest = '{ "devDependencies": { "@lockstep/prisma": "*" } }';
    const root = project({ ...files, ...written, "package.json": manifest }, ["prisma", "@lockstep/prisma"]);
    expect(await init(root)).toEqual({ changes: [], notes: [], byHand: undefined, missing: [] });
    expect(await loadConfig(root)).toEqual({ targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } } });
  });

  it("writes the configuration where the ORM's cannot be wrapped, and says what to write there", async () => {
    const files = {
      "package.json": "{}",
      "prisma.config.ts": 'const config = { schema: "s.prisma" };\nexport { config as default };\n',
      "s.prisma": schema,
    };
    const root = project(files, ["prisma"]);
    const { changes, byHand } = await firstFiles(prismaPlugin, await findProject(root), { targets: {} });
    expect(changes.map(({ file }) => file)).toEqual(["lockstep.config.ts"]);
    expect(byHand).toMatch(
      /^prisma\.config\.ts cannot be edited: .*\nWrite this yourself in prisma\.config\.ts:\n {2}const \{ withLockstep \}/,
    );
  });
});

describe("a project of Prisma 6 without a config", () => {
  afterEach(() => void vi.unstubAllEnvs());
  const six = { dependencies: { "@prisma/client": "6" }, devDependencies: { prisma: "6" } };
  const old = { module: "commonjs", moduleResolution: "node10", ignoreDeprecations: "6.0", types: [] };
  const inDist = JSON.stringify({ compilerOptions: { ...old, outDir: "dist" } });
  const checked = JSON.stringify({ compilerOptions: { ...old, noEmit: true, types: ["node"] } });
  const node = /existsSync\("\.env"\)\) loadEnvFile\("\.env"\);/;

  it.each<[name: string, manifest: object, files: Record<string, string>, file: string, ...parts: (string | RegExp)[]]>(
    [
      ["the default schema", {}, { "prisma/schema.prisma": schema }, "ts", 'schema: "prisma/schema.prisma"', node],
      [
        "settings in package.json",
        { prisma: { schema: "./db", seed: "tsx db/seed.ts" } },
        { "db/main.prisma": schema, "prisma/schema.prisma": "" },
        "ts",
        'schema: "./db"',
        'seed: "tsx db/seed.ts"',
      ],
      [
        "a schema that scripts name",
        { scripts: { migrate: "prisma migrate dev --schema=libs/db/schema.prisma" } },
        { "libs/db/schema.prisma": schema, "libs/db/.env": "A=1\n" },
        "ts",
        'schema: "libs/db/schema.prisma"',
        node,
        'loadEnvFile("libs/db/.env")',
      ],
      [
        "dotenv",
        { dependencies: { dotenv: "16" }, devDependencies: { prisma: "6" } },
        { "schema.prisma": schema },
        "ts",
        'import "dotenv/config";\n',
      ],
      [
        "dotenv for development and Prisma for production",
        { dependencies: { prisma: "6" }, devDependencies: { dotenv: "16" } },
        { "schema.prisma": schema },
        "ts",
        node,
      ],
      [
        "variables in variables",
        {},
        { "schema.prisma": schema, ".env": "# $\nA=1\nB=$A\n" },
        "ts",
        "expand(config());\n",
        "+dotenv dev",
        "+dotenv-expand dev",
      ],
      [
        "a program that it would move",
        {},
        { "schema.prisma": schema, "tsconfig.json": inDist, "src/main.ts": "" },
        "mjs",
      ],
      [
        "CommonJS with a compiler",
        {},
        { "schema.prisma": schema, "tsconfig.json": checked },
        "ts",
        "// @ts-expect-error: Prisma's loader",
      ],
    ],
  )("init writes one that does the same: %s", async (_, manifest, files, extension, ...parts) => {
    vi.stubEnv("LOCKSTEP_PRISMA_VERSION", "6.19.3");
    const all = { "package.json": JSON.stringify({ ...six, ...manifest }), ".git/HEAD": "", ...files };
    const root = project(all, ["prisma", "typescript", "@types/node", "@lockstep/prisma", "@lockstep/core"]);
    await expect(findProject(root)).rejects.toMatchObject({
      code: "LS8001",
      hint: expect.stringMatching(/^npx lockstep init /),
    });
    const { changes, missing } = await firstFiles(prismaPlugin, await findProject(root, true), { targets: {} });
    expect(changes.map(({ file }) => file)).toEqual([`prisma.config.${extension}`, expect.any(String)]);
    const after = [changes[0]?.after, ...missing.map(({ name, kind }) => `+${name} ${kind}`)].join("\n");
    for (const part of parts) expect(after).toMatch(part);
    writeFileSync(
      join(root, changes[0]?.file ?? ""),
      changes[0]?.after?.replace(/^.*(?:dotenv|expand).*$/gm, "") ?? "",
    );
    const { schemaFiles } = await findProject(root);
    expect(schemaFiles).toEqual(Object.keys(files).filter((file) => files[file] === schema));
  });

  it.each([
    ["with a config", { "prisma.config.ts": config("") }],
    ["without one", { "package.json": JSON.stringify(six), ".git/HEAD": "" }],
  ])("refuses a database that is not supported, before init writes anything: %s", async (_, files) => {
    vi.stubEnv("LOCKSTEP_PRISMA_VERSION", "6.19.3");
    const sqlite = schema.replace('"postgresql"', '"sqlite"');
    const root = project({ ...files, "prisma/schema.prisma": sqlite }, ["prisma"]);
    const message = 'The datasource in prisma/schema.prisma has provider = "sqlite".';
    await expect(findProject(root, true)).rejects.toMatchObject({ code: "LS8023", message });
  });

  it.each([
    [
      "6.12.0",
      "LS8026",
      /^npm install --save-dev prisma@6\.19\.3 && npm install --save-prod @prisma\/client@6\.19\.3\n/,
    ],
    ["7.10.0", "LS8001", /prisma\.config\.ts/],
  ])("of Prisma %s it writes none: %s", async (version, code, hint) => {
    vi.stubEnv("LOCKSTEP_PRISMA_VERSION", version);
    const root = project({ "package.json": JSON.stringify(six), ".git/HEAD": "", "schema.prisma": schema }, ["prisma"]);
    await expect(findProject(root, true)).rejects.toMatchObject({ code, hint: expect.stringMatching(hint) });
  });
});
