/** What an application pays for a wrapped data source, and how it may be written. */
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
      `const { DataSource } = require("typeorm"); const { withLockstep } = require("@lockstep/typeorm");
       const own = ${dataSource}; const source = withLockstep(own);`,
    ],
    [
      "esm",
      `import { createRequire } from "node:module"; import { DataSource } from "typeorm"; import { withLockstep } from "@lockstep/typeorm";
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
    const own = result.stderr
      .split("\n")
      .flatMap((file) => /\/(?:plugin-typeorm|core)\/dist\/(.*)/.exec(file)?.[1] ?? []);
    const entry = module === "esm" ? ["config/define-config.js", "index.js"] : ["index.cjs"];
    const wrapper = ["aim", "generate-call", "run-lock", "scaffolding"].map((name) => `wrapper/${name}.cjs`);
    expect([...new Set(own)].sort()).toEqual([...entry, "with-lockstep.cjs", ...wrapper]);
    expect(result.stderr).not.toMatch(/ts-morph|libpg-query|\/zod\/|\/jiti\//);
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
      "src/app.ts": `import { defineConfig, withLockstep } from "@lockstep/typeorm";
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
  const main = `const { withLockstep } = require("@lockstep/typeorm");
    const values = [undefined, null, 1, {}, { driver: {} }, Object.freeze({ driver: { options: { type: "sqlite" } }, runMigrations() {} })];
    console.log(values.every((value) => withLockstep(value) === value));
    withLockstep(Promise.reject(new Error("no secret"))).catch((error) => console.log(error.message));`;
  const { root } = project({ version: "1.1.1", module: "commonjs", files: { "main.js": main } });
  const result = await run(process.execPath, ["main.js"], { cwd: root });
  expect(result.output).toBe("true\nno secret\n");
});
