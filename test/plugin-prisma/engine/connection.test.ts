import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { createProject, engineExecutable, type PrismaProject, userModel } from "./prisma-project.js";

let database: TestDatabase;
let project: PrismaProject;

beforeAll(async () => {
  database = await createDatabase("engine_connection");
  project = createProject({ url: database.url, models: userModel });
});
afterAll(async () => {
  project.dispose();
  await database.drop();
});

/** As the CLI calls it; the JSON lines on stderr, without the first. */
function command(name: string, url: string) {
  const args = ["--datasource", JSON.stringify({ url }), "cli", name];
  const { status, stderr } = spawnSync(engineExecutable, args, { encoding: "utf8", cwd: project.dir });
  const lines = stderr.trimEnd().split("\n").slice(1);
  const parsed = lines.map((line) => JSON.parse(line) as { level: string; target: string; fields: object });
  return { status, last: parsed.at(-1) };
}

function changed(change: (url: URL) => void): string {
  const url = new URL(database.url);
  change(url);
  return url.href;
}

describe("cli commands", () => {
  test("can-connect-to-database", () => {
    expect(command("can-connect-to-database", database.url)).toMatchObject({ status: 0, last: { level: "INFO" } });
  });

  test("create-database, again, drop-database, again", () => {
    const url = changed((target) => {
      target.pathname += "_é_2";
      target.search = "?schema=other";
    });
    const missing = { status: 1, last: { target: "schema_engine::logger", fields: { error_code: "P1003" } } };
    expect(command("can-connect-to-database", url)).toMatchObject(missing);
    expect(command("create-database", url)).toMatchObject({ status: 0 });
    expect(command("create-database", url)).toMatchObject({ status: 1, last: { fields: { error_code: "P1009" } } });
    expect(command("drop-database", url)).toMatchObject({ status: 0 });
    expect(command("drop-database", url)).toMatchObject(missing);
  });

  test("an unknown command", () => {
    expect(command("sing", database.url)).toMatchObject({ status: 1, last: { level: "ERROR" } });
  });
});

describe("what the user reads", () => {
  const status = (url: string) => project.prisma(["migrate", "status"], { DATABASE_URL: url });

  test("database missing: P1003", async () => {
    const run = await status(changed((url) => (url.pathname = "/missing")));
    expect(run.stderr).toMatch(/P1003: Database `missing` does not exist on the database server at `127\.0\.0\.1:\d+`/);
    expect(run.code).toBe(1);
  });
  test("nobody listens: P1001", async () => {
    const run = await status("postgresql://u:secret@127.0.0.1:1/x");
    expect(run.stderr).toContain("P1001: Can't reach database server at `127.0.0.1:1`");
    expect(run.text).not.toContain("secret");
    expect(run.code).toBe(1);
  });
  test("a server that does not answer: P1001 after connect_timeout", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const run = await status(`postgresql://u@127.0.0.1:${port}/x?connect_timeout=1`);
    silent.close();
    expect(run.stderr).toContain("P1001");
    expect(run.code).toBe(1);
  });
  test("unknown role: P1010", async () => {
    const run = await status(changed((url) => (url.username = "stranger")));
    expect(run.stderr).toContain("P1010: User `stranger` was denied access");
    expect(run.code).toBe(1);
  });
  test("encryption demanded from a server without it: P1011", async () => {
    const run = await status(changed((url) => (url.search = "?sslmode=require")));
    expect(run.stderr).toContain("P1011: Error opening a TLS connection");
    expect(run.code).toBe(1);
  });
  test("not a URL: P1013", async () => {
    const run = await status("postgresql://u@host:port/x");
    expect(run.stderr).toContain("P1013: The provided database string is invalid.");
    expect(run.code).toBe(1);
  });
  test("another database: LS9004", async () => {
    const run = await status("mysql://u@127.0.0.1:3306/x");
    expect(run.stderr).toContain("LS9004: Without a native schema engine Lockstep supports only PostgreSQL");
    expect(run.code).toBe(1);
  });
  test("parameters meant for Prisma's pool are not taken for PostgreSQL's", async () => {
    const run = await project.prisma(["migrate", "deploy"], {
      DATABASE_URL: `${database.url}?connection_limit=5&pool_timeout=3&pgbouncer=true&statement_cache_size=0&sslmode=prefer`,
    });
    expect(run.code).toBe(0);
  });
});
