import { ask } from "../fault-runs/table.js";
import type { World } from "../fault-runs/world.js";

/** Sessions of the backfill on its database, some of them at random. */
export async function someSessions(world: World, random: () => number): Promise<readonly number[]> {
  const db = await world.db();
  const { rows } =
    world.system === "PostgreSQL"
      ? await db.query<{ pid: number }>(
          "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockstep%'",
        )
      : await db.query<{ pid: number }>(
          `SELECT p.ID AS pid FROM information_schema.PROCESSLIST p
            WHERE p.DB = DATABASE() AND p.ID <> CONNECTION_ID() AND p.USER <> 'root'`,
        );
  const share = 0.2 + random() * 0.8;
  return rows.map(({ pid }) => Number(pid)).filter(() => random() < share);
}

/** Does something to a session by its number; it may be gone meanwhile. */
export async function eachSession(
  world: World,
  pids: readonly number[],
  sql: readonly [string, string],
): Promise<void> {
  const db = await world.db();
  for (const pid of pids)
    await ask(db, (world.system === "PostgreSQL" ? sql[0] : sql[1]).replace("$pid", String(pid))).catch(
      () => undefined,
    );
}
