/** A Prisma project on MariaDB, driven through the stock CLI with the native engine, or what stands in for it. */

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LockstepCommands } from "./lockstep-commands.js";
import { createMariadbDatabase, type MariadbDatabase } from "./mariadb.js";
import { publishedModules } from "./published.js";
import { type RunResult, run } from "./run.js";

/** A real one where there is one. */
const engine =
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? fileURLToPath(new URL("./mysql-schema-engine.mjs", import.meta.url));

export interface MysqlPrismaProject {
  readonly root: string;
  /** The executable behind our proxy. */
  readonly engine: string;
  readonly development: MariadbDatabase;
  readonly production: MariadbDatabase;
  read(file: string): string;
  write(file: string, text: string): void;
  prisma(args: readonly string[], env?: Readonly<Record<string, string | undefined>>): Promise<RunResult>;
  lockstep(args: readonly string[], env?: Readonly<Record<string, string | undefined>>): Promise<RunResult>;
  /** @throws with what the command said */
  succeed(result: Promise<RunResult>): Promise<string>;
  migrations(): string[];
  plans(): string[];
  /** A generated client of the models as they stand, beside the others; what it is called by in `act`. */
  generate(name: string): Promise<void>;
  /** Runs the body of an async function, over a `prisma` of that client, on production; what it returns. */
  act(client: string, body: string): Promise<unknown>;
  commit(message: string): Promise<void>;
  dispose(): Promise<void>;
}

const schemaHead = `generator client {
  provider = "prisma-client"
  output   = "../src/generated/prisma"
}

datasource db {
  provider = "mysql"
}

`;

const config = `import { defineConfig, env } from "prisma/config";

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: env("DATABASE_URL") },
});
`;

const manifest = {
  name: "shop",
  type: "module",
  dependencies: { "@prisma/adapter-mariadb": "7.10.0", "@prisma/client": "7.10.0" },
  devDependencies: { prisma: "7.10.0", typescript: "6.0.3" },
};

const tsconfig = {
  compilerOptions: {
    target: "ES2023",
    module: "ESNext",
    moduleResolution: "bundler",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  },
  include: ["src"],
};

const db = `import { PrismaMariaDb } from "@prisma/adapter-mariadb";
import { PrismaClient } from "./generated/prisma/client";

export const prisma = new PrismaClient({ adapter: new PrismaMariaDb(process.env.DATABASE_URL ?? "") });
`;

/** @param models without the datasource @param initial the SQL of the first migration @param code files of the application */
export async function createMysqlPrismaProject(
  models: string,
  initial: string,
  code: Readonly<Record<string, string>> = {},
): Promise<MysqlPrismaProject> {
  const root = mkdtempSync(join(tmpdir(), "lockstep-mysql-"));
  const [development, production] = [await createMariadbDatabase("dev"), await createMariadbDatabase("prod")];
  const env = {
    DATABASE_URL: development.url,
    PRODUCTION_DATABASE_URL: production.url,
    PRISMA_SCHEMA_ENGINE_BINARY: engine,
  };
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const bin = (name: string) => join(publishedModules(), ".bin", name);
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: root });
  const commands = new LockstepCommands(root);
  symlinkSync(publishedModules(), join(root, "node_modules"));
  const files = {
    "package.json": JSON.stringify(manifest, null, 2),
    "tsconfig.json": JSON.stringify(tsconfig, null, 2),
    "prisma.config.ts": config,
    "prisma/schema.prisma": schemaHead + models,
    "prisma/migrations/migration_lock.toml": 'provider = "mysql"\n',
    "prisma/migrations/20260101000000_init/migration.sql": initial,
    "src/db.ts": db,
    ".gitignore": "node_modules\nsrc/generated\n.clients\n",
    ...code,
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  const project: MysqlPrismaProject = {
    root,
    engine,
    development,
    production,
    read: (file) => readFileSync(join(root, file), "utf8"),
    write,
    prisma: (args, more = {}) => run(bin("prisma"), args, { cwd: root, env: { ...env, ...more } }),
    lockstep: (args, more = {}) => commands.run(args, { ...env, ...more }),
    async succeed(result) {
      const { code, output } = await result;
      if (code !== 0) throw new Error(output);
      return output;
    },
    migrations: () =>
      readdirSync(join(root, "prisma/migrations"))
        .filter((name) => /^\d/.test(name))
        .sort(),
    plans: () => readdirSync(join(root, "lockstep")).filter((name) => /^\d/.test(name)),
    async generate(name) {
      await project.succeed(project.prisma(["generate"]));
      cpSync(join(root, "src/generated/prisma"), join(root, ".clients", name), { recursive: true });
    },
    async act(client, body) {
      write(
        ".clients/act.ts",
        `import { PrismaMariaDb } from "@prisma/adapter-mariadb";
import { PrismaClient } from "./${client}/client";
const prisma = new PrismaClient({ adapter: new PrismaMariaDb(process.env.DATABASE_URL ?? "") });
const act = async () => { ${body} };
console.log(JSON.stringify((await act()) ?? null));
await prisma.$disconnect();
`,
      );
      const { code, stdout, output } = await run(bin("tsx"), [".clients/act.ts"], {
        cwd: root,
        env: { DATABASE_URL: production.url.replace("mysql://", "mariadb://") },
      });
      if (code !== 0) throw new Error(output);
      return JSON.parse(stdout);
    },
    async commit(message) {
      await git("add", "-A");
      await git("commit", "--quiet", "--allow-empty", "-m", message);
    },
    async dispose() {
      commands.close();
      rmSync(root, { recursive: true, force: true });
      await Promise.all([development.drop(), production.drop()]);
    },
  };
  await git("init", "--quiet", "-b", "main");
  await project.commit("The shop");
  return project;
}
