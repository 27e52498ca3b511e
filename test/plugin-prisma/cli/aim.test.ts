import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withoutPasswords } from "../../../core/src/base/url-text.js";
// The compiled one: it starts a process of its own, which is a file of the package.
import { aimedEnvironment, withholdingEnvironment } from "../../../plugin-prisma/dist/cli/aim.js";
import { takeDatasourceUrl } from "../../../plugin-prisma/src/cli/datasource-url.js";
import { withholding } from "../../../plugin-prisma/src/engine/withhold.js";

const target = "postgresql://app:s3cret@db.example.com:5432/shop";
const development = "postgresql://dev:dev@localhost:5432/dev";
const wrapped = (url: string) => `import { defineConfig, env } from "prisma/config";
const { withLockstep } = await import("@lockstep/prisma").catch(() => ({ withLockstep: (config) => config }));
export default withLockstep(defineConfig({ schema: "schema.prisma", datasource: { url: ${url} } }));
`;
const unwrapped = (url: string) => `import { defineConfig, env } from "prisma/config";
export default defineConfig({ schema: "schema.prisma", datasource: { url: ${url} } });
`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-aim-"));
  symlinkSync(fileURLToPath(new URL("../../../node_modules", import.meta.url)), join(root, "node_modules"), "junction");
  writeFileSync(join(root, "package.json"), '{ "type": "module" }\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const base = { PATH: process.env.PATH, HOME: process.env.HOME };
const plain = 'datasource db {\n  provider = "postgresql"\n}\n';
/** As Prisma 6 projects have it. */
const inSchema = (url: string) => plain.replace("\n}", `\n${url}\n}`);
const noDatasource = `import { defineConfig } from "prisma/config";
const { withLockstep } = await import("@lockstep/prisma").catch(() => ({ withLockstep: (config) => config }));
export default withLockstep(defineConfig({ schema: "schema.prisma" }));
`;
const aim = (config: string, env: Record<string, string> = {}, schema = plain) => {
  writeFileSync(join(root, "prisma.config.ts"), config);
  writeFileSync(join(root, "schema.prisma"), schema);
  return aimedEnvironment({ root, schemaFiles: ["schema.prisma"] }, target, { ...base, ...env });
};

describe("a run of the stock CLI, aimed at a target", () => {
  it.each([
    [
      "wrapped, with the developer's URL set",
      wrapped(`env("DATABASE_URL")`),
      { DATABASE_URL: development },
      "LOCKSTEP_DATASOURCE_URL",
    ],
    [
      "wrapped, in a pipeline that has no development database",
      wrapped(`env("DATABASE_URL")`),
      {},
      "LOCKSTEP_DATASOURCE_URL",
    ],
    ["wrapped, URL written down", wrapped(JSON.stringify(development)), {}, "LOCKSTEP_DATASOURCE_URL"],
    ["not wrapped, env()", unwrapped(`env("DATABASE_URL")`), { DATABASE_URL: development }, "DATABASE_URL"],
    ["not wrapped, process.env", unwrapped("process.env.MY_DB"), { MY_DB: development }, "MY_DB"],
    ["not wrapped, process.env in brackets", unwrapped(`process.env["MY_DB"]`), {}, "MY_DB"],
  ])("%s", async (_, config, env, variable) => {
    const aimed = await aim(config, env);
    expect(aimed[variable]).toBe(target);
    if (variable !== "LOCKSTEP_DATASOURCE_URL") expect(aimed).not.toHaveProperty("LOCKSTEP_DATASOURCE_URL");
  });

  it.each([
    ["url", `  url = env("DATABASE_URL")`, "DATABASE_URL"],
    ["directUrl, over which migrations go", `  url = env("POOL_URL")\n  directUrl = env("DIRECT_URL")`, "DIRECT_URL"],
  ])("the datasource stands in the schema (Prisma 6): %s", async (_, url, variable) => {
    const aimed = await aim(
      noDatasource,
      { DATABASE_URL: development, POOL_URL: development, DIRECT_URL: development },
      inSchema(url),
    );
    expect(aimed[variable]).toBe(target);
  });

  it("LS9021: a URL that the schema itself names", async () => {
    await expect(aim(noDatasource, {}, inSchema(`  url = ${JSON.stringify(development)}`))).rejects.toMatchObject({
      code: "LS9021",
    });
  });

  it("gives a variable that nobody has set a value that leads nowhere", async () => {
    const aimed = await aim(wrapped(`env("DATABASE_URL")`));
    expect(aimed.DATABASE_URL).toContain(".invalid/");
  });

  it.each([
    ["another database, whatever is asked for", unwrapped(JSON.stringify(development))],
    ["a URL that is made of parts", unwrapped(`"postgresql://dev:dev@" + process.env.DB_HOST`)],
    ["a config that does not load", "export default {"],
  ])("LS9021, before anything runs: %s", async (_, config) => {
    await expect(aim(config, { DB_HOST: "localhost" })).rejects.toMatchObject({
      code: "LS9021",
      message: expect.not.stringContaining("s3cret"),
    });
  });
});

describe("LOCKSTEP_DATASOURCE_URL", () => {
  it.each([
    [["migrate", "dev"], undefined],
    [["migrate", "reset", "--force"], undefined],
    [["db", "push"], undefined],
    [["migrate", "deploy"], target],
    [["migrate", "resolve", "--rolled-back", "x"], target],
  ])("prisma %j gets %s, and no child process inherits it", (args, expected) => {
    const env: NodeJS.ProcessEnv = { LOCKSTEP_DATASOURCE_URL: target };
    try {
      expect(takeDatasourceUrl(env, ["node", "prisma", ...args])).toBe(expected);
      expect(env).toEqual({});
      expect(takeDatasourceUrl(env, ["node", "prisma", ...args])).toBe(expected);
    } finally {
      delete (globalThis as { [key: symbol]: unknown })[Symbol.for("lockstep.datasourceUrl")];
    }
  });
});

it.each([
  ["Error: postgresql://app:s3cret@db/shop refused", "Error: postgresql://app:***@db/shop refused"],
  ["postgres://app:a%40b@db/x and mysql://u:p@h/y", "postgres://app:***@db/x and mysql://u:***@h/y"],
  ["postgresql://app@db/shop at 127.0.0.1:5432", "postgresql://app@db/shop at 127.0.0.1:5432"],
])("%s is printed without its password", (line, expected) => {
  expect(withoutPasswords(line)).toBe(expected);
});

describe("a run that leaves migrations out", () => {
  const url = `env("DATABASE_URL")`;
  const other = `process.env.PRISMA_SCHEMA_ENGINE_BINARY = "/opt/schema-engine";\n`;
  it.each([
    ["wrapped", wrapped(url), {}, true],
    ["wrapped, and Lockstep switched off", wrapped(url), { LOCKSTEP: "off" }, true],
    ["not wrapped", unwrapped(url), {}, true],
    ["not wrapped, and the config names another engine", `${other}${unwrapped(url)}`, {}, false],
  ])("%s", async (_, config, env, isOwn) => {
    const aimed = await aim(config, env);
    const environment = await withholdingEnvironment({ root }, target, aimed, ["1_drop"]);
    expect(environment === undefined ? undefined : environment.LOCKSTEP_WITHHELD).toBe(
      isOwn ? '["1_drop"]' : undefined,
    );
    expect(environment?.LOCKSTEP).toBeUndefined();
  });

  const directories = ["1_first", "2_drop", "3_late"].map((path) => ({ path }));
  const asked: unknown[] = [];
  const engine = {
    call: async (...request: unknown[]) => asked.push(request),
    waits: async () => undefined,
    print: async () => undefined,
  };
  const hooks = withholding({ intercept: async () => undefined }, ["2_drop", "3_late"]);
  const info = {} as Parameters<typeof hooks.intercept>[2];

  it("the engine gets the others", async () => {
    const params = { migrationsList: { baseDir: "migrations", migrationDirectories: directories }, filters: 1 };
    await hooks.intercept({ method: "applyMigrations", params }, engine, info);
    expect(asked).toEqual([
      [
        "applyMigrations",
        { migrationsList: { baseDir: "migrations", migrationDirectories: [{ path: "1_first" }] }, filters: 1 },
      ],
    ]);
  });

  it("a list of another form is refused, and so is none", async () => {
    for (const params of [undefined, { migrationsDirectoryPath: "migrations" }, { migrationsList: ["1_first"] }])
      await expect(hooks.intercept({ method: "applyMigrations", params }, engine, info)).rejects.toThrow(
        "nothing was applied",
      );
  });
});
