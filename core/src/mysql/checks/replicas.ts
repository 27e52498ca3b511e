import { type Check, ok, problem, warning } from "../../dialect/check.js";

export default {
  id: "replicas",
  title: "replicas",
  on: "target",
  async run({ connection }) {
    const { rows: states } = await connection.query<{ state: string | number }>("SELECT @@GLOBAL.read_only AS state");
    // MariaDB 12 returns a word instead of a number.
    if (!["0", "OFF"].includes(String(states[0]?.state)))
      return [
        problem("this server is read-only, like a replica", {
          why: "Neither migrations nor backfills can write here.",
          next: "use the URL of the primary",
        }),
      ];
    const { rows } = await connection.query<{ host: string }>(
      "SELECT HOST AS host FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%' ORDER BY HOST",
    );
    if (rows.length === 0) return [ok("this account sees no connected replica")];
    return rows.map(({ host }) =>
      warning(`the replica ${host} is connected; its lag is not visible from here`, {
        why: "A backfill writes a lot. A rebuild starts on the replica after it has finished here, and takes as long again. Meanwhile, readers of the replica see old data.",
        next: `${connection.dialect.id === "mariadb" ? "SHOW SLAVE STATUS" : "SHOW REPLICA STATUS"}   -- on the replica: Seconds_Behind is its lag\nSet backfill.pauseMs to pause between batches.`,
      }),
    );
  },
} satisfies Check;
