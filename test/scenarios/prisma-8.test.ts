import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publishedModules } from "../support/published.js";
import { createRepository, type Repository } from "../support/repository.js";
import { run } from "../support/run.js";

// A workspace with a package on Prisma 8 and one on Prisma 7, as a user of the published command sees them.

const bin = join(publishedModules(), "@lockstep/prisma/bin/lockstep.js");

/** The manifest of `prisma`, as the registry has it. */
const eight = {
  name: "prisma",
  version: "8.0.0-rc.19",
  type: "module",
  bin: { prisma: "./dist/prisma.js" },
  exports: { "./package.json": "./package.json", "./config": { import: "./dist/config.js" } },
  dependencies: { "@prisma/cli-engine": "0.6.2", "@prisma/orm-toolchain": "8.0.0-rc.13", dotenv: "^17.4.2" },
};
const files = {
  "package.json": '{ "private": true, "workspaces": ["packages/*"] }',
  ".gitignore": "node_modules\n",
  "packages/new/package.json":
    '{ "name": "new", "dependencies": { "@prisma/orm-postgres": "8.0.0-rc.13" }, "devDependencies": { "prisma": "8.0.0-rc.19" } }',
  "packages/new/node_modules/prisma/package.json": JSON.stringify(eight),
  "packages/new/node_modules/prisma/dist/prisma.js": 'console.log("stock", ...process.argv.slice(2));\n',
  "packages/new/prisma.config.ts":
    'import { definePrismaConfig } from "prisma/config";\nimport { defineConfig } from "@prisma/orm-postgres/config";\nexport default definePrismaConfig({ orm: defineConfig({ contract: "./contract.prisma" }) });\n',
  "packages/new/contract.prisma": "// use prisma-8\nmodel User {\n  id Int @id\n}\n",
  "packages/new/migrations/app/20260901T1200_init/migration.ts": "#!/usr/bin/env node\n",
  "packages/new/migrations/app/20260901T1200_init/migration.json": "{}",
  "packages/new/migrations/app/20260901T1200_init/ops.json": "[]",
};
const seven = {
  "packages/old/package.json": '{ "name": "old", "devDependencies": { "prisma": "^7.10.0" } }',
  "packages/old/prisma.config.ts":
    'import { defineConfig } from "prisma/config";\nexport default defineConfig({ schema: "schema.prisma" });\n',
  "packages/old/schema.prisma": 'datasource db {\n  provider = "postgresql"\n}\nmodel User {\n  id Int @id\n}\n',
  "packages/old/migrations/migration_lock.toml": 'provider = "postgresql"\n',
  "packages/old/migrations/20260101000000_init/migration.sql": 'CREATE TABLE "User" ("id" INTEGER PRIMARY KEY);\n',
};

let repository: Repository;
const lockstep = (folder: string, ...args: readonly string[]) =>
  run(process.execPath, [bin, ...args], { cwd: join(repository.folder, folder) });

beforeAll(() => {
  repository = createRepository();
  repository.commit(files);
});
afterAll(() => repository.dispose());

describe("a project of Prisma 8", () => {
  test.each([
    ["init", "--yes"],
    ["doctor"],
    ["check"],
    ["status"],
    ["code"],
    ["next"],
    ["plan"],
    ["deploy"],
    ["drift"],
    ["backfill", "run", "add_handle"],
    ["rewrite", "migrations/app/20260901T1200_init/ops.json"],
    ["prisma", "migrate", "dev", "--name", "handle"],
  ])("lockstep %s names it, and what works", async (...args) => {
    const { code, output } = await lockstep("packages/new", ...args);
    expect(output).toMatch(/LS9024 .*Prisma 8/);
    expect(output).toContain("Use Prisma's own commands in this project. Lockstep works with Prisma 6.13 to 7");
    expect(output).not.toMatch(/LS9020|npx lockstep|^ +at /m);
    expect(code).toBe(2);
    expect(repository.git("status", "--porcelain")).toBe("");
  });

  test("other commands reach Prisma, and an SQL file is checked", async () => {
    const stock = await lockstep("packages/new", "prisma", "db", "migrate");
    expect([stock.code, stock.stdout]).toEqual([0, "stock db migrate\n"]);
    repository.write({ "packages/new/by-hand.sql": "CREATE INDEX a ON b (c);\n" });
    const checked = await lockstep("packages/new", "check", "by-hand.sql");
    rmSync(join(repository.folder, "packages/new/by-hand.sql"));
    expect(checked.stdout).toContain("add-index 1:1");
  });

  test("the top of its workspace names it, too", async () => {
    const { code, output } = await lockstep("", "init", "--yes");
    expect([code, output]).toEqual([2, expect.stringMatching(/LS9024 .*packages\/new uses Prisma 8/)]);
  });
});

test("beside it, a package of Prisma 7 works", async () => {
  repository.commit(seven);
  // As a package manager installs it: each package resolves its own.
  const modules = join(repository.folder, "packages/old/node_modules");
  mkdirSync(modules);
  symlinkSync(join(publishedModules(), "prisma"), join(modules, "prisma"));
  const init = await lockstep("", "init", "--dry-run", "--no-install");
  expect(init.output).toContain("The models are in packages/old: Lockstep is set up there.");
  expect(init.code, init.output).toBe(0);
  const checked = await lockstep("", "check", "--all");
  expect(checked.stdout).toContain("✔ 1 migration, 1 statement: no findings.");
  expect(checked.stdout).toContain(
    "packages/new/migrations/app: 1 migration not checked. The migrations in packages/new/migrations/app are operations of Prisma 8.",
  );
  expect(checked.code).toBe(0);
});
