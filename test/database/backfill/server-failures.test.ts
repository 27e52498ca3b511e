import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import { readBackfills } from "../../../core/src/target/ledger/backfills.js";
import { ensureLedger } from "../../../core/src/target/ledger/schema.js";
import { type PostgresServer, start } from "../../support/postgres.js";
import { errorOf, fillTable, makeTable, numbered, open, plan, scalar } from "./fixture.js";

// A server of its own: it is crashed.

let server: PostgresServer;
let db: Connection;

beforeAll(async () => {
  server = await start();
  db = await open(server.url());
});
afterAll(async () => {
  await db?.close();
  await server?.stop();
});
beforeEach(async () => {
  if (db.isLost) db = await open(server.url());
  await db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`);
});

/** Without its pauses: a server that is gone stays so. */
const hurried = { now: systemClock.now, sleep: async () => undefined };
const withoutValue = () => scalar<number>(db, `SELECT count(*)::int FROM "User" WHERE handle IS NULL`);

describe("a server that fails", () => {
  it("crashes: whatever was asked ends with LS8004", async () => {
    const connection = await connect(server.url(), { applicationName: "lockstep status" });
    const asked = errorOf(connection.query("SELECT pg_sleep(1000)"));
    process.kill(db.pid, "SIGKILL");
    expect(await asked).toMatchObject({ code: "LS8004", exitCode: 3 });
    expect(connection.isLost).toBe(true);
    await connection.close();
    db = await until(() => open(server.url()));
  });

  it("crashes in the middle of a backfill, which goes on when it is back", async () => {
    const spec = await makeTable(db, { rows: numbered(80) });
    let batches = 0;
    const { events, ...result } = await fillTable(server.url(), spec, {
      onEvent(event) {
        if (event.kind === "progress" && ++batches === 2) process.kill(db.pid, "SIGKILL");
      },
    });
    expect(result).toMatchObject({ status: "done", rows: 80 });
    expect(events.some((event) => event.kind === "retry" && event.reason === "connection")).toBe(true);
    db = await open(server.url());
    expect(await withoutValue()).toBe(0);
  });

  it("is not asked for ever for a batch that ends each session", async () => {
    const fill = "CASE WHEN pg_terminate_backend(pg_backend_pid()) THEN lower(email) END";
    const spec = await makeTable(db, { rows: numbered(20), fill, withTrigger: false });
    const told: string[] = [];
    const error = await errorOf(
      fillTable(server.url(), spec, {
        needsFillTrigger: false,
        clock: hurried,
        onEvent: (event) => event.kind === "retry" && told.push(event.reason),
      }),
    );
    expect(error.code).toBe("LS8004");
    expect(error.message).toContain("was lost 11 times without any progress in between");
    expect(new Set(told)).toEqual(new Set(["connection"]));
  });

  it.each([
    ["takes a range", "leases", "true"],
    ["says that all is done", "backfills", "NEW.status = 'done'"],
  ])("is not asked for ever where the ledger ends each session that %s", async (_, table, when) => {
    const spec = await makeTable(db, { rows: numbered(20) });
    await ensureLedger(db);
    await db.query(`CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS
      $$BEGIN IF ${when} THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END$$;
      CREATE TRIGGER leave BEFORE INSERT OR UPDATE ON lockstep.${table} FOR EACH ROW EXECUTE FUNCTION leave()`);
    const error = await errorOf(fillTable(server.url(), spec, { clock: hurried }));
    expect(error.code).toBe("LS8004");
    expect(error.message).toContain("was lost 11 times");
    await db.query("DROP FUNCTION leave CASCADE");
  });

  it.each([
    ["a full disk", "53100"],
    ["no memory", "53200"],
    ["a read-only server", "25006"],
    ["a damaged page", "XX001"],
  ])("%s (%s) ends a backfill with what it says, and the ledger knows", async (_, sqlState) => {
    const spec = await makeTable(db, { rows: numbered(20) });
    await db.query(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
      $$BEGIN IF NEW.id = 15 THEN RAISE EXCEPTION 'the server cannot' USING ERRCODE = '${sqlState}'; END IF; RETURN NEW; END$$;
      CREATE TRIGGER fail BEFORE UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION fail()`);
    const error = await errorOf(fillTable(server.url(), spec, { allowTriggers: true }));
    expect(error).toMatchObject({
      code: "LS7002",
      exitCode: 3,
      message: expect.stringContaining("the server cannot"),
      details: { sqlState },
    });
    expect(await readBackfills(db, plan)).toMatchObject([
      { status: "failed", error: expect.stringContaining("LS7002") },
    ]);
    await db.query(`DROP FUNCTION fail CASCADE`);
    expect(await fillTable(server.url(), spec)).toMatchObject({ status: "done", rows: 20 });
  });

  it("takes no more connections: LS8004", async () => {
    await db.query("CREATE ROLE crowd LOGIN CONNECTION LIMIT 0");
    const spec = await makeTable(db, { rows: numbered(5) });
    const error = await errorOf(fillTable(server.url("postgres", "crowd"), spec, { clock: hurried }));
    expect(error).toMatchObject({ code: "LS8004", exitCode: 3, details: { code: "53300" } });
    await db.query("DROP ROLE crowd");
  });

  it("is stopped for good: LS8004 once every try was in vain", async () => {
    const spec = await makeTable(db, { rows: numbered(80) });
    let stopping: Promise<void> | undefined;
    const error = await errorOf(
      fillTable(server.url(), spec, {
        clock: { ...hurried, sleep: async (ms) => void (stopping !== undefined && ms > 0 && (await stopping)) },
        onEvent(event) {
          if (event.kind === "progress") stopping ??= server.stop();
        },
      }),
    );
    expect(error).toMatchObject({ code: "LS8004", exitCode: 3 });
    await stopping;
  });
});

/** A server that has crashed takes no connections for a moment. */
async function until<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (attempt === 200) throw error;
      await systemClock.sleep(50);
    }
  }
}
