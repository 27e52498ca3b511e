import { errorCode } from "../db/retry.js";
import type { Connection } from "../dialects/connection.js";
import type { Blind, LockWait } from "../dialects/pressure.js";
import { type TableName, tableLabel } from "../model/names.js";
import {
  changesTable,
  isOwn,
  nameWord,
  readsTable,
  statementText,
  type Words,
  withoutLengths,
} from "../sql/statement-words.js";
import { readGrants } from "./grants.js";
import { reserved } from "./read/reserved.js";
import { Scanner, type Token } from "./read/scan.js";
import { tellsHolders, visible } from "./sessions.js";
import { schemaIsOff } from "./statements.js";

/** As many as a look tells of. */
const most = 20;

/**
 * Sessions that wait for locks on the tables: for InnoDB's, on rows, and for metadata locks, which reads and DDL have on a table.
 *
 * @example await lockWaits(connection, [{ name: "User" }])
 */
export async function lockWaits(
  connection: Connection,
  tables: readonly TableName[],
): Promise<readonly LockWait[] | Blind> {
  if (tables.length === 0) return [];
  const isMariadb = connection.dialect.id === "mariadb";
  const { rows } = await connection.query<{ schema: string; isOn: string | number }>(
    "SELECT DATABASE() AS `schema`, @@performance_schema AS isOn",
  );
  const { schema, isOn } = rows[0]!;
  if (!isMariadb && Number(isOn) !== 1) return { kind: "blind", reason: schemaIsOff };
  const planned = tables.map((table): PlannedTable => ({ schema, ...table, label: tableLabel(table) }));
  try {
    const [inRows, metadata] = isMariadb
      ? [await mariadbRowWaits(connection), await waitingSessions(connection)]
      : [await mysqlRowWaits(connection), await mysqlMetadataWaits(connection)];
    const waits = [...inRows, ...metadata].flatMap((wait) => ofPlan(wait, planned));
    if (waits.length === 0) return [];
    const seen = await sessionsOf(connection, waits);
    return waits
      .flatMap((wait) => described(wait, seen, planned))
      .sort((one, other) => other.ms - one.ms)
      .slice(0, most);
  } catch (error) {
    if (errorCode(error) !== "42501") throw error;
    return blind(connection, isMariadb);
  }
}

interface PlannedTable {
  readonly schema: string;
  readonly name: string;
  readonly label: string;
}

/** One session that waits, as far as the server knows what it waits for. */
interface Wait {
  readonly waiter: number;
  readonly holder?: number;
  readonly table: { readonly schema: string; readonly name: string } | undefined;
  /** `a row lock (X)`. */
  readonly lock: string;
  readonly isMetadata: boolean;
}

/** The table is not known where the statement has to tell: it is looked for once that is read. */
interface PlannedWait extends Wait {
  readonly label: string | undefined;
}

const fold = (name: string) => name.toLowerCase();

function isTable(one: { readonly schema: string; readonly name: string }, other: typeof one): boolean {
  return fold(one.schema) === fold(other.schema) && fold(one.name) === fold(other.name);
}

function ofPlan(wait: Wait, tables: readonly PlannedTable[]): PlannedWait[] {
  const { table } = wait;
  if (table === undefined) return [{ ...wait, label: undefined }];
  const own = tables.find((each) => isTable(each, table));
  return own === undefined ? [] : [{ ...wait, label: own.label }];
}

interface RowWait {
  readonly waiter: string | number;
  readonly holder: string | number | null;
  readonly kind: string;
  readonly mode: string;
}

function rowWait(row: RowWait, table: Wait["table"]): Wait {
  const holder = Number(row.holder ?? 0);
  return {
    waiter: Number(row.waiter),
    // A prepared transaction that outlived its session has none.
    ...(holder === 0 ? {} : { holder }),
    table,
    lock: `a ${row.kind === "RECORD" ? "row" : "table"} lock (${row.mode})`,
    isMetadata: false,
  };
}

async function mysqlRowWaits(connection: Connection): Promise<readonly Wait[]> {
  const { rows } = await connection.query<RowWait & { readonly schema: string; readonly name: string }>(
    `SELECT r.trx_mysql_thread_id AS waiter, b.trx_mysql_thread_id AS holder, l.LOCK_TYPE AS kind, l.LOCK_MODE AS mode,
            l.OBJECT_SCHEMA AS \`schema\`, l.OBJECT_NAME AS name
       FROM performance_schema.data_lock_waits w
       JOIN performance_schema.data_locks l ON l.ENGINE = w.ENGINE AND l.ENGINE_LOCK_ID = w.REQUESTING_ENGINE_LOCK_ID
       JOIN information_schema.INNODB_TRX r ON r.trx_id = w.REQUESTING_ENGINE_TRANSACTION_ID
       LEFT JOIN information_schema.INNODB_TRX b ON b.trx_id = w.BLOCKING_ENGINE_TRANSACTION_ID
      ORDER BY b.trx_started`,
  );
  return oldestHolders(rows.map((row) => rowWait(row, row)));
}

async function mariadbRowWaits(connection: Connection): Promise<readonly Wait[]> {
  const { rows } = await connection.query<RowWait & { readonly locked: string }>(
    `SELECT r.trx_mysql_thread_id AS waiter, b.trx_mysql_thread_id AS holder, l.lock_type AS kind, l.lock_mode AS mode, l.lock_table AS locked
       FROM information_schema.INNODB_LOCK_WAITS w
       JOIN information_schema.INNODB_LOCKS l ON l.lock_id = w.requested_lock_id
       JOIN information_schema.INNODB_TRX r ON r.trx_id = w.requesting_trx_id
       LEFT JOIN information_schema.INNODB_TRX b ON b.trx_id = w.blocking_trx_id
      ORDER BY b.trx_started`,
  );
  return oldestHolders(rows.map((row) => rowWait(row, lockedTable(row.locked))));
}

/** InnoDB writes it as a name in SQL, and a partition in a comment behind it. */
function lockedTable(text: string): { readonly schema: string; readonly name: string } | undefined {
  const [schema, , name] = tokensOf(text) ?? [];
  return schema === undefined || name === undefined ? undefined : { schema: schema.text, name: name.text };
}

/** A session waits for one lock at a time, and may do so for several others. */
function oldestHolders(waits: readonly Wait[]): readonly Wait[] {
  return waits.filter(({ waiter }, at) => waits.findIndex((other) => other.waiter === waiter) === at);
}

/** Who waits for a metadata lock. MariaDB does not tell on which table, and MySQL does not where the instrument is off. */
async function waitingSessions(connection: Connection): Promise<readonly Wait[]> {
  const [list, id, state] =
    connection.dialect.id === "mariadb"
      ? ["information_schema.PROCESSLIST", "ID", "STATE"]
      : ["performance_schema.threads", "PROCESSLIST_ID", "PROCESSLIST_STATE"];
  const { rows } = await connection.query<{ waiter: string | number }>(
    `SELECT ${id} AS waiter FROM ${list} WHERE ${state} = 'Waiting for table metadata lock' LIMIT 200`,
  );
  return rows.map(({ waiter }) => ({
    waiter: Number(waiter),
    table: undefined,
    lock: "a metadata lock",
    isMetadata: true,
  }));
}

async function mysqlMetadataWaits(connection: Connection): Promise<readonly Wait[]> {
  if (!(await tellsHolders(connection))) return waitingSessions(connection);
  const { rows } = await connection.query<{ waiter: string | number; mode: string; schema: string; name: string }>(
    `SELECT t.PROCESSLIST_ID AS waiter, m.LOCK_TYPE AS mode, m.OBJECT_SCHEMA AS \`schema\`, m.OBJECT_NAME AS name
       FROM performance_schema.metadata_locks m JOIN performance_schema.threads t ON t.THREAD_ID = m.OWNER_THREAD_ID
      WHERE m.OBJECT_TYPE = 'TABLE' AND m.LOCK_STATUS = 'PENDING' LIMIT 200`,
  );
  return rows.map(({ waiter, mode, schema, name }) => ({
    waiter: Number(waiter),
    table: { schema, name },
    lock: `a metadata lock (${mode})`,
    isMetadata: true,
  }));
}

interface Session {
  readonly id: number;
  readonly who: string;
  readonly program: string | null;
  readonly schema: string | null;
  readonly command: string;
  /** What it runs, or has run last where the server keeps that. */
  readonly statement: string | null;
  /** For how long its statement has been running, and for how long it has waited for a row: whole seconds. */
  readonly ms: number;
  readonly rowWaitMs: number | null;
  /** Of its transaction; null: none is open. */
  readonly openMs: number | null;
}

interface Holding {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly mode: string;
}

interface Seen {
  readonly sessions: ReadonlyMap<number, Session>;
  readonly waiting: ReadonlySet<number>;
  readonly holdings: readonly Holding[];
}

/** The server notes moments of a transaction in its own time zone. */
const sinceMs = (moment: string) =>
  `TIMESTAMPDIFF(MICROSECOND, CONVERT_TZ(${moment}, 'SYSTEM', '+00:00'), UTC_TIMESTAMP(6)) / 1000`;

const transactionColumns = `${sinceMs("x.trx_started")} AS openMs, ${sinceMs("x.trx_wait_started")} AS rowWaitMs`;

const program = (id: string) =>
  `(SELECT a.ATTR_VALUE FROM performance_schema.session_connect_attrs a WHERE a.PROCESSLIST_ID = ${id} AND a.ATTR_NAME = 'program_name')`;

/** Of a routine's statements the one that waits is the innermost, which began last. */
const mysqlSessions = `
SELECT t.PROCESSLIST_ID AS id, CONCAT(t.PROCESSLIST_USER, '@', t.PROCESSLIST_HOST) AS who, ${program("t.PROCESSLIST_ID")} AS program,
       t.PROCESSLIST_DB AS \`schema\`, t.PROCESSLIST_COMMAND AS command, ${transactionColumns},
       COALESCE(t.PROCESSLIST_INFO, (SELECT s.SQL_TEXT FROM performance_schema.events_statements_current s
          WHERE s.THREAD_ID = t.THREAD_ID AND s.NESTING_EVENT_LEVEL = 0)) AS statement,
       COALESCE((SELECT MIN(s.TIMER_WAIT) / 1e9 FROM performance_schema.events_statements_current s
          WHERE s.THREAD_ID = t.THREAD_ID AND s.END_EVENT_ID IS NULL), t.PROCESSLIST_TIME * 1e3) AS ms
  FROM performance_schema.threads t LEFT JOIN information_schema.INNODB_TRX x ON x.trx_mysql_thread_id = t.PROCESSLIST_ID
 WHERE t.PROCESSLIST_ID IN`;

const mariadbSessions = `
SELECT p.ID AS id, CONCAT(p.USER, '@', SUBSTRING_INDEX(p.HOST, ':', 1)) AS who, NULL AS program, p.DB AS \`schema\`, p.COMMAND AS command,
       ${transactionColumns}, p.INFO AS statement, p.TIME_MS AS ms
  FROM information_schema.PROCESSLIST p LEFT JOIN information_schema.INNODB_TRX x ON x.trx_mysql_thread_id = p.ID
 WHERE p.ID IN`;

const pluginHoldings = `
SELECT THREAD_ID AS id, TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS name, REPLACE(LOCK_MODE, 'MDL_', '') AS mode
  FROM information_schema.METADATA_LOCK_INFO WHERE LOCK_TYPE = 'Table metadata lock'`;

const schemaHoldings = `
SELECT t.PROCESSLIST_ID AS id, m.OBJECT_SCHEMA AS \`schema\`, m.OBJECT_NAME AS name, m.LOCK_TYPE AS mode
  FROM performance_schema.metadata_locks m JOIN performance_schema.threads t ON t.THREAD_ID = m.OWNER_THREAD_ID
 WHERE m.OBJECT_TYPE = 'TABLE' AND m.LOCK_STATUS = 'GRANTED' AND t.PROCESSLIST_ID IS NOT NULL`;

async function sessionsOf(connection: Connection, waits: readonly Wait[]): Promise<Seen> {
  const isMariadb = connection.dialect.id === "mariadb";
  const isHeld = waits.some(({ isMetadata }) => isMetadata) && (await tellsHolders(connection));
  const holdings = isHeld
    ? (await visible<Holding>(connection, isMariadb ? pluginHoldings : schemaHoldings, [])).map((each) => ({
        ...each,
        id: Number(each.id),
      }))
    : [];
  const ids = new Set([
    ...waits.flatMap(({ waiter, holder = waiter }) => [waiter, holder]),
    ...holdings.map(({ id }) => id),
  ]);
  const list = `(${[...ids].join(", ")})`;
  const { rows } = await connection.query<Session>(`${isMariadb ? mariadbSessions : mysqlSessions} ${list}`);
  // Who is whom MariaDB knows where performance_schema is on there; what may not be read tells nothing.
  const programs = isMariadb
    ? await visible<{ id: string | number; program: string }>(
        connection,
        `SELECT PROCESSLIST_ID AS id, ATTR_VALUE AS program FROM performance_schema.session_connect_attrs
          WHERE ATTR_NAME = 'program_name' AND PROCESSLIST_ID IN ${list}`,
        [],
      )
    : [];
  const sessions = rows.map((row): Session => {
    const id = Number(row.id);
    return {
      ...row,
      id,
      ms: Math.max(0, Number(row.ms)),
      rowWaitMs: numberOf(row.rowWaitMs),
      openMs: numberOf(row.openMs),
      program: row.program ?? programs.find((each) => Number(each.id) === id)?.program ?? null,
    };
  });
  return {
    sessions: new Map(sessions.map((session) => [session.id, session])),
    waiting: new Set(waits.map(({ waiter }) => waiter)),
    holdings,
  };
}

const numberOf = (value: string | number | null) => (value === null ? null : Math.max(0, Number(value)));

function described(wait: PlannedWait, seen: Seen, tables: readonly PlannedTable[]): LockWait[] {
  const waiter = seen.sessions.get(wait.waiter);
  // It has got its lock meanwhile.
  if (waiter === undefined || waiter.statement === null) return [];
  const words = wordsOf(waiter.statement, tables);
  if (/^lockstep( |$)/.test(waiter.program ?? "") || isOwn(words.map(named))) return [];
  const table = tables.find(({ label }) => label === wait.label) ?? tables.find((each) => names(words, each, waiter));
  if (table === undefined) return [];
  const { isMetadata, lock } = wait;
  const ms = isMetadata ? waiter.ms : rowWaitMs(waiter);
  const since = `since ${(ms / 1000).toFixed(1)} s`;
  const holder = isMetadata ? metadataHolder(waiter, table, seen) : seen.sessions.get(wait.holder ?? 0);
  const behind = holder === undefined ? "" : `, behind ${holderText(holder, tables)}`;
  const statement = statementOf(words);
  // What works before it waits: DDL needs its lock once more at its end.
  if (isMetadata && ddl.has(words[0] ?? ""))
    return [
      {
        ms,
        runs: `${waiter.id} ${waiter.statement}`,
        text: `${statement} runs ${since} and waits for ${lock} on "${table.label}"${behind}`,
      },
    ];
  return [{ ms, text: `${statement} waits for ${lock} on "${table.label}" ${since}${behind}` }];
}

const ddl = new Set(["ALTER", "CREATE", "DROP", "RENAME", "TRUNCATE", "OPTIMIZE", "ANALYZE", "REPAIR"]);

/** No longer than its statement runs. Of one that worked before it waited only the second is known in which the wait began. */
function rowWaitMs({ ms, rowWaitMs }: Session): number {
  return rowWaitMs === null || ms <= rowWaitMs ? ms : Math.max(0, rowWaitMs - 1000);
}

/** Modes that keep others out; those of reading and of writing rows keep DDL out alone. */
const strong = new Set([
  "SHARED_UPGRADABLE",
  "SHARED_READ_ONLY",
  "SHARED_NO_WRITE",
  "SHARED_NO_READ_WRITE",
  "EXCLUSIVE",
]);

/** Who has to end first: not one that waits itself; of several the one that holds more, then the oldest transaction. */
function metadataHolder(
  { id }: Session,
  table: PlannedTable,
  { sessions, waiting, holdings }: Seen,
): Session | undefined {
  const held = holdings.flatMap((holding) => {
    const session = sessions.get(holding.id);
    if (session === undefined || holding.id === id || waiting.has(holding.id) || !isTable(holding, table)) return [];
    return [{ session, isStrong: strong.has(holding.mode) }];
  });
  held.sort(
    (one, other) =>
      Number(other.isStrong) - Number(one.isStrong) || (other.session.openMs ?? 0) - (one.session.openMs ?? 0),
  );
  return held[0]?.session;
}

function holderText(holder: Session, tables: readonly PlannedTable[]): string {
  const { id, who, program, command, openMs, statement } = holder;
  const state = command !== "Sleep" ? "active" : openMs === null ? "idle" : "idle in transaction";
  const words = statement === null ? undefined : wordsOf(statement, tables);
  const parts = [who, program, state].filter((part) => part);
  return `id ${id} (${parts.join(", ")})${words === undefined ? "" : `: ${statementOf(words)}`}`;
}

function statementOf(words: Words): string {
  return words.length === 0 ? "a statement" : `‘${statementText(withoutLengths(words))}’`;
}

/** Whether a statement of the session that waits for a table waits for this one, as far as its words tell. */
function names(words: Words, table: PlannedTable, { schema }: Session): boolean {
  if (readsTable(words, table, fold) || changesTable(words, table, fold)) return isHere(words, table, schema);
  // LOCK TABLES, and DDL, in whichever form.
  const isOfRows = ["SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "("].includes(words[0] ?? "");
  return !isOfRows && words.some((word) => fold(word) === fold(nameWord(table.name))) && isHere(words, table, schema);
}

/** Names without a database are those of the session's own. */
function isHere(words: Words, { schema }: PlannedTable, own: string | null): boolean {
  return fold(own ?? "") === fold(schema) || words.some((word) => fold(word) === fold(nameWord(schema)));
}

/** Without values, as `statementText` takes them: what is running comes as its author wrote it, and names need no quotes there. */
function wordsOf(sql: string, tables: readonly PlannedTable[]): Words {
  const known = new Set(tables.flatMap(({ schema, name }) => [fold(schema), fold(name)]));
  return (tokensOf(sql) ?? []).map(({ kind, text, start, end }) => {
    const upper = text.toUpperCase();
    if (kind === "name" || (kind === "word" && !isKeyword(upper) && known.has(fold(text))))
      return nameWord(kind === "name" ? text : sql.slice(start, end));
    if (kind === "word") return isKeyword(upper) ? upper : sql.slice(start, end);
    return kind === "sign" || kind === "end" ? text : "?";
  });
}

/** As digests of statements have them: every name in quotes. */
const named = (word: string) => (/^[\w$]/.test(word) && !isKeyword(word) ? nameWord(word) : word);

const isKeyword = (upper: string) => reserved.has(upper) || ddl.has(upper);

/** Undefined where a quote or a comment is not closed: the server cuts long texts off. */
function tokensOf(sql: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const scanner = new Scanner(sql);
  try {
    for (let token = scanner.next(); token !== undefined; token = scanner.next()) tokens.push(token);
    return tokens;
  } catch {
    return undefined;
  }
}

async function blind(connection: Connection, isMariadb: boolean): Promise<Blind> {
  const { account, may } = await readGrants(connection);
  const lacking = [
    ...(may("PROCESS") ? [] : ["GRANT PROCESS ON *.*"]),
    ...(isMariadb || may("SELECT", "performance_schema") ? [] : ["GRANT SELECT ON performance_schema.*"]),
  ];
  const grants = lacking.map((grant) => `${grant} TO ${account}`);
  return {
    kind: "blind",
    reason: [`${account} may not see who waits for locks`, grants.join("; ")].filter(Boolean).join(": "),
  };
}
