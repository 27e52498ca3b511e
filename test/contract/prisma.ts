import { mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import { type RunResult, run } from "../support/run.js";
import { addField } from "../support/shop-project.js";
import { serveFile } from "./build.js";
import { type Addition, type Column, type GenerateOptions, type Orm, OrmApp, succeeded } from "./orm-app.js";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

const files = {
  "package.json":
    '{ "name": "app", "private": true, "type": "module", "dependencies": { "@prisma/client": "7.10.0" } }\n',
  ".gitignore": "node_modules\nsrc/generated\n",
  "tsconfig.json": `{
  "compilerOptions": { "target": "ES2023", "module": "ESNext", "moduleResolution": "Bundler", "types": ["node"], "strict": true, "skipLibCheck": true, "noEmit": true },
  "include": ["src"]
}
`,
  "prisma.config.ts": `import { withLockstep } from "@lockstep/prisma";
import { defineConfig, env } from "prisma/config";

export default withLockstep(
  defineConfig({
    schema: "prisma/schema.prisma",
    migrations: { path: "prisma/migrations" },
    datasource: { url: env("DATABASE_URL") },
  }),
);
`,
  "lockstep.config.ts": `import { defineConfig } from "@lockstep/prisma";

export default defineConfig({ targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } } });
`,
  "prisma/schema.prisma": `generator client {
  provider = "prisma-client"
  output   = "../src/generated/prisma"
}

datasource db {
  provider = "postgresql"
}

model User {
  id    Int    @id @default(autoincrement())
  email String
  name  String

  @@map("users")
}
`,
  "prisma/migrations/migration_lock.toml": 'provider = "postgresql"\n',
  "prisma/migrations/20260101000000_init/migration.sql": `-- CreateTable
CREATE TABLE "users" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);
`,
  "src/database.ts": `import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "./generated/prisma/client";

export async function open(): Promise<PrismaClient> {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL, max: 4 }) });
}
`,
  "src/users.ts": `import type { PrismaClient, User } from "./generated/prisma/client";

export async function createUser(prisma: PrismaClient, email: string, name: string) {
  return present(await prisma.user.create({ data: { email, name } }));
}

export async function renameUser(prisma: PrismaClient, id: number, name: string) {
  return present(await prisma.user.update({ where: { id }, data: { name } }));
}

export async function readUser(prisma: PrismaClient, id: number) {
  return present(await prisma.user.findUniqueOrThrow({ where: { id } }));
}

function present(user: User) {
  return { id: user.id, email: user.email, name: user.name };
}
`,
  "src/serve.ts": serveFile,
};

/** Prisma as it is installed. */
export const prisma: Orm = {
  name: "Prisma 7.10.0",
  plugin: prismaPlugin,
  create() {
    const root = mkdtempSync(join(tmpdir(), "lockstep-contract-"));
    symlinkSync(modules, join(root, "node_modules"));
    const app = new PrismaApp(root);
    for (const [file, text] of Object.entries(files)) app.write(file, text);
    return app;
  },
};

class PrismaApp extends OrmApp {
  readonly ledger = "_prisma_migrations";
  readonly migrationsFolder = "prisma/migrations";
  readonly modelFile = "prisma/schema.prisma";
  readonly noChanges = /Already in sync/;

  declare({ columns = [], tables = [] }: Addition): void {
    const models = tables.map(
      ({ name, columns }) => `
model ${name} {
  id Int @id @default(autoincrement())
${columns.flatMap(fieldOf).join("\n")}
${columns.map((column) => (column.hasIndex ? `  @@index([${column.name}])\n` : "")).join("")}}
`,
    );
    this.write(this.modelFile, addField(this.read(this.modelFile), "User", columns.flatMap(fieldOf)) + models.join(""));
  }

  replaceColumn(name: string, columns: readonly Column[]): void {
    const declared = new RegExp(`^ +${name} +.*\\n`, "m");
    const text = columns.flatMap(fieldOf).map((line) => `  ${line}\n`);
    this.write(
      this.modelFile,
      this.read(this.modelFile).replace(declared, () => text.join("")),
    );
  }

  mapColumn(field: string, column: string): void {
    const declared = new RegExp(`^( +${field} +.*)\\n`, "m");
    this.write(this.modelFile, this.read(this.modelFile).replace(declared, `$1 @map("${column}")\n`));
  }

  writeMigration(name: string, up: readonly string[]): string {
    const file = `${this.migrationsFolder}/20260102000000_${name}/migration.sql`;
    this.write(file, `-- By hand\n${up.map((sql) => `${sql};\n`).join("\n")}`);
    return file;
  }

  rename(): void {
    this.replaceIn(this.modelFile, { User: "Member", handle: "slug" });
    this.edit(this.modelFile, "@unique", '@unique @map("handle")');
    for (const file of ["src/users.ts", "src/database.ts"])
      this.replaceIn(file, { User: "Member", user: "member", handle: "slug" });
  }

  generate(name: string, { url = this.development, isOff = false }: GenerateOptions = {}): Promise<RunResult> {
    return this.#prisma(["migrate", "dev", "--name", name], { DATABASE_URL: url, LOCKSTEP: isOff ? "off" : undefined });
  }

  apply(url: string): Promise<RunResult> {
    return this.#prisma(["migrate", "deploy"], { DATABASE_URL: url });
  }

  sync(url: string): Promise<RunResult> {
    return this.#prisma(["db", "push", "--accept-data-loss"], { DATABASE_URL: url, LOCKSTEP: "off" });
  }

  async drift(url: string): Promise<string | undefined> {
    const diff = ["migrate", "diff", "--from-config-datasource", "--to-schema", this.modelFile, "--exit-code"];
    const { code, output } = await this.#prisma(diff, { DATABASE_URL: url });
    return code === 0 ? undefined : output;
  }

  protected async beforeBuild(): Promise<void> {
    await succeeded(this.#prisma(["generate"], {}));
  }

  #prisma(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<RunResult> {
    const bin = join(this.root, "node_modules/.bin/prisma");
    return run(bin, args, { cwd: this.root, env: { ...this.env, ...env } });
  }
}

function fieldOf({ name, isNumber, isRequired, isUnique, default: value, defaultSql, fill }: Column): string[] {
  const words = [
    name,
    `${isNumber ? "Int" : "String"}${isRequired ? "" : "?"}`,
    ...(isUnique ? ["@unique"] : []),
    ...(value === undefined ? [] : [`@default("${value}")`]),
    ...(defaultSql === undefined ? [] : [`@default(dbgenerated(${JSON.stringify(defaultSql)}))`]),
  ];
  return [...(fill === undefined ? [] : [`/// @lockstep.backfill(${fill})`]), words.join(" ")];
}
