import { type Check, ok, problem, warning } from "../../dialect/check.js";
import { duration, size } from "../../dialect/format-values.js";

/** The same limit as the backfill's throttle: from 32 MB on, a replica starts to lag. */
const lateBytes = 32e6;
const lateSeconds = 10;

export default {
  id: "replicas",
  title: "replicas and their lag",
  on: "target",
  async run({ connection }) {
    const { rows: states } = await connection.query<{ replica: boolean }>("SELECT pg_is_in_recovery() AS replica");
    if (states[0]?.replica)
      return [
        problem("this server is a replica", {
          why: "Neither migrations nor backfills can write here.",
          next: "use the URL of the primary",
        }),
      ];
    const { rows } = await connection.query<{
      name: string;
      state: string | null;
      bytes: string | null;
      seconds: number | null;
    }>(
      `SELECT coalesce(nullif(application_name, ''), client_addr::text, pid::text) AS name, state,
              pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::bigint AS bytes,
              extract(epoch FROM replay_lag)::float8 AS seconds
         FROM pg_stat_replication ORDER BY 1`,
    );
    if (rows.length === 0) return [ok("no replicas")];
    return rows.map(({ name, state, bytes, seconds }) => {
      if (bytes === null)
        return warning(`the lag of replica ${name} is not visible${state === null ? "" : ` (${state})`}`, {
          why: "Lockstep cannot detect when the backfill is too fast for it.",
          next: "GRANT pg_read_all_stats to the role",
        });
      const behind = `${size(Number(bytes))} behind${seconds === null ? "" : `, ${duration(seconds)}`}`;
      if (Number(bytes) < lateBytes && (seconds ?? 0) < lateSeconds) return ok(`replica ${name} is ${behind}`);
      return warning(`replica ${name} is ${behind}`, {
        why: "A backfill writes a lot and would increase its lag. Readers of the replica see old data.",
        next: "wait until it has caught up, and set backfill.pauseMs to pause between batches",
      });
    });
  },
} satisfies Check;
