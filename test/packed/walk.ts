/** What a team does with a column, typed as they type it; after every step the repository's own tools are as content as before. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import mysql from "mysql2/promise";
import { expect } from "vitest";
import { query } from "../matrix/databases.js";
import type { RunResult } from "../support/run.js";
import { fetchedCommand } from "./newcomer.js";
import { nextCommands } from "./next-line.js";
import type { Repository } from "./repository.js";

/** How the ORM of a repository is used there. */
export interface Orm {
  readonly packageName: "@lockstep/prisma" | "@lockstep/typeorm";
  /** Adds lines to the model User, after `name`. */
  addField(field: "nickname" | "handle"): void;
  /** The command that makes a migration, as `init` names it, for one of this name. */
  named(command: string, name: string): string;
  /** Makes a migration of this name. Default: types that command, and nothing else. */
  develop?(typed: string, name: string): Promise<RunResult>;
  /** Runs the migrations on a database. */
  deploy(url: string): Promise<RunResult>;
  /** What has to run before the compiler sees the models. */
  generate(isWrapped: boolean): Promise<void>;
  readonly userTable: string;
}

/** @param depth "expand": as far as the first phase of a planned change */
export async function walk(app: Repository, orm: Orm, depth: "expand" | "all" = "all"): Promise<void> {
  const lockstep = async (args: string) => succeeded(await app.run(`lockstep ${args}`), `lockstep ${args}`);
  const deploy = async (url: string) => succeeded(await orm.deploy(url), "the ORM's own deployment");
  /** Types what the `Next` line of a command says, as it stands there. */
  const follow = async (said: RunResult, words: string, more = "", env = {}) => {
    const command = nextCommands(said.output).find((each) => each.includes(words));
    expect(command, `${words} in\n${said.output}`).toBeDefined();
    return succeeded(await app.type(`${command}${more}`, env), `${command}${more}`);
  };
  const content = new Set<string>();
  const green = async (step: string, isWrapped = true) => {
    const state = await stateOf(app);
    if (content.has(state)) return;
    await orm.generate(isWrapped);
    expect(await app.complaints(), `after ${step}`).toBe("");
    content.add(state);
  };
  const step = async (name: string) => {
    await green(name);
    await app.commit(name);
  };

  await green("the start", false);
  const fetched = await fetchedCommand(orm.packageName);
  let initialised = await app.type(`${fetched} init --yes`);
  // In a fresh clone of a compiled project nothing can be asked before it is built.
  if (initialised.code === 2) {
    await follow(initialised, "build");
    initialised = await app.type(`${fetched} init --yes`);
  }
  succeeded(initialised, "init");
  await step("init");
  const [command = "", ...others] = nextCommands(initialised.output);
  expect(others, initialised.output).toEqual([]);
  const develop = async (name: string) => {
    const typed = orm.named(command, name);
    return succeeded(await (orm.develop?.(typed, name) ?? app.type(typed)), typed);
  };
  for (const url of [app.development, app.production]) {
    await deploy(url);
    await insertUsers(url, orm.userTable);
  }

  // Who edits a model, or gets a migration of the ORM's own, formats it.
  orm.addField("nickname");
  await app.format();
  const safe = await develop("Nickname");
  expect(safe.output).not.toMatch(/expand|Plan /);
  await app.format();
  await step("a safe change");
  await deploy(app.development);
  const before = await sources(app);

  orm.addField("handle");
  await app.format();
  const planned = await develop("Handle");
  expect(planned.output).toContain("1 expand");
  expect(planned.output).not.toMatch(/laid out|may insert/);
  await step("expand");
  const listed = await lockstep("code User.handle");
  for (const file of app.shape.places ?? []) expect(`${planned.output}${listed.output}`).toContain(file);
  if (depth === "expand") return;
  const phases = { expand: await sources(app), switch: new Map<string, string>() };
  const isBack = async (to: ReadonlyMap<string, string>, what: string) => {
    const now = await sources(app);
    // A list of migrations has what takes a phase back as well.
    const isList = (file: string) => /migrations: \[\s*\w/.test(now.get(file) ?? "");
    expect(
      changes(to, now).filter((file) => !isList(file)),
      what,
    ).toEqual([]);
  };
  await lockstep("undo --yes");
  await isBack(before, "undo of expand");
  await green("undo of expand");
  // Taken back is for good: the change that was not taken back after all.
  await app.git("checkout", "--quiet", "--", ".");
  await app.git("clean", "--quiet", "-fd");

  const production = { DATABASE_URL: app.production };
  await follow(planned, "migrat", "", production);
  const filled = await follow(planned, "lockstep backfill run", " --ci");
  await follow(filled, "lockstep next");
  await step("switch");
  phases.switch = await sources(app);
  const unswitched = await lockstep("undo");
  await isBack(phases.expand, "undo of switch");
  await step("undo of switch");
  const switched = await follow(unswitched, "lockstep next");
  await isBack(phases.switch, "switch again");
  await step("switch again");
  const confirmed = " --confirm writers-aware --confirm reads-steady --by ada@example.com";
  await follow(switched, "lockstep next", confirmed);
  await step("contract");
  const contract = await sources(app);
  const uncontracted = await lockstep("undo");
  await isBack(phases.switch, "undo of contract");
  await step("undo of contract");
  await follow(uncontracted, "migrat", "", production);
  const last = await follow(uncontracted, "lockstep next", confirmed);
  await isBack(contract, "contract again");
  await step("contract again");
  await follow(last, "migrat", "", production);
  const status = await follow(last, "lockstep status");
  expect(status.output).toMatch(/contract: applied everywhere|done|finished/);
  expect(
    changes(before, contract).some(
      (file) => file.endsWith("users.ts") && /handle: .*toLowerCase\(\)/.test(contract.get(file) ?? ""),
    ),
  ).toBe(true);
  // Of the scaffolding nothing is left but what wraps the ORM and names the packages.
  const own =
    /(?:^|\/)(?:[\w-]+\.config\.ts|\.config\/prisma\.ts|package\.json|[\w.-]*lock[\w.-]*|data-source\.ts|\.npmrc|\.yarnrc\.yml)$/;
  for (const [file, text] of contract) if (!own.test(file)) expect(text, file).not.toMatch(/lockstep/i);
}

/** What the tools of a repository have to say something about: equal states need to be asked about once. */
async function stateOf(app: Repository): Promise<string> {
  const files = (await app.git("ls-files", "--cached", "--others", "--exclude-standard")).split("\n");
  const read = files.filter((file) => /\.(?:[cm]?[jt]sx?|prisma)$/.test(file) && existsSync(join(app.root, file)));
  return read.map((file) => `${file}\n${app.read(file)}`).join("\n");
}

/** Text files of the repository but for what Lockstep and the ORM keep for themselves. */
export async function sources(app: Repository): Promise<Map<string, string>> {
  const files = (await app.git("ls-files", "--cached", "--others", "--exclude-standard")).split("\n");
  return new Map(
    files
      .filter((file) => existsSync(join(app.root, file)) && file !== "" && !/(^|\/)(lockstep|migrations)\//.test(file))
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
  const rows = Array.from({ length: 50 }, (_, n) => `('User.${n}@Example.com', 'User ${n}')`);
  const sql = `INSERT INTO "${table}" ("email", "name") VALUES ${rows.join(", ")}`;
  if (url.startsWith("postgres")) {
    await query(url, sql);
    return;
  }
  const session = await mysql.createConnection(url);
  await session.query("SET sql_mode = 'ANSI_QUOTES'");
  await session.query(sql);
  await session.end();
}
