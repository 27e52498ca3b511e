/** A run of several sessions that is killed half-way, and another that goes on: rows that were passed twice. */
import { postgresqlWith } from "../systems/postgresql.js";
import { afterExpand } from "./idle.js";
import { run } from "./run.js";

export interface ResumeFigures {
  readonly workers: number;
  /** The largest batch of the second run. */
  readonly largestBatch: number;
  /** Rows that were written more than once, or never. */
  readonly wrong: number;
  /** Rows passed by both runs beyond those of the table. */
  readonly repeated: number;
  readonly peakMb: number;
}

export async function measureResume(rows: number, progress: (text: string) => void): Promise<ResumeFigures> {
  progress(`resumed after a kill, ${rows} rows`);
  const workers = 2;
  const system = postgresqlWith({ keyType: "bigint", id: "BIGSERIAL" });
  const server = await system.start(rows);
  try {
    return await afterExpand(system, server, async (url) => {
      const plan = await system.plan();
      await run({ url, plan, workers, onRows: (passed, child) => passed > rows / 2 && child.kill("SIGKILL") });
      const ran = await run({ url, plan, workers });
      const [row] = await system.query(
        url,
        `SELECT count(*) FILTER (WHERE "handle" IS DISTINCT FROM lower("email"))::int AS wrong,
                (SELECT sum(rows_done)::bigint::text FROM lockstep.backfills) AS passed FROM "User"`,
      );
      return {
        workers,
        largestBatch: ran!.largestBatch,
        wrong: Number(row?.wrong),
        repeated: Number(row?.passed) - rows,
        peakMb: ran!.peakMb,
      };
    });
  } finally {
    await server.stop();
  }
}
