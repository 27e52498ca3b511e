import { chmodSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import {
  createProject,
  engineDist,
  engineExecutable,
  type PrismaProject,
  schema,
  userModel,
} from "./prisma-project.js";

let database: TestDatabase;
let project: PrismaProject;

beforeEach(async () => {
  database = await createDatabase("engine_hooks");
  project = createProject({ url: database.url, models: userModel });
  await project.initialised();
  project.write("prisma/schema.prisma", schema(userModel.replace("@unique", "@unique\n  handle String")));
});
afterEach(async () => {
  project.dispose();
  await database.drop();
});

/** An engine executable with the hooks written as JavaScript. */
function engineWith(hooks: string): string {
  project.write(
    "engine.mjs",
    `#!/usr/bin/env node
import { runEngine } from "${engineDist}run.js";
import { EngineError } from "${engineDist}backend.js";
import { writeFileSync } from "node:fs";
const hooks = ${hooks};
process.exitCode = await runEngine({
  args: process.argv.slice(2), cwd: process.cwd(), env: process.env, loadHooks: async () => hooks,
});
process.exit();
`,
  );
  const path = join(project.dir, "engine.mjs");
  chmodSync(path, 0o755);
  return path;
}

/** The interception in small: the model is relaxed for the engine and on disk, the SQL is rewritten. */
const relaxing = `{
  async intercept({ method, params }, engine) {
    if (method !== "evaluateDataLoss" && method !== "createMigration") return undefined;
    const files = params.schema.files.map((file) => ({ ...file, content: file.content.replace("handle String", "handle String?") }));
    if (method === "createMigration") await engine.print("Lockstep: \\u2028 planned");
    return { result: await engine.call(method, { ...params, schema: { files } }) };
  },
  async after({ method, params }, result) {
    if (method !== "createMigration" || result.migrationScript === null) return undefined;
    const file = params.schema.files[0];
    writeFileSync(file.path, file.content.replace("handle String", "handle String?"));
    return { ...result, migrationScript: "-- re\u2028written\\n" + result.migrationScript };
  },
}`;

// The wasm engine directly, and the line proxy with an engine process behind it.
describe.each(["wasm", "native"] as const)("%s engine", (backend) => {
  const dev = (hooks: string, ...args: string[]) =>
    project.prisma(["migrate", "dev", "--name", "handle", ...args], {
      LOCKSTEP: "on",
      PRISMA_SCHEMA_ENGINE_BINARY: engineWith(hooks),
      ...(backend === "native" ? { LOCKSTEP_NATIVE_SCHEMA_ENGINE: standIn() } : {}),
    });

  /** A native engine's place is taken by an executable of its own, with the WASM engine inside. */
  function standIn(): string {
    project.write(
      "native-engine.mjs",
      `#!/usr/bin/env node
import { runEngine } from "${engineDist}run.js";
process.exitCode = await runEngine({
  args: process.argv.slice(2), cwd: process.cwd(), env: {}, loadHooks: () => { throw new Error("must not be intercepted twice") },
});
process.exit();
`.replace("env: {}", "env: { LOCKSTEP: process.env.LOCKSTEP }"),
    );
    const path = join(project.dir, "native-engine.mjs");
    chmodSync(path, 0o755);
    return path;
  }

  test("hooks replace the schema, the SQL and print; the next run is in sync", async () => {
    const run = await dev(relaxing);
    // A line separator ends no line of the protocol. A terminal gets it escaped, a file as it is.
    expect(run.text).toContain("Lockstep: \\u2028 planned");
    expect(run.text).toContain("Your database is now in sync with your schema.");
    expect(run.code).toBe(0);
    expect(project.sql("handle")).toBe(
      '-- re\u2028written\n-- AlterTable\nALTER TABLE "User" ADD COLUMN     "handle" TEXT;\n',
    );
    expect(project.read("prisma/schema.prisma")).toContain("handle String?");
    const next = await project.prisma(["migrate", "dev", "--name", "x"]);
    expect(next.text).toContain("Already in sync");
  });

  test("an EngineError is shown with its code, and the CLI exits with 1", async () => {
    const run = await dev(`{
      async intercept({ method }) {
        if (method === "evaluateDataLoss") throw new EngineError("LS9999", "No value for the rows of \\"User\\".\\nNext   write one");
      },
    }`);
    expect(run.stderr).toContain('LS9999\n\nNo value for the rows of "User".\nNext   write one');
    expect(run.code).toBe(1);
    expect(project.migrations()).toHaveLength(1);
  });

  test("an error of Lockstep is shown with why and next; a bug with its stack", async () => {
    const known = await dev(`{
      async intercept({ method }) {
        if (method === "createMigration") {
          throw Object.assign(new Error("what"), { code: "LS2001", why: "why", hint: "do this" });
        }
      },
    }`);
    expect(known.stderr).toContain("LS2001\n\nwhat\nwhy\nNext   do this");
    expect(known.code).toBe(1);
    const bug = await dev('{ async intercept() { throw new TypeError("oops"); } }');
    expect(bug.stderr).toMatch(/This is a bug in Lockstep[\s\S]*TypeError: oops[\s\S]*engine\.mjs/);
    expect(bug.code).toBe(1);
  });

  test("hooks see what the run is about, and every request", async () => {
    await dev(`{
      seen: [],
      async intercept({ method }, engine, info) {
        this.seen.push(method);
        writeFileSync("seen.json", JSON.stringify({ methods: this.seen, info }));
      },
    }`);
    const { methods, info } = JSON.parse(project.read("seen.json")) as { methods: string[]; info: object };
    expect(methods.slice(0, 4)).toEqual(["devDiagnostic", "applyMigrations", "evaluateDataLoss", "createMigration"]);
    expect(info).toMatchObject({ backend, datasource: { url: database.url }, prismaVersion: "7.10.0" });
    expect(info).toHaveProperty("datamodelPaths", [expect.stringMatching(/prisma[\\/]schema\.prisma$/)]);
  });

  test("--create-only, with the SQL rewritten", async () => {
    const run = await dev(relaxing, "--create-only");
    expect(run.code).toBe(0);
    expect(project.sql("handle")).toMatch(/^-- re\u2028written/);
  });

  test("LOCKSTEP=off: nothing is intercepted", async () => {
    const run = await project.prisma(["migrate", "dev", "--name", "handle"], {
      PRISMA_SCHEMA_ENGINE_BINARY: engineWith(relaxing),
      LOCKSTEP: "off",
      ...(backend === "native" ? { LOCKSTEP_NATIVE_SCHEMA_ENGINE: standIn() } : {}),
    });
    expect(run.code).toBe(0);
    expect(project.sql("handle")).toContain("NOT NULL");
  });

  test("errors and prints of the engine pass", async () => {
    const env = {
      LOCKSTEP: "on",
      PRISMA_SCHEMA_ENGINE_BINARY: engineWith("{ async intercept() {}, async after() {} }"),
      ...(backend === "native" ? { LOCKSTEP_NATIVE_SCHEMA_ENGINE: standIn() } : {}),
    };
    const diff = ["migrate", "diff", "--from-migrations", "prisma/migrations", "--to-schema", "prisma/schema.prisma"];
    const printed = await project.prisma([...diff, "--script"], env);
    expect(printed.stdout).toContain('ADD COLUMN     "handle" TEXT NOT NULL;');
    project.write("prisma/migrations/20990101000000_bad/migration.sql", "SELECT 1 / 0;");
    const failed = await project.prisma(["migrate", "deploy"], env);
    expect(failed.stderr).toContain("ERROR: division by zero");
    expect(failed.code).toBe(1);
    const version = await project.prisma(["version"], env);
    expect(version.stdout).toMatch(/Schema Engine +: schema-engine-wasm/);
  });
});

test("LOCKSTEP_NATIVE_SCHEMA_ENGINE that names this proxy is ignored", async () => {
  const run = await project.prisma(["migrate", "status"], { LOCKSTEP_NATIVE_SCHEMA_ENGINE: engineExecutable });
  expect(run.text).toContain("Database schema is up to date!");
});

test("a native engine that ends early is an error that says so", async () => {
  project.write("broken.mjs", '#!/usr/bin/env node\nif (!process.argv.includes("cli")) process.exit(3);\n');
  chmodSync(join(project.dir, "broken.mjs"), 0o755);
  const run = await project.prisma(["migrate", "status"], {
    LOCKSTEP_NATIVE_SCHEMA_ENGINE: join(project.dir, "broken.mjs"),
  });
  expect(run.stderr).toContain("The native schema engine ended with exit code 3.");
  expect(run.code).toBe(1);
});
