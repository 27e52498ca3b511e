import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { retryReason } from "../../../core/src/dialect/db/retry.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { type SilentNetwork, startSilentNetwork } from "../../support/silent-network.js";
import { errorOf, fillTable, makeTable, numbered, open, scalar, until } from "../backfill/fixture.js";

// Packets are dropped and nobody says so: without a look at the server that ends after a quarter of an hour.

let database: TestDatabase;
let db: Connection;
let network: SilentNetwork;

beforeAll(async () => {
  database = await createDatabase("silence");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});
beforeEach(async () => {
  network = await startSilentNetwork(database.url);
});
afterEach(() => network.stop());

const options = { applicationName: "lockstep silence", silenceMs: 200 };

describe("a silent network", () => {
  it.each(["all", "old"] as const)(
    "ends a statement with LS8004, and the connection (%s are silent)",
    async (which) => {
      const connection = await connect(network.url, options);
      const asked = errorOf(connection.query("SELECT pg_sleep(0.1)"));
      network.silence(which);
      const error = await asked;
      expect(error).toMatchObject({ code: "LS8004", exitCode: 3, details: { code: "ETIMEDOUT" } });
      expect(connection.isLost).toBe(true);
      expect(retryReason(error, connection.isLost)).toBe("connection");
      expect((await errorOf(connection.query("SELECT 1"))).code).toBe("LS8004");
      await connection.close();
    },
  );

  it("is not waited for when nothing is asked: connecting and closing end, too", async () => {
    const connection = await connect(network.url, options);
    network.silence();
    await connection.close();
    expect((await errorOf(connect(network.url, options))).code).toBe("LS8004");
  });

  it("is not what a server is that works long on a statement", async () => {
    const connection = await connect(network.url, options);
    expect(await scalar(connection, "SELECT 'done' FROM pg_sleep(2)")).toBe("done");
    await connection.close();
  });

  it("is not what a server is that takes no second connection", async () => {
    await db.query("DROP ROLE IF EXISTS single; CREATE ROLE single LOGIN CONNECTION LIMIT 1");
    const url = new URL(network.url);
    url.username = "single";
    const connection = await connect(url.toString(), options);
    expect(await scalar(connection, "SELECT 'done' FROM pg_sleep(2)")).toBe("done");
    await connection.close();
    await until(
      async () => (await scalar(db, "SELECT count(*)::int FROM pg_stat_activity WHERE usename = 'single'")) === 0,
      "it left",
    );
    await db.query("DROP ROLE single");
  });

  it("is got over by a backfill, which goes on where the ledger stands", async () => {
    const spec = await makeTable(db, { rows: numbered(60) });
    let batches = 0;
    const { events, ...result } = await fillTable(network.url, spec, {
      silenceMs: 200,
      onEvent(event) {
        if (event.kind === "progress" && ++batches === 2) network.silence();
        if (event.kind === "retry") network.recover();
      },
    });
    expect(result).toMatchObject({ status: "done", rows: 60 });
    expect(events.some((event) => event.kind === "retry" && event.reason === "connection")).toBe(true);
    expect(await scalar(db, `SELECT count(*)::int FROM "User" WHERE handle IS NULL`)).toBe(0);
    // Its first session, which the server would have kept, is ended with the lock that it had.
    expect(
      await scalar(
        db,
        "SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
      ),
    ).toBe(0);
  });
});
