import { afterAll, beforeAll, expect, test } from "vitest";
import { LockstepCommands } from "../../support/lockstep-commands.js";
import { run } from "../../support/run.js";
import { createTypeormProject, type TypeormFixture } from "../../support/typeorm-project.js";
import { type App, createApp } from "./app.js";
import { connection, conversionCases, filesOf, fillOf, nameOf, tableOf } from "./conversion-cases.js";

// Rows of old code, of new code and of the backfill store the same value, wherever code has another form of it than the database: code is
// edited only where a copy is the same in both, and every other place is listed.

const cases = conversionCases;
const dataSource = `import "reflect-metadata";
import { withLockstep } from "@lockstep/typeorm-wrapper";
import { DataSource } from "typeorm";

export default withLockstep(new DataSource({ ...${connection("postgres")}, migrations: ["src/migrations/*"] }));
`;
let app: App;
let old: TypeormFixture;
let commands: LockstepCommands;
let plan: {
  readonly state: {
    readonly places: readonly { readonly field: string; readonly model: string; readonly reason: string }[];
  };
};
/** A process in another time zone than the database. */
const zone = { TZ: "America/New_York" };

async function work(root: string, ...args: readonly string[]): Promise<void> {
  const env = { ...zone, DATABASE_URL: app.url };
  const { code, output } = await run(process.execPath, ["--import", "tsx", "run.ts", ...args], { cwd: root, env });
  expect(code, output).toBe(0);
}

beforeAll(async () => {
  app = await createApp({ entities: {}, dataSource, files: filesOf(cases, false, "postgres") });
  old = createTypeormProject({ version: "1.1.1", module: "commonjs", files: filesOf(cases, false, "postgres") });
  commands = new LockstepCommands(app.root);
  app.write("lockstep.config.ts", `export default { targets: { production: { urlFrom: "DATABASE_URL" } } };\n`);
  await work(old.root, "sync");
  for (const [file, text] of Object.entries(filesOf(cases, true, "postgres"))) app.write(file, text);
  const generated = await app.generate("Fresh", "-t", "1763648123456");
  expect(generated.code, generated.output).toBe(0);
  plan = JSON.parse(app.read("lockstep/1763648123456-Fresh/plan.json"));
  const migrated = await app.cli(["migration:run"]);
  expect(migrated.code, migrated.output).toBe(0);
  await work(old.root);
  await work(app.root);
  const filled = await commands.run(["backfill", "run"], { DATABASE_URL: app.url });
  expect(filled.code, filled.output).toBe(0);
}, 300_000);

afterAll(async () => {
  commands?.close();
  old?.dispose();
  await app?.dispose();
});

test.each(cases.map((each, n) => [each.name, each.outcome, each, n] as const))("%s: %s", async (...[, , each, n]) => {
  const before = filesOf(cases, true, "postgres")[`src/work-${n}.ts`];
  const now = app.read(`src/work-${n}.ts`);
  const places = plan.state.places.filter(({ model }) => model === nameOf(n));
  if (each.outcome === "edited") expect(now).toMatch(/create\(\{ source, fresh/);
  else {
    expect(now).toBe(before);
    expect(places.map(({ reason }) => reason).join("\n")).toMatch(each.why ?? /converts (?:fresh|source)/);
    expect(places.map(({ reason }) => reason).join("\n")).toMatch(/Or add @lockstep\.write\(<ts>\)/);
  }
  const [{ type } = {}] = await app.query(
    `SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = '${tableOf(n)}'::regclass AND attname = 'fresh'`,
  );
  const rows = await app.query(
    `SELECT id, source::text, fresh::text, (${fillOf(each)})::${type}::text AS filled FROM "${tableOf(n)}" ORDER BY id`,
  );
  expect(rows).toHaveLength(3 * (each.values?.length ?? 2));
  expect(rows.filter(({ fresh, filled }) => fresh === null || fresh !== filled)).toEqual([]);
});
