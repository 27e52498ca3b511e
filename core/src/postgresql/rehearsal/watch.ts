import type { Connection } from "../../dialect/connection.js";
import type { Glance, SeenWait, SeenWork, Sizes } from "../../dialect/rehearsing.js";
import {
  blocksWrites,
  type Held,
  type LockMode,
  lockModes,
  strongestLocks,
  type TableLock,
  type TableName,
} from "../../model/index.js";
import { quoteTable } from "../quote.js";

/** Reading a table up to this size is not noticeable, and units also do it under their lock. See `docs/lock-frame.md`. */
const instantBytes = 16 * 1024 * 1024;

/** `AccessExclusiveLock` → `ACCESS EXCLUSIVE`; undefined for locks that block nothing. */
const modeOf = (name: string): LockMode | undefined => {
  const words = name
    .replace(/Lock$/, "")
    .replace(/\B[A-Z]/g, " $&")
    .toUpperCase() as LockMode;
  return lockModes.includes(words) ? words : undefined;
};

/**
 * Event triggers that record the locks of a command at its end, the rows that it read or changed, and whether it rewrote a table. They run
 * with the privileges of the role that runs the command. A rollback also removes the records. They only watch tables that exist now,
 * because later ones do not belong to the application. Locks of a partition are recorded for its table, as in a plan.
 */
const watching = `
CREATE SCHEMA lockstep_stage;
GRANT USAGE ON SCHEMA lockstep_stage TO PUBLIC;
CREATE TABLE lockstep_stage.live AS
  WITH RECURSIVE root AS (
    SELECT oid, oid AS root FROM pg_class WHERE NOT relispartition
    UNION ALL SELECT i.inhrelid, root.root FROM pg_inherits i JOIN root ON root.oid = i.inhparent JOIN pg_class p ON p.oid = i.inhrelid AND p.relispartition)
  SELECT c.oid, rn.nspname::text AS schema, r.relname::text AS name, CASE WHEN c.relkind IN ('r', 'm') THEN pg_table_size(c.oid) ELSE 0 END AS bytes
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN root ON root.oid = c.oid
    JOIN pg_class r ON r.oid = root.root JOIN pg_namespace rn ON rn.oid = r.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'lockstep', 'lockstep_stage');
GRANT SELECT ON lockstep_stage.live TO PUBLIC;
CREATE UNLOGGED TABLE lockstep_stage.seen (id bigint GENERATED ALWAYS AS IDENTITY, locks text[] NOT NULL, bytes bigint NOT NULL, rewritten text);
GRANT SELECT, INSERT, DELETE ON lockstep_stage.seen TO PUBLIC;
CREATE FUNCTION lockstep_stage.work() RETURNS TABLE (oid oid, n bigint) LANGUAGE sql AS
  'SELECT oid, pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid) FROM lockstep_stage.live';
CREATE FUNCTION lockstep_stage.on_start() RETURNS event_trigger LANGUAGE plpgsql AS $f$
BEGIN
  PERFORM set_config('lockstep_stage.work', (SELECT coalesce(jsonb_object_agg(oid, n), '{}')::text FROM lockstep_stage.work() WHERE n > 0), false);
END $f$;
CREATE FUNCTION lockstep_stage.on_end() RETURNS event_trigger LANGUAGE plpgsql AS $f$
DECLARE before constant jsonb := coalesce(nullif(current_setting('lockstep_stage.work', true), ''), '{}');
BEGIN
  INSERT INTO lockstep_stage.seen (locks, bytes)
  SELECT ARRAY(SELECT DISTINCT l.relation::text || ' ' || l.mode FROM pg_locks l JOIN lockstep_stage.live ON live.oid = l.relation
                WHERE l.pid = pg_backend_pid() AND l.granted),
         (SELECT coalesce(sum(live.bytes), 0) FROM lockstep_stage.work() w JOIN lockstep_stage.live USING (oid)
           WHERE w.n > coalesce((before->>w.oid::text)::bigint, 0));
END $f$;
CREATE FUNCTION lockstep_stage.on_rewrite() RETURNS event_trigger LANGUAGE plpgsql AS $f$
BEGIN
  INSERT INTO lockstep_stage.seen (locks, bytes, rewritten)
  SELECT '{}', live.bytes, live.oid::text FROM lockstep_stage.live WHERE live.oid = pg_event_trigger_table_rewrite_oid();
END $f$;
CREATE EVENT TRIGGER lockstep_stage_start ON ddl_command_start EXECUTE FUNCTION lockstep_stage.on_start();
CREATE EVENT TRIGGER lockstep_stage_rewrite ON table_rewrite EXECUTE FUNCTION lockstep_stage.on_rewrite();
CREATE EVENT TRIGGER lockstep_stage_end ON ddl_command_end EXECUTE FUNCTION lockstep_stage.on_end();
`;

/** The tables that existed before, for roles that cannot create event triggers. */
const liveOnly = watching.slice(0, watching.indexOf("CREATE UNLOGGED TABLE"));

export async function prepareWatch(connection: Connection): Promise<boolean> {
  await connection.query("SET search_path = pg_catalog, pg_temp");
  const { rows } = await connection.query<{ isSuper: boolean }>(
    'SELECT rolsuper AS "isSuper" FROM pg_roles WHERE rolname = current_user',
  );
  const { isSuper } = rows[0]!;
  await connection.query(isSuper ? watching : liveOnly);
  await connection.query("RESET search_path");
  return isSuper;
}

export async function takeSeen(connection: Connection): Promise<SeenWork> {
  const { rows } = await connection.query<{ locks: string[]; bytes: string; rewritten: string | null }>(
    "WITH gone AS (DELETE FROM lockstep_stage.seen RETURNING *) SELECT locks, bytes::text, rewritten FROM gone ORDER BY id",
  );
  const { rows: tables } = await connection.query<{ oid: string; schema: string; name: string }>(
    "SELECT oid::text, schema, name FROM lockstep_stage.live",
  );
  const nameOf = new Map(tables.map(({ oid, schema, name }) => [oid, { schema, name }]));
  const commands = rows.map(({ locks, bytes, rewritten }) => ({
    locks: locks.flatMap((text): TableLock[] => {
      const [oid = "", mode = ""] = text.split(" ");
      const [table, known] = [nameOf.get(oid), modeOf(mode)];
      return table === undefined || known === undefined ? [] : [{ table, mode: known }];
    }),
    isRewritten: rewritten !== null && Number(bytes) >= instantBytes,
    bytes: Number(bytes),
  }));
  return { locks: strongestLocks(commands.flatMap(({ locks }) => locks)), held: heldIn(commands) };
}

/** Counts rows that were read under a noticeable lock; without such a lock, all rows read. */
function heldIn(
  commands: readonly { readonly locks: readonly TableLock[]; readonly isRewritten: boolean; readonly bytes: number }[],
): Held {
  if (commands.some(({ isRewritten }) => isRewritten)) return "rewrite";
  const blocksWritesIn = (locks: readonly TableLock[]) => locks.some(({ mode }) => blocksWrites(mode));
  const anyFelt = commands.some(({ locks }) => blocksWritesIn(locks));
  const read = commands.some(({ locks, bytes }) => bytes >= instantBytes && (!anyFelt || blocksWritesIn(locks)));
  return read ? "scan" : "instant";
}

export async function glance(connection: Connection, pid: number): Promise<Glance> {
  const { rows } = await connection.query<{
    pid: number;
    schema: string;
    name: string;
    mode: string;
    granted: boolean;
    held: string | null;
    ms: number;
  }>(
    `SELECT l.pid, live.schema, live.name, l.mode, l.granted,
            (SELECT string_agg(DISTINCT o.mode, ',') FROM pg_locks o WHERE o.pid = $1 AND o.relation = l.relation) AS held,
            extract(epoch FROM clock_timestamp() - a.query_start) * 1000 AS ms
       FROM pg_locks l JOIN lockstep_stage.live ON live.oid = l.relation JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND ((l.pid = $1 AND l.granted) OR (NOT l.granted AND a.backend_type = 'client backend' AND a.application_name NOT LIKE 'lockstep%'))`,
    [pid],
  );
  return {
    locks: rows.flatMap(({ pid: owner, granted, schema, name, mode }) => {
      const known = modeOf(mode);
      return owner === pid && granted && known !== undefined ? [{ table: { schema, name }, mode: known }] : [];
    }),
    waits: rows.flatMap(({ pid: waiting, granted, schema, name, mode, held, ms }): SeenWait[] =>
      granted || held === null
        ? []
        : [
            {
              pid: waiting,
              table: { schema, name },
              wanted:
                modeOf(mode) ??
                mode
                  .replace(/Lock$/, "")
                  .replace(/\B[A-Z]/g, " $&")
                  .toUpperCase(),
              held: strongestName(held),
              ms: Number(ms),
            },
          ],
    ),
  };
}

function strongestName(modes: string): string {
  const known = modes.split(",").flatMap((mode) => modeOf(mode) ?? []);
  return lockModes.findLast((mode) => known.includes(mode)) ?? modes;
}

export async function sizes(connection: Connection, tables: readonly TableName[]): Promise<Sizes> {
  const { rows } = await connection.query<{ bytes: string; dead: string; wal: string }>(
    `SELECT coalesce(sum(pg_total_relation_size(r.oid)), 0)::text AS bytes, coalesce(sum(s.n_dead_tup), 0)::text AS dead,
            pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text AS wal
       FROM unnest($1::text[]) AS t(name) JOIN pg_class r ON r.oid = to_regclass(t.name) LEFT JOIN pg_stat_all_tables s ON s.relid = r.oid`,
    [tables.map(quoteTable)],
  );
  const { bytes, dead, wal } = rows[0]!;
  return { bytes: Number(bytes), deadRows: Number(dead), walBytes: Number(wal) };
}
