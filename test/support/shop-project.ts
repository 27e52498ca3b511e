import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { createDatabase } from "./database.js";
import { deployMigrations } from "./deploy-migrations.js";
import { LockstepCommands } from "./lockstep-commands.js";
import { publishedModules } from "./published.js";
import { type RunResult, run } from "./run.js";
import { Engine, type SchemaFile } from "./schema-engine.js";
import { typeErrors } from "./type-errors.js";

/** For all projects: a process can have one. Shadow databases are all that it makes. */
let engine: Engine | undefined;

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
  /** The `lockstep` command; many share a process (`LockstepCommands`). */
  lockstep(args: readonly string[], env?: Record<string, string | undefined>): Promise<RunResult>;
  /**
   * What `prisma migrate deploy` does to a database (`deployMigrations`).
   * @throws when a migration fails
   */
  deploy(url: string): Promise<void>;
  /** As `prisma migrate diff --from-migrations … --to-schema …`, by the same engine: undefined when there is no difference. */
  drift(): Promise<string | undefined>;
  /** `prisma generate`; a client that was generated for the same models before is put back instead. */
  generate(more?: Readonly<Record<string, string>>): Promise<void>;
  /** What `tsc --noEmit` says, with a client generated for the models as they stand. */
  typeErrors(): Promise<string[]>;
  npx(command: string, args: readonly string[], env?: Record<string, string | undefined>): Promise<RunResult>;
  /** Files that git sees as changed or new, with their two-letter state. */
  changedFiles(): Promise<string[]>;
  commit(message: string): Promise<void>;
  dispose(): Promise<void>;
}

/** Copies the shop as a user has it: in version control, dependencies installed, its client generated, Lockstep not yet set up. */
export async function createShop(): Promise<ShopProject> {
  const root = mkdtempSync(join(tmpdir(), "lockstep-shop-"));
  cpSync(join(repository, "examples/prisma-shop"), root, {
    recursive: true,
    filter: (path) => !/node_modules|src\/generated/.test(path.slice(repository.length)),
  });
  symlinkSync(publishedModules(), join(root, "node_modules"));
  const [development, production] = await Promise.all([createDatabase("shop_dev"), createDatabase("shop_prod")]);
  const env = { DATABASE_URL: development.url, PRODUCTION_DATABASE_URL: production.url };
  const bin = (name: string) => join(publishedModules(), ".bin", name);
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: root });
  const commands = new LockstepCommands(root);
  const migrations = join(root, "prisma/migrations");
  const clients = new Map<string, string>();
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
    lockstep: (args, more) => commands.run(args, { ...env, ...more }),
    deploy: (url) => deployMigrations(url, migrations),
    drift: () => {
      const schema: SchemaFile = {
        path: join(root, "prisma/schema.prisma"),
        content: project.read("prisma/schema.prisma"),
      };
      engine ??= new Engine(process.env.LOCKSTEP_TEST_PG ?? "", root);
      return engine.drift(migrations, [schema]);
    },
    async generate(more) {
      const client = join(root, "src/generated");
      const schema = project.read("prisma/schema.prisma");
      rmSync(client, { recursive: true, force: true });
      const known = clients.get(schema);
      if (known !== undefined) return cpSync(known, client, { recursive: true });
      const made = await project.prisma(["generate"], more);
      if (made.code !== 0) throw new Error(made.output);
      const kept = join(root, `.git/client-${clients.size}`);
      cpSync(client, kept, { recursive: true });
      clients.set(schema, kept);
    },
    async typeErrors() {
      await project.generate();
      return typeErrors(root);
    },
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
      commands.close();
      rmSync(root, { recursive: true, force: true });
      await Promise.all([development.drop(), production.drop()]);
    },
  };
  writeFileSync(join(root, ".gitignore"), "node_modules\nsrc/generated\n");
  await git("init", "--quiet", "-b", "main");
  await project.commit("The shop");
  // Without Lockstep's engine Prisma would download its own, which generate does not need.
  await project.generate({ PRISMA_SCHEMA_ENGINE_BINARY: process.execPath });
  return project;
}

/** Sets Lockstep up and applies the first migration, on both databases. */
export async function setUp(
  shop: ShopProject,
  users: { readonly development: number; readonly production: number },
): Promise<void> {
  const init = await shop.lockstep(["init", "--yes", "--no-install"]);
  if (init.code !== 0) throw new Error(init.output);
  for (const url of [shop.development, shop.production]) await shop.deploy(url);
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
