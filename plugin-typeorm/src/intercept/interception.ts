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

/** One run of `migration:generate`, and its project. Everything is loaded on first use. */
export class Interception {
  readonly call: GenerateCall;
  readonly dialect: TypeormDialect;
  /** Absolute path of the project's root. */
  readonly root: string;
  /** Undefined if a script called the command. */
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

  /** The command line in messages. */
  get typed(): string {
    return this.command?.typed ?? "typeorm migration:generate";
  }

  /** The copy of TypeORM that the CLI runs. */
  get copy(): TypeormCopy {
    return typeormCopy(this.call.commandFile);
  }

  /** The project, described by the running data source. */
  project(): Promise<TypeormProject> {
    this.#project ??= this.#describe();
    return this.#project;
  }

  /**
   * Writes while no other command does, and only if the plans are unchanged since they were read.
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

  /** The files that declare the entities, as they are on disk. Read once. */
  entityFiles(): Promise<readonly EntityFile[]> {
    this.#entities ??= import("../entities/files.js").then(async ({ entityFiles }) =>
      entityFiles(await this.project()),
    );
    return this.#entities;
  }

  /** The models that they declare, by the names of the running data source. Read once. */
  models(): Promise<readonly EntityModel[]> {
    this.#models ??= Promise.all([import("../entities/read.js"), this.entityFiles()]).then(
      ([{ readEntities }, files]) => readEntities(files, knownColumns(this.call.dataSource)),
    );
    return this.#models;
  }

  /** The project with the CLI's options: files written with the CLI's file are beside it, in the same language. */
  beside(project: TypeormProject, file: string, flavour: Flavour): TypeormProject {
    return { ...project, migrationsFolder: this.fromRoot(dirname(file)), flavour };
  }

  /** A change that passes does not need it. */
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

  /** A path from the root; the argument is as in the CLI. */
  fromRoot(path: string): string {
    return relative(this.root, resolve(this.#cwd, path)).split(sep).join("/");
  }
}

/** The part of `migration:generate`'s command line that Lockstep needs before the CLI acts. */
interface CommandLine {
  readonly typed: string;
  /** `--check` or `--dryrun`: nothing is written. */
  readonly isDry: boolean;
  /** The file of the data source, as typed. */
  readonly dataSource: string | undefined;
}

/** Parses it. Undefined if a script called the command: then it is unknown. */
function readCommandLine(args: readonly string[]): CommandLine | undefined {
  if (!args.includes("migration:generate")) return undefined;
  return {
    typed: ["typeorm", ...args].join(" "),
    isDry: isSet(args, ["--check", "--ch"]) || isSet(args, ["--dryrun", "--dr"]),
    dataSource: textAfter(args, ["--dataSource", "--data-source", "-d"]),
  };
}

/** As yargs parses it: `--check`, `--check=true`, `--check false`, `--no-check`; the last one wins. */
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
