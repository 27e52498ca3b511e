import type { TableName } from "../../model/names.js";
import { procedureName, qualified, quoteName, quoteTable, quoteText } from "../quote.js";

export type MysqlServer = "mysql" | "mariadb";

export interface UnitContext {
  /** The plan id for commands in messages. */
  readonly plan: string;
  readonly server: MysqlServer;
}

/** What runs in a frame: complete lines of a compound statement, indented by two more than their position. */
export interface Program {
  /** The tables whose metadata locks it requests: the first one is changed, and sessions on any of them are named. */
  readonly tables: readonly [TableName, ...TableName[]];
  readonly declare?: string;
  /** Checks that may prevent the start. Requests no lock that would block others. */
  readonly checks?: string;
  /** One attempt, repeated from its start after a lock timeout, so each statement may run twice. Absent: no DDL. */
  readonly change?: string;
  /** Checks of rows, which are not retried. */
  readonly proof?: string;
  readonly triggers?: readonly { readonly name: string; readonly table: TableName; readonly text: string }[];
}

/** How long others may queue behind one attempt: MySQL's minimum. And the time limit for all attempts. */
export const waitSeconds = 1;
export const budgetSeconds = 30;

/**
 * Prevents two sessions from running the same unit at once. Never change the name: every existing migration contains it. The lock belongs
 * to a session and ends with it.
 */
const unitLock = "LEFT(CONCAT('lockstep ', SHA2(DATABASE(), 256)), 64)";
/** A rebuild may take hours, and other deployments wait for it. */
const unitLockSeconds = 86_400;

/** The maximum length of MESSAGE_TEXT: a longer message is replaced by error 1648. */
const messageCharacters = { mysql: 128, mariadb: 512 } as const;

/**
 * The statements of a program. MariaDB runs it as one anonymous block. MySQL has none, so there a procedure is created, called and dropped.
 * This requires CREATE ROUTINE: otherwise the first statement fails (1044), before any change. A MySQL routine cannot create triggers
 * (1303, 1295), so those are separate statements that wait for one second and then fail.
 */
export function statementsOfProgram(program: Program, { plan, server }: UnitContext): readonly string[] {
  const [table] = program.tables;
  const { triggers = [] } = program;
  if (server === "mariadb") {
    const create = triggers.map(
      ({ text }) => `        EXECUTE IMMEDIATE ${quoteText(`CREATE OR REPLACE TRIGGER ${text}`)};\n`,
    );
    const change = (program.change ?? "") + create.join("");
    return [`BEGIN NOT ATOMIC\n${body(change === "" ? program : { ...program, change }, server)}END`];
  }
  const name = qualified(table.schema, procedureName(plan, table.name, JSON.stringify(program)));
  return [
    `DROP PROCEDURE IF EXISTS ${name}`,
    `CREATE PROCEDURE ${name}() MODIFIES SQL DATA SQL SECURITY INVOKER\nBEGIN\n${body(program, server)}END`,
    `CALL ${name}()`,
    `DROP PROCEDURE IF EXISTS ${name}`,
    ...(triggers.length === 0
      ? []
      : [
          `SET @lockstep_wait = @@SESSION.lock_wait_timeout, @lockstep_mode = @@SESSION.sql_mode, SESSION lock_wait_timeout = ${waitSeconds}, SESSION sql_mode = ${strictMode}`,
          ...triggers.flatMap((each) => [
            `DROP TRIGGER IF EXISTS ${qualified(each.table.schema, each.name)}`,
            `CREATE TRIGGER ${each.text}`,
          ]),
          "SET SESSION lock_wait_timeout = @lockstep_wait, SESSION sql_mode = @lockstep_mode",
        ]),
  ];
}

/** A value that does not fit is an error and never truncated. A missing value never becomes 0 or ''. */
const strictMode = "CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES')";

function body(program: Program, server: MysqlServer): string {
  const restore = `SET SESSION lock_wait_timeout = was_wait, SESSION innodb_lock_wait_timeout = was_row_wait, SESSION foreign_key_checks = was_keys, SESSION sql_mode = was_mode;
    DO RELEASE_LOCK(${unitLock});`;
  return `  DECLARE mine, busy, found, many, overlap, lasting, waited INT DEFAULT 0;
  DECLARE message, actual, example, present, before_ids, holders MEDIUMTEXT CHARACTER SET utf8mb4;
  DECLARE wait_s INT DEFAULT ${server === "mysql" ? waitSeconds : 0};
  DECLARE spent, pause_s DECIMAL(9, 3) DEFAULT 0;
  DECLARE was_wait, was_row_wait BIGINT DEFAULT 0;
  DECLARE was_keys INT DEFAULT @@SESSION.foreign_key_checks;
  DECLARE was_mode TEXT CHARACTER SET utf8mb4 DEFAULT @@SESSION.sql_mode;
${program.declare ?? ""}  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN
    ${restore}
    RESIGNAL;
  END;
  SET was_wait = @@SESSION.lock_wait_timeout, was_row_wait = @@SESSION.innodb_lock_wait_timeout;
  SET SESSION innodb_lock_wait_timeout = 1, SESSION sql_mode = ${strictMode};
  COMMIT;  -- whoever waits holds nothing
  BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET mine = 1;  -- a cluster that has no such locks
    SET mine = GET_LOCK(${unitLock}, ${unitLockSeconds});
  END;
  IF NOT coalesce(mine, 0) THEN
    SET message = concat('Another session is at a unit of a plan: id ', coalesce(IS_USED_LOCK(${unitLock}), '?'));
    ${signal(server)}
  END IF;
${program.checks ?? ""}${program.change === undefined ? "" : tries(program, server, program.change)}  SET SESSION lock_wait_timeout = was_wait;
${program.proof ?? ""}  ${restore}
`;
}

/** Lines that run `change` with a short lock timeout, and retry until the time limit. */
export function tries(
  { tables }: Pick<Program, "tables">,
  server: MysqlServer,
  change: string,
  name = "tries",
): string {
  const label = tables.map(quoteTable).join(", ");
  return `  ${name}: LOOP  -- asks for the lock and gives way, instead of queueing where everybody else would queue behind it
    BEGIN
      DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET present = NULL, overlap = 0, lasting = 0;  -- no right to see them, no plugin: tried blindly
${holders(tables, server)}    END;
    IF lasting THEN  -- a transaction or statement that has lasted longer than a try may wait is not worth the stall of a try
      SET waited = 0;
    ELSEIF coalesce(overlap, 0) = 0 THEN  -- who was in the way of the last try has gone
      SET before_ids = present, busy = 0, waited = wait_s;
      BEGIN
        DECLARE EXIT HANDLER FOR 1205, 1213 SET busy = 1;
        SET SESSION lock_wait_timeout = wait_s;
${change}      END;
      IF NOT busy THEN LEAVE ${name}; END IF;
      SET spent = spent + waited;
    END IF;
    IF spent >= ${budgetSeconds} THEN
${server === "mariadb" ? openTransactions : ""}      SET message = CONCAT(${quoteText(`${label} stayed locked, nothing is changed by this try. In the way: `)}, coalesce(holders, 'nobody that may be seen'), '. Wait for them or KILL one, then run it again');
      ${signal(server, numbers.locked)}
    END IF;
    -- Whoever waited for a try has gone on long before the next one.
    SET pause_s = IF(waited = 0, least(0.5, 0.02 + pause_s * 1.5), 3 + rand());
    DO sleep(pause_s);
    SET spent = spent + pause_s${server === "mariadb" ? `, wait_s = IF(spent > ${budgetSeconds / 3}, ${waitSeconds}, wait_s)` : ""};
  END LOOP;
`;
}

/**
 * The sessions that hold the tables: their transaction keys, how many of them also blocked the last attempt, whether one has lasted longer
 * than an attempt waits, and a text.
 */
function holders(tables: readonly TableName[], server: MysqlServer): string {
  const of = (schema: string, name: string) =>
    tables
      .map(
        (table) =>
          `${schema} = ${table.schema === undefined ? "database()" : quoteName(table.schema)} AND ${name} = ${quoteName(table.name)}`,
      )
      .join(" OR ");
  // MySQL also locks the tables whose foreign keys reference the changed one.
  const leading = `(l.OBJECT_SCHEMA, l.OBJECT_NAME) IN (SELECT k.TABLE_SCHEMA, k.TABLE_NAME FROM information_schema.KEY_COLUMN_USAGE k WHERE ${of("k.REFERENCED_TABLE_SCHEMA", "k.REFERENCED_TABLE_NAME")})`;
  if (server === "mariadb")
    return `      SELECT group_concat(DISTINCT id), sum(find_in_set(id, before_ids) > 0), coalesce(max(is_lasting), 0), left(group_concat(DISTINCT words SEPARATOR '; '), 300) INTO present, overlap, lasting, holders FROM (
        SELECT concat(m.THREAD_ID, ':', coalesce(t.trx_started, 0)) AS id, concat('id ', m.THREAD_ID, ' ', coalesce(p.USER, '?'), ' since ', coalesce(t.trx_started, '?'), ' ', coalesce(left(p.INFO, 60), '')) AS words, t.trx_started < now() - INTERVAL ${waitSeconds} SECOND AS is_lasting
          FROM information_schema.METADATA_LOCK_INFO m LEFT JOIN information_schema.PROCESSLIST p ON p.ID = m.THREAD_ID LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = m.THREAD_ID
         WHERE m.THREAD_ID <> connection_id() AND (${of("m.TABLE_SCHEMA", "m.TABLE_NAME")})) x;
`;
  return `      SELECT group_concat(DISTINCT id), sum(find_in_set(id, before_ids) > 0), coalesce(max(is_lasting), 0), left(group_concat(DISTINCT words SEPARATOR '; '), 300) INTO present, overlap, lasting, holders FROM (
        SELECT concat(t.PROCESSLIST_ID, ':', l.OWNER_EVENT_ID) AS id, concat('id ', t.PROCESSLIST_ID, ' ', coalesce(t.PROCESSLIST_USER, '?')) AS words, t.PROCESSLIST_TIME > ${waitSeconds} AS is_lasting
          FROM performance_schema.metadata_locks l JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID
         WHERE l.LOCK_STATUS = 'GRANTED' AND t.PROCESSLIST_ID <> connection_id() AND (${of("l.OBJECT_SCHEMA", "l.OBJECT_NAME")} OR ${leading})) x;
`;
}

/** Without the plugin, the server reports only the sessions that may hold a table. */
const openTransactions = `      IF holders IS NULL THEN
        BEGIN
          DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET holders = NULL;
          SELECT concat('one of the open transactions: ', left(group_concat('id ', trx_mysql_thread_id, ' since ', trx_started, ' ', coalesce(left(trx_query, 60), '') SEPARATOR '; '), 300)) INTO holders
            FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id <> connection_id();
        END;
      END IF;
`;

/** The error numbers that tools read: a lock timeout has the server's number, rows without a value PostgreSQL's. */
export const numbers = { locked: 1205, unfilled: 55_000 } as const;

/** Ends the unit with the text in `message`. */
export function signal(server: MysqlServer, number?: number): string {
  const numbered = number === undefined ? "" : `, MYSQL_ERRNO = ${number}`;
  return `SET message = left(message, ${messageCharacters[server]}); SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = message${numbered};`;
}

/** Lines that run a text as a separate statement, so its names mean columns and not variables of the unit. */
export function execute(text: string): string {
  return `  SET @lockstep_sql = ${text};
  PREPARE lockstep_run FROM @lockstep_sql;
  EXECUTE lockstep_run;
  DEALLOCATE PREPARE lockstep_run;
`;
}
