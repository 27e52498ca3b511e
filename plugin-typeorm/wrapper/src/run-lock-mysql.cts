import type { LockSession } from "./run-lock.cjs";
import type { DataSource, MysqlSession } from "./typeorm.cjs";

/** Whoever waits asks again after so long: a server ends what is silent for too long. */
const waitSeconds = 30;
const lock = "LEFT(CONCAT('lockstep run ', SHA2(DATABASE(), 256)), 64)";

/** It ends with its session, whoever ends that. The session is one beside the pool, which may have room for one only. */
export async function mysqlLock({ driver }: DataSource): Promise<LockSession | undefined> {
  const { mysql, options, createConnectionOptions } = driver;
  if (mysql === undefined || createConnectionOptions === undefined) return undefined;
  let session: MysqlSession | undefined;
  try {
    const { master } = (options as { replication?: { master?: object } }).replication ?? {};
    const own = mysql.createConnection(createConnectionOptions.call(driver, options, master ?? options));
    session = own;
    // Without a listener a session that is ended by the server would end the process.
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
    // TypeORM itself goes on with the connections that it has, or says why not.
    session?.destroy();
    return undefined;
  }
}

function ask(session: MysqlSession, sql: string): Promise<readonly Record<string, unknown>[]> {
  return new Promise((resolve, reject) => {
    session.query(sql, (error, rows) => (error ? reject(error) : resolve(rows as Record<string, unknown>[])));
  });
}
