import type { Client } from "pg";

/**
 * Detects a pooler in transaction mode. A pooler can hide its settings and version, but between two transactions it releases the server
 * session. The second connection gets that session, or makes the pooler use another.
 *
 * @param one outside a transaction
 * @param other a second connection with the same URL
 */
export async function changesSession(one: Client, other: Client): Promise<boolean> {
  const first = await sessionOf(one);
  await other.query("BEGIN READ ONLY");
  try {
    // It is the pooler's only session, and it was ours: another query by `one` would wait for it.
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
