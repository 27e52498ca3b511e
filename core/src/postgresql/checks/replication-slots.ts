import { type Check, ok, warning } from "../../dialect/check.js";
import { unreadSlotText } from "../../dialect/load-signals.js";
import { quoteLiteral } from "../quote.js";

export default {
  id: "replication-slots",
  title: "replication slots without a consumer",
  on: "target",
  async run({ connection }) {
    const { rows } = await connection.query<{ name: string; bytes: string | null }>(
      `SELECT slot_name AS name, CASE WHEN NOT pg_is_in_recovery()
              THEN pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint END AS bytes
         FROM pg_replication_slots WHERE NOT active AND NOT temporary ORDER BY 1`,
    );
    if (rows.length === 0) return [ok("every replication slot has a consumer")];
    return rows.map(({ name, bytes }) =>
      warning(unreadSlotText(name, bytes === null ? undefined : Number(bytes)), {
        why: "A backfill writes WAL for every row. WAL that a slot retains can fill the server's disk.",
        next: `SELECT pg_drop_replication_slot(${quoteLiteral(name)})   -- if it is no longer needed`,
      }),
    );
  },
} satisfies Check;
