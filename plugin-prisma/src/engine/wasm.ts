/** Prisma's schema engine as WASM, over one `pg` connection. */
import { readFile } from "node:fs/promises";
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import type { SchemaEngine } from "@prisma/schema-engine-wasm/schema_engine_bg";
import { acceptedByPrisma7, withBlocksOf } from "../schema/accepted-by-7.js";
import { type Failure, PgSession } from "./adapter.js";
import type { DatasourceUrls } from "./arguments.js";
import { type EngineBackend, EngineError, type EngineHost, UnknownMethodError } from "./backend.js";
import { Databases } from "./databases.js";
import { createDatabase } from "./manage-database.js";
import { offlineSession } from "./offline-session.js";
import { executionMode } from "./run-migration.js";
import { parseTarget } from "./target.js";
import { type CompiledModule, instantiateEngine, isCrash, panicMessage } from "./wasm-module.js";

export interface WasmOptions {
  readonly datamodelPaths: readonly string[];
  readonly datasource: DatasourceUrls;
  readonly cwd: string;
  /** Decides how migrations are executed. */
  readonly prismaVersion: string;
  readonly host: EngineHost;
  /** Called when the engine waits for the database. */
  onWait?(): void;
  /** Compiling starts before anything else is loaded. */
  readonly module: Promise<CompiledModule>;
}

/** The requests that the engine handles itself, by the CLI's names. */
const engineMethods = [
  "applyMigrations",
  "createMigration",
  "dbExecute",
  "devDiagnostic",
  "diagnoseMigrationHistory",
  "ensureConnectionValidity",
  "evaluateDataLoss",
  "introspect",
  "introspectSql",
  "markMigrationApplied",
  "markMigrationRolledBack",
  "reset",
  "schemaPush",
] as const;
type EngineMethod = (typeof engineMethods)[number];
type Call = (params: unknown) => Promise<unknown>;

export class WasmBackend implements EngineBackend {
  readonly #options: WasmOptions;
  readonly #databases: Databases;
  readonly #engines = new Map<"connected" | "offline", Promise<SchemaEngine>>();
  #runtime: ReturnType<typeof instantiateEngine> | undefined;
  #failure: Failure | undefined;

  /** @throws EngineError for a URL that cannot be used */
  constructor(options: WasmOptions) {
    this.#options = options;
    const { datasource, cwd, onWait } = options;
    const target = (url: string | undefined) => (url === undefined ? undefined : parseTarget(url, cwd));
    this.#databases = new Databases(target(datasource.url), target(datasource.shadowDatabaseUrl), onWait);
  }

  async call(method: string, params: unknown): Promise<unknown> {
    this.#failure = undefined;
    try {
      return await this.#dispatch(method, params);
    } catch (error) {
      throw this.#translate(method, error);
    } finally {
      // The CLI may end right after an answer, and a container with it: no shadow database must remain then.
      await this.#databases.settled();
    }
  }

  interrupt(): Promise<void> {
    return this.#databases.interrupt();
  }

  close(): Promise<void> {
    return this.#databases.close();
  }

  async #dispatch(method: string, given: unknown): Promise<unknown> {
    const params = acceptable(given);
    switch (method) {
      case "getDatabaseVersion":
        return (await this.#engine("connected")).version();
      case "createDatabase":
        return { databaseName: await createDatabase(this.#urlOf(params), this.#options.cwd) };
      case "diff":
        return this.#diff(params);
      case "introspect":
        return this.#introspect(params, given);
      case "evaluateDataLoss":
      case "createMigration":
        return this.#withReplayedHistory(method, params);
      default:
        if (!isEngineMethod(method)) throw new UnknownMethodError(method);
        return (await this.#run(method, params)) ?? {};
    }
  }

  async #run(method: EngineMethod, params: unknown): Promise<unknown> {
    const engine = await this.#engine("connected");
    return (engine[method] as Call).call(engine, params);
  }

  /**
   * These two methods cannot open a shadow database: they find the replayed history in the engine's cache, or fail. `devDiagnostic` with
   * the same list of migrations fills the cache; the CLI's own call came before it applied pending ones.
   */
  async #withReplayedHistory(method: "evaluateDataLoss" | "createMigration", params: unknown): Promise<unknown> {
    try {
      return await this.#run(method, params);
    } catch (error) {
      // The engine has no code for it.
      const isMissing =
        error instanceof Error && error.message.includes("must be provided through an external factory");
      if (!isMissing) throw error;
      const { migrationsList, filters } = params as { migrationsList: unknown; filters: unknown };
      await this.#run("devDiagnostic", { migrationsList, filters });
      return this.#run(method, params);
    }
  }

  /** The native engine prints the comparison through the CLI and returns only the exit code. */
  async #diff(params: unknown): Promise<unknown> {
    const { from, to } = params as Record<"from" | "to", { tag: string } | undefined>;
    const needsDatabase = [from, to].some((side) => side?.tag === "schemaDatasource" || side?.tag === "url");
    const engine = await this.#engine(needsDatabase ? "connected" : "offline");
    const { exitCode, stdout } = await engine.diff(params as Parameters<SchemaEngine["diff"]>[0]);
    if (stdout) await this.#options.host.print(stdout.replace(/\n$/, ""));
    return { exitCode, stdout: null };
  }

  /** Restores the URLs in the schema that `db pull` writes. */
  async #introspect(params: unknown, given: unknown): Promise<unknown> {
    const result = (await this.#run("introspect", params)) as SchemaHolder;
    const { files } = (given as SchemaHolder).schema;
    return { ...result, schema: { ...result.schema, files: withBlocksOf(result.schema.files, files) } };
  }

  #urlOf(params: unknown): string | undefined {
    const { datasource } = (params ?? {}) as { datasource?: { tag: string; url?: string } };
    return datasource?.url ?? this.#options.datasource.url;
  }

  #engine(kind: "connected" | "offline"): Promise<SchemaEngine> {
    const existing = this.#engines.get(kind);
    if (existing) return existing;
    const engine = this.#start(kind);
    this.#engines.set(kind, engine);
    // An unreachable database may be available for the next request.
    engine.catch(() => this.#engines.delete(kind));
    return engine;
  }

  async #start(kind: "connected" | "offline"): Promise<SchemaEngine> {
    this.#runtime ??= this.#options.module.then(instantiateEngine);
    const [runtime, datamodels] = await Promise.all([this.#runtime, this.#readDatamodels()]);
    const factory = bindMigrationAwareSqlAdapterFactory(this.#adapterFactory(kind));
    return runtime.SchemaEngine.new({ datamodels }, () => undefined, factory);
  }

  async #readDatamodels(): Promise<[string, string][] | undefined> {
    const { datamodelPaths } = this.#options;
    if (datamodelPaths.length === 0) return undefined;
    const files = await Promise.all(
      datamodelPaths.map(async (path) => ({ path, content: await readFile(path, "utf8") })),
    );
    return acceptedByPrisma7(files).map(({ path, content }) => [path, content]);
  }

  #adapterFactory(kind: "connected" | "offline"): SqlMigrationAwareDriverAdapterFactory {
    const databases = this.#databases;
    const session = (database: "main" | "shadow", open: Pick<PgSessionParts, "client" | "schema" | "dispose">) =>
      new PgSession({
        ...open,
        database,
        mode: executionMode(this.#options.prismaVersion, database),
        // The first failure is the cause of later ones.
        note: (failure) => {
          this.#failure ??= failure;
        },
      });
    return {
      provider: "postgres",
      adapterName: "@lockstep/prisma",
      connect: async () => {
        if (kind === "offline") return offlineSession(databases.schema);
        const client = await this.#noting(() => databases.main());
        // A lost connection fails the current request; the next request gets a new one.
        client.once("end", () => this.#engines.delete(kind));
        return session("main", { client, schema: databases.schema, dispose: () => client.end() });
      },
      connectToShadowDb: async () => session("shadow", await this.#noting(() => databases.shadow())),
    };
  }

  /** Keeps the error that the engine would shorten. */
  async #noting<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof EngineError) this.#failure ??= { kind: "engine", error };
      throw error;
    }
  }

  #translate(method: string, thrown: unknown): unknown {
    if (thrown instanceof EngineError) return thrown;
    if (isCrash(thrown)) {
      this.#engines.clear();
      this.#runtime = undefined;
      const reason = panicMessage() || (thrown as Error).message;
      return new EngineError("LS9002", `The schema engine crashed in ${method}: ${reason}`, null, thrown);
    }
    if (!(thrown instanceof Error)) return thrown;
    const failure = this.#failure;
    if (failure?.kind === "engine") return failure.error;
    const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
    if (failure?.kind === "migration") return migrationError(failure, thrown.message);
    return new EngineError(code, withoutTrace(thrown.message), null, thrown);
  }
}

interface SchemaHolder {
  readonly schema: { readonly files: readonly { readonly path: string; readonly content: string }[] };
}

/** The same request with schemas that this engine accepts: those of Prisma 6 contain URLs. */
function acceptable(params: unknown): unknown {
  if (typeof params !== "object" || params === null) return params;
  const { files } = params as { files?: unknown };
  if (Array.isArray(files)) return { ...params, files: acceptedByPrisma7(files as SchemaHolder["schema"]["files"]) };
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      ["schema", "from", "to"].includes(name) ? acceptable(value) : value,
    ]),
  );
}

type PgSessionParts = ConstructorParameters<typeof PgSession>[0];

function isEngineMethod(method: string): method is EngineMethod {
  return (engineMethods as readonly string[]).includes(method);
}

/** PostgreSQL's complete error, in the form of the native engine: P3018 in the database, P3006 in a shadow database. */
function migrationError({ database, failure }: Failure & { kind: "migration" }, message: string): EngineError {
  const sqlState = failure.sqlState ?? "none";
  const error = `Database error code: ${sqlState}\n\nDatabase error:\n${failure.text}\n`;
  const meta = (name: string) => ({
    migration_name: name,
    database_error_code: sqlState,
    database_error: failure.text,
  });
  if (database === "shadow") {
    const name = /^Migration `(.*)` failed to apply/m.exec(message)?.[1];
    const subject = name === undefined ? "The initialization script" : `Migration \`${name}\``;
    const text = `${subject} failed to apply cleanly to the shadow database. \n${error}`;
    return new EngineError("P3006", text, meta(name ?? ""), failure);
  }
  // The engine names it in the trace of its messages.
  const name = /migration_name="([^"\n]*)"/.exec(message)?.[1] ?? "";
  const text =
    "A migration failed to apply. New migrations cannot be applied before the error is recovered from. Read more about how " +
    "to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve\n\n" +
    `Migration name: ${name}\n\n${error}`;
  return new EngineError("P3018", text, meta(name), failure);
}

/** Removes positions in Prisma's source, and the prefixes of the layers that passed the text on. */
function withoutTrace(message: string): string {
  return message
    .replace(/\n {3}0: [\s\S]*$/, "")
    .replace(/^external connector error\n/, "")
    .replace(/^Error querying the database: /, "");
}
