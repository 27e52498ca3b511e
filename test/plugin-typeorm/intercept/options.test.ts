/** The options of the stock command, with a plan in the place of its file. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type App, bio, createApp, dataSourceFile, handle, userEntity } from "./app.js";

const uniqueHandle = handle.replace('"varchar" }', '"varchar", unique: true }');

let app: App;
beforeEach(async () => {
  app = await createApp({ entities: { "user.ts": userEntity(bio, uniqueHandle) } });
});
afterEach(() => app.dispose());

const stamp = "1763648123456";
const first = `src/migrations/${stamp}-AddHandle`;
const second = `src/migrations/${Number(stamp) + 1}-AddHandleCreateIndex`;
const third = `src/migrations/${Number(stamp) + 2}-AddHandleAttachUnique`;

describe("what writes nothing", () => {
  test("--check shows the plan and ends with 1", async () => {
    const before = app.snapshot();
    const { code, stdout } = await app.generate("AddHandle", "--check");
    expect(code).toBe(1);
    expect(stdout).toContain("✖ add-column-not-null");
    expect(stdout).toContain("4 contract  Check");
    expect(stdout).toContain("Unexpected changes in database schema were found in check mode");
    expect(stdout).not.toContain("Written for expand");
    expect(app.snapshot()).toEqual(before);
  });

  test("--dryrun shows the first migration as it would be written", async () => {
    const before = app.snapshot();
    const dry = await app.generate("AddHandle", "--dryrun", "-t", stamp);
    expect(dry.code, dry.output).toBe(0);
    expect(dry.stdout).toContain(`${stamp}-AddHandle\n  ✖ add-column-not-null`);
    expect(app.snapshot()).toEqual(before);
    await app.generate("AddHandle", "-t", stamp);
    expect(dry.stdout).toContain(app.read(`${first}.ts`));
  });
});

test("-t stamps the plan and the migrations after it", async () => {
  const { code, output } = await app.generate("AddHandle", "-t", stamp);
  expect(code, output).toBe(0);
  expect(app.migrations()).toEqual([first, second, third].map((file) => `${file.replace("src/migrations/", "")}.ts`));
  expect(app.read(`${first}.ts`)).toContain(`class AddHandle${stamp} `);
  expect(JSON.parse(app.read(`lockstep/${stamp}-AddHandle/plan.json`))).toMatchObject({
    id: `${stamp}-AddHandle`,
    orm: "typeorm",
    versions: { orm: "1.1.1" },
    originalModels: [
      {
        file: "src/user.ts",
        model: "User",
        text: expect.stringMatching(/type: "varchar", unique: true \}\)\n {2}handle!: string;/),
      },
    ],
  });
});

test("--pretty lays out the user's own statements, and ours stay as they are", async () => {
  await app.generate("AddHandle", "-t", stamp, "--pretty");
  const own = app.read(`${first}.ts`);
  // In the lock frame, which is text inside of text.
  expect(own).toMatch(/ALTER TABLE "users"\s+ADD "bio" text/);
  expect(own).toMatch(/ALTER TABLE "users"\s+DROP COLUMN "bio"/);
  const pretty = app.read(`${second}.ts`);
  const { code, output } = await app.cli(["migration:run"]);
  expect(code, output).toBe(0);
  const plain = await createApp({ entities: { "user.ts": userEntity(bio, uniqueHandle) } });
  await plain.generate("AddHandle", "-t", stamp);
  expect(plain.read(`${second}.ts`)).toBe(pretty);
  await plain.dispose();
});

test.each([
  { name: "-o, CommonJS", options: ["-o"], exported: "module.exports = class ", module: "commonjs" },
  { name: "-o --esm", options: ["-o", "--esm"], exported: "export class ", module: "esm" },
])("$name", async ({ options, exported, module }) => {
  const { code, output } = await app.generate("AddHandle", "-t", stamp, ...options);
  expect(code, output).toBe(0);
  for (const file of [first, second, third]) {
    const text = app.read(`${file}.js`);
    expect(text).toContain(exported);
    expect(text).not.toMatch(/: Promise<void>|implements|import type/);
  }
  if (module === "esm") app.write("src/migrations/package.json", '{ "type": "module" }');
  app.write("src/data-source.ts", app.read("src/data-source.ts").replace("migrations/*", "migrations/*.js"));
  const ran = await app.cli(["migration:run"]);
  expect(ran.code, ran.output).toBe(0);
});

describe("data sources", () => {
  test.each([
    ["a promise", "export default withLockstep(Promise.resolve(source));"],
    ["a named export", "export const dataSource = withLockstep(source);"],
    ["wrapped twice", "export const dataSource = withLockstep(withLockstep(source));"],
  ])("%s", async (_name, wrapped) => {
    app.write("src/data-source.ts", dataSourceFile({ wrapped }).replace('.js"', '"'));
    const { code, output } = await app.generate("AddHandle", "-t", stamp);
    expect(code, output).toBe(0);
    expect(app.read(`${second}.ts`)).toContain("// Lockstep plan");
    expect(output.match(/✖ add-column-not-null/g)).toHaveLength(1);
  });

  test("LOCKSTEP=off: TypeORM's own file", async () => {
    const { code, output } = await app.cli(["migration:generate", "src/migrations/AddHandle", "-t", stamp], {
      LOCKSTEP: "off",
    });
    expect(code, output).toBe(0);
    expect(app.migrations()).toEqual([`${stamp}-AddHandle.ts`]);
    expect(app.read(`${first}.ts`)).toContain('ADD "handle" character varying NOT NULL');
  });

  test("schema:log shows what TypeORM would do", async () => {
    const { code, output } = await app.cli(["schema:log"]);
    expect(code, output).toBe(0);
    expect(output).toContain('ADD "handle" character varying NOT NULL');
  });
});

test("a script that calls the command gets the plan as well", async () => {
  app.write(
    "generate.cjs",
    `const { MigrationGenerateCommand } = require("typeorm/commands/MigrationGenerateCommand");
new MigrationGenerateCommand().handler({ path: "src/migrations/AddHandle", dataSource: "src/data-source.ts", timestamp: ${stamp}, exitProcess: false });`,
  );
  const { run } = await import("../../support/run.js");
  const { code, output } = await run(process.execPath, ["--import", "tsx", "generate.cjs"], {
    cwd: app.root,
    env: { DATABASE_URL: app.url },
  });
  expect(code, output).toBe(0);
  expect(app.read(`${second}.ts`)).toContain("// Lockstep plan");
});
