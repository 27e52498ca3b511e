/** What an application pays for a wrapped data source, and how it may be written. */
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { run } from "../../support/run.js";
import { createTypeormProject, type TypeormFixture } from "../../support/typeorm-project.js";

let database: TestDatabase;
const projects: TypeormFixture[] = [];
const project = (...args: Parameters<typeof createTypeormProject>) => {
  const made = createTypeormProject(...args);
  projects.push(made);
  return made;
};

beforeAll(async () => {
  database = await createDatabase("typeorm_production");
});
afterAll(async () => {
  for (const each of projects) each.dispose();
  await database.drop();
});

const dataSource = `new DataSource({ type: "postgres", url: process.env.DATABASE_URL, entities: [] })`;

/** Prints every module that is imported; those that are required stand in the cache. */
const trace = `import { register } from "node:module";
register("data:text/javascript,export function load(url, context, next) { console.error(url); return next(url, context); }");`;

describe.each(["1.1.1", "0.3.31"] as const)("TypeORM %s", (version) => {
  test.each([
    [
      "commonjs",
      `const { DataSource } = require("typeorm"); const { withLockstep } = require("@lockstep/typeorm-wrapper");
       const own = ${dataSource}; const source = withLockstep(own);`,
    ],
    [
      "esm",
      `import { createRequire } from "node:module"; import { DataSource } from "typeorm"; import { withLockstep } from "@lockstep/typeorm-wrapper";
       const require = createRequire(import.meta.url); const own = ${dataSource}; const source = withLockstep(own);`,
    ],
  ] as const)("a %s application loads the wrapper alone, and works as before", async (module, head) => {
    const main = `${head}
      (async () => {
        await source.initialize();
        const [{ one }] = await source.query("SELECT 1 AS one");
        await source.runMigrations();
        await source.synchronize();
        const sql = await source.driver.createSchemaBuilder().log();
        const again = withLockstep(source);
        await source.destroy();
        console.error(Object.keys(require("node:module")._cache).join("\\n"));
        console.log(JSON.stringify({ one, same: source === own && again === own, sql, keys: Object.keys(source).includes("runMigrations") }));
      })();`;
    const { root } = project({ version, module, files: { "main.js": main, "trace.mjs": trace } });
    const env = { DATABASE_URL: database.url };
    const result = await run(process.execPath, ["--import", "./trace.mjs", "main.js"], { cwd: root, env });
    expect(result.code, result.output).toBe(0);
    expect(JSON.parse(result.stdout)).toEqual({
      one: 1,
      same: true,
      sql: { upQueries: [], downQueries: [] },
      keys: false,
    });
    const own = result.stderr.split("\n").flatMap((file) => /\/@lockstep\/(.*)/.exec(file)?.[1] ?? []);
    const locks = ["run-lock-postgres", "run-lock"];
    const wrapper = ["aim", "generate-call", "index", "load-plugin", ...locks, "scaffolding", "with-lockstep"];
    expect([...new Set(own)].sort()).toEqual(wrapper.map((name) => `typeorm-wrapper/dist/${name}.cjs`));
    expect(result.stderr).not.toMatch(/ts-morph|typescript\.c?js|libpg-query|\/zod\/|\/jiti\//);
  });
});

test.each([
  ["commonjs", { module: "commonjs", moduleResolution: "node10", ignoreDeprecations: "6.0" }],
  ["commonjs", { module: "nodenext", moduleResolution: "nodenext" }],
  ["esm", { module: "nodenext", moduleResolution: "nodenext" }],
] as const)("the types fit a %s project: %o", async (module, options) => {
  const common = { strict: true, noEmit: true, skipLibCheck: true, types: ["node"], target: "es2022" };
  const { root } = project({
    version: "1.1.1",
    module,
    files: {
      "tsconfig.json": JSON.stringify({ compilerOptions: { ...common, ...options }, files: ["src/app.ts"] }),
      "src/app.ts": `import { defineConfig } from "@lockstep/typeorm";
import { withLockstep } from "@lockstep/typeorm-wrapper";
class DataSource {}
export const config = defineConfig({ pace: "brisk" });
export const plain: DataSource = withLockstep(new DataSource());
export const late: Promise<DataSource> = withLockstep(Promise.resolve(new DataSource()));
// @ts-expect-error it is no string
export const wrong: string = withLockstep(plain);
`,
    },
  });
  const result = await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."], { cwd: root });
  expect(result.output).toBe("");
});

test("what is no data source of PostgreSQL comes back untouched", async () => {
  const main = `const { withLockstep } = require("@lockstep/typeorm-wrapper");
    const values = [undefined, null, 1, {}, { driver: {} }, Object.freeze({ driver: { options: { type: "sqlite" } }, runMigrations() {} })];
    console.log(values.every((value) => withLockstep(value) === value));
    withLockstep(Promise.reject(new Error("no secret"))).catch((error) => console.log(error.message));`;
  const { root } = project({ version: "1.1.1", module: "commonjs", files: { "main.js": main } });
  const result = await run(process.execPath, ["main.js"], { cwd: root });
  expect(result.output).toBe("true\nno secret\n");
});

test("the package that an application installs is a few small files without dependencies", async () => {
  const folder = fileURLToPath(new URL("../../../plugin-typeorm/wrapper", import.meta.url));
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  expect([manifest.dependencies, manifest.peerDependencies, manifest.optionalDependencies]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: folder });
  const [{ files, unpackedSize }] = JSON.parse(stdout);
  expect(
    files.every(({ path }: { path: string }) =>
      /^(?:dist\/[\w-]+\.(?:cjs|d\.cts)|package\.json|LICENSE|README\.md)$/.test(path),
    ),
  ).toBe(true);
  expect(unpackedSize).toBeLessThan(40_000);
});

test("migration:generate without @lockstep/typeorm says what is missing, and writes nothing", async () => {
  const { root, cli } = project({
    version: "1.1.1",
    module: "commonjs",
    language: "js",
    files: {
      "src/user.js": `const { EntitySchema } = require("typeorm");
module.exports = new EntitySchema({ name: "User", tableName: "users", columns: { id: { type: Number, primary: true } } });`,
      "src/data-source.js": `const { DataSource } = require("typeorm"); const { withLockstep } = require("@lockstep/typeorm-wrapper");
module.exports = withLockstep(new DataSource({ type: "postgres", url: process.env.DATABASE_URL, entities: [require("./user.js")] }));`,
    },
  });
  // As npm installs it without development dependencies: copied, for a link leads to the repository, where the other package is.
  rmSync(join(root, "node_modules/@lockstep"));
  cpSync(
    fileURLToPath(new URL("../../../plugin-typeorm/wrapper", import.meta.url)),
    join(root, "node_modules/@lockstep/typeorm-wrapper"),
    { recursive: true },
  );
  const result = await cli("node", ["migration:generate", "src/migrations/Add"], { DATABASE_URL: database.url });
  expect(result.code).toBe(1);
  expect(result.output).toContain("LS9064 @lockstep/typeorm is not installed in ");
  expect(result.output).toContain("Next   npm install --save-dev @lockstep/typeorm");
  expect(result.output).not.toMatch(/\n\s+at /);
  expect(existsSync(join(root, "src/migrations"))).toBe(false);
});
