/** Prisma's plugin, with what Prisma's own CLI does in processes of its own done in this one: a history takes seconds, not a minute. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OrmPlugin } from "@lockstep/core";
import pg from "pg";
import { toRpcError } from "../../plugin-prisma/dist/engine/backend.js";
import { WasmBackend } from "../../plugin-prisma/dist/engine/wasm.js";
import { compileEngine } from "../../plugin-prisma/dist/engine/wasm-module.js";
import { hooks } from "../../plugin-prisma/dist/intercept/hooks.js";
import { prismaPlugin } from "../../plugin-prisma/dist/plugin.js";
import { deployMigrations, markApplied } from "../support/deploy-migrations.js";

/**
 * The engine's glue code keeps one instance a process, and an instance one URL: the development database of a command has this name
 * while the command runs.
 */
const engineDatabase = `histories_engine_${process.pid}`;
let backend: WasmBackend | undefined;
let print: (text: string) => Promise<void> = async () => undefined;
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** `prisma migrate deploy` and `migrate resolve` without their processes; everything else is the plugin's own. */
export const plugin: OrmPlugin = {
  ...(prismaPlugin as OrmPlugin),
  withholds: async () => true,
  async deploy({ root, migrationsFolder }, url, onLine, _limit, withheld = []) {
    try {
      await deployMigrations(url, join(root, migrationsFolder), withheld);
      return { exitCode: 0, output: "" };
    } catch (error) {
      onLine(messageOf(error));
      return { exitCode: 1, output: messageOf(error) };
    }
  },
  async resolve({ root, migrationsFolder }, url, migration, as) {
    const failed =
      "UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = $1 AND finished_at IS NULL";
    await query(url, failed, [migration]);
    if (as === "applied") await markApplied(url, join(root, migrationsFolder), [migration]);
    return { exitCode: 0, output: "" };
  },
  commands: [{ name: "develop", summary: "prisma migrate dev", usage: "develop <name>", run: develop }],
};

async function query(url: string, sql: string, values: readonly unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql, [...values]);
  } finally {
    await client.end();
  }
}

/** What `prisma migrate dev --name <name>` requests of the engine, and what it writes. Warnings are confirmed. */
async function develop(
  [name = ""]: readonly string[],
  { cwd, env, out, err }: Parameters<NonNullable<OrmPlugin["commands"]>[number]["run"]>[1],
): Promise<number> {
  const given = env.DATABASE_URL ?? "";
  const url = Object.assign(new URL(given), { pathname: `/${engineDatabase}` }).href;
  const rename = (from: string, to: string) =>
    query(
      Object.assign(new URL(given), { pathname: "/postgres" }).href,
      `ALTER DATABASE "${from.slice(1)}" RENAME TO "${to.slice(1)}"`,
      [],
    );
  await rename(new URL(given).pathname, new URL(url).pathname);
  process.env.DATABASE_URL = url;
  const folder = join(cwd, "prisma/migrations");
  const schema = {
    files: [
      { path: join(cwd, "prisma/schema.prisma"), content: readFileSync(join(cwd, "prisma/schema.prisma"), "utf8") },
    ],
  };
  const before = process.listeners("exit");
  print = async (text) => out(`${text}\n`);
  const info = { backend: "wasm", datamodelPaths: [], datasource: { url }, cwd, prismaVersion: "7.10.0" } as const;
  backend ??= new WasmBackend({ ...info, host: { print: (text) => print(text) }, module: compileEngine() });
  const engine = backend;
  const ask = async (method: string, params: object) => {
    const own = { call: (of: string, asked: unknown) => engine.call(of, asked), waits: async () => undefined, print };
    const answer = await hooks.intercept({ method, params }, own, info);
    const result = answer?.result ?? (await engine.call(method, params));
    hooks.answered?.({ method, params });
    return result as { generatedMigrationName: string; migrationScript: string | null };
  };
  try {
    const pending = await deployMigrations(url, folder).catch(messageOf);
    if (pending !== undefined) {
      err(`${pending}\n`);
      return 1;
    }
    const filters = { externalTables: [], externalEnums: [] };
    const request = { migrationsList: migrationsIn(folder), schema, filters };
    await ask("evaluateDataLoss", request);
    const made = await ask("createMigration", { ...request, draft: false, migrationName: name });
    if (made.migrationScript === null) {
      out("Already in sync\n");
      return 0;
    }
    mkdirSync(join(folder, made.generatedMigrationName));
    writeFileSync(join(folder, made.generatedMigrationName, "migration.sql"), made.migrationScript);
    return 0;
  } catch (error) {
    const { data } = toRpcError(error);
    err(`${data?.error_code ?? ""}\n\n${data?.message ?? messageOf(error)}\n`);
    return 1;
  } finally {
    await engine.close();
    // The CLI would end now, and its engine.
    for (const listener of process.listeners("exit").filter((each) => !before.includes(each))) {
      process.off("exit", listener);
      listener(0);
    }
    await deployMigrations(url, folder).catch((error) => err(`${messageOf(error)}\n`));
    await rename(new URL(url).pathname, new URL(given).pathname);
  }
}

/** The folder as the CLI lists it. */
function migrationsIn(baseDir: string): object {
  const migrationDirectories = readdirSync(baseDir)
    .filter((name) => existsSync(join(baseDir, name, "migration.sql")))
    .sort()
    .map((path) => {
      const value = readFileSync(join(baseDir, path, "migration.sql"), "utf8");
      return { path, migrationFile: { path: "migration.sql", content: { tag: "ok", value } } };
    });
  const lockfile = { path: "migration_lock.toml", content: readFileSync(join(baseDir, "migration_lock.toml"), "utf8") };
  return { baseDir, lockfile, shadowDbInitScript: "", migrationDirectories };
}
