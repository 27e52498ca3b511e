/**
 * The lock frames: the part of a unit that takes the lock, retries, and names the blocking session. Measured in `docs/lock-frame.md`. Their
 * bytes are the same in every released file, so that a check can detect an edited frame: never change one without a new hash here.
 */
import { createHash } from "node:crypto";

/** sha256 from the line of `>>>` to the line of `<<<`, both included. */
export const frameHashes = {
  plain: "4a0525c071dd534b703ed200d36612bd67de97e2dab8c5e864ed841af5c1e17e",
  prove: "3052c86c943f2330bfe50faabae2c2771d66ce5875cf24e3cfcc9dc700fa14d9",
} as const;

export type FrameKind = keyof typeof frameHashes;

/** The frame in a unit file, and whether its bytes are known. Undefined: the file has no frame. */
export function readFrame(sql: string): { readonly sha256: string; readonly kind: FrameKind | "edited" } | undefined {
  const text = /^ *-- >>> Lock frame[\s\S]*^ *-- <<< Lock frame.*\n/m.exec(sql)?.[0];
  if (text === undefined) return undefined;
  const sha256 = createHash("sha256").update(text).digest("hex");
  const kinds = Object.keys(frameHashes) as FrameKind[];
  return { sha256, kind: kinds.find((kind) => frameHashes[kind] === sha256) ?? "edited" };
}

const declarations = (
  number: 1 | 2,
) => `  -- >>> Lock frame ${number}, the same in every file down to <<<: it tries again instead of queueing. See docs/lock-frame.md
  wait_ms   int := least(15, stall_ms);  -- the first try; each further one may queue half as long again, up to stall_ms
  left_ms   int;
  names     constant text := array_to_string(tables, ', ');
  began     ${number === 1 ? "constant " : ""}timestamptz := clock_timestamp();
  was       constant text := current_setting('lock_timeout');
  harmless  constant text[] := CASE lock_mode WHEN 'ACCESS EXCLUSIVE' THEN '{}' WHEN 'SHARE ROW EXCLUSIVE' THEN '{AccessShareLock,RowShareLock}'
                               ELSE '{AccessShareLock,RowShareLock,RowExclusiveLock}' END;
  present   text[];  before text[];  holders text;  -- the transactions in the way: now, at the last try, in words
  lasting   text[];  age_ms bigint;  -- those of sessions, and the oldest: a try is not worth its stall while one lasts longer
  upkeep    boolean;              -- one of them is DDL, VACUUM or CREATE INDEX CONCURRENTLY: waiting for its lock could deadlock it
`;

const budget = `  budget_ms := least(budget_ms, (SELECT nullif(setting::bigint, 0) * 7 / 10 FROM pg_settings WHERE name = 'statement_timeout'));
  -- If this transaction has changed something already, a pause would keep that locked: one short try.
  IF txid_current_if_assigned() IS NOT NULL THEN budget_ms := 0; wait_ms := stall_ms / 2; END IF;
`;

/** The loop body that both frames share. `unchanged` is the SQL expression for the end of the error message. */
const tries = (
  unchanged: string,
) => String.raw`    left_ms := budget_ms - 1000 * extract(epoch FROM clock_timestamp() - began);
    PERFORM pg_stat_clear_snapshot();
    SELECT array_agg(l.virtualtransaction), left(string_agg(concat_ws(' ', E'\n' || coalesce('pid ' || l.pid, 'prepared transaction'),
           a.usename, a.application_name, l.mode, 'since', a.xact_start::time(0), left(a.query, 80)), '' ORDER BY a.xact_start), 1500),
           array_agg(l.virtualtransaction) FILTER (WHERE a.usesysid IS NOT NULL), 1000 * extract(epoch FROM clock_timestamp() - min(a.xact_start) FILTER (WHERE a.usesysid IS NOT NULL)),
           bool_or(l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock') AND a.usesysid IS NOT NULL)  -- NULL: autovacuum
      INTO present, holders, lasting, age_ms, upkeep FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE l.relation = ANY (tables) AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.granted
       AND l.pid IS DISTINCT FROM pg_backend_pid() AND l.mode <> ALL (harmless);
    IF age_ms > 2 * wait_ms AND left_ms > 0 AND (present && before) IS NOT TRUE THEN  -- whoever has lasted that long is waited for without a try
      before := lasting;
      wait_ms := least(wait_ms * 3 / 2, stall_ms);
    END IF;
    IF (present && before) IS NOT TRUE AND upkeep IS NOT TRUE THEN  -- whoever was in the way of the last try has gone
      before := present;
      BEGIN  -- a failed try rolls back to here, so it keeps no lock during the pause
        PERFORM set_config('lock_timeout', greatest(wait_ms, least(3000, left_ms))::text, true);
        EXECUTE 'LOCK TABLE ' || names || ' IN SHARE UPDATE EXCLUSIVE MODE';  -- sends autovacuum away; reads and writes go on
        PERFORM set_config('lock_timeout', (1 + wait_ms / cardinality(tables))::text, true);
        EXECUTE 'LOCK TABLE ' || names || ' IN ' || lock_mode || ' MODE';
        EXECUTE change;
        PERFORM set_config('lock_timeout', was, true);
        EXIT;
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN wait_ms := least(wait_ms * 3 / 2, stall_ms);
      END;
    END IF;
    IF left_ms <= 0 THEN
      RAISE lock_not_available USING
        MESSAGE = format('%s stayed locked for %s. %s', names, date_trunc('milliseconds', clock_timestamp() - began),
          ${unchanged}),
        DETAIL = 'In the way:' || coalesce(holders, ' nobody for long, the table is just busy.'),
        HINT = 'Wait for these sessions, or end one with SELECT pg_terminate_backend(pid). ' || again;
    END IF;
    PERFORM pg_sleep(least(left_ms, wait_ms * (3 + 2 * random())) / 1000);
  END LOOP;
`;

/** Frame 1: one change under a short lock. Reads `tables`, `lock_mode`, `stall_ms`, `budget_ms`, `again`, `change`. */
export const plainFrame = `${declarations(1)}BEGIN
${budget}  LOOP
${tries("'Nothing was changed.'")}  -- <<< Lock frame 1
`;

/**
 * Frame 2: fills a small rest, adds the check, commits, validates, and drops the check if that fails.
 * It always fails with SQLSTATE 55000 for NULLs, because Prisma replaces the message of class 23 errors.
 */
export const proveFrame = `${declarations(2)}  small     constant boolean := (WITH RECURSIVE t(r) AS (SELECT tables[1]::oid UNION SELECT inhrelid FROM pg_inherits JOIN t ON inhparent = r)
                                 SELECT sum(pg_table_size(r)) FROM t) < 16 * 1024 * 1024;  -- scanned in an instant: may run inside a transaction
  rest      tid[];  filled bigint := 0;  untouched bigint;  empty boolean;  failure text;  code text;  added boolean := false;
BEGIN
  IF NOT EXISTS (SELECT FROM unnest(columns, checks) u(col, chk) WHERE NOT EXISTS (SELECT FROM pg_constraint  -- PostgreSQL 18: a NOT NULL may be NOT VALID
                   WHERE conrelid = tables[1] AND conname = chk AND convalidated) AND NOT EXISTS (SELECT FROM pg_attribute a WHERE attrelid = tables[1]
                   AND attname = col AND attnotnull AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = tables[1] AND contype = 'n' AND conkey = ARRAY[a.attnum] AND NOT convalidated)))
  THEN RETURN; END IF;  -- proved already
  IF NOT small THEN COMMIT; END IF;  -- 2D000 at once when something wrapped this file in a transaction
${budget}  -- The rest that the backfill left: this scan locks nothing. The UPDATEs hold the locks of 1000 rows for some ms and wait for nobody.
 <<catching_up>> LOOP
    EXECUTE format('SELECT array_agg(ctid) FROM (SELECT ctid FROM %s WHERE (%s) LIMIT %s) x', tables[1], unfilled, fill_max + 1) INTO rest;
    EXIT WHEN rest IS NULL;
    IF cardinality(rest) > fill_max THEN
      code := '55000';  failure := CASE fill_max WHEN 0 THEN 'rows are still NULL' ELSE format('more than %s rows are still NULL', fill_max) END;
    ELSIF small THEN  -- no COMMIT here: filled under the lock, together with the check
      change := format('DO %L;', format($small$BEGIN UPDATE %s SET %s WHERE (%s); SET CONSTRAINTS ALL IMMEDIATE;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN RAISE;
          WHEN OTHERS THEN RAISE EXCEPTION USING ERRCODE = CASE WHEN SQLSTATE LIKE '23%%' THEN '55000' ELSE SQLSTATE END, HINT = %L,
            MESSAGE = format('%%s cannot be required yet: %%s. No check was added.', %L, SQLERRM); END$small$, tables[1], fill, unfilled, hint || ' ' || again, what)) || change;
    END IF;
    EXIT WHEN small OR failure IS NOT NULL;
    untouched := cardinality(rest);
    WHILE rest IS NOT NULL AND failure IS NULL LOOP
      BEGIN
        EXECUTE format('WITH done AS (UPDATE %1$s SET %2$s WHERE (%3$s) AND ctid = ANY (ARRAY(SELECT ctid FROM %1$s WHERE (%3$s) AND ctid = ANY ($1)
          FOR NO KEY UPDATE SKIP LOCKED)) RETURNING (%3$s) AS empty) SELECT count(*), bool_or(empty) FROM done', tables[1], fill, unfilled)
          INTO filled, empty USING rest[1:1000];
        IF empty THEN code := '55000';  failure := 'the source gives NULL for rows that are still NULL'; END IF;
      EXCEPTION WHEN OTHERS OR query_canceled THEN GET STACKED DIAGNOSTICS failure = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
      END;
      COMMIT;
      untouched := untouched - filled;
      EXECUTE format('SELECT array_agg(ctid) FROM %s WHERE (%s) AND ctid = ANY ($1)', tables[1], unfilled) INTO rest USING rest;
      IF rest IS NOT NULL AND filled = 0 AND failure IS NULL THEN  -- other sessions hold the locks of these rows
        IF clock_timestamp() - began > make_interval(secs => budget_ms / 1000.0) THEN code := '55P03';  failure := cardinality(rest) || ' unfilled rows are locked by other sessions'; END IF;
        PERFORM pg_sleep(0.2);
      END IF;
    END LOOP;
    EXIT WHEN untouched = 0 OR failure IS NOT NULL OR clock_timestamp() - began > make_interval(secs => budget_ms / 1000.0);  -- else others moved some: look again
  END LOOP;
  IF failure IS NOT NULL THEN  -- a check that a killed run left is taken off
    change := CASE WHEN EXISTS (SELECT FROM pg_constraint WHERE conrelid = tables[1] AND conname = ANY (checks)) THEN undo END;
  END IF;
  began := clock_timestamp();
 <<proving>> LOOP
  WHILE change IS NOT NULL LOOP
${tries(
  "coalesce(failure || '. The check is still there and refuses writes of such rows! To take it off: ' || undo, 'The check was not added.')",
)}    IF NOT small THEN COMMIT; END IF;  -- ends ACCESS EXCLUSIVE before the scan
    EXIT proving WHEN failure IS NOT NULL;
    added := true;
    BEGIN
      PERFORM set_config('lock_timeout', '30s', true);
      EXECUTE proof;
      PERFORM set_config('lock_timeout', was, true);
      RETURN;
    EXCEPTION WHEN check_violation OR lock_not_available OR deadlock_detected OR query_canceled THEN
      GET STACKED DIAGNOSTICS failure = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    END;
    IF NOT small THEN COMMIT; END IF;
    change := undo;  before := NULL;  wait_ms := least(15, stall_ms);  began := clock_timestamp();
  END LOOP;
  RAISE EXCEPTION USING ERRCODE = CASE WHEN code LIKE '23%' THEN '55000' ELSE code END, HINT = hint || ' ' || again,
    MESSAGE = format('%s cannot be required yet: %s%s. %s', what, failure, CASE WHEN code <> '23514' THEN '' WHEN small THEN ' (its source gives NULL, or something still writes NULL)'
      ELSE ' (something still writes NULL)' END, CASE WHEN added THEN 'The check was taken off again; nothing else changed.' ELSE 'No check was added.' END);
  -- <<< Lock frame 2
`;
