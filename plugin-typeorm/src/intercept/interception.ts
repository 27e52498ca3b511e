import { dirname, relative, resolve, sep } from "node:path";
import { type EntityModel, lockProject, plansAsRead } from "@lockstep/core";
import type { TypeormCopy } from "../detect/copies.js";
import type { TypeormDialect } from "../dialects/dialect.js";
import { dialectOf } from "../dialects/dialects.js";
import type { EntityFile } from "../entities/model.js";
import type { Flavour, TypeormProject } from "../project.js";
import { knownColumns } from "./columns.js";
import type { GenerateCall } from "./generate.js";
import type { Output } from "./output.js";
import { projectRoot } from "./project-root.js";
import { typeormCopy } from "./typeorm-copy.js";

/** One run of `migration:generate`, and what is known of the project that it runs in. Nothing is loaded for it but what is asked. */
export class Interception {
  readonly call: GenerateCall;
  readonly dialect: TypeormDialect;
  /** Absolute path of the project's root. */
  readonly root: string;
  /** Undefined where a script has called the command. */
  readonly command: CommandLine | undefined;
  readonly #cwd: string;
  readonly #isAsRead: () => void;
  #project: Promise<TypeormProject> | undefined;
  #entities: Promise<readonly EntityFile[]> | undefined;
  #models: Promise<readonly EntityModel[]> | undefined;

  constructor(call: GenerateCall, cwd: string, args: readonly string[]) {
    this.call = call;
    this.dialect = dialectOf(call.dataSource);
    this.root = projectRoot(cwd);
    this.command = readCommandLine(args);
    this.#cwd = cwd;
    this.#isAsRead = plansAsRead(this.root);
  }

  /** What is told of this run. */
  get typed(): string {
    return this.command?.typed ?? "typeorm migration:generate";
  }

  /** The copy of TypeORM that the CLI runs. */
  get copy(): TypeormCopy {
    return typeormCopy(this.call.commandFile);
  }

  /** The project, described by the data source that is running. */
  project(): Promise<TypeormProject> {
    this.#project ??= this.#describe();
    return this.#project;
  }

  /**
   * Writes while no other command does, and only what was made from the plans as they still are.
   *
   * @throws LS4007, LS4008 without the lock · LS4005 another command has written plans since this run began
   */
  async write<T>(write: () => Promise<T>): Promise<T> {
    const lock = await lockProject(this.root, this.typed);
    try {
      this.#isAsRead();
      return await write();
    } finally {
      lock.release();
    }
  }

  /** The same of an output. */
  locked(output: Output): Output {
    const { write } = output;
    return write === undefined ? output : { ...output, write: (file, text) => this.write(() => write(file, text)) };
  }

  /** The files that declare the entities, as they stand on disk. Read once. */
  entityFiles(): Promise<readonly EntityFile[]> {
    this.#entities ??= import("../entities/files.js").then(async ({ entityFiles }) =>
      entityFiles(await this.project()),
    );
    return this.#entities;
  }

  /** What these declare, by the names that the running data source knows. Read once. */
  models(): Promise<readonly EntityModel[]> {
    this.#models ??= Promise.all([import("../entities/read.js"), this.entityFiles()]).then(
      ([{ readEntities }, files]) => readEntities(files, knownColumns(this.call.dataSource)),
    );
    return this.#models;
  }

  /** The project as the CLI's options have it: whatever is written with the CLI's file stands beside it, in the same language. */
  beside(project: TypeormProject, file: string, flavour: Flavour): TypeormProject {
    return { ...project, migrationsFolder: this.fromRoot(dirname(file)), flavour };
  }

  /** A change that passes does without. */
  async #describe(): Promise<TypeormProject> {
    const { root, command } = this;
    const [{ factsOf }, { findCall, readManifest }, { readCompilation }, { describeProject }, { loadConfig }] =
      await Promise.all([
        import("../cli/facts.cjs"),
        import("../detect/call.js"),
        import("../detect/compiled.js"),
        import("../detect/describe.js"),
        import("@lockstep/core/planning"),
      ]);
    const manifest = readManifest(root);
    const compilation = readCompilation(root);
    const { typeorm = {} } = await loadConfig(root);
    const dataSource =
      command?.dataSource === undefined ? (typeorm.dataSource ?? "") : this.fromRoot(command.dataSource);
    return describeProject({
      call: await findCall(root, manifest, { typeorm: { ...typeorm, dataSource } }, compilation),
      facts: factsOf(this.call.dataSource, this.copy.folder),
      config: { typeorm },
      compilation,
      isEsm: manifest.type === "module",
    });
  }

  /** A path from the root; given as the CLI has it. */
  fromRoot(path: string): string {
    return relative(this.root, resolve(this.#cwd, path)).split(sep).join("/");
  }
}

/** What the command line of `migration:generate` says, as far as Lockstep has to know it before the CLI acts. */
interface CommandLine {
  /** As it was typed. */
  readonly typed: string;
  /** `--check` or `--dryrun`: nothing is written. */
  readonly isDry: boolean;
  /** The file of the data source, as it was typed. */
  readonly dataSource: string | undefined;
}

/** Reads it; undefined where something else has called the command (a script): then nothing is known. */
function readCommandLine(args: readonly string[]): CommandLine | undefined {
  if (!args.includes("migration:generate")) return undefined;
  return {
    typed: ["typeorm", ...args].join(" "),
    isDry: isSet(args, ["--check", "--ch"]) || isSet(args, ["--dryrun", "--dr"]),
    dataSource: textAfter(args, ["--dataSource", "--data-source", "-d"]),
  };
}

/** As yargs reads it: `--check`, `--check=true`, `--check false`, `--no-check`; the last one counts. */
function isSet(args: readonly string[], names: readonly string[]): boolean {
  let value = false;
  for (const [index, arg] of args.entries()) {
    const [name = "", given] = arg.split("=", 2);
    if (names.includes(name)) value = (given ?? args[index + 1]) !== "false";
    else if (names.includes(name.replace(/^--no-/, "--"))) value = given === "false";
  }
  return value;
}

function textAfter(args: readonly string[], names: readonly string[]): string | undefined {
  let value: string | undefined;
  for (const [index, arg] of args.entries()) {
    const [name = "", ...rest] = arg.split("=");
    if (names.includes(name)) value = rest.length > 0 ? rest.join("=") : args[index + 1];
  }
  return value;
}
