import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { linkPrisma6, prisma6 } from "../support/prisma-6.js";
import { publishedModules } from "../support/published.js";
import { type RunResult, run } from "../support/run.js";

const bin = join(publishedModules(), "@lockstep/prisma/bin/lockstep.js");
const schema = `generator client {
  provider   = "prisma-client"
  output     = "../../src/generated/prisma"
  engineType = "client"
  previewFeatures = ["metrics"]
}

datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model User {
  id    Int    @id @default(autoincrement())
  email String @unique
}
`;
const db = `import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "./generated/prisma/client";

export const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) });
export const addUser = (email: string) => prisma.user.create({ data: { email } });
`;

let root: string;
let database: TestDatabase;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lockstep-prisma6-"));
  database = await createDatabase("prisma6");
  linkPrisma6(root);
  const settings = { schema: "./prisma/schema", seed: "node prisma/seed.js" };
  write(
    "package.json",
    JSON.stringify({ name: "shop", type: "module", dependencies: { prisma: prisma6 }, prisma: settings }),
  );
  write(".env", `DATABASE_URL=${database.url}\n`);
  write("prisma/seed.js", 'console.log("Seeds", process.env.DATABASE_URL);\n');
  write("lockstep.config.ts", 'export default { targets: { production: { urlFrom: "DATABASE_URL" } } };\n');
  write("prisma/schema/main.prisma", schema);
  write("src/db.ts", db);
}, 180_000);
afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  await database.drop();
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}
const read = (file: string) => readFileSync(join(root, file), "utf8");
const production = () => ({ DATABASE_URL: database.url });

async function succeed(running: Promise<RunResult>): Promise<string> {
  const { code, output } = await running;
  expect(code, output).toBe(0);
  return output;
}
const prisma = (...args: string[]) =>
  succeed(
    run(process.execPath, [join(root, "node_modules/prisma/build/index.js"), ...args], {
      cwd: root,
      // As npx sets it.
      env: { INIT_CWD: root },
    }),
  );
const lockstep = (...args: string[]) =>
  succeed(run(process.execPath, [bin, ...args], { cwd: root, env: production() }));

test(`Prisma ${prisma6}: a required unique column through all phases, with the stock CLI, without a Prisma config before`, async () => {
  const status = await run(process.execPath, [bin, "status"], { cwd: root });
  expect(status.stderr).toMatch(/^LS8001 [\s\S]*^Next {3}npx lockstep init /m);
  await lockstep("init", "--yes", "--no-install");
  expect(read("prisma.config.ts")).toContain("withLockstep(");
  await prisma("migrate", "dev", "--name", "init");
  expect(await prisma("db", "seed")).toContain(`Seeds ${database.url}`);
  await query(`INSERT INTO "User" (email) SELECT 'User.' || n || '@Example.com' FROM generate_series(1, 50) n`);

  write(
    "prisma/schema/main.prisma",
    schema.replace("@unique\n", "@unique\n  /// @lockstep.backfill(lower(email))\n  handle String @unique\n"),
  );
  const dev = await prisma("migrate", "dev", "--name", "handle");
  expect(dev).toContain("Written for expand");
  // The engine runs in the folder of the datasource; the schema is that of the whole folder.
  expect(dev).toContain("\nNext\n  1. npx prisma generate\n");
  expect(dev).toContain(`Generated Prisma Client (${prisma6})`);
  expect(read("prisma/schema/main.prisma")).toContain("handle String? @unique");
  expect(read("prisma/schema/main.prisma")).toContain('url      = env("DATABASE_URL")');
  expect(read("src/db.ts")).toContain("handle: email.toLowerCase()");

  await lockstep("backfill", "run");
  await lockstep("next");
  await lockstep("next", "--confirm", "writers-aware,reads-steady");
  expect(await prisma("migrate", "deploy")).toContain("All migrations have been successfully applied");
  expect(await prisma("migrate", "dev", "--name", "last")).toContain("Already in sync");
  expect(read("prisma/schema/main.prisma")).toContain("handle String @unique");
  expect(read("src/db.ts")).not.toContain("omit");
  expect(await query(`SELECT count(*)::int AS n FROM "User" WHERE handle IS DISTINCT FROM lower(email)`)).toEqual([
    { n: 0 },
  ]);
  expect(
    await query(`SELECT attnotnull FROM pg_attribute WHERE attrelid = '"User"'::regclass AND attname = 'handle'`),
  ).toEqual([{ attnotnull: true }]);

  const pulled = await prisma("db", "pull", "--print");
  for (const line of ['url      = env("DATABASE_URL")', 'previewFeatures = ["metrics"]'])
    expect(pulled).toContain(line);
  const doctor = await lockstep("doctor", "--verbose");
  expect(doctor).toContain(`Prisma ${prisma6}`);
  expect(doctor).toContain("no problems");
}, 400_000);

async function query(sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
