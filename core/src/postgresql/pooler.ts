import type { Client } from "pg";

/**
 * Whether a connection goes through a pooler in transaction mode. Settings and version of a pooler can be hidden or differ; what it does
 * cannot: between two transactions it gives the server session away. The second connection takes it, or makes the pooler use another.
 *
 * @param one outside of a transaction
 * @param other a second connection by the same URL
 */
export async function changesSession(one: Client, other: Client): Promise<boolean> {
  const first = await sessionOf(one);
  await other.query("BEGIN READ ONLY");
  try {
    // The pooler's only session, which is ours: a further question of `one` would wait for it.
    if ((await sessionOf(other)) === first) return true;
    if ((await sessionOf(one)) !== first) return true;
  } finally {
    await other.query("ROLLBACK");
  }
  return (await sessionOf(one)) !== first;
}

async function sessionOf(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]?.pid;
}
