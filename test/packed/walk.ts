/** What a team does with a column, typed as they type it; after every step the repository's own tools are as content as before. */
import pg from "pg";
import { expect } from "vitest";
import type { RunResult } from "../support/run.js";
import type { Repository } from "./repository.js";

export async function walkPrisma(app: Repository, schemaFile: string): Promise<void> {
  const prisma = async (...args: string[]) => succeeded(await app.run("prisma", args), `prisma ${args.join(" ")}`);
  const lockstep = async (...args: string[]) =>
    succeeded(await app.run("lockstep", args), `lockstep ${args.join(" ")}`);
  const deploy = async () =>
    succeeded(
      await app.run("prisma", ["migrate", "deploy"], { DATABASE_URL: app.production }),
      "prisma migrate deploy",
    );
  // Without Lockstep the CLI would download an engine first, which it does not need for this.
  const noDownload = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath };
  const green = async (step: string, env = {}) => {
    succeeded(await app.run("prisma", ["generate"], env), "prisma generate");
    expect(await app.complaints(), `after ${step}`).toBe("");
  };
  const step = async (name: string) => {
    await green(name);
    await app.commit(name);
  };
  const addField = (field: string) => app.edit(schemaFile, (text) => text.replace(/^ +name +String$/m, `$&\n${field}`));

  await green("the start", noDownload);
  await lockstep("init", "--yes");
  await step("init");
  await prisma("migrate", "deploy");
  await deploy();
  await insertUsers(app.development, 3);
  await insertUsers(app.production, 50);

  addField("  nickname String?");
  const safe = await prisma("migrate", "dev", "--name", "nickname");
  expect(safe.output).not.toMatch(/expand|Plan /);
  await step("a safe change");
  const before = await sources(app);

  addField("  /// @lockstep.backfill(lower(email))\n  handle String @unique");
  await prisma("migrate", "dev", "--name", "handle");
  await step("expand");
  await deploy();
  await lockstep("backfill", "run", "--ci");
  const expanded = await sources(app);
  await lockstep("next", "--confirm", "writers-aware");
  await step("switch");
  await lockstep("undo");
  expect(changes(expanded, await sources(app)), "undo of switch").toEqual([]);
  await step("undo of switch");
  await lockstep("next", "--confirm", "writers-aware");
  await step("switch again");
  await lockstep("next", "--confirm", "reads-steady");
  await step("contract");
  await deploy();
  expect((await lockstep("status")).output).toMatch(/done|finished|complete/);
  const after = await sources(app);
  expect(changes(before, after)).not.toEqual([]);
  for (const [file, text] of after)
    if (!/lockstep|prisma\.config/.test(file)) expect(text, file).not.toMatch(/lockstep/i);
}

/** Text files of the repository but for what Lockstep and the ORM keep for themselves. */
export async function sources(app: Repository): Promise<Map<string, string>> {
  const files = (await app.git("ls-files", "--cached", "--others", "--exclude-standard")).split("\n");
  return new Map(
    files
      .filter((file) => file !== "" && !/(^|\/)(lockstep|migrations)\//.test(file))
      .map((file) => [file, app.read(file)]),
  );
}

const changes = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((file) => before.get(file) !== after.get(file));

export function succeeded(result: RunResult, what: string): RunResult {
  expect(result.code, `${what}\n${result.output}`).toBe(0);
  return result;
}

async function insertUsers(url: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `INSERT INTO "User" ("email", "name") SELECT 'User.' || n || '@Example.com', 'User ' || n FROM generate_series(1, $1::int) n`,
    [count],
  );
  await client.end();
}
