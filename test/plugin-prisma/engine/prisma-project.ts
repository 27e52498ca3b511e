/** A Prisma project in a temporary folder, driven through the stock CLI with our engine. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The executable under test. */
export const engineExecutable = join(root, "plugin-prisma/bin/schema-engine.js");
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
  symlinkSync(join(root, "node_modules"), join(dir, "node_modules"), "junction");
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
): Promise<Run> {
  const { LOCKSTEP_NATIVE_SCHEMA_ENGINE: _, ...inherited } = process.env;
  const child = spawn(executable, args, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...inherited,
      PRISMA_SCHEMA_ENGINE_BINARY: engineExecutable,
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      CHECKPOINT_DISABLE: "1",
      NO_COLOR: "1",
      // The engine alone; a test of hooks turns it on.
      LOCKSTEP: "off",
      ...env,
    },
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, ...output, text: `${output.stdout}\n${output.stderr}` });
    });
  });
}
