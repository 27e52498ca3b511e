import { LockstepError } from "../../base/errors.js";
import type { FillTarget } from "../../dialect/batches.js";
import type { Connection } from "../../dialect/connection.js";

const isTimestamp = (type = "") => /^timestamp\b/.test(type);

/** Functions whose value depends on the session's time zone. */
const localTime =
  /\b(?:now|sysdate|curdate|curtime|current_(?:date|time|timestamp)|localtime(?:stamp)?|from_unixtime|unix_timestamp|convert_tz)\b/i;

/**
 * Sets the session to UTC if the key has a TIMESTAMP. The server converts TIMESTAMP from and to local time, and when clocks change, two
 * moments have the same local time. Fills that depend on the time zone would then differ from the application's values.
 * @throws LS5013 for such a fill
 */
export async function keepKeys(connection: Connection, { table, key, columns, types }: FillTarget): Promise<void> {
  if (!key.some(({ type }) => isTimestamp(type))) return;
  const { rows } = await connection.query<{ zone: string }>(
    "SELECT IF(@@SESSION.time_zone = 'SYSTEM', @@system_time_zone, @@SESSION.time_zone) AS zone",
  );
  // These zones have no clock changes.
  if (/^(?:[+-]\d+:\d\d|UTC|GMT)$/.test(rows[0]?.zone ?? "")) return;
  const local = columns.find(
    ({ fill, type }) =>
      fill !== undefined &&
      (isTimestamp(type) || localTime.test(fill.sql) || fill.reads.some((name) => isTimestamp(types[name]))),
  );
  if (local !== undefined)
    throw new LockstepError(
      "LS5013",
      `The fill of "${table.name}"."${local.name}" depends on the time zone (${rows[0]?.zone} on ${connection.label}), and the key contains a TIMESTAMP`,
    );
  await connection.query("SET SESSION time_zone = '+00:00'");
}
