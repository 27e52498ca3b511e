import type { Connection } from "../dialect/connection.js";
import { Scanner } from "./read/scan.js";

/** What a log of statements does not carry: replicas compute it again. The server calls it unsafe (1592); of the time it keeps the moment. */
const computedAgain: ReadonlySet<string> = new Set(
  `CURRENT_USER GEN_RANDOM_UUID RAND RANDOM_BYTES SESSION_USER SYSDATE SYSTEM_USER SYS_GUID USER UUID UUID_SHORT UUID_V4 UUID_V7
  VERSION`.split(/\s+/),
);

/** The function of an expression that has another value on a replica where the binary log holds statements. */
export function unreplicated(rowSql: string): string | undefined {
  const scanner = new Scanner(rowSql);
  for (let token = scanner.next(); token !== undefined; token = scanner.next())
    if (token.kind === "word" && computedAgain.has(token.text)) return `${token.text}()`;
  return undefined;
}

/** A condition: new sessions write statements to the binary log. */
export const logsStatements = "@@GLOBAL.log_bin AND @@GLOBAL.binlog_format = 'STATEMENT'";

/**
 * The function by which replicas of a server would get other values than it. Its format is not changed behind its back, not even for one
 * session: a replica of MySQL that writes statements to a log of its own stops at rows (1666).
 */
export async function differsOnReplicas(connection: Connection, rowSql: string): Promise<string | undefined> {
  const found = unreplicated(rowSql);
  if (found === undefined) return undefined;
  const { rows } = await connection.query<{ logs: string | number | null }>(`SELECT ${logsStatements} AS logs`);
  return Number(rows[0]?.logs) === 1 ? found : undefined;
}
