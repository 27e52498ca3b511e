/** An application at work: requests at a rate that does not wait for answers. */
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";

export interface Traffic {
  /** So many of the requests fail from now on: a share. */
  fail(share: number): void;
  /** Nothing waits for an answer any more. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** @param rate requests a second */
export async function startTraffic(url: string, rate: number): Promise<Traffic> {
  const pool = new pg.Pool({ connectionString: url, max: 8, application_name: "shop" });
  pool.on("error", () => undefined);
  const open = new Set<Promise<unknown>>();
  let share = 0;
  let count = 0;
  const request = (at: number): Promise<unknown> => {
    if ((at * 0.618) % 1 < share) return pool.query(`SELECT 1 / (id - 7) FROM "User" WHERE id = $1`, [7]);
    switch (at % 4) {
      case 0:
        return pool.query(`SELECT id, email, handle FROM "User" WHERE email = $1`, [`User${1000 + at}@example.org`]);
      case 1:
        return pool.query(`UPDATE "User" SET note = $1 WHERE id = $2`, [`note ${at}`, at % 3 === 0 ? 7 : at % 100]);
      case 2:
        return pool.query(`SELECT id, slow($1) FROM "User" WHERE id = $2`, [0, at % 100]);
      default:
        return pool.query(`SELECT count(*) FROM "User" WHERE id BETWEEN $1 AND $1 + 20`, [1000 + at]);
    }
  };
  const timer = setInterval(() => {
    const answer = request(count++).catch(() => undefined);
    open.add(answer);
    void answer.finally(() => open.delete(answer));
  }, 1000 / rate);
  await pause(200);
  return {
    fail: (wanted) => {
      share = wanted;
    },
    settled: async () => {
      await Promise.all(open);
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      await pool.end();
    },
  };
}
