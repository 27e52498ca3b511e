import type { Connection } from "../dialects/connection.js";
import type { Unit } from "../model/plan.js";

/** The major version of the server: 17. */
export async function serverMajor(connection: Connection): Promise<number> {
  const { rows } = await connection.query<{ major: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS major",
  );
  return rows[0]?.major ?? 0;
}

/** The version that a unit needs: what the server must know to run its statements. */
export function neededServer({ verdict }: Unit): number | undefined {
  const needed = verdict.concerns.flatMap((concern) => (concern.kind === "needs-server" ? [concern.major] : []));
  return needed.length === 0 ? undefined : Math.max(...needed);
}
