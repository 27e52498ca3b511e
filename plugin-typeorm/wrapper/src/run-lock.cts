import type { DataSource } from "./typeorm.cjs";

const heartbeatMs = 5_000;

/** A session of its own that holds the lock, which ends with it. */
export interface LockSession {
  query(sql: string): Promise<unknown>;
  release(): Promise<void>;
}

/**
 * Runs pending migrations while no other instance of the application does: two that start together would both run the same ones, and the
 * second would fail. The second instance finds no pending migrations.
 *
 * Without a lock (no second connection, a pooler that reassigns sessions) the migrations run as they do in TypeORM.
 */
export async function withRunLock<T>(dataSource: DataSource, run: () => Promise<T>): Promise<T> {
  const session = await (dataSource.driver.options.type === "postgres"
    ? (await import("./run-lock-postgres.cjs")).postgresLock(dataSource)
    : (await import("./run-lock-mysql.cjs")).mysqlLock(dataSource));
  if (session === undefined) return run();
  // Waiting instances can distinguish this session from one that a pooler keeps after its owner ended. Migrations continue without it.
  const heartbeat = setInterval(() => void session.query("SELECT 1").catch(() => undefined), heartbeatMs);
  heartbeat.unref();
  try {
    return await run();
  } finally {
    clearInterval(heartbeat);
    await session.release();
  }
}
