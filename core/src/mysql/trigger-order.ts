import type { Connection } from "../dialect/connection.js";
import type { TableName } from "../model/names.js";
import { triggerNames } from "./quote.js";

/** The fill triggers of a column that exist. */
export interface TriggerPair {
  readonly found: readonly string[];
  /** Their bodies. */
  readonly texts: readonly string[];
  /** A later trigger of the user that sets one of the columns after them. */
  readonly overriddenBy: string | undefined;
}

/** @param columns the columns that the other trigger sets: the column itself, or also the columns its fill reads */
export async function readPair(
  connection: Connection,
  table: TableName,
  column: string,
  columns: readonly string[],
): Promise<TriggerPair> {
  const { rows } = await connection.query<{ name: string; event: string; text: string }>(
    `SELECT TRIGGER_NAME AS name, EVENT_MANIPULATION AS event, ACTION_STATEMENT AS text FROM information_schema.TRIGGERS
      WHERE EVENT_OBJECT_SCHEMA = COALESCE(?, DATABASE()) AND EVENT_OBJECT_TABLE = ? AND ACTION_TIMING = 'BEFORE' ORDER BY ACTION_ORDER`,
    [table.schema ?? null, table.name],
  );
  const { insert, update } = triggerNames(table, column);
  const own = [insert, update].map((each) => rows.findIndex((row) => row.name === each)).filter((at) => at >= 0);
  const later = own.flatMap((at) => rows.slice(at + 1).filter(({ event }) => event === rows[at]?.event));
  const sets = columns.map((each) => new RegExp(`\\bSET\\b[^;]*\\bNEW\\s*\\.\\s*\`?${escaped(each)}\`?\\s*:?=`, "i"));
  return {
    found: own.map((at) => rows[at]!.name),
    texts: own.map((at) => rows[at]!.text.trim()),
    overriddenBy: later.find(
      ({ name, text }) => !name.startsWith("zz_lockstep_") && sets.some((each) => each.test(text)),
    )?.name,
  };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
