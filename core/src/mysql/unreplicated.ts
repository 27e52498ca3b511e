import type { Connection } from "../dialect/connection.js";
import { Scanner } from "./read/scan.js";

/**
 * Functions whose values a statement-based log does not record: replicas compute them again. The server calls them unsafe (1592). It does
 * record the current time.
 */
const computedAgain: ReadonlySet<string> = new Set(
  `CURRENT_USER GEN_RANDOM_UUID RAND RANDOM_BYTES SESSION_USER SYSDATE SYSTEM_USER SYS_GUID USER UUID UUID_SHORT UUID_V4 UUID_V7
  VERSION`.split(/\s+/),
);

/** The function in an expression that has another value on replicas with a statement-based log. */
export function unreplicated(rowSql: string): string | undefined {
  const scanner = new Scanner(rowSql);
  for (let token = scanner.next(); token !== undefined; token = scanner.next())
    if (token.kind === "word" && computedAgain.has(token.text)) return `${token.text}()`;
  return undefined;
}

/** A condition: new sessions use a statement-based binary log. */
export const logsStatements = "@@GLOBAL.log_bin AND @@GLOBAL.binlog_format = 'STATEMENT'";

/**
 * The function whose value would differ on replicas of this server. Lockstep does not change the log format, not even for one session: a
 * MySQL replica with a statement-based log of its own stops at row events (1666).
 */
export async function differsOnReplicas(connection: Connection, rowSql: string): Promise<string | undefined> {
  const found = unreplicated(rowSql);
  if (found === undefined) return undefined;
  const { rows } = await connection.query<{ logs: string | number | null }>(`SELECT ${logsStatements} AS logs`);
  return Number(rows[0]?.logs) === 1 ? found : undefined;
}
