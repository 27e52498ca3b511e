import { LockstepError } from "../../base/errors.js";
import type { Connection } from "../../dialect/connection.js";
import type { Glance, SeenWait, Sizes } from "../../dialect/rehearsing.js";
import { blocksWrites, type LockMode, lockModes, type TableLock, type TableName } from "../../model/index.js";

/**
 * Metadata locks by what they block: the nearest PostgreSQL lock mode, as in verdicts. Locks for reading and writing rows block nothing.
 */
const modes: Readonly<Record<string, LockMode>> = {
  EXCLUSIVE: "ACCESS EXCLUSIVE",
  SHARED_NO_READ_WRITE: "ACCESS EXCLUSIVE",
  SHARED_NO_WRITE: "SHARE",
  SHARED_READ_ONLY: "SHARE",
  SHARED_UPGRADABLE: "SHARE UPDATE EXCLUSIVE",
  SHARED_WRITE: "ROW EXCLUSIVE",
};

/** Every ALTER and CREATE TRIGGER holds a blocking lock briefly at its start and end. Locks seen for no longer count as such a moment. */
const instantMs = 200;

/** The servers report whole seconds at best, so this records for each observer since when a lock has been seen without a break. */
const seenBy = new WeakMap<Connection, Map<string, number>>();

/** @returns how long each key has been seen without a break, in milliseconds */
function seenFor(connection: Connection, keys: readonly string[]): ReadonlyMap<string, number> {
  const at = performance.now();
  const before = seenBy.get(connection);
  const first = new Map(keys.map((key) => [key, before?.get(key) ?? at]));
  seenBy.set(connection, first);
  return new Map([...first].map(([key, since]) => [key, at - since]));
}

/**
 * Enables the metadata lock instrument if it is off: MariaDB needs that.
 *
 * @throws LS6504 performance_schema is off, so locks are not visible
 * @returns false: the server keeps no history of locks, so only probes can find them
 */
export async function prepareWatch(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query<{ isOn: string | number }>("SELECT @@performance_schema AS isOn");
  if (Number(rows[0]!.isOn) !== 1)
    throw new LockstepError("LS6504", "The rehearsal server does not report which session holds which lock.", {
      hint: "Set performance_schema = ON in its configuration and restart it, or omit --stage-url: Lockstep then starts its own server",
    });
  await connection.query(
    "UPDATE performance_schema.setup_instruments SET ENABLED = 'YES', TIMED = 'YES' WHERE NAME = 'wait/lock/metadata/sql/mdl' AND ENABLED = 'NO'",
  );
  return false;
}

export async function glance(connection: Connection, pid: number): Promise<Glance> {
  const { rows } = await connection.query<{
    pid: string;
    name: string;
    mode: string;
    status: string;
    program: string | null;
  }>(
    `SELECT t.PROCESSLIST_ID AS pid, m.OBJECT_NAME AS name, m.LOCK_TYPE AS mode, m.LOCK_STATUS AS status,
            (SELECT a.ATTR_VALUE FROM performance_schema.session_connect_attrs a
              WHERE a.PROCESSLIST_ID = t.PROCESSLIST_ID AND a.ATTR_NAME = 'program_name') AS program
       FROM performance_schema.metadata_locks m JOIN performance_schema.threads t ON t.THREAD_ID = m.OWNER_THREAD_ID
      WHERE m.OBJECT_TYPE = 'TABLE' AND m.OBJECT_SCHEMA = DATABASE() AND (t.PROCESSLIST_ID = ${Number(pid)} OR m.LOCK_STATUS = 'PENDING')`,
  );
  const keyOf = ({ pid: owner, name, mode, status }: (typeof rows)[number]) => `${owner} ${mode} ${status} ${name}`;
  const ms = seenFor(connection, rows.map(keyOf));
  const own = rows.filter((row) => Number(row.pid) === pid && !isOfServer(row.name));
  const locks = own.flatMap((row): TableLock[] => {
    const mode = modes[row.mode];
    // Locks that only block DDL do not count: every writer holds them, and MySQL also takes them on tables connected by foreign keys.
    const isSeen = blocksWrites(mode) && (ms.get(keyOf(row)) ?? 0) >= instantMs;
    return row.status !== "GRANTED" || mode === undefined || !isSeen ? [] : [{ table: { name: row.name }, mode }];
  });
  const waits = rows.flatMap((row): SeenWait[] => {
    const { pid: waiting, name, mode, status, program } = row;
    if (Number(waiting) === pid || status !== "PENDING" || program?.startsWith("lockstep")) return [];
    const held = own.filter((each) => each.name === name).map((each) => modes[each.mode]);
    const strongest = lockModes.findLast((each) => held.includes(each));
    const waitedMs = ms.get(keyOf(row)) ?? 0;
    // Seen for the first time: the next probe measures the duration.
    if (strongest === undefined || waitedMs === 0) return [];
    return [{ pid: Number(waiting), table: { name }, wanted: words(mode), held: strongest, ms: waitedMs }];
  });
  return { locks, waits };
}

const words = (mode: string) => mode.replaceAll("_", " ");

/** Temporary tables of an ALTER. */
const isOfServer = (name: string) => name.startsWith("#sql");

export async function sizes(connection: Connection, tables: readonly TableName[]): Promise<Sizes> {
  const spaces = connection.dialect.id === "mariadb" ? "INNODB_SYS_TABLESPACES" : "INNODB_TABLESPACES";
  let bytes = 0;
  for (const { name } of tables) {
    const { rows } = await connection.query<{ bytes: string }>(
      `SELECT FILE_SIZE + 0e0 AS bytes FROM information_schema.${spaces} WHERE NAME = CONCAT(DATABASE(), '/', ?)`,
      [name],
    );
    bytes += Number(rows[0]?.bytes ?? 0);
  }
  const { rows } = await connection.query<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Innodb_os_log_written'");
  return { bytes, walBytes: Number(rows[0]?.Value ?? 0) };
}
