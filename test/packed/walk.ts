/** What a team does with a column, typed as they type it; after every step the repository's own tools are as content as before. */
import pg from "pg";
import { expect } from "vitest";
import type { RunResult } from "../support/run.js";
import type { Repository } from "./repository.js";

/** How the ORM of a repository is used there. */
export interface Orm {
  /** Adds lines to the model User, after `name`. */
  addField(field: "nickname" | "handle"): void;
  /** Makes the migration of what was added, as people type it. */
  develop(name: string): Promise<RunResult>;
  /** Runs the migrations on a database. */
  deploy(url: string): Promise<RunResult>;
  /** What has to run before the compiler sees the models. */
  generate(isWrapped: boolean): Promise<void>;
  readonly userTable: string;
}

/** @param depth "expand": as far as the first phase of a planned change */
export async function walk(app: Repository, orm: Orm, depth: "expand" | "all" = "all"): Promise<void> {
  const lockstep = async (...args: string[]) =>
    succeeded(await app.run("lockstep", args), `lockstep ${args.join(" ")}`);
  const deploy = async (url: string) => succeeded(await orm.deploy(url), "the ORM's own deployment");
  const green = async (step: string, isWrapped = true) => {
    await orm.generate(isWrapped);
    expect(await app.complaints(), `after ${step}`).toBe("");
  };
  const step = async (name: string) => {
    await green(name);
    await app.commit(name);
  };

  await green("the start", false);
  await lockstep("init", "--yes");
  await step("init");
  for (const url of [app.development, app.production]) {
    await deploy(url);
    await insertUsers(url, orm.userTable);
  }

  // Who edits a model, or gets a migration of the ORM's own, formats it.
  orm.addField("nickname");
  await app.format();
  const safe = succeeded(await orm.develop("Nickname"), "a safe change");
  expect(safe.output).not.toMatch(/expand|Plan /);
  await app.format();
  await step("a safe change");
  await deploy(app.development);
  const before = await sources(app);

  orm.addField("handle");
  await app.format();
  const planned = succeeded(await orm.develop("Handle"), "a planned change");
  expect(planned.output).toContain("1 expand");
  await step("expand");
  if (depth === "expand") return;
  for (const url of [app.development, app.production]) await deploy(url);
  await lockstep("backfill", "run", "--ci");
  const expanded = await sources(app);
  await lockstep("next");
  await step("switch");
  await lockstep("undo");
  expect(changes(expanded, await sources(app)), "undo of switch").toEqual([]);
  await step("undo of switch");
  await lockstep("next");
  await step("switch again");
  await lockstep("next", "--confirm", "writers-aware", "--confirm", "reads-steady");
  await step("contract");
  await deploy(app.production);
  expect((await lockstep("status")).output).toMatch(/contract: applied everywhere|done|finished/);
  const after = await sources(app);
  expect(changes(before, after).some((file) => file.endsWith("users.ts") && after.get(file)?.includes("handle"))).toBe(
    true,
  );
  // Of the scaffolding nothing is left but what wraps the ORM and names the packages.
  const own = /(?:^|\/)(?:[\w-]+\.config\.ts|package\.json|[\w.-]*lock[\w.-]*|data-source\.ts)$/;
  for (const [file, text] of after) if (!own.test(file)) expect(text, file).not.toMatch(/lockstep/i);
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

async function insertUsers(url: string, table: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `INSERT INTO "${table}" ("email", "name") SELECT 'User.' || n || '@Example.com', 'User ' || n FROM generate_series(1, 50) n`,
  );
  await client.end();
}
