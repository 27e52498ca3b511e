/** A Prisma project in a temporary folder, driven through the stock CLI with our engine. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { deployMigrations } from "../../support/deploy-migrations.js";
import { publishedModules } from "../../support/published.js";
import { environment } from "../../support/run.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The executable under test. */
export const engineExecutable = join(publishedModules(), "@lockstep/prisma/bin/schema-engine.js");
/** Where the compiled engine is, for scripts that tests write. */
export const engineDist = new URL("../../../plugin-prisma/dist/engine/", import.meta.url).href;

export interface Run {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, as a person sees them, without colours. */
  readonly text: string;
}

export interface PrismaProject {
  readonly dir: string;
  /** Runs `prisma <args>` without a terminal. */
  prisma(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Run>;
  /** Migration `init`, as `migrate dev` makes it of `userModel`, written and applied. */
  initialised(): Promise<void>;
  /** The request of `migrate deploy` to an engine of its own, without the CLI around it; `stderr` is the error's text. */
  apply(env?: Readonly<Record<string, string>>): Promise<Run>;
  read(path: string): string;
  write(path: string, content: string): void;
  /** Names of the migrations, oldest first. */
  migrations(): string[];
  /** The SQL of a migration, by the end of its name. */
  sql(name: string): string;
  dispose(): void;
}

export interface ProjectOptions {
  readonly url: string;
  readonly shadowUrl?: string;
  /** Models; the datasource is written by the project. */
  readonly models: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** `createProject({ url, models: userModel })`: config, schema and a link to this repository's node_modules. */
export function createProject({ url, shadowUrl, models, env = {} }: ProjectOptions): PrismaProject {
  const dir = mkdtempSync(join(tmpdir(), "lockstep-project-"));
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  };
  symlinkSync(publishedModules(), join(dir, "node_modules"), "junction");
  const shadow = shadowUrl === undefined ? "" : `, shadowDatabaseUrl: ${JSON.stringify(shadowUrl)}`;
  write("package.json", '{ "name": "project", "type": "module" }\n');
  write(
    "prisma.config.ts",
    `export default {
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: process.env.DATABASE_URL ?? ${JSON.stringify(url)}${shadow} },
};
`,
  );
  write("prisma/schema.prisma", schema(models));
  const migrations = () =>
    readdirSync(join(dir, "prisma/migrations"))
      .filter((name) => /^\d/.test(name))
      .sort();
  return {
    dir,
    prisma: (args, more = {}) => run(join(root, "node_modules/.bin/prisma"), args, dir, { ...env, ...more }),
    async initialised() {
      write("prisma/migrations/migration_lock.toml", lockfile);
      write("prisma/migrations/20260101000000_init/migration.sql", userTable);
      await deployMigrations(url, join(dir, "prisma/migrations"));
    },
    async apply(more = {}) {
      const migrationDirectories = migrations().map((name) => {
        const value = readFileSync(join(dir, "prisma/migrations", name, "migration.sql"), "utf8");
        return { path: name, migrationFile: { path: "migration.sql", content: { tag: "ok", value } } };
      });
      const migrationsList = {
        baseDir: join(dir, "prisma/migrations"),
        lockfile: { path: "migration_lock.toml", content: lockfile },
        shadowDbInitScript: "",
        migrationDirectories,
      };
      const params = { migrationsList, filters: { externalTables: [], externalEnums: [] } };
      const request = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "applyMigrations", params });
      const { stdout } = await run(
        engineExecutable,
        ["--datasource", JSON.stringify({ url })],
        dir,
        more,
        `${request}\n`,
      );
      const { error } = JSON.parse(stdout) as { error?: { data: { message: string; error_code?: string } } };
      const stderr = error === undefined ? "" : `${error.data.error_code}\n${error.data.message}`;
      return { code: error === undefined ? 0 : 1, stdout, stderr, text: stdout };
    },
    read: (path) => readFileSync(join(dir, path), "utf8"),
    write,
    migrations,
    sql: (name) => {
      const folder = migrations().find((candidate) => candidate.endsWith(name));
      return readFileSync(join(dir, "prisma/migrations", folder ?? name, "migration.sql"), "utf8");
    },
    dispose: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** A whole schema.prisma around models. */
export function schema(models: string): string {
  return `datasource db {
  provider = "postgresql"
}

${models}`;
}

const lockfile = 'provider = "postgresql"\n';
/** The SQL that Prisma makes of `userModel`; migrate.test.ts has `migrate dev` make it. */
const userTable = `-- CreateTable
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
`;

export const userModel = `model User {
  id    Int    @id @default(autoincrement())
  email String @unique
}
`;

function run(
  executable: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  input?: string,
): Promise<Run> {
  const { LOCKSTEP_NATIVE_SCHEMA_ENGINE: _, ...inherited } = environment();
  const child = spawn(executable, args, {
    cwd,
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    env: {
      ...inherited,
      PRISMA_SCHEMA_ENGINE_BINARY: engineExecutable,
      // The engine alone; a test of hooks turns it on.
      LOCKSTEP: "off",
      ...env,
    },
  });
  child.stdin?.end(input);
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, ...output, text: `${output.stdout}\n${output.stderr}` });
    });
  });
}
