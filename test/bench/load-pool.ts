/** The connections of the application that is simulated, by the scheme of its database's URL. */
import mysql from "mysql2/promise";
import pg from "pg";

export interface LoadPool {
  /** A statement with its values in the places of `?`. Errors have the server's own code. */
  query(sql: string, values: readonly unknown[]): Promise<unknown>;
  /** `"User"` */
  quote(name: string): string;
  readonly now: string;
}

/** @param connections how many; all of them are open when this resolves */
export async function openPool(url: string, connections: number): Promise<LoadPool> {
  const all = (sleep: () => Promise<unknown>) => Promise.all(Array.from({ length: connections }, sleep));
  if (/^postgres/.test(url)) {
    const pool = new pg.Pool({
      connectionString: url,
      max: connections,
      idleTimeoutMillis: 0,
      application_name: "app",
    });
    pool.on("error", () => undefined);
    await all(() => pool.query("SELECT pg_sleep(0.1)"));
    return {
      query(sql, values) {
        let at = 0;
        return pool.query(
          sql.replace(/\?/g, () => `$${++at}`),
          [...values],
        );
      },
      quote: (name) => `"${name}"`,
      now: "now()",
    };
  }
  const pool = mysql.createPool({ uri: url, connectionLimit: connections });
  await all(() => pool.query("SELECT sleep(0.1)"));
  return { query: (sql, values) => pool.query(sql, [...values]), quote: (name) => `\`${name}\``, now: "now(3)" };
}
