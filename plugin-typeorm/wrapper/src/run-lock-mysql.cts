import type { LockSession } from "./run-lock.cjs";
import type { DataSource, MysqlSession } from "./typeorm.cjs";

/** A waiting session asks again after this time: servers close silent sessions. */
const waitSeconds = 30;
const lock = "LEFT(CONCAT('lockstep run ', SHA2(DATABASE(), 256)), 64)";

/** The lock ends with its session, however that ends. The session is separate from the pool, which may have room for only one. */
export async function mysqlLock({ driver }: DataSource): Promise<LockSession | undefined> {
  const { mysql, options, createConnectionOptions } = driver;
  if (mysql === undefined || createConnectionOptions === undefined) return undefined;
  let session: MysqlSession | undefined;
  try {
    const { master } = (options as { replication?: { master?: object } }).replication ?? {};
    const own = mysql.createConnection(createConnectionOptions.call(driver, options, master ?? options));
    session = own;
    // Without a listener, a session closed by the server would end the process.
    own.on("error", () => undefined);
    const query = (sql: string) => ask(own, sql);
    for (;;) {
      const [row] = await query(`SELECT GET_LOCK(${lock}, ${waitSeconds}) AS mine`);
      if (Number(row?.mine) === 1) break;
    }
    return {
      query,
      async release() {
        // The lock ends with the session.
        await query(`SELECT RELEASE_LOCK(${lock})`).catch(() => undefined);
        own.destroy();
      },
    };
  } catch {
    // TypeORM continues with its own connections, or reports why it cannot.
    session?.destroy();
    return undefined;
  }
}

function ask(session: MysqlSession, sql: string): Promise<readonly Record<string, unknown>[]> {
  return new Promise((resolve, reject) => {
    session.query(sql, (error, rows) => (error ? reject(error) : resolve(rows as Record<string, unknown>[])));
  });
}
