/** One PostgreSQL session for the WASM engine: a driver adapter. */
import {
  DriverAdapterError,
  type IsolationLevel,
  type SqlDriverAdapter,
  type SqlQuery,
  type SqlResultSet,
  type Transaction,
} from "@prisma/driver-adapter-utils";
import type { Client, QueryArrayResult } from "pg";
import { EngineError } from "./backend.js";
import { type ExecutionMode, MigrationFailure, runMigration } from "./run-migration.js";
import { isCutFelt } from "./split-migration.js";
import { columnType } from "./types.js";

/** A failure below the engine, with more detail than the engine passes on. */
export type Failure =
  | { readonly kind: "migration"; readonly database: "main" | "shadow"; readonly failure: MigrationFailure }
  | { readonly kind: "engine"; readonly error: EngineError };

export interface SessionOptions {
  readonly client: Client;
  readonly database: "main" | "shadow";
  readonly schema: string;
  readonly mode: ExecutionMode;
  /** Receives the failure; the engine itself gets a short form. */
  note(failure: Failure): void;
  /** Ends the session. */
  dispose(): Promise<void>;
}

const advisoryLock = "SELECT pg_advisory_lock(72707369)";
const tryAdvisoryLock = "SELECT pg_try_advisory_lock(72707369) AS locked";
const advisoryLockTimeout = "10s";
const advisoryLockTimeoutMs = 10_000;
/** A code that the engine does not translate: it replaces the text of known codes. */
const untranslated = "LS000";

/**
 * The session. Everything uses one connection, as in the native engine: the advisory lock, the search path and all settings of a migration
 * belong to it (a pool would give them to another user).
 */
export class PgSession implements SqlDriverAdapter {
  readonly provider = "postgres";
  readonly adapterName = "@lockstep/prisma";
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  async queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    const result = await this.#send(query);
    return {
      columnNames: result.fields.map(({ name }) => name),
      columnTypes: result.fields.map(({ dataTypeID }) => columnType(dataTypeID)),
      rows: result.rows,
    };
  }

  async executeRaw(query: SqlQuery): Promise<number> {
    if (query.sql === advisoryLock) return this.#lock();
    return (await this.#send(query)).rowCount ?? 0;
  }

  /** The engine sends migration files here, and nothing else. */
  async executeScript(script: string): Promise<void> {
    const { client, database, mode, note } = this.#options;
    try {
      // Replaying a long history is the slow part of `migrate dev`: scripts with the same result either way are not parsed.
      const isWhole = database === "shadow" && !isCutFelt(script);
      await runMigration(client, script, isWhole ? "whole" : mode);
    } catch (error) {
      if (!(error instanceof MigrationFailure)) throw error;
      note({ kind: "migration", database, failure: error });
      const code = error.sqlState === undefined ? "" : `\n\nDatabase error code: ${error.sqlState}`;
      throw databaseError(error.text.replace(/^\w+: /, "") + code, "ERROR");
    }
  }

  async startTransaction(isolationLevel?: IsolationLevel): Promise<Transaction> {
    await this.#send({ sql: "BEGIN", args: [], argTypes: [] });
    if (isolationLevel) {
      await this.#send({ sql: `SET TRANSACTION ISOLATION LEVEL ${isolationLevel}`, args: [], argTypes: [] });
    }
    return {
      provider: this.provider,
      adapterName: this.adapterName,
      // The engine itself sends COMMIT and ROLLBACK; there is no connection to release.
      options: { usePhantomQuery: false },
      queryRaw: (query) => this.queryRaw(query),
      executeRaw: (query) => this.executeRaw(query),
      commit: async () => undefined,
      rollback: async () => undefined,
    };
  }

  getConnectionInfo() {
    return { schemaName: this.#options.schema, supportsRelationJoins: true };
  }

  dispose(): Promise<void> {
    return this.#options.dispose();
  }

  async #send({ sql, args, argTypes }: SqlQuery): Promise<QueryArrayResult<unknown[]>> {
    const values = args.map((value, index) =>
      typeof value === "string" && argTypes[index]?.scalarType === "bytes" ? Buffer.from(value, "base64") : value,
    );
    try {
      // Without values `pg` uses the simple protocol, so that a script of several statements passes.
      const result: unknown = await this.#options.client.query({ text: sql, values, rowMode: "array" });
      const last = Array.isArray(result) ? result.at(-1) : result;
      return last as QueryArrayResult<unknown[]>;
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /** The engine waits forever. The native one times out, and reports who else may hold the lock. */
  async #lock(): Promise<number> {
    if (/^(1|true)$/i.test(process.env.PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK ?? "")) return 0;
    const { client, note } = this.#options;
    try {
      // Polls instead of waiting: a waiting session holds a snapshot, and CREATE INDEX CONCURRENTLY of the session that has the lock waits
      // for that snapshot. PostgreSQL would cancel one of the two as a deadlock.
      const deadline = performance.now() + advisoryLockTimeoutMs;
      do {
        const { rows } = await client.query<{ locked: boolean }>(tryAdvisoryLock);
        if (rows[0]?.locked === true) return 1;
        await new Promise((resolve) => setTimeout(resolve, 100));
      } while (performance.now() < deadline);
    } catch (error) {
      throw this.#translate(error);
    }
    const context =
      `Timed out trying to acquire a postgres advisory lock (${advisoryLock}). Timeout: ${advisoryLockTimeout}. ` +
      "See https://pris.ly/d/migrate-advisory-locking for details.";
    const address = `\`${client.host}:${client.port}\``;
    note({
      kind: "engine",
      error: new EngineError(
        "P1002",
        `The database server at ${address} was reached but timed out.\n\nPlease try again.\n\n` +
          `Please make sure your database server is running at ${address}.\n\nContext: ${context}\n`,
        { database_host: client.host, database_port: client.port, context },
      ),
    });
    throw databaseError(context, "ERROR");
  }

  #translate(error: unknown): DriverAdapterError {
    const code = sqlState(error);
    if (code === undefined) {
      const lost = new EngineError("P1017", "Server has closed the connection.", null, error);
      this.#options.note({ kind: "engine", error: lost });
      return new DriverAdapterError({ kind: "ConnectionClosed" });
    }
    const { message, severity, detail, hint, column } = error as Error & Record<string, string | undefined>;
    return new DriverAdapterError({
      kind: "postgres",
      // Class 23 would become "Unique constraint failed" and the like.
      code: code.startsWith("23") ? untranslated : code,
      severity: severity ?? "ERROR",
      message: message ?? code,
      detail,
      hint,
      column,
      originalCode: code,
    });
  }
}

function databaseError(message: string, severity: string): DriverAdapterError {
  const nothing = { detail: undefined, hint: undefined, column: undefined };
  return new DriverAdapterError({ kind: "postgres", code: untranslated, severity, message, ...nothing });
}

/** undefined for an error that is not from the server: a lost connection. */
function sqlState(error: unknown): string | undefined {
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  return typeof code === "string" && typeof severity === "string" ? code : undefined;
}
