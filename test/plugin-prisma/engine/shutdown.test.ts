import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { engineExecutable } from "./prisma-project.js";

let database: TestDatabase;
let client: pg.Client;

beforeEach(async () => {
  database = await createDatabase("engine_shutdown");
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

interface Engine {
  readonly child: ChildProcessWithoutNullStreams;
  send(message: object): void;
  /** The answer to a request, by its id. */
  answer(id: number): Promise<{ result?: unknown; error?: { data: { message: string } } }>;
  readonly exited: Promise<number | null>;
}

function start(): Engine {
  const child = spawn(engineExecutable, ["--datasource", JSON.stringify({ url: database.url })]);
  const answers = new Map<number, (value: object) => void>();
  let rest = "";
  child.stdin.on("error", () => undefined);
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const message = JSON.parse(line) as { id: number };
      answers.get(message.id)?.(message);
    }
  });
  return {
    child,
    send: (message) => void child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`),
    answer: (id) => new Promise((resolve) => answers.set(id, resolve)),
    exited: new Promise((resolve) => child.once("exit", (code) => resolve(code))),
  };
}

const filters = { externalTables: [], externalEnums: [] };
const migrations = (...sql: readonly string[]) => ({
  baseDir: "migrations",
  lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
  shadowDbInitScript: "",
  migrationDirectories: sql.map((value, index) => ({
    path: `2026010100000${index}_step`,
    migrationFile: { path: "migration.sql", content: { tag: "ok", value } },
  })),
});

/** Waits until the engine is where the query finds it. */
async function until(sql: string): Promise<void> {
  await expect
    .poll(async () => (await client.query(sql)).rowCount, { timeout: 20_000, interval: 50 })
    .toBeGreaterThan(0);
}

const sleeping = "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()";
const leftovers =
  "SELECT datname FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database() UNION ALL " +
  `SELECT datname FROM pg_database WHERE datname LIKE 'prisma_migrate_shadow_db_%' AND (SELECT count(*) FROM pg_stat_activity a
   WHERE a.datname = pg_database.datname AND a.query LIKE '%pg_sleep(600)%') > 0`;

describe.each(["SIGTERM", "SIGINT"] as const)("%s", (signal) => {
  test("in the middle of a migration cancels it, records the failure and leaves nothing behind", async () => {
    const engine = start();
    const answer = engine.answer(1);
    const list = migrations("SELECT pg_sleep(600);");
    engine.send({ id: 1, method: "applyMigrations", params: { migrationsList: list, filters } });
    await until(sleeping);
    engine.child.kill(signal);
    expect((await answer).error?.data.message).toContain("canceling statement due to user request");
    expect(await engine.exited).toBe(0);
    expect((await client.query(leftovers)).rows).toEqual([]);
    const { rows } = await client.query("SELECT logs FROM _prisma_migrations WHERE finished_at IS NULL");
    expect(rows).toEqual([{ logs: expect.stringContaining("57014") }]);
  });

  test("in the middle of a replay drops the shadow database", async () => {
    const engine = start();
    const list = migrations("SELECT pg_sleep(600);");
    engine.send({ id: 1, method: "devDiagnostic", params: { migrationsList: list, filters } });
    await until(sleeping);
    const { rows } = await client.query<{ datname: string }>(sleeping.replace("SELECT 1", "SELECT datname"));
    engine.child.kill(signal);
    expect(await engine.exited).toBe(0);
    const name = rows[0]?.datname;
    expect(name).toMatch(/^prisma_migrate_shadow_db_/);
    expect((await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name])).rows).toEqual([]);
    expect((await client.query(leftovers)).rows).toEqual([]);
  });

  test("when nothing is running ends at once", async () => {
    const engine = start();
    const answer = engine.answer(1);
    engine.send({ id: 1, method: "getDatabaseVersion", params: {} });
    expect(await answer).toMatchObject({ result: expect.stringContaining("PostgreSQL") });
    engine.child.kill(signal);
    expect(await engine.exited).toBe(0);
  });
});

test("the end of the input: what came before is answered, then the process ends", async () => {
  const engine = start();
  const answer = engine.answer(1);
  const list = migrations("CREATE TABLE made (x int); SELECT pg_sleep(0.5);");
  engine.send({ id: 1, method: "applyMigrations", params: { migrationsList: list, filters } });
  engine.child.stdin.end();
  expect((await answer).result).toEqual({ appliedMigrationNames: ["20260101000000_step"] });
  expect(await engine.exited).toBe(0);
  expect((await client.query(leftovers)).rows).toEqual([]);
});

test("a connection that is killed is an error of the request, and the next request connects again", async () => {
  const engine = start();
  const [first, second] = [engine.answer(1), engine.answer(2)];
  const list = migrations("SELECT pg_sleep(600);");
  engine.send({ id: 1, method: "applyMigrations", params: { migrationsList: list, filters } });
  await until(sleeping);
  await client.query(sleeping.replace("SELECT 1", "SELECT pg_terminate_backend(pid)"));
  expect((await first).error?.data.message).toContain("terminating connection due to administrator command");
  engine.send({ id: 2, method: "getDatabaseVersion", params: {} });
  expect((await second).result).toContain("PostgreSQL");
  engine.child.stdin.end();
  expect(await engine.exited).toBe(0);
});

test("lines that are no requests, and methods that do not exist, are answered with errors", async () => {
  const engine = start();
  const [unknown, known] = [engine.answer(1), engine.answer(2)];
  engine.child.stdin.write("this is not JSON\n\n");
  engine.send({ id: 1, method: "getDatabaseDescription", params: {} });
  expect(await unknown).toMatchObject({ error: { code: -32601 } });
  engine.send({ id: 2, method: "getDatabaseVersion", params: {} });
  expect((await known).result).toContain("PostgreSQL");
  engine.child.stdin.end();
  expect(await engine.exited).toBe(0);
});
