import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { deployMigrations, markApplied } from "../support/deploy-migrations.js";
import { publishedModules } from "../support/published.js";
import type { RunResult } from "../support/run.js";
import { startCommands } from "./commands.js";
import type { PlannedColumn } from "./history.js";
import type { Environment, Field, HistoryProject } from "./project.js";

const files = {
  "package.json":
    '{ "name": "app", "private": true, "type": "module", "dependencies": { "@prisma/client": "7.10.0" } }\n',
  ".gitignore": "node_modules\n",
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
  id    Int     @id @default(autoincrement())
  email String  @unique
  name  String
  note  String?
  team  String
}
`,
  "prisma/migrations/migration_lock.toml": `provider = "postgresql"\n`,
  "prisma/migrations/20260101000000_init/migration.sql": `-- CreateTable
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "note" TEXT,
    "team" TEXT NOT NULL,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
`,
};

/** Prisma, with the commands of one process (`process.ts`). */
export function prismaProject(): HistoryProject {
  const child = startCommands("./prisma-plugin.ts");
  const call = (root: string, argv: readonly string[], env: Environment) => child.run({ cwd: root, argv, env });
  const migrations = (root: string) => join(root, "prisma/migrations");
  return {
    name: "Prisma",
    files,
    modelFile: "prisma/schema.prisma",
    migrationsFolder: "prisma/migrations",
    appliedSql: `SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY started_at`,
    link: (root) => symlinkSync(publishedModules(), join(root, "node_modules")),
    addField: (model, name, column) =>
      model.replace(
        /\n\}\n$/,
        `\n${linesOf(name, column)
          .map((line) => `  ${line}\n`)
          .join("")}}\n`,
      ),
    removeField(model, name) {
      const lines = model.split("\n");
      const at = lines.findIndex((line) => fieldIn(line)?.name === name);
      if (at === -1) return model;
      const isNoted = /^ *\/\/\//.test(lines[at - 1] ?? "");
      lines.splice(isNoted ? at - 1 : at, isNoted ? 2 : 1);
      return lines.filter((line) => !(/^ *@@/.test(line) && new RegExp(`\\b${name}\\b`).test(line))).join("\n");
    },
    restoreField: (model, name) => model.replace(/\n\}\n$/, `\n  ${name} String${name === "note" ? "?" : ""}\n}\n`),
    tidied(model) {
      const seen = new Set<string>();
      const kept: string[] = [];
      let notes: string[] = [];
      for (const line of model.split("\n")) {
        if (/^ *\/\/\//.test(line)) {
          notes.push(line);
          continue;
        }
        const key = fieldIn(line)?.name ?? (/^ *@@/.test(line) ? line.trim() : undefined);
        if (key === undefined || !seen.has(key)) kept.push(...notes.slice(-1), line);
        if (key !== undefined) seen.add(key);
        notes = [];
      }
      const isThere = (name: string) => name === "id" || seen.has(name);
      const listed = (line: string) => /^ *@@unique\(\[(.*)\]\)/.exec(line)?.[1]?.split(", ") ?? [];
      return kept.filter((line) => listed(line).every(isThere)).join("\n");
    },
    fields: (model) => model.split("\n").flatMap((line) => fieldIn(line) ?? []),
    ownDrop: (column, name, stamp) => [
      `prisma/migrations/${stamp.toISOString().replace(/\D/g, "").slice(0, 14)}_${name}/migration.sql`,
      `ALTER TABLE "User" DROP COLUMN "${column}";\n`,
    ],
    migrationOf: (file) => file.split("/").at(-2) ?? "",
    develop: (root, name, env) => call(root, ["develop", name], env),
    lockstep: call,
    apply: (root, url) => deployMigrations(url, migrations(root)),
    async run(root, argv, url, env) {
      const [, command, sub, ...rest] = argv;
      const last = rest.at(-1) ?? "";
      if (command === "generate") return done;
      if (command === "migrate" && sub === "dev") return call(root, ["develop", "restored"], env);
      if (command === "migrate" && sub === "deploy")
        return deployMigrations(url, migrations(root)).then(() => done, failed);
      if (command === "migrate" && sub === "resolve" && rest[0] === "--applied")
        return markApplied(url, migrations(root), [last]).then(() => done, failed);
      if (command === "migrate" && sub === "resolve") {
        const failed = `UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '${last}' AND finished_at IS NULL`;
        return execute(url, failed);
      }
      if (command === "db" && sub === "execute") return execute(url, readFileSync(join(root, last), "utf8"));
      return { ...done, code: 1, output: `unknown: ${argv.join(" ")}` };
    },
    close: () => child.close(),
  };
}

const done: RunResult = { code: 0, stdout: "", stderr: "", output: "", waits: [] };
const failed = (error: Error): RunResult => ({ ...done, code: 1, output: error.message });

async function execute(url: string, sql: string): Promise<RunResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of sql.split(/;\n(?=\n|$)/)) await client.query(statement);
    return done;
  } catch (error) {
    return failed(error as Error);
  } finally {
    await client.end();
  }
}

function fieldIn(line: string): Field | undefined {
  const found = /^ {2}(\w+) +(?:String|Int)(\??)/.exec(line);
  return found === null ? undefined : { name: found[1]!, isRequired: found[2] === "" };
}

function linesOf(name: string, column: PlannedColumn | undefined): string[] {
  if (column === undefined) return [`${name} String?`];
  const type = `${column.type === "int" ? "Int" : "String"}${column.isRequired ? "" : "?"}`;
  return [
    `/// @lockstep.backfill(${column.fill})`,
    `${name} ${type}${column.isUnique ? " @unique" : ""}`,
    ...(column.uniqueWith === undefined ? [] : [`@@unique([${column.uniqueWith}, ${name}])`]),
  ];
}
