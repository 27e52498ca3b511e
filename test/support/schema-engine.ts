import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toRpcError } from "../../plugin-prisma/src/engine/backend.js";
import type { EngineInfo } from "../../plugin-prisma/src/engine/hooks.js";
import { WasmBackend } from "../../plugin-prisma/src/engine/wasm.js";
import { compileEngine } from "../../plugin-prisma/src/engine/wasm-module.js";
import { hooks } from "../../plugin-prisma/src/intercept/hooks.js";

export interface SchemaFile {
  readonly path: string;
  readonly content: string;
}

const filters = { externalTables: [], externalEnums: [] };

let compiled: ReturnType<typeof compileEngine> | undefined;

/**
 * The SQL from one state to another as Prisma's own schema engine writes it, in this process: twenty times faster than its
 * CLI. One a process: the engine's glue code keeps a single instance.
 */
export class Engine {
  readonly #backend: WasmBackend;
  readonly #info: EngineInfo;
  #printed = "";

  /** @param url a database on the server where shadow databases may be made */
  constructor(url: string, cwd: string) {
    compiled ??= compileEngine();
    this.#info = { backend: "wasm", datamodelPaths: [], datasource: { url }, cwd, prismaVersion: "7.10.0" };
    this.#backend = new WasmBackend({
      ...this.#info,
      host: {
        print: async (text) => {
          this.#printed += text;
        },
      },
      module: compiled,
    });
  }

  /** As `prisma migrate diff --script`: between two schemas, or from nothing. */
  async between(before: readonly SchemaFile[] | undefined, after: readonly SchemaFile[]): Promise<string> {
    const from = before === undefined ? { tag: "empty" } : { tag: "schemaDatamodel", files: before };
    return (await this.#diff(from, after, true)).text;
  }

  /** As `prisma migrate diff --from-migrations … --to-schema … --exit-code`: undefined when there is no difference. */
  async drift(migrationsFolder: string, schema: readonly SchemaFile[]): Promise<string | undefined> {
    const { exitCode, text } = await this.#diff(
      { tag: "migrations", ...migrationsIn(migrationsFolder) },
      schema,
      false,
    );
    return exitCode === 0 ? undefined : text;
  }

  /**
   * What the CLI asks the proxy in `migrate dev` before it writes a migration, and what it shows when it is refused.
   *
   * @returns code and text of the refusal; undefined when there is none
   */
  async refusal(migrationsFolder: string, files: readonly SchemaFile[]): Promise<string | undefined> {
    const migrationsList = migrationsIn(migrationsFolder);
    const engine = {
      call: (method: string, params: unknown) => this.#backend.call(method, params),
      waits: async () => undefined,
      print: async () => undefined,
    };
    try {
      const params = { migrationsList, schema: { files }, filters };
      await hooks.intercept({ method: "evaluateDataLoss", params }, engine, this.#info);
      return undefined;
    } catch (error) {
      const { data } = toRpcError(error);
      return `${data?.error_code ?? ""}\n\n${data?.message ?? ""}`;
    }
  }

  close(): Promise<void> {
    return this.#backend.close();
  }

  async #diff(from: object, files: readonly SchemaFile[], script: boolean) {
    this.#printed = "";
    const { exitCode } = (await this.#backend.call("diff", {
      from,
      to: { tag: "schemaDatamodel", files },
      script,
      exitCode: true,
      shadowDatabaseUrl: null,
      filters,
    })) as { exitCode: number };
    return { exitCode, text: this.#printed };
  }
}

/** The folder as the CLI hands it over. */
function migrationsIn(baseDir: string): object {
  const read = (...path: string[]) => readFileSync(join(baseDir, ...path), "utf8");
  const migrationDirectories = readdirSync(baseDir)
    .filter((name) => existsSync(join(baseDir, name, "migration.sql")))
    .sort()
    .map((path) => ({
      path,
      migrationFile: { path: "migration.sql", content: { tag: "ok", value: read(path, "migration.sql") } },
    }));
  const lockfile = { path: "migration_lock.toml", content: read("migration_lock.toml") };
  return { baseDir, lockfile, shadowDbInitScript: "", migrationDirectories };
}
