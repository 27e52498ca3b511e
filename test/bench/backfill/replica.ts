/** A streaming replica that keeps up: what it costs that the run watches it and waits for it. */

import { type PostgresServer, start } from "../../support/postgres.js";
import { filesOf } from "../stall-ways.js";
import { postgresqlWith } from "../systems/postgresql.js";
import { run } from "./run.js";

export interface ReplicaFigures {
  readonly ignoredMs: number;
  readonly watchedMs: number;
}

export async function measureReplica(
  { rows, rounds }: { readonly rows: number; readonly rounds: number },
  progress: (text: string) => void,
): Promise<readonly ReplicaFigures[]> {
  const system = postgresqlWith(
    { keyType: "bigint", id: "BIGSERIAL" },
    { settings: { max_wal_senders: 5, wal_keep_size: "8GB" } },
  );
  const server = await system.start(rows);
  let replica: PostgresServer | undefined;
  try {
    replica = await start({ replicaOf: { server: server.primary!, name: "reports" } });
    const timed = async (options: Readonly<Record<string, string>>) => {
      const url = await server.copy("bench_fill");
      await system.migrate(url, filesOf(await system.plan(), "expand"));
      const standby = replica!.url();
      const isEven = async () => {
        const [row] = await system.query(url, "SELECT pg_current_wal_flush_lsn()::text AS lsn");
        const [there] = await system.query(standby, `SELECT pg_last_wal_replay_lsn() >= '${row?.lsn}' AS even`);
        return there?.even === true;
      };
      while (!(await isEven())) await new Promise((resolve) => setTimeout(resolve, 50));
      const ran = await run({ url, plan: await system.plan(), options });
      await server.drop("bench_fill");
      return ran!.totalMs;
    };
    const figures: ReplicaFigures[] = [];
    for (let round = 1; round <= rounds; round++) {
      progress(`with a replica, round ${round} of ${rounds}`);
      const ignoredMs = await timed({ ignoreReplica: "reports" });
      figures.push({ ignoredMs, watchedMs: await timed({}) });
    }
    return figures;
  } finally {
    await replica?.stop();
    await server.stop();
  }
}
