/** `lockstep typeorm execute`: SQL of a file, and of a migration of a plan, on the database that the data source names. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderMigration } from "../../../plugin-typeorm/src/migrations/render.js";
import { typeormPlugin } from "../../../plugin-typeorm/src/plugin.js";
import { type App, createApp } from "../intercept/app.js";

let app: App;
beforeAll(async () => {
  app = await createApp();
});
afterAll(() => app.dispose());

/** The command as `lockstep` calls it, from a folder of the project. */
async function execute(...args: string[]) {
  const text: string[] = [];
  const [command] = typeormPlugin.commands ?? [];
  const context = {
    cwd: app.root,
    env: { ...process.env, DATABASE_URL: app.url },
    out: (line: string) => text.push(line),
    err: (line: string) => text.push(line),
  };
  process.env.DATABASE_URL = app.url;
  const code = await command?.run(args, context).finally(() => delete process.env.DATABASE_URL);
  return { code, text: text.join("") };
}
const emails = async () => (await app.query("SELECT email FROM users ORDER BY id")).map(({ email }) => email);

test("runs the SQL of a file", async () => {
  app.write("fix.sql", "UPDATE users SET email = 'Eve''s $1 `x`' WHERE id = 1;\n");
  const { code, text } = await execute("execute", "fix.sql");
  expect([code, text]).toEqual([0, "✔ fix.sql has run on the database of src/data-source.ts"]);
  expect(await emails()).toEqual(["Eve's $1 `x`", "Bob@example.com"]);
});

test("runs every statement of a migration that somebody has written", async () => {
  const set = (id: number) => `await q.query("UPDATE users SET email = 'own' WHERE id = ${id}");`;
  app.write("own1.ts", `export class Own1763648123456 { async up(q) { ${set(1)} ${set(2)} } async down() {} }`);
  const { code, text } = await execute("execute", "own1.ts");
  expect(code, text).toBe(0);
  expect(await emails()).toEqual(["own", "own"]);
});

test("runs what a migration of a plan does, and records nothing", async () => {
  const sql = "-- Lockstep plan x\nDO $$ BEGIN UPDATE users SET email = 'two' WHERE id = 2; END $$;\n";
  const unit = { id: "x", phase: "expand", spec: { kind: "expand" } } as never;
  const name = "1763648123456-Fix";
  const text = renderMigration({
    name,
    content: { units: [unit], sql, down: [] },
    flavour: { language: "ts", module: "commonjs" },
  });
  app.write(`src/migrations/${name}.ts`, text);
  const run = await execute("execute", `src/migrations/${name}.ts`);
  expect(run.code, run.text).toBe(0);
  expect((await emails())[1]).toBe("two");
  expect(await app.query("SELECT to_regclass('migrations') AS found")).toEqual([{ found: null }]);
});

test("says what PostgreSQL said", async () => {
  app.write("wrong.sql", "SELECT nothing FROM users");
  const { code, text } = await execute("execute", "wrong.sql");
  expect(code).toBe(1);
  expect(text).toContain('column "nothing" does not exist');
  expect(text).toMatch(/✖ wrong\.sql has not run .*$/);
});

test.each([
  ["gone.sql", undefined, "The file gone.sql does not exist."],
  ["empty.sql", " \n", "empty.sql contains no statement."],
  ["own.ts", "export class Own1763648123457 { async up() {} }", "own.ts contains no statement."],
  [
    "code.ts",
    "export class Code1763648123458 {\n  async up(q) {\n    await q.query('SELECT 1');\n    await q.createTable(t);\n  }\n}",
    "code.ts:4 is not a statement: a query runner method createTable.",
  ],
])("%s is refused", async (file, text, message) => {
  if (text !== undefined) app.write(file, text);
  await expect(execute("execute", file)).rejects.toMatchObject({ code: "LS9063", message });
});

test("takes one file", async () => {
  for (const args of [[], ["execute"], ["execute", "a.sql", "b.sql"], ["run", "a.sql"]]) {
    const { code, text } = await execute(...args);
    expect([code, text]).toEqual([2, "error: execute takes one file\nUsage: lockstep typeorm execute <file>"]);
  }
  expect(await execute("--help")).toEqual({ code: 0, text: "Usage: lockstep typeorm execute <file>" });
});
