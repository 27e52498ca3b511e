import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { createDatabase } from "./database.js";
import { type RunResult, run } from "./run.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** A copy of an example in a temporary folder, with two databases: the developer's and production's. */
export interface ShopProject {
  readonly root: string;
  readonly development: string;
  readonly production: string;
  /** Text of a file, from the root. */
  read(file: string): string;
  write(file: string, text: string): void;
  edit(file: string, change: (text: string) => string): void;
  /** The stock Prisma CLI. */
  prisma(args: readonly string[], env?: Record<string, string | undefined>): Promise<RunResult>;
  lockstep(args: readonly string[], env?: Record<string, string | undefined>): Promise<RunResult>;
  npx(command: string, args: readonly string[], env?: Record<string, string | undefined>): Promise<RunResult>;
  /** Files that git sees as changed or new, with their two-letter state. */
  changedFiles(): Promise<string[]>;
  commit(message: string): Promise<void>;
  dispose(): Promise<void>;
}

/** Copies the shop as a user has it: in version control, dependencies installed, Lockstep not yet set up. */
export async function createShop(): Promise<ShopProject> {
  const root = mkdtempSync(join(tmpdir(), "lockstep-shop-"));
  cpSync(join(repository, "examples/prisma-shop"), root, {
    recursive: true,
    filter: (path) => !/node_modules|src\/generated/.test(path.slice(repository.length)),
  });
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  const [development, production] = await Promise.all([createDatabase("shop_dev"), createDatabase("shop_prod")]);
  const env = { DATABASE_URL: development.url, PRODUCTION_DATABASE_URL: production.url };
  const bin = (name: string) => join(repository, "node_modules/.bin", name);
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: root });
  const npx: ShopProject["npx"] = (command, args, more = {}) =>
    run(bin(command), args, { cwd: root, env: { ...env, ...more } });
  const project: ShopProject = {
    root,
    development: development.url,
    production: production.url,
    read: (file) => readFileSync(join(root, file), "utf8"),
    write: (file, text) => writeFileSync(join(root, file), text),
    edit: (file, change) => project.write(file, change(project.read(file))),
    npx,
    prisma: (args, more) => npx("prisma", args, more),
    lockstep: (args, more) => npx("lockstep", args, more),
    async changedFiles() {
      const { stdout } = await git("status", "--porcelain", "--untracked-files=all");
      return stdout.split("\n").filter((line) => line !== "");
    },
    async commit(message) {
      await git("add", "-A");
      const result = await git("commit", "--quiet", "--allow-empty", "-m", message);
      if (result.code !== 0) throw new Error(result.output);
    },
    async dispose() {
      rmSync(root, { recursive: true, force: true });
      await Promise.all([development.drop(), production.drop()]);
    },
  };
  writeFileSync(join(root, ".gitignore"), "node_modules\nsrc/generated\n");
  await git("init", "--quiet", "-b", "main");
  await project.commit("The shop");
  return project;
}

/** Sets Lockstep up and applies the first migration, on both databases. */
export async function setUp(
  shop: ShopProject,
  users: { readonly development: number; readonly production: number },
): Promise<void> {
  const steps = [await shop.lockstep(["init", "--yes"])];
  for (const url of [shop.development, shop.production])
    steps.push(await shop.prisma(["migrate", "deploy"], { DATABASE_URL: url }));
  const failed = steps.find((step) => step.code !== 0);
  if (failed !== undefined) throw new Error(failed.output);
  await seedUsers(shop.development, users.development);
  await seedUsers(shop.production, users.production);
  await shop.commit("Set up Lockstep");
}

/** Users with addresses in mixed case, distinct under lower(). */
export async function seedUsers(url: string, users: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `INSERT INTO "User" ("email", "name", "updatedAt") SELECT 'User.' || n || '@Example.com', 'User ' || n, now() FROM generate_series(1, $1::int) n`,
    [users],
  );
  await client.end();
}

/** The change of the story: a required unique column, with its fill. */
export function addHandle(shop: ShopProject): void {
  shop.edit("prisma/schema.prisma", (schema) =>
    addField(schema, "User", ["/// @lockstep.backfill(lower(email))", "handle String @unique"]),
  );
}

/** Adds a field to a model, above its first relation or at its end. */
export function addField(schema: string, model: string, lines: readonly string[]): string {
  const start = schema.indexOf(`model ${model} {`);
  const anchor =
    schema.indexOf("\n\n", start) === -1
      ? schema.indexOf("\n}", start)
      : Math.min(schema.indexOf("\n\n", start), schema.indexOf("\n}", start));
  return `${schema.slice(0, anchor)}\n${lines.map((line) => `  ${line}`).join("\n")}${schema.slice(anchor)}`;
}
