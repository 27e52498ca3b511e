import { connect } from "../connect.js";
import type { Connection } from "../dialects/connection.js";

/**
 * Builds an index while reads and writes go on, and tells how far it is, from PostgreSQL's own view of it.
 *
 * @param statement `CREATE INDEX CONCURRENTLY …`
 * @throws PostgreSQL's own error: 23505 when rows stand against it; an INVALID index is left then
 */
export async function buildIndex(
  connection: Connection,
  statement: string,
  url: string,
  onProgress: (line: string) => void,
): Promise<void> {
  const observer = await connect(url, { applicationName: "lockstep repair", needsSession: false });
  let asked: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    asked = asked
      .then(() => progressOf(observer, connection.pid))
      .then(
        (line) => line && onProgress(line),
        () => undefined,
      );
  }, 500);
  try {
    await connection.query(statement);
  } finally {
    clearInterval(timer);
    await asked;
    await observer.close();
  }
}

async function progressOf(observer: Connection, pid: number): Promise<string | undefined> {
  const { rows } = await observer.query<Progress>(
    `SELECT phase, blocks_done::float8 AS done, blocks_total::float8 AS total, current_locker_pid::int AS locker
       FROM pg_stat_progress_create_index WHERE pid = $1`,
    [pid],
  );
  if (rows[0] === undefined) return undefined;
  const { phase, done, total, locker } = rows[0];
  const share = total > 0 ? `, ${Math.floor((100 * done) / total)} %` : "";
  return `building the index: ${phase}${share}${locker > 0 ? `, waiting for pid ${locker}` : ""}`;
}

interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly locker: number;
}
