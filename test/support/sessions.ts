/** Several sessions on one database, and what the server says about them: for tests about locks. */
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";

/** A connection with its pid and every notice that it got. */
export interface Session {
  readonly client: pg.Client;
  readonly pid: number;
  readonly notices: string[];
  query(sql: string, values?: unknown[]): Promise<pg.QueryResult>;
  end(): Promise<void>;
}

/** Opens a session; `settings` are applied to it. */
export async function openSession(url: string, settings: Readonly<Record<string, string>> = {}): Promise<Session> {
  const client = new pg.Client({ connectionString: url });
  const notices: string[] = [];
  client.on("notice", (notice) => notices.push([notice.message, notice.detail].filter(Boolean).join("\n")));
  client.on("error", () => undefined); // a session that a test terminates; its query rejects as well
  await client.connect();
  for (const [name, value] of Object.entries(settings))
    await client.query("SELECT set_config($1, $2, false)", [name, value]);
  const {
    rows: [row],
  } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return {
    client,
    pid: row?.pid ?? 0,
    notices,
    query: (sql, values) => client.query(sql, values),
    end: () => client.end().catch(() => undefined),
  };
}

/**
 * Settings of a session that is told when it waits for a lock. 5 ms, for the first try of a frame waits no longer than
 * 50.
 */
export const tellsWaits = { log_lock_waits: "on", deadlock_timeout: "5ms", client_min_messages: "log" } as const;

/** Whether the session ever waited for such a lock on a table. Not how often: one wait may be told twice. */
export function hasWaited(session: Session, mode: "AccessExclusiveLock" | "ShareUpdateExclusiveLock"): boolean {
  return session.notices.some((notice) => notice.includes(`still waiting for ${mode} on relation`));
}

/** Polls until the condition holds. @throws after so many seconds, naming it */
export async function until(what: string, condition: () => Promise<boolean>, seconds = 20): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not within ${seconds} s: ${what}`);
    await pause(10);
  }
}

/** What a session waits for right now: "PgSleep" (a frame between two tries), "relation", "advisory", … */
export async function waitEvent(observer: Session, pid: number): Promise<string | null> {
  const { rows } = await observer.query("SELECT wait_event FROM pg_stat_activity WHERE pid = $1 AND state = 'active'", [
    pid,
  ]);
  return (rows[0] as { wait_event: string | null } | undefined)?.wait_event ?? null;
}

/** The modes that a session holds on a table, ordered. */
export async function heldModes(observer: Session, pid: number, table: string): Promise<string[]> {
  const { rows } = await observer.query(
    "SELECT mode FROM pg_locks WHERE pid = $1 AND relation = to_regclass($2) AND granted ORDER BY mode",
    [pid, table],
  );
  return rows.map((row: { mode: string }) => row.mode);
}
