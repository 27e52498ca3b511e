import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plan } from "../../core/src/model/index.js";
import { LockstepCommands } from "../support/lockstep-commands.js";
import { publishedModules } from "../support/published.js";
import { type RunResult, run } from "../support/run.js";
import type { SchemaFile } from "../support/schema-engine.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Where the models of a project stand. */
export interface Layout {
  /** A file for each change in `prisma/schema/`, as large projects have it. Default: one `prisma/schema.prisma`. */
  readonly isMultiFile?: boolean;
  /** Schemas of the database; then every model names its own with `@@schema`. */
  readonly schemas?: readonly string[];
}

export interface ProjectOptions extends Layout {
  /** Properties of `fills` in lockstep.config.ts. */
  readonly fills?: string;
}

/** A project of a user, driven through the stock commands. */
export class MatrixProject {
  readonly root = mkdtempSync(join(tmpdir(), "lockstep-matrix-"));
  readonly #layout: Layout;
  readonly #commands = new LockstepCommands(this.root);
  /** Databases by the names of their variables. */
  urls: Readonly<Record<string, string>> = {};

  constructor(options: ProjectOptions = {}) {
    this.#layout = options;
    symlinkSync(publishedModules(), join(this.root, "node_modules"), "junction");
    this.write("package.json", '{ "name": "matrix", "private": true, "type": "module" }\n');
    this.write(".gitignore", "node_modules\ngenerated\n");
    this.write(
      "prisma.config.ts",
      `import { withLockstep } from "@lockstep/prisma";
import { defineConfig, env } from "prisma/config";

export default withLockstep(
  defineConfig({
    schema: "${options.isMultiFile ? "prisma/schema" : "prisma/schema.prisma"}",
    migrations: { path: "prisma/migrations" },
    datasource: { url: env("DATABASE_URL") },
  }),
);
`,
    );
    this.writeConfig(options.fills);
    this.write("prisma/migrations/migration_lock.toml", 'provider = "postgresql"\n');
  }

  writeConfig(fills?: string): void {
    this.write(
      "lockstep.config.ts",
      `import { defineConfig } from "@lockstep/prisma";

export default defineConfig({
  targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } },
${fills === undefined ? "" : `  fills: {\n${fills}  },\n`}});
`,
    );
  }

  /** The schema around models, for a client of its own and for the project. */
  header(): string {
    const schemas = this.#layout.schemas;
    return `generator client {
  provider = "prisma-client-js"
  output   = "${this.#layout.isMultiFile ? "../../" : "../"}generated/client"
}

datasource db {
  provider = "postgresql"
${schemas === undefined ? "" : `  schemas  = ${JSON.stringify(schemas)}\n`}}

`;
  }

  /** Writes the model: `texts` by slug, one file or one for each. */
  writeSchema(texts: ReadonlyMap<string, string>): void {
    if (!this.#layout.isMultiFile) {
      this.write("prisma/schema.prisma", this.header() + [...texts.values()].join("\n"));
      return;
    }
    this.write("prisma/schema/main.prisma", this.header());
    for (const [slug, text] of texts) this.write(`prisma/schema/${slug}.prisma`, text);
  }

  /** Where the model of a change stands. */
  schemaFile(slug: string): string {
    return this.#layout.isMultiFile ? `prisma/schema/${slug}.prisma` : "prisma/schema.prisma";
  }

  schema(): SchemaFile[] {
    const files = this.#layout.isMultiFile
      ? readdirSync(join(this.root, "prisma/schema"))
          .sort()
          .map((name) => `prisma/schema/${name}`)
      : ["prisma/schema.prisma"];
    return files.map((file) => ({ path: join(this.root, file), content: this.read(file) }));
  }

  get migrationsFolder(): string {
    return join(this.root, "prisma/migrations");
  }

  migrations(): string[] {
    return readdirSync(this.migrationsFolder)
      .filter((name) => /^\d/.test(name))
      .sort();
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), "utf8");
  }

  exists(file: string): boolean {
    return existsSync(join(this.root, file));
  }

  plan(id: string): Plan {
    return JSON.parse(this.read(`lockstep/${id}/plan.json`)) as Plan;
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  edit(file: string, from: string, to: string): void {
    const text = this.read(file);
    if (!text.includes(from))
      throw new Error(`${relative(this.root, file)} does not have the text to replace:\n${from}`);
    this.write(
      file,
      text.replace(from, () => to),
    );
  }

  /** The stock CLI. */
  prisma(args: readonly string[], env: Record<string, string | undefined> = {}): Promise<RunResult> {
    const executable = join(repository, "node_modules/.bin/prisma");
    return run(executable, args, { cwd: this.root, env: { ...this.urls, ...env } });
  }

  lockstep(args: readonly string[]): Promise<RunResult> {
    return this.#commands.run(args, this.urls);
  }

  async git(...args: readonly string[]): Promise<string> {
    const result = await run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], {
      cwd: this.root,
    });
    if (result.code !== 0) throw new Error(result.output);
    return result.stdout;
  }

  async commit(message: string): Promise<void> {
    await this.git("add", "-A");
    await this.git("commit", "--quiet", "--allow-empty", "-m", message);
  }

  /** Everything as the last commit has it. */
  async restore(): Promise<void> {
    await this.git("reset", "--quiet", "--hard");
    await this.git("clean", "-fdq");
  }

  /** Takes so many commits back. */
  async takeBack(commits: number): Promise<void> {
    await this.git("reset", "--quiet", "--hard", `HEAD~${commits}`);
  }

  async changedFiles(): Promise<string[]> {
    const status = await this.git("status", "--porcelain", "--untracked-files=all");
    return status.split("\n").filter((line) => line !== "");
  }

  dispose(): void {
    this.#commands.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}
