import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeFiles } from "../../core/src/base/files/write-files.js";
import { preparePhase } from "../../core/src/change/release/prepare-phase.js";
import { prepareUndo } from "../../core/src/change/release/prepare-undo.js";
import type { Invocation } from "../../core/src/cli/command.js";
import init from "../../core/src/cli/commands/init.js";
import { configSchema } from "../../core/src/config/schema.js";
import { loadPlan, verifyUnits } from "../../core/src/plan/store.js";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import { typeormFiles } from "../../plugin-typeorm/src/typeorm-files.js";
import { CodeDesk } from "../support/code-desk.js";
import { personIo } from "../support/person-io.js";
import { planOf } from "../support/plan-fixture.js";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
const olderBiome = "../test/node_modules/@biomejs/biome";

/** A formatter as a project has it: in `node_modules`, under its own name, with settings that are not its defaults. */
interface Tool {
  /** Package names, and where the tests have them installed. */
  readonly packages: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
  /** What the project's own CI runs, and what brings the project into shape. */
  readonly check: readonly [string, ...string[]];
  readonly write: readonly [string, ...string[]];
}

const style = { semi: false, singleQuote: true, printWidth: 70, tabWidth: 4 };
const prettier = (installed: string): Tool => {
  const bin = join(modules, installed, installed === "prettier" ? "bin/prettier.cjs" : "bin-prettier.js");
  return {
    packages: { prettier: installed },
    settings: {
      ".prettierrc": JSON.stringify(style),
      ".prettierignore": "src/ignored.ts\n",
      "package.json": JSON.stringify({ name: "app", devDependencies: { prettier: "*" } }, null, 4).concat("\n"),
    },
    check: [process.execPath, bin, "--check", "."],
    write: [process.execPath, bin, "--write", "."],
  };
};
const biome = (installed: string, settings: object): Tool => {
  const bin = join(modules, installed, "bin/biome");
  const { formatter, javascript } = {
    formatter: { indentStyle: "tab", lineWidth: 70 },
    javascript: { formatter: { quoteStyle: "single", semicolons: "asNeeded" } },
  };
  return {
    packages: { "@biomejs/biome": installed },
    settings: { "biome.json": JSON.stringify({ ...settings, formatter, javascript }).concat("\n") },
    check: [process.execPath, bin, "check", "."],
    write: [process.execPath, bin, "check", "--write", "."],
  };
};
const dprint = [process.execPath, join(modules, "dprint/bin.cjs")] as const;

const tools: Readonly<Record<string, Tool>> = {
  "prettier 2": prettier("prettier-2"),
  "prettier 3": prettier("prettier"),
  "biome 1": biome(olderBiome, { files: { ignore: ["src/ignored.ts"] } }),
  "biome 2": biome("@biomejs/biome", {
    files: { includes: ["**", "!src/ignored.ts"] },
    linter: { rules: { style: { useImportType: { level: "error", options: { style: "separatedType" } } } } },
  }),
  dprint: {
    packages: { dprint: "dprint", "@dprint/typescript": "@dprint/typescript" },
    settings: {
      "dprint.json": JSON.stringify({
        lineWidth: 70,
        typescript: { semiColons: "asi", quoteStyle: "preferSingle" },
        excludes: ["**/node_modules", "src/ignored.ts"],
        plugins: ["./node_modules/@dprint/typescript/plugin.wasm"],
      }),
    },
    check: [...dprint, "check"],
    write: [...dprint, "fmt"],
  },
};

const app = {
  "prisma/schema.prisma": `datasource db {
  provider = "postgresql"
}

model User {
  id Int @id @default(autoincrement())
  email String @unique
  name String
}
`,
  "src/db.ts": `import { PrismaClient } from "./generated/client.js";
export const prisma = new PrismaClient({ adapter: undefined as never, errorFormat: "minimal" });
`,
  "src/users.ts": `import { z } from "zod";
import { prisma } from "./db.js";
export const userResponse = z.object({ id: z.number(), email: z.string(), name: z.string() });
export async function addUser(email: string, name: string) {
  return prisma.user.create({ data: { email: email.trim(), name: name.trim() } });
}
export async function listUsers() {
  return prisma.user.findMany({ select: { id: true, email: true, name: true } });
}
export function toRow(user: { id: number; email: string; name: string }) {
  return { id: user.id, email: user.email, name: user.name };
}
`,
  // One line, which becomes several for as long as the client has an omit.
  "src/jobs.ts": `import { PrismaClient } from "./generated/client.js";
declare const adapter: never;
export const jobs = new PrismaClient({ adapter });
`,
  "src/ignored.ts": `import { prisma } from "./db.js";
export   const addIgnored = (email: string, name: string) => prisma.user.create({ data: {email,   name} });
`,
};

const words = prismaPlugin.words;

describe.each(Object.entries(tools))("%s", (_, tool) => {
  let desk: CodeDesk;
  const texts = () => Object.fromEntries(sourcesIn(desk.root).map((file) => [file, desk.read(file)]));
  const checked = () => run(desk.root, tool.check);
  /** The app as its formatter leaves it. */
  let formatted: Record<string, string>;

  beforeAll(async () => {
    desk = await CodeDesk.open(app, {
      phase: "expand",
      prepare(root) {
        setUp(root, tool.settings, tool.packages);
        execFileSync(tool.write[0], tool.write.slice(1), { cwd: root, stdio: "pipe" });
        formatted = Object.fromEntries(sourcesIn(root).map((file) => [file, readFileSync(join(root, file), "utf8")]));
      },
    });
  });
  afterAll(() => desk.close());

  test("what was formatted stays so through all phases, and undo gives the bytes back", async () => {
    expect(checked()).toBe("");
    await desk.code({ code: "likely" });
    expect(checked()).toBe("");
    const expanded = texts();
    expect(expanded["src/users.ts"]).not.toBe(formatted["src/users.ts"]);
    // What the formatter leaves alone keeps its layout.
    expect(expanded["src/ignored.ts"]).toContain("export   const");
    expect(await again(desk)).toEqual([]);

    // Work of somebody else goes on in the same file.
    desk.write("src/users.ts", `${expanded["src/users.ts"]}export const added = [ "one","two" ];`);
    execFileSync(tool.write[0], tool.write.slice(1), { cwd: desk.root, stdio: "pipe" });
    const added = desk.read("src/users.ts").slice(expanded["src/users.ts"]?.length);
    expanded["src/users.ts"] += added;
    formatted["src/users.ts"] += added;

    await desk.release("switch");
    await desk.code({ code: "likely", exposure: "exposed" });
    expect(checked()).toBe("");
    const switched = texts();
    expect(switched["src/users.ts"]).not.toBe(expanded["src/users.ts"]);
    expect(expanded["src/jobs.ts"]).not.toBe(formatted["src/jobs.ts"]);
    expect(switched["src/jobs.ts"]).toBe(formatted["src/jobs.ts"]);
    expect(await again(desk)).toEqual([]);

    await desk.release("contract");
    expect(checked()).toBe("");
    expect(await again(desk)).toEqual([]);

    for (const before of [switched, expanded]) {
      await desk.undo();
      expect(texts()).toEqual(before);
      expect(checked()).toBe("");
    }
    await desk.undo({ yes: true });
    expect(texts()).toEqual(formatted);
    expect(checked()).toBe("");
  });
});

test("migration classes and entities of TypeORM are laid out, and are still what was planned", async () => {
  const { settings, packages, check, write } = tools["prettier 3"] as Tool;
  const root = mkdtempSync(join(tmpdir(), "lockstep-typeorm-"));
  try {
    const entity = `import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";
@Entity("User")
export class User {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ unique: true }) email!: string;
  @Column() name!: string;
  /** @lockstep.backfill(lower(email)) */
  @Column({ type: "text", unique: false }) handle!: string;
}
`;
    const files = { ...settings, "src/user.ts": entity, "src/migrations/README.md": "# Migrations\n" };
    setUp(root, files, packages);
    execFileSync(write[0], write.slice(1), { cwd: root, stdio: "pipe" });
    const project = {
      root,
      migrationsFolder: "src/migrations",
      migrationGlobs: ["src/migrations/*.ts"],
      globs: ["src/migrations/*.ts"],
      classes: [],
      flavour: { language: "ts", module: "esm" },
      ormVersion: "1.0.0",
      dialect: "postgresql" as const,
      developmentUrl: undefined,
      generatedFolders: [],
    };
    const made = await planOf({ id: "1763600000000-AddHandle", columns: { handle: { file: "src/user.ts" } } });
    const plan = { ...made, orm: "typeorm", originalModels: [{ file: "src/user.ts", model: "User", text: entity }] };
    const request = { project, plugin: { ...typeormFiles, words }, code: { include: [], exclude: [] } };
    for (const phase of ["expand", "switch", "contract"] as const) {
      const now = phase === "expand" ? plan : loadPlan(root, plan.id);
      const prepared = await preparePhase({ ...request, plan: now, phase, moment: new Date(1_763_600_000_000) });
      writeFiles(root, prepared.changes);
      expect(run(root, check), phase).toBe("");
      expect(prepared.migrations.map(({ unit }) => unit.file.endsWith(".ts"))).not.toContain(false);
      verifyUnits(root, prepared.plan);
    }
    const { changes } = await prepareUndo({
      ...request,
      plan: loadPlan(root, plan.id),
      to: "switch",
      moment: new Date(1_763_700_000_000),
    });
    writeFiles(root, changes);
    expect(run(root, check)).toBe("");
    verifyUnits(root, loadPlan(root, plan.id));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test("what init writes is laid out", async () => {
  const { settings, packages, check, write } = tools["biome 2"] as Tool;
  const root = mkdtempSync(join(tmpdir(), "lockstep-init-"));
  try {
    const config = `import { defineConfig } from 'prisma/config'

export default defineConfig({ schema: 'prisma/schema.prisma' })
`;
    const schema = app["prisma/schema.prisma"];
    setUp(
      root,
      { ...settings, "package.json": "{}\n", "prisma.config.ts": config, "prisma/schema.prisma": schema },
      { ...packages, prisma: "prisma" },
    );
    execFileSync(write[0], write.slice(1), { cwd: root, stdio: "pipe" });
    const { io } = personIo(undefined, { cwd: root, env: {} });
    const project = await prismaPlugin.findProject(root);
    const workspace = { project, plugin: prismaPlugin, config: configSchema.parse({}) } as Awaited<
      ReturnType<Invocation["workspace"]>
    >;
    await init.run({
      name: init.name,
      arguments: [],
      options: { yes: true, install: false },
      io,
      plugins: [prismaPlugin],
      cwd: root,
      workspace: async () => workspace,
    });
    expect(readFileSync(join(root, "prisma.config.ts"), "utf8")).toContain("withLockstep");
    expect(run(root, check)).toBe("");
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

function setUp(root: string, files: Readonly<Record<string, string>>, packages: Tool["packages"]): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  for (const [name, installed] of Object.entries(packages)) {
    mkdirSync(dirname(join(root, "node_modules", name)), { recursive: true });
    symlinkSync(join(modules, installed), join(root, "node_modules", name));
  }
}

/** What a check says of a project that it has something against; empty where it has nothing. */
function run(root: string, [program, ...args]: Tool["check"]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: "utf8" });
  return status === 0 ? "" : `${stdout}${stderr}`;
}

function sourcesIn(root: string): readonly string[] {
  return readdirSync(join(root, "src")).map((file) => `src/${file}`);
}

/** What `lockstep code` would still edit. */
async function again(desk: CodeDesk) {
  const { json } = await desk.code({ code: "required", dryRun: true });
  return (json as { readonly edits: readonly unknown[] }).edits;
}
