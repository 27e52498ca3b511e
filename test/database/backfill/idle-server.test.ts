/** A server of its own: other tests work on the shared one. */
import { expect, it } from "vitest";
import type { BackfillEvent } from "../../../core/src/backfill/events.js";
import { connect } from "../../../core/src/databases/connect.js";
import { start } from "../../support/postgres.js";
import { fillTable, makeTable } from "./fixture.js";
import { numbered, until } from "./systems.js";

it("a second session fills rows on an idle server, and leaves when another session starts a transaction", async () => {
  const server = await start();
  // Named as Lockstep's sessions, so that the test itself does not count.
  const db = await connect(server.url(), { applicationName: "lockstep test" });
  const application = await connect(server.url(), { applicationName: "application" });
  const sessions = async () => {
    const { rows } = await db.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name LIKE 'lockstep backfill %' AND application_name NOT LIKE '% observer'",
    );
    return rows[0]!.count;
  };
  try {
    const spec = await makeTable(db, { rows: numbered(4000) });
    const stop = new AbortController();
    const slow = { workers: "idle", options: { pauseMs: "100" }, batch: { startRows: 10, maxRows: 10 } } as const;
    const events: BackfillEvent[] = [];
    const run = fillTable(server.url(), spec, { ...slow, signal: stop.signal, onEvent: (event) => events.push(event) });
    await until(async () =>
      events.some((event) => event.kind === "notice" && event.message.includes("second session")),
    );
    expect(await sessions()).toBe(2);
    await application.query("BEGIN; SELECT 1");
    await until(async () => (await sessions()) === 1);
    await application.query("COMMIT");
    stop.abort();
    expect(await run).toMatchObject({ status: "stopped" });
    // The next run also completes the range of the session that left.
    expect(await fillTable(server.url(), spec, { workers: "idle" })).toMatchObject({ status: "done", rows: 4000 });
    const { rows } = await db.query(`SELECT count(*)::int AS filled FROM "User" WHERE handle = lower(email)`);
    expect(rows).toEqual([{ filled: 4000 }]);
  } finally {
    await application.close();
    await db.close();
    await server.stop();
  }
});
