import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { EntityFile } from "../entities/model.js";
import type { Flavour, TypeormProject } from "../project.js";
import { type CommandLine, readCommandLine } from "./command-line.js";
import type { GenerateCall } from "./generate.js";
import { projectRoot } from "./project-root.js";
import { type TypeormCopy, typeormCopy } from "./typeorm-copy.js";

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
    const { migrationsTableName = "migrations" } = this.call.dataSource.options;
    const { schema, url } = this.call.dataSource.options as { readonly schema?: string; readonly url?: string };
    const { folder, version } = this.copy;
    return {
      root: this.root,
      migrationsFolder: at === undefined ? this.#migrationsFolder() : this.#fromRoot(dirname(at.file)),
      ormVersion: version,
      developmentUrl: url,
      generatedFolders: [],
      dataSourceFile: this.command?.dataSource === undefined ? "" : this.#fromRoot(this.command.dataSource),
      run: ["npx", "typeorm"],
      flavour: at?.flavour ?? { language: "ts", module: this.#module() },
      typeormFolder: folder,
      migrationsTable: { schema, name: migrationsTableName },
    };
  }

  /** Where the data source looks for migrations. */
  #migrationsFolder(): string {
    const { migrations = [] } = this.call.dataSource.options;
    const pattern = Object.values(migrations).find((each) => typeof each === "string");
    return pattern === undefined ? "migrations" : this.#fromRoot(dirname(pattern.replace(/[*{[].*$/, "x")));
  }

  #module(): Flavour["module"] {
    const manifest = join(this.root, "package.json");
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).type === "module" ? "esm" : "commonjs";
  }

  #fromRoot(path: string): string {
    return relative(this.root, resolve(this.#cwd, path)).split(sep).join("/");
  }
}
