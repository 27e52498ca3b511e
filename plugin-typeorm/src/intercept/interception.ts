import { dirname, relative, resolve, sep } from "node:path";
import { factsOf } from "../cli/facts.cjs";
import { findCall, readManifest } from "../detect/call.js";
import { readCompilation } from "../detect/compiled.js";
import type { TypeormCopy } from "../detect/copies.js";
import { describeProject } from "../detect/describe.js";
import type { EntityFile } from "../entities/model.js";
import type { Flavour, TypeormProject } from "../project.js";
import { type CommandLine, readCommandLine } from "./command-line.js";
import type { GenerateCall } from "./generate.js";
import { projectRoot } from "./project-root.js";
import { typeormCopy } from "./typeorm-copy.js";

/** One run of `migration:generate`, and what is known of the project that it runs in. Nothing is loaded for it but what is asked. */
export class Interception {
  readonly call: GenerateCall;
  /** Absolute path of the project's root. */
  readonly root: string;
  /** Undefined where a script has called the command. */
  readonly command: CommandLine | undefined;
  readonly #cwd: string;
  #entities: Promise<readonly EntityFile[]> | undefined;

  constructor(call: GenerateCall, cwd: string, args: readonly string[]) {
    this.call = call;
    this.root = projectRoot(cwd);
    this.command = readCommandLine(args);
    this.#cwd = cwd;
  }

  /** The copy of TypeORM that the CLI runs. */
  get copy(): TypeormCopy {
    return typeormCopy(this.call.commandFile);
  }

  /** The files that declare the entities, as they stand on disk. Read once. */
  entityFiles(): Promise<readonly EntityFile[]> {
    this.#entities ??= import("../entities/files.js").then(({ entityFiles }) => entityFiles(this.project()));
    return this.#entities;
  }

  /** @param at the migration that the CLI writes, once that is known: whatever is written with it stands beside it */
  project(at?: { readonly file: string; readonly flavour: Flavour }): TypeormProject {
    const manifest = readManifest(this.root);
    const compilation = readCompilation(this.root);
    const named = this.command?.dataSource;
    const dataSource = named === undefined ? "" : this.#fromRoot(named);
    const call = findCall(this.root, manifest, { typeorm: { dataSource } }, compilation);
    const project = describeProject({
      call,
      facts: factsOf(this.call.dataSource, this.copy.folder),
      config: {},
      compilation,
      isEsm: manifest.type === "module",
    });
    if (at === undefined) return project;
    return { ...project, migrationsFolder: this.#fromRoot(dirname(at.file)), flavour: at.flavour };
  }

  #fromRoot(path: string): string {
    return relative(this.root, resolve(this.#cwd, path)).split(sep).join("/");
  }
}
