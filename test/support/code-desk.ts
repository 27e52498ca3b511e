import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { writeFiles } from "../../core/src/base/files/write-files.js";
import { preparePhase } from "../../core/src/change/release/prepare-phase.js";
import type { CliCommand, CommandResult } from "../../core/src/cli/command.js";
import code from "../../core/src/cli/commands/code.js";
import undo from "../../core/src/cli/commands/undo.js";
import { configSchema } from "../../core/src/config/schema.js";
import type { DeployedPhase, Plan } from "../../core/src/model/index.js";
import { loadPlan } from "../../core/src/plan/store.js";
import type { OrmPlugin } from "../../core/src/plugin/plugin.js";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import { typeormPlugin } from "../../plugin-typeorm/src/plugin.js";
import { installClient } from "./installed-client.js";
import { type Person, personIo } from "./person-io.js";
import { planOf, userShape } from "./plan-fixture.js";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

export interface DeskResult extends CommandResult {
  /** What went to stderr beside progress. */
  readonly err: string;
  readonly progress: string;
  /** All questions that were asked. */
  readonly asked: readonly string[];
}

/** What the plan is about: a required column of User with a value of its own. */
const id = "20261120093000_add_handle";

/** A project on disk with a plan for `User.handle`, and commands that run in this process with a person of the test's own. */
export class CodeDesk {
  readonly #top = mkdtempSync(join(tmpdir(), "lockstep-desk-"));
  /** A package of a workspace, where the files beside it say so. */
  readonly root = join(this.#top, "packages/db");
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #orm: "prisma" | "typeorm";

  private constructor(config: Readonly<Record<string, unknown>>, orm: "prisma" | "typeorm" = "prisma") {
    this.#config = config;
    this.#orm = orm;
  }

  /** @param files of the project, with its schema; `handle` is added to the model User */
  static async open(
    files: Readonly<Record<string, string>>,
    options: {
      readonly config?: Readonly<Record<string, unknown>>;
      readonly phase?: "expand" | "switch";
      readonly exposure?: "internal";
      /** Default: the ORM's types are there. */
      readonly isInstalled?: false;
      /** What is done to the folder before the column is added. */
      readonly prepare?: (root: string) => void;
    } = {},
  ): Promise<CodeDesk> {
    const desk = new CodeDesk(options.config ?? {});
    for (const [file, text] of Object.entries(files)) desk.write(file, text);
    options.prepare?.(desk.root);
    const schema = desk.read("prisma/schema.prisma");
    const end = schema.indexOf("\n}", schema.indexOf("model User {"));
    desk.write("prisma/schema.prisma", `${schema.slice(0, end)}\n  handle String${schema.slice(end)}`);
    if (options.isInstalled !== false && schema.includes("generator ")) await desk.install();
    const columns = [...schema.slice(schema.indexOf("model User {"), end).matchAll(/^ {2}(\w+) /gm)];
    const plan = await planOf({
      id,
      sql: `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;\n`,
      columns: {
        handle: {
          fill: { kind: "backfill", sql: "lower(email)" },
          ...(options.exposure === undefined ? {} : { exposure: options.exposure }),
        },
      },
      shape: { ...userShape, columns: columns.map(([, name = ""]) => name) },
    });
    await desk.release("expand", plan);
    if (options.phase !== "expand") await desk.release("switch");
    return desk;
  }

  /** A project as it was left, with its plan, or without one. */
  static take(files: Readonly<Record<string, string>>, orm?: "prisma" | "typeorm"): CodeDesk {
    const desk = new CodeDesk({}, orm);
    for (const [file, text] of Object.entries(files)) desk.write(file, text);
    return desk;
  }

  /** Installs the ORM's types, as users have them. */
  async install(): Promise<void> {
    if (this.#orm === "prisma") return installClient(this.root, ["prisma/schema.prisma"]);
    mkdirSync(join(this.root, "node_modules"), { recursive: true });
    symlinkSync(join(modules, "typeorm"), join(this.root, "node_modules/typeorm"), "junction");
  }

  get plugin(): OrmPlugin {
    return this.#orm === "prisma" ? prismaPlugin : typeormPlugin;
  }

  get project() {
    return this.#orm === "prisma" ? this.#prismaProject : { ...this.#prismaProject, ...ofTypeorm };
  }

  get #prismaProject() {
    return {
      root: this.root,
      migrationsFolder: "prisma/migrations",
      ormVersion: "7.10.0",
      developmentUrl: undefined,
      dialect: "postgresql" as const,
      generatedFolders: ["src/generated"],
      schemaFiles: ["prisma/schema.prisma"],
    };
  }

  get plan(): Plan {
    return loadPlan(this.root, id);
  }

  /** What the plan remembers of places: `src/list.ts#listUsers: select of …` → `yes asked`. */
  get choices(): Readonly<Record<string, string>> {
    return Object.fromEntries((this.plan.state.choices ?? []).map(({ key, choice, by }) => [key, `${choice} ${by}`]));
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), "utf8");
  }

  has(file: string): boolean {
    return existsSync(join(this.root, file));
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
  }

  move(from: string, to: string): void {
    mkdirSync(dirname(join(this.root, to)), { recursive: true });
    renameSync(join(this.root, from), join(this.root, to));
  }

  /** Writes a phase as `next` does behind an open gate, with the required edits alone. */
  async release(phase: DeployedPhase, plan: Plan = this.plan): Promise<void> {
    const { changes } = await preparePhase({
      plan,
      project: this.project,
      plugin: this.plugin,
      phase,
      moment: new Date(Date.UTC(2026, 11, 1)),
      code: { include: [], exclude: [] },
      policy: { level: "required" },
    });
    writeFiles(this.root, changes);
  }

  /** `lockstep code` with these options: on a terminal when a person is given, else as CI runs it. */
  code(options: CliOptions = {}, person?: Person): Promise<DeskResult> {
    return this.#run(code, options, person);
  }

  undo(options: CliOptions = {}): Promise<DeskResult> {
    return this.#run(undo, options);
  }

  close(): void {
    rmSync(this.#top, { recursive: true, force: true });
  }

  async #run(command: CliCommand, options: CliOptions, person?: Person): Promise<DeskResult> {
    const { env = {}, name, isJson, ...given } = options;
    const { io, asked, said } = personIo(person, { env: env as Readonly<Record<string, string>>, cwd: this.root });
    const workspace = { project: this.project, plugin: this.plugin, config: configSchema.parse(this.#config) };
    const result = await command.run({
      name: command.name,
      arguments: [name],
      options: given,
      io,
      plugins: [this.plugin],
      cwd: this.root,
      ...(isJson && { isJson }),
      workspace: async () => workspace,
    });
    const { messages, progress } = said();
    return {
      ...result,
      text: stripVTControlCharacters(`${result.patch ?? ""}${result.text}`),
      err: messages,
      progress,
      asked,
    };
  }
}

/** What a project of TypeORM has besides, as far as code is concerned. */
const ofTypeorm = {
  migrationsFolder: "src/migrations",
  migrationGlobs: ["src/migrations/*.ts"],
  ormVersion: "1.0.0",
  generatedFolders: [],
  classes: [],
  globs: ["src/**/*.ts"],
};

/** As commander gives them: `dryRun`, `only`. */
interface CliOptions {
  readonly code?: string;
  readonly only?: readonly string[];
  readonly not?: readonly string[];
  readonly reason?: string;
  readonly unchecked?: true;
  readonly exposure?: string;
  readonly like?: string;
  readonly explain?: string;
  readonly all?: true;
  readonly dryRun?: true;
  readonly format?: string;
  readonly yes?: true;
  /** As `--json`. */
  readonly isJson?: true;
  /** Not an option: what the command is about. */
  readonly name?: string;
  /** Not an option: the environment of the run. */
  readonly env?: Readonly<Record<string, string>>;
}
