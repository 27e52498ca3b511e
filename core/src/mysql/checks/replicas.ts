import { type Check, ok, problem, warning } from "../../dialect/check.js";

export default {
  id: "replicas",
  title: "replicas",
  on: "target",
  async run({ connection }) {
    const { rows: states } = await connection.query<{ state: string | number }>("SELECT @@GLOBAL.read_only AS state");
    // MariaDB 12 has words for it.
    if (!["0", "OFF"].includes(String(states[0]?.state)))
      return [
        problem("this server is read-only, as replicas are", {
          why: "Neither migrations nor backfills can write here.",
          next: "use the URL of the primary",
        }),
      ];
    const { rows } = await connection.query<{ host: string }>(
      "SELECT HOST AS host FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%' ORDER BY HOST",
    );
    if (rows.length === 0) return [ok("no replica that this account may see is connected")];
    return rows.map(({ host }) =>
      warning(`the replica ${host} is connected; how far behind it is cannot be seen from here`, {
        why: "A backfill writes a lot, and a rebuild reaches a replica when it is done here and takes as long again there: readers there see old data.",
        next: `check Seconds_Behind there: ${connection.dialect.id === "mariadb" ? "SHOW SLAVE STATUS" : "SHOW REPLICA STATUS"}; give the backfill rests with backfill.pauseMs`,
      }),
    );
  },
} satisfies Check;
