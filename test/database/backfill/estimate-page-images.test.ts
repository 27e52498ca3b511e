/** A server as people run it: one that writes pages to its log as a whole. The shared one does not. */
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { estimateBackfill } from "../../../core/src/backfill/estimate.js";
import { connect } from "../../../core/src/databases/connect.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import { start } from "../../support/postgres.js";
import { fillTable, makeTable, plan } from "./fixture.js";

it("foresees the log of a table with random keys within a factor of two", async () => {
  // What autovacuum writes meanwhile would count as the backfill's.
  const server = await start({ settings: { full_page_writes: true, max_wal_size: "4GB", autovacuum: false } });
  const db = await connect(server.url(), { applicationName: "test" });
  try {
    const rows = Array.from({ length: 60_000 }, (_, n): [string, string] => [
      createHash("md5").update(String(n)).digest("hex"),
      `User${n}@example.com`,
    ]);
    const spec = await makeTable(db, { keyType: "uuid", rows, isUnique: true });
    await db.query(`VACUUM (FREEZE, ANALYZE) "User"`);
    await db.query("CHECKPOINT");
    const { rate } = await estimateBackfill({
      url: server.url(),
      plan,
      spec,
      clock: systemClock,
      random: Math.random,
    });
    // Pages that the estimate has written as a whole would not be written so again.
    await db.query("CHECKPOINT");
    const before = (await db.dialect.live.batches.logBytes(db))!;
    await fillTable(server.url(), spec, {});
    const wrote = (await db.dialect.live.batches.logBytes(db))! - before;
    expect(rate!.logBytes! / wrote).toBeGreaterThan(0.5);
    expect(rate!.logBytes! / wrote).toBeLessThan(2);
    expect(rate!.logIs).toBe("about");
  } finally {
    await db.close();
    await server.stop();
  }
});
