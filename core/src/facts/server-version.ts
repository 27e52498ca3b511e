import type { Connection } from "../db/connection.js";

/** The major version of the server: 17. */
export async function serverMajor(connection: Connection): Promise<number> {
  const { rows } = await connection.query<{ major: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS major",
  );
  return rows[0]?.major ?? 0;
}
