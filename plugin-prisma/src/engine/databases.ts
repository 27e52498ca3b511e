/** The connections of one run: the user's database and the shadow databases. `close` ends all of them. */

import { randomUUID } from "node:crypto";
import { duringCleanUp } from "@lockstep/core/text";
import pg from "pg";
import { EngineError } from "./backend.js";
import { connect } from "./connect.js";
import { isSameDatabase, missingUrl, type Target } from "./target.js";

/** An open shadow database. */
export interface Shadow {
  readonly client: pg.Client;
  readonly schema: string;
  dispose(): Promise<void>;
}

/**
 * Opens connections and remembers them.
 * @example const databases = new Databases(target, undefined); const client = await databases.main();
 */
export class Databases {
  readonly #target: Target | undefined;
  readonly #shadowTarget: Target | undefined;
  readonly #onWait: () => void;
  readonly #open = new Set<pg.Client>();
  /** Connections and shadow databases that are being opened or dropped; `close` waits for them. */
  readonly #pending = new Set<Promise<unknown>>();
  readonly #shadows = new Map<string, Target>();

  /**
   * @param shadowTarget the user's own shadow database; without it one is created on the server of `target`
   * @param onWait called when the server starts to create a shadow database, or to empty it
   */
  constructor(target: Target | undefined, shadowTarget: Target | undefined, onWait: () => void = () => undefined) {
    this.#target = target;
    this.#shadowTarget = shadowTarget;
    this.#onWait = onWait;
  }

  get schema(): string {
    return this.#target?.schema ?? "public";
  }

  main(): Promise<pg.Client> {
    return this.#connect(this.#requireTarget());
  }

  /**
   * An empty database for replaying migrations.
   * @throws EngineError P3014 when none can be created
   */
  shadow(): Promise<Shadow> {
    const own = this.#shadowTarget;
    return this.#track(own ? this.#emptied(own) : this.#created(this.#requireTarget()));
  }

  /** Cancels our running statement on the server. */
  async interrupt(): Promise<void> {
    const target = this.#target ?? this.#shadowTarget;
    const pids = [...this.#open].map(backendPid).filter((pid) => pid !== undefined);
    if (!target || pids.length === 0) return;
    const client = await connect(target);
    try {
      await client.query(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = ANY ($1) AND state <> 'idle'",
        [pids],
      );
    } finally {
      await client.end();
    }
  }

  /** Resolves when no database is being opened or dropped. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  async close(): Promise<void> {
    await this.settled();
    await Promise.allSettled([...this.#open].map((client) => this.#end(client)));
    for (const [name, target] of this.#shadows) await this.#drop(name, target).catch(duringCleanUp);
  }

  #requireTarget(): Target {
    if (this.#target) return this.#target;
    throw missingUrl();
  }

  async #connect(target: Target): Promise<pg.Client> {
    const client = await this.#track(connect(target));
    this.#open.add(client);
    return client;
  }

  async #end(client: pg.Client): Promise<void> {
    this.#open.delete(client);
    await client.end();
  }

  async #created(target: Target): Promise<Shadow> {
    const name = `prisma_migrate_shadow_db_${randomUUID()}`;
    const admin = await this.#connect(target);
    this.#shadows.set(name, target);
    try {
      const created = admin.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
      this.#onWait();
      await created;
    } catch (error) {
      this.#shadows.delete(name);
      throw creationError(error);
    } finally {
      await this.#end(admin);
    }
    const client = await this.#connect({ ...target, database: name });
    return {
      client,
      schema: target.schema,
      // The engine continues in the user's database meanwhile; `settled` waits.
      dispose: async () => {
        void this.#track(this.#end(client).then(() => this.#drop(name, target))).catch(duringCleanUp);
      },
    };
  }

  async #emptied(target: Target): Promise<Shadow> {
    if (this.#target && isSameDatabase(this.#target, target)) {
      throw new EngineError(
        undefined,
        "The shadow database you configured appears to be the same as the main database. Please specify another shadow database.",
      );
    }
    const client = await this.#connect(target);
    this.#onWait();
    const { rows } = await client.query<{ nspname: string }>(
      String.raw`SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'`,
    );
    for (const { nspname } of rows) await client.query(`DROP SCHEMA ${pg.escapeIdentifier(nspname)} CASCADE`);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(target.schema)}`);
    return { client, schema: target.schema, dispose: () => this.#end(client) };
  }

  async #drop(name: string, target: Target): Promise<void> {
    const admin = await connect(target);
    try {
      const { rows } = await admin.query<{ server_version_num: string }>("SHOW server_version_num");
      const force = Number(rows[0]?.server_version_num) >= 130000 ? " WITH (FORCE)" : "";
      await admin.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)}${force}`);
      this.#shadows.delete(name);
    } finally {
      await admin.end();
    }
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#pending.add(work);
    const forget = () => void this.#pending.delete(work);
    work.then(forget, forget);
    return work;
  }
}

/** `pg` has it, but its types do not. */
function backendPid(client: pg.Client): number | undefined {
  const { processID } = client as pg.Client & { readonly processID?: number | null };
  return processID ?? undefined;
}

function creationError(error: unknown): EngineError {
  const message = error instanceof Error ? error.message : String(error);
  return new EngineError(
    "P3014",
    "Prisma Migrate could not create the shadow database. Please make sure the database user has permission to create " +
      "databases. Read more about the shadow database (and workarounds) at https://pris.ly/d/migrate-shadow\n\n" +
      `Original error: \nERROR: ${message}`,
    null,
    error,
  );
}
