import type { Connection } from "../../dialect/connection.js";
import { errorCode } from "../../dialect/db/retry.js";
import type { Blind, LockWait } from "../../dialect/load-signals.js";
import { type TableName, tableLabel } from "../../model/names.js";
import { isOwn } from "../../sql/statement-words.js";
import { readGrants } from "../grants.js";
import { schemaIsOff } from "../statements.js";
import { isTable, type PlannedTable } from "./planned-table.js";
import { type Seen, type Session, sessionsOf } from "./sessions.js";
import {
  mariadbRowWaits,
  mysqlMetadataWaits,
  mysqlRowWaits,
  ofPlan,
  type PlannedWait,
  waitingSessions,
} from "./waits.js";
import { ddl, named, names, statementOf, wordsOf } from "./words.js";

/** The maximum number of waits that are reported. */
const most = 20;

/**
 * Sessions that wait for locks on the tables: InnoDB row locks, and metadata locks, which reads and DDL hold on a table.
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

function described(wait: PlannedWait, seen: Seen, tables: readonly PlannedTable[]): LockWait[] {
  const waiter = seen.sessions.get(wait.waiter);
  // The session has its lock by now.
  if (waiter === undefined || waiter.statement === null) return [];
  const words = wordsOf(waiter.statement, tables);
  if (/^lockstep( |$)/.test(waiter.program ?? "") || isOwn(words.map(named))) return [];
  const table =
    tables.find(({ label }) => label === wait.label) ?? tables.find((each) => names(words, each, waiter.schema));
  if (table === undefined) return [];
  const { isMetadata, lock } = wait;
  const ms = isMetadata ? waiter.ms : rowWaitMs(waiter);
  const forTime = `for ${(ms / 1000).toFixed(1)} s`;
  const holder = isMetadata ? metadataHolder(waiter, table, seen) : seen.sessions.get(wait.holder ?? 0);
  const behind = holder === undefined ? "" : `, behind ${holderText(holder, tables)}`;
  const statement = statementOf(words);
  // DDL can run for a while before it waits: it needs its lock again at the end.
  if (isMetadata && ddl.has(words[0] ?? ""))
    return [
      {
        ms,
        runs: `${waiter.id} ${waiter.statement}`,
        text: `${statement} has run ${forTime} and waits for ${lock} on "${table.label}"${behind}`,
      },
    ];
  return [{ ms, text: `${statement} has waited ${forTime} for ${lock} on "${table.label}"${behind}` }];
}

/** At most the run time of the statement. If the statement worked before it waited, the start of the wait is only accurate to a second. */
function rowWaitMs({ ms, rowWaitMs }: Session): number {
  return rowWaitMs === null || ms <= rowWaitMs ? ms : Math.max(0, rowWaitMs - 1000);
}

/** Modes that block other sessions. The modes for reading and writing rows only block DDL. */
const strong = new Set([
  "SHARED_UPGRADABLE",
  "SHARED_READ_ONLY",
  "SHARED_NO_WRITE",
  "SHARED_NO_READ_WRITE",
  "EXCLUSIVE",
]);

/** The session that has to end first. Excludes sessions that wait themselves. Prefers stronger locks, then the oldest transaction. */
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

async function blind(connection: Connection, isMariadb: boolean): Promise<Blind> {
  const { account, may } = await readGrants(connection);
  const lacking = [
    ...(may("PROCESS") ? [] : ["GRANT PROCESS ON *.*"]),
    ...(isMariadb || may("SELECT", "performance_schema") ? [] : ["GRANT SELECT ON performance_schema.*"]),
  ];
  const grants = lacking.map((grant) => `${grant} TO ${account}`);
  return {
    kind: "blind",
    reason: [`${account} cannot see which sessions wait for locks`, grants.join("; ")].filter(Boolean).join(": "),
  };
}
