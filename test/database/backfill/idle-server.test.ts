/** A server of its own: other tests work on the shared one. */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { BackfillEvent } from "../../../core/src/backfill/events.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { BackfillSpec } from "../../../core/src/model/index.js";
import { start } from "../../support/postgres.js";
import { fillTable, makeTable } from "./fixture.js";
import { numbered, until } from "./systems.js";

let server: Awaited<ReturnType<typeof start>>;
let db: Connection;
let spec: BackfillSpec;
beforeAll(async () => {
  server = await start();
  // Named as Lockstep's sessions, so that the test itself does not count.
  db = await connect(server.url(), { applicationName: "lockstep test" });
});
afterAll(async () => {
  await db?.close();
  await server?.stop();
});
beforeEach(async () => {
  await db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User"`);
  spec = await makeTable(db, { rows: numbered(4000) });
});

/** A run of small batches with pauses. */
function startSlowRun(url: string) {
  const events: BackfillEvent[] = [];
  const stop = new AbortController();
  const ended = fillTable(url, spec, {
    workers: "idle",
    options: { pauseMs: "100" },
    batch: { startRows: 10, maxRows: 10 },
    signal: stop.signal,
    onEvent: (event) => events.push(event),
  });
  const noticed = (text: string) =>
    until(async () => events.some((event) => event.kind === "notice" && event.message.includes(text)));
  return { ended, noticed, stop: () => stop.abort() };
}

async function expectFilled(url: string): Promise<void> {
  // The next run also completes the range of the session that left.
  expect(await fillTable(url, spec, { workers: "idle" })).toMatchObject({ status: "done", rows: 4000 });
  const { rows } = await db.query(`SELECT count(*)::int AS filled FROM "User" WHERE handle = lower(email)`);
  expect(rows).toEqual([{ filled: 4000 }]);
}

it("a second session fills rows on an idle server, and leaves when another session starts a transaction", async () => {
  const application = await connect(server.url(), { applicationName: "application" });
  const sessions = async () => {
    const { rows } = await db.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name LIKE 'lockstep backfill %' AND application_name NOT LIKE '% observer'",
    );
    return rows[0]!.count;
  };
  try {
    const run = startSlowRun(server.url());
    await run.noticed("a second session fills rows");
    expect(await sessions()).toBe(2);
    await application.query("BEGIN; SELECT 1");
    await until(async () => (await sessions()) === 1);
    await application.query("COMMIT");
    run.stop();
    expect(await run.ended).toMatchObject({ status: "stopped" });
    await expectFilled(server.url());
  } finally {
    await application.close();
  }
});

it("the run continues alone if the server rejects a second session", async () => {
  // One for the batches, one for the observer.
  await db.query(`CREATE ROLE filler LOGIN CONNECTION LIMIT 2; ALTER TABLE "User" OWNER TO filler`);
  await db.query("GRANT CREATE ON DATABASE postgres TO filler");
  const url = Object.assign(new URL(server.url()), { username: "filler" }).href;
  const run = startSlowRun(url);
  await run.noticed("The second session ended: ");
  run.stop();
  expect(await run.ended).toMatchObject({ status: "stopped" });
  await expectFilled(url);
});
