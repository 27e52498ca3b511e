import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UnitSpec } from "../../core/src/model/plan.js";
import { className } from "../../plugin-typeorm/src/migrations/names.js";
import type { Flavour } from "../../plugin-typeorm/src/project.js";
import { type Catalogue, readCatalogue } from "../support/catalogue.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { isNightly } from "../support/nightly.js";
import { openSession, type Session, until } from "../support/sessions.js";
import {
  createTypeormProject,
  type Runner,
  type TypeormFixture,
  type TypeormVersion,
} from "../support/typeorm-project.js";
import { indexLast, migrationsOf, original, ownSpecs } from "../support/typeorm-units.js";
import { openUserDatabase } from "../support/unit-database.js";
import { chain, filesOf } from "../support/units.js";

interface Load extends Flavour {
  readonly runner: Runner;
  readonly specs: readonly UnitSpec[];
  readonly reverts: number;
}

const versions: readonly TypeormVersion[] = ["1.1.1", "0.3.31", "0.3.20"];
const modes = ["all", "each", "none"] as const;
/** The most common loader takes everything back; the others the last two units, or only the one that no transaction may hold. */
const loads: readonly Load[] = [
  { runner: "tsx", language: "ts", module: "commonjs", specs: [original, ...ownSpecs], reverts: 6 },
  { runner: "tsx", language: "ts", module: "esm", specs: [original, ...indexLast], reverts: 2 },
  { runner: "ts-node", language: "ts", module: "commonjs", specs: [original, ...indexLast], reverts: 1 },
  { runner: "node", language: "js", module: "commonjs", specs: [original, ...indexLast], reverts: 1 },
  { runner: "node", language: "js", module: "esm", specs: [original, ...indexLast], reverts: 1 },
];

const projects: TypeormFixture[] = [];
/** The table that the units change: more than 16 MB, so that prove commits between its steps. */
let before: TestDatabase;
let expected: { readonly before: Catalogue; readonly after: Catalogue };

beforeAll(async () => {
  before = await createDatabase("transactions");
  await (await openUserDatabase({ url: before.url, rows: 30, isLarge: true })).end();
  const after = await createDatabase("transactions", before.url);
  const start = await catalogueOf(after.url);
  await withSession(after.url, async (session) => {
    const files = filesOf();
    for (const kind of chain) await session.query(files[kind]);
    await session.query(`CREATE TABLE "note" ("text" text DEFAULT E'a\\\\b\`\${c}')`);
  });
  expected = { before: start, after: await catalogueOf(after.url) };
  await after.drop();
});

afterAll(async () => {
  for (const project of projects) project.dispose();
  await before.drop();
});

describe.concurrent("a plan's migrations, by the stock CLI and a data source that is not wrapped", () => {
  // Its executor is that of 0.3.31: one way of loading is enough for the oldest.
  for (const version of versions)
    for (const load of version === "0.3.20" || (version === "0.3.31" && !isNightly) ? loads.slice(0, 1) : loads) {
      const { project, names } = projectOf(version, load, load.specs);
      // Undefined: the data source says nothing, and TypeORM takes `all`.
      // JavaScript does not go through a loader that could differ from mode to mode.
      const tried = load.runner === "node" ? (["all"] as const) : modes;
      for (const mode of load.reverts === names.length ? [undefined, ...modes] : tried)
        it(`typeorm ${version}, ${load.language} as ${load.module} by ${load.runner}, ${mode ?? "no mode"}`, async () => {
          const database = await createDatabase("transactions", before.url);
          const cli = (command: string) =>
            project.cli(load.runner, [command], { DATABASE_URL: database.url, TRANSACTION_MODE: mode });
          try {
            const run = await cli("migration:run");
            expect(run.code, run.output).toBe(0);
            expect(await recorded(database.url)).toEqual(names);
            expect(await catalogueOf(database.url)).toEqual(expected.after);
            // Without a mode TypeORM does the same as in `all`.
            const reverts = mode === undefined ? 1 : load.reverts;
            for (let left = names.length - 1; left >= names.length - reverts; left--) {
              const revert = await cli("migration:revert");
              expect(revert.code, revert.output).toBe(0);
              expect(await recorded(database.url)).toEqual(names.slice(0, left));
            }
            const last = await catalogueOf(database.url);
            if (reverts === names.length) expect(last).toEqual(expected.before);
            else if (load.specs.at(-1)?.kind === "create-index")
              expect(indexesOf(last)).not.toContain("User_handle_key");
          } finally {
            await database.drop();
          }
        });
    }
});

// Not at the same time as each other: who waits for a lock gives up after 30 s.
describe("two processes that run the same migrations at once", () => {
  for (const { version, modes } of [
    { version: "1.1.1", modes: ["all", "each"] },
    { version: "0.3.20", modes: ["all"] },
  ] as const) {
    const { project, names } = projectOf(version, { language: "js", module: "commonjs" }, ownSpecs);
    for (const mode of modes)
      for (const { name, hold, isHeld } of places)
        it(`typeorm ${version}, ${mode}: the second comes while the first ${name}`, async () => {
          await withDatabase(async ({ url, observer }) => {
            const start = () => project.cli("node", ["migration:run"], { DATABASE_URL: url, TRANSACTION_MODE: mode });
            const holder = await openSession(url);
            await holder.query(`BEGIN ISOLATION LEVEL REPEATABLE READ; ${hold}`);
            const first = start();
            await until(`the first ${name}`, () => isHeld(observer), 60);
            const second = start();
            const polls = until("the second polls", () => isActive(observer, "SELECT pg_sleep%"), 60);
            await Promise.race([polls, second.then(({ output }) => expect(output).toBe("not over yet"))]);
            await holder.end();
            const ends = await Promise.all([first, second]);
            expect(ends.map(({ code }) => code)).toEqual([0, 0]);
            // TypeORM knows only what was recorded when a run began: what both have run is recorded twice.
            expect([...new Set(await recorded(url))].sort()).toEqual([...names].sort());
            const { tables } = await catalogueOf(url);
            expect(tables).toEqual(expected.after.tables.filter((table) => table.name !== "public.note"));
            const revert = await project.cli("node", ["migration:revert"], {
              DATABASE_URL: url,
              TRANSACTION_MODE: mode,
            });
            expect(revert.code, revert.output).toBe(0);
            expect(await recorded(url)).not.toContain(names.at(-1));
          });
        });
  }
});

describe.concurrent("an index build that breaks off", () => {
  const { project, names } = projectOf("1.1.1", { language: "js", module: "commonjs" }, ownSpecs);
  const build = "CREATE UNIQUE INDEX CONCURRENTLY%";

  it("leaves no invalid index when it is cancelled, and is built by the next run", async () => {
    await withDatabase(async ({ url, observer }) => {
      const run = () => project.cli("node", ["migration:run"], { DATABASE_URL: url });
      const holder = await openSession(url);
      await holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
      const first = run();
      await until("the build waits", () => isActive(observer, build), 60);
      await observer.query(`SELECT pg_cancel_backend(pid) ${active}`, [build]);
      await holder.query("COMMIT");
      const { code, output } = await first;
      expect(code).toBe(1);
      expect(output).toContain("canceling statement due to user request");
      expect(await recorded(url)).toEqual(names.slice(0, 1));
      expect(indexesOf(await catalogueOf(url))).not.toContain("User_handle_key");
      expect((await run()).code).toBe(0);
      expect(await recorded(url)).toEqual(names);
      await holder.end();
    });
  });

  it("is built by the next run after its session was ended", async () => {
    await withDatabase(async ({ url, observer }) => {
      const run = () => project.cli("node", ["migration:run"], { DATABASE_URL: url });
      const holder = await openSession(url);
      await holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
      const first = run();
      await until("the build waits", () => isActive(observer, build), 60);
      await observer.query(`SELECT pg_terminate_backend(pid) ${active}`, [build]);
      expect((await first).code).toBe(1);
      await holder.end();
      expect(indexesOf(await catalogueOf(url))).toContain("User_handle_key");
      expect((await run()).code).toBe(0);
      expect(await recorded(url)).toEqual(names);
      const { tables } = await catalogueOf(url);
      expect(tables).toEqual(expected.after.tables.filter((table) => table.name !== "public.note"));
    });
  });
});

describe("the lock of the units", () => {
  it("names the session that keeps it and does nothing", async () => {
    const [expand] = migrationsOf(ownSpecs, { language: "js", module: "commonjs" });
    const project = createTypeormProject({ version: "1.1.1", module: "commonjs", language: "js" });
    projects.push(project);
    project.write(`src/migrations/${expand?.name}.js`, expand?.text.replace("1 minute", "0 seconds") ?? "");
    await withDatabase(async ({ url, observer }) => {
      await observer.query("SELECT pg_advisory_lock(1819239275, 1)");
      const { code, output } = await project.cli("node", ["migration:run"], { DATABASE_URL: url });
      expect(code).toBe(1);
      expect(output).toContain(`pid ${observer.pid} keeps the lock of Lockstep's migrations and does nothing.`);
      expect(await recorded(url)).toEqual([]);
    });
  });
});

/** Where the first of two processes is held, by a transaction that has begun before. */
const places: readonly { name: string; hold: string; isHeld(observer: Session): Promise<boolean> }[] = [
  {
    name: "adds the column and waits for its lock",
    hold: `SELECT FROM "User" LIMIT 1`,
    isHeld: (observer) => isActive(observer, "%DO $lockstep$%"),
  },
  {
    name: "builds the index",
    hold: "SELECT 1",
    isHeld: (observer) => isActive(observer, "CREATE UNIQUE INDEX CONCURRENTLY%"),
  },
];

/** Class names in the order in which they were recorded. */
function recorded(url: string): Promise<string[]> {
  return withSession(url, async (session) => {
    const { rows } = await session.query("SELECT name FROM migrations ORDER BY id");
    return rows.map((row: { name: string }) => row.name);
  });
}

/** In the test's own database: others build the same index at the same time. */
const active =
  "FROM pg_stat_activity WHERE query LIKE $1 AND state = 'active' AND datname = current_database() AND pid <> pg_backend_pid()";

function isActive(observer: Session, query: string): Promise<boolean> {
  return observer.query(`SELECT ${active}`, [query]).then(({ rows }) => rows.length > 0);
}

/** Without TypeORM's own table. */
function catalogueOf(url: string): Promise<Catalogue> {
  return withSession(url, async (session) => {
    const catalogue = await readCatalogue(session, { schemas: ["public"] });
    const isOwn = ({ name }: { name?: unknown }) => String(name).includes("migrations");
    return {
      ...catalogue,
      tables: catalogue.tables.filter((table) => !isOwn(table)),
      sequences: catalogue.sequences.filter((sequence) => !isOwn(sequence)),
    };
  });
}

function indexesOf({ tables }: Catalogue): string[] {
  return tables.flatMap(({ indexes }) => indexes.map(({ name }) => String(name)));
}

async function withSession<T>(url: string, ask: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(url);
  try {
    return await ask(session);
  } finally {
    await session.end();
  }
}

/** A copy of the database before the plan, with TypeORM's table in it: two processes that both make that would collide. */
async function withDatabase(
  use: (database: { readonly url: string; readonly observer: Session }) => Promise<void>,
): Promise<void> {
  const database = await createDatabase("transactions", before.url);
  try {
    await withSession(database.url, async (observer) => {
      await observer.query(
        "CREATE TABLE migrations (id serial PRIMARY KEY, timestamp bigint NOT NULL, name character varying NOT NULL)",
      );
      await use({ url: database.url, observer });
    });
  } finally {
    await database.drop();
  }
}

function projectOf(
  version: TypeormVersion,
  flavour: Flavour,
  specs: readonly UnitSpec[],
): { readonly project: TypeormFixture; readonly names: readonly string[] } {
  const migrations = migrationsOf(specs, flavour);
  const files = migrations.map(({ name, text }) => [`src/migrations/${name}.${flavour.language}`, text]);
  const project = createTypeormProject({ version, ...flavour, files: Object.fromEntries(files) });
  projects.push(project);
  return { project, names: migrations.map(({ name }) => className(name)) };
}
