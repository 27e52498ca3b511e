import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runBackfill } from "../../../core/src/backfill/runner.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import { readBackfills } from "../../../core/src/target/ledger/backfills.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { addColumn, errorOf, fillOf, fillTable, makeTable, numbered, open, plan, scalar, seeded } from "./fixture.js";

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await createDatabase("backfill");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});
beforeEach(() => db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`));

const withoutValue = () => scalar<number>(db, `SELECT count(*)::int FROM "User" WHERE handle IS NULL`);

describe("a whole run", () => {
  it("fills every row and keeps every value that is there", async () => {
    const spec = await makeTable(db, { rows: numbered(500) });
    await db.query(`UPDATE "User" SET handle = 'chosen' WHERE id % 5 = 0`);
    const result = await fillTable(database.url, spec);
    expect(result).toMatchObject({ status: "done", rows: 500 });
    expect(await withoutValue()).toBe(0);
    expect(await scalar(db, `SELECT count(*)::int FROM "User" WHERE handle = 'chosen'`)).toBe(100);
    expect(await scalar(db, `SELECT count(*)::int FROM "User" WHERE handle = lower(email)`)).toBe(400);
  });

  it("tells what it does and leaves a record of it", async () => {
    const spec = await makeTable(db, { rows: numbered(100) });
    const { events, batches } = await fillTable(database.url, spec);
    expect(events.find(({ kind }) => kind === "started")).toMatchObject({
      kind: "started",
      table: "User",
      rows: 0,
      isResumed: false,
    });
    expect(events.filter(({ kind }) => kind === "reading")).toEqual([
      { kind: "reading", why: "fills", total: expect.any(Number) },
      { kind: "reading", why: "rest", total: expect.any(Number) },
    ]);
    expect(events.filter(({ kind }) => kind === "progress")).toHaveLength(batches);
    expect(events.findLast(({ kind }) => kind === "progress")).toMatchObject({ rows: 100, filled: 100 });
    expect(events.at(-1)).toMatchObject({ kind: "finished", status: "done", rows: 100, filled: 100 });
    expect(await readBackfills(db, plan)).toMatchObject([
      { status: "done", rowsDone: 100, rowsFilled: 100, batches, cursor: { phase: "sweep" }, error: null },
    ]);
  });

  it("does nothing to a table that is filled already", async () => {
    const spec = await makeTable(db, { rows: numbered(50) });
    await fillTable(database.url, spec);
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", filled: 0, batches: 0 });
  });

  it("takes an empty table and a table of one row", async () => {
    const empty = await makeTable(db);
    expect(await fillTable(database.url, empty)).toMatchObject({ status: "done", rows: 0, batches: 0 });
    await db.query(`DROP TABLE "User" CASCADE`);
    const one = await makeTable(db, { rows: [["5", "A@x.io"]] });
    expect(await fillTable(database.url, one)).toMatchObject({ status: "done", rows: 1, filled: 1, batches: 1 });
  });

  it("fills several columns in one pass, each on its own where one is set", async () => {
    const spec = await makeTable(db, { rows: numbered(60) });
    const table = { name: "User" };
    // numeric beside double precision: a value that is there must not be bent to the type of the fill.
    const score = {
      name: "score",
      type: "numeric(30,10)",
      fill: await fillOf("id::float8 / 4", table, ["id"], "score"),
    };
    await addColumn(db, table, score, false);
    await db.query(`UPDATE "User" SET handle = NULL, score = 12345678901234567890.0123456789 WHERE id < 10`);
    await db.query(`ALTER TABLE "User" DISABLE TRIGGER ALL`);
    await db.query(`UPDATE "User" SET handle = NULL WHERE id < 10`);
    await db.query(`UPDATE "User" SET handle = 'mine' WHERE id BETWEEN 10 AND 19`);
    const both = { ...spec, columns: [...spec.columns, score] };
    await fillTable(database.url, both, { needsFillTrigger: false });
    const { rows } = await db.query<{ id: number; handle: string; score: string }>(
      `SELECT id, handle, score::text FROM "User" ORDER BY id`,
    );
    for (const { id, handle, score: value } of rows) {
      expect(handle).toBe(id >= 10 && id < 20 ? "mine" : `u${id}@x.io`);
      expect(value).toBe(id < 10 ? "12345678901234567890.0123456789" : (id / 4).toFixed(10));
    }
  });

  it("gives a row that one column is refused the values of the others", async () => {
    const spec = await makeTable(db, { rows: numbered(60) });
    const table = { name: "User" };
    const share = { name: "share", type: "integer", fill: await fillOf("100 / (id % 20)", table, ["id"], "share") };
    await addColumn(db, table, share, false);
    const both = { ...spec, columns: [share, ...spec.columns] };
    const error = await errorOf(fillTable(database.url, both, { needsFillTrigger: false }));
    expect(error).toMatchObject({ code: "LS5006", details: { rows: 3 } });
    const { rows } = await db.query(
      `SELECT count(handle)::int AS handles, count(share)::int AS shares, count(*) FILTER (WHERE share = 100 / nullif(id % 20, 0))::int AS correct FROM "User"`,
    );
    expect(rows).toEqual([{ handles: 60, shares: 57, correct: 57 }]);
  });

  it("grows its batches while they are quick", async () => {
    const spec = await makeTable(db, { rows: numbered(2000) });
    const batch = { startRows: 20, minRows: 5, maxRows: 200, targetMs: 1_000_000 };
    const { events } = await fillTable(database.url, spec, { batch });
    const sizes = events.flatMap((event) => (event.kind === "progress" ? [event.batchRows] : []));
    expect(sizes[0]).toBe(20);
    expect(Math.max(...sizes)).toBe(200);
  });

  it("works in the schema of Prisma's URL", async () => {
    await db.query("CREATE SCHEMA tenant_a; SET search_path = tenant_a");
    try {
      const spec = await makeTable(db, { rows: numbered(20) });
      const url = new URL(database.url);
      url.searchParams.set("schema", "tenant_a");
      expect(await fillTable(url.toString(), spec)).toMatchObject({ filled: 20, table: { schema: "tenant_a" } });
    } finally {
      await db.query("RESET search_path; DROP SCHEMA tenant_a CASCADE");
    }
  });

  it("fills a partitioned table", async () => {
    await db.query(
      `CREATE TABLE "User" (id int PRIMARY KEY, email text, note text) PARTITION BY HASH (id);
       CREATE TABLE "User_0" PARTITION OF "User" FOR VALUES WITH (MODULUS 2, REMAINDER 0);
       CREATE TABLE "User_1" PARTITION OF "User" FOR VALUES WITH (MODULUS 2, REMAINDER 1);
       INSERT INTO "User" SELECT n, 'A' || n FROM generate_series(1, 100) n`,
    );
    const table = { name: "User" };
    const column = { name: "handle", type: "text", fill: await fillOf("lower(email)", table, ["email"]) };
    await addColumn(db, table, column);
    const spec = { table, key: [{ column: "id", type: "integer" }], columns: [column], uniqueKeys: [] };
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", filled: 100 });
  });
});

describe("stopping and going on", () => {
  it("ends after the batch when the signal comes, and goes on there", async () => {
    const spec = await makeTable(db, { rows: numbered(200) });
    const stop = new AbortController();
    const first = await fillTable(database.url, spec, {
      signal: stop.signal,
      batch: { startRows: 10, minRows: 10, maxRows: 10 },
      onEvent: (event) => event.kind === "progress" && event.rows === 50 && stop.abort(),
    });
    expect(first).toMatchObject({ status: "stopped", rows: 50, filled: 50 });
    expect(await withoutValue()).toBe(150);
    expect(await readBackfills(db, plan)).toMatchObject([{ status: "stopped", rowsDone: 50, finishedAt: null }]);
    // It had taken the next ten rows already; whoever comes next makes them.
    expect(await scalar(db, "SELECT array_agg(ARRAY[after->>0, up_to->>0]) FROM lockstep.leases")).toEqual([
      ["49", "59"],
    ]);
    const second = await fillTable(database.url, spec);
    expect(second.events.find(({ kind }) => kind === "started")).toMatchObject({
      kind: "started",
      rows: 50,
      isResumed: true,
    });
    expect(second).toMatchObject({ status: "done", rows: 200, filled: 150 });
  });

  it("does not begin when the signal came before", async () => {
    const spec = await makeTable(db, { rows: numbered(20) });
    const result = await fillTable(database.url, spec, { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ status: "stopped", filled: 0 });
    expect(await withoutValue()).toBe(20);
  });

  it("ends a long scan at once when the signal comes", async () => {
    const spec = await makeTable(db, { rows: numbered(3), fill: "lower(email) || coalesce(pg_sleep(1000)::text, '')" });
    const stop = new AbortController();
    const run = fillTable(database.url, spec, { signal: stop.signal });
    const isScanning = `SELECT count(*)::int FROM pg_stat_activity WHERE application_name LIKE 'lockstep backfill%' AND query LIKE '%is_empty%'`;
    while ((await scalar(db, isScanning)) === 0) await systemClock.sleep(10);
    stop.abort();
    expect(await run).toMatchObject({ status: "stopped" });
  });

  it("starts anew on a table that was dropped and made again", async () => {
    const spec = await makeTable(db, { rows: numbered(50) });
    await fillTable(database.url, spec);
    await db.query(`DROP TABLE "User" CASCADE`);
    const again = await makeTable(db, { rows: numbered(30) });
    const result = await fillTable(database.url, again);
    expect(result.events.find(({ kind }) => kind === "started")).toMatchObject({
      kind: "started",
      rows: 0,
      isResumed: false,
    });
    expect(result).toMatchObject({ status: "done", filled: 30 });
    expect(await readBackfills(db, plan)).toHaveLength(2);
  });

  it("starts anew when another column has to be filled", async () => {
    const spec = await makeTable(db, { rows: numbered(30) });
    await fillTable(database.url, spec);
    const table = { name: "User" };
    const column = { name: "slug", type: "text", fill: await fillOf("'s' || id", table, ["id"], "slug") };
    await addColumn(db, table, column);
    const both = { ...spec, columns: [...spec.columns, column] };
    expect(await fillTable(database.url, both)).toMatchObject({ status: "done", rows: 30, filled: 30 });
    expect(await scalar(db, `SELECT count(*)::int FROM "User" WHERE slug = 's' || id`)).toBe(30);
  });

  it("gets over a session that is ended again and again", async () => {
    const spec = await makeTable(db, { rows: numbered(300) });
    let ended = 0;
    // Paces without waiting: only the order of things matters here.
    const clock = { now: () => systemClock.now(), sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) };
    const result = await fillTable(database.url, spec, {
      clock,
      batch: { startRows: 10, minRows: 10, maxRows: 10 },
      between: [
        async ({ connection }) => {
          ended += 1;
          if (ended > 12 || ended % 2 !== 0) return undefined;
          // While the batch is on its way, or before it: on a busy machine several that are on their way end one session.
          const over = db.query("SELECT pg_terminate_backend($1)", [connection.pid]);
          if (ended % 4 === 0) await over;
          return undefined;
        },
      ],
    });
    expect(result).toMatchObject({ status: "done", rows: 300 });
    expect(result.events.filter(({ kind }) => kind === "retry").length).toBeGreaterThanOrEqual(3);
    expect(await withoutValue()).toBe(0);
  });

  it("gets over one that is ended when every row is filled, before the ledger knows", async () => {
    const spec = await makeTable(db, { rows: numbered(30) });
    const stop = new AbortController();
    await fillTable(database.url, spec, { signal: stop.signal, onEvent: () => stop.abort() });
    await db.query(`CREATE SEQUENCE ends`);
    await db.query(
      `CREATE FUNCTION end_session() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN IF nextval('ends') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END $$`,
    );
    await db.query(
      `CREATE TRIGGER end_session BEFORE UPDATE ON lockstep.backfills FOR EACH ROW WHEN (NEW.status = 'done') EXECUTE FUNCTION end_session()`,
    );
    try {
      const result = await fillTable(database.url, spec);
      expect(result).toMatchObject({ status: "done", rows: 30 });
      expect(result.events.filter(({ kind }) => kind === "retry")).toMatchObject([{ reason: "connection" }]);
      expect(await scalar(db, "SELECT string_agg(status, ',') FROM lockstep.backfills")).toBe("done");
    } finally {
      await db.query("DROP FUNCTION end_session CASCADE; DROP SEQUENCE ends");
    }
  });
});

describe("what ends a run", () => {
  it("names the row that a unique index refuses, and keeps what was filled", async () => {
    const spec = await makeTable(db, { rows: numbered(100), isUnique: true });
    const run = fillTable(database.url, spec, {
      batch: { startRows: 16, minRows: 16, maxRows: 16 },
      onEvent: (event) => {
        // After the checks: a value that a later row will need.
        if (event.kind === "started") taking = db.query(`UPDATE "User" SET handle = 'u70@x.io' WHERE id = 99`);
      },
      between: [
        async () => {
          await taking;
          return undefined;
        },
      ],
    });
    let taking: Promise<unknown> = Promise.resolve();
    const error = await errorOf(run);
    expect(error.code).toBe("LS5006");
    expect(error.message).toContain(`"User" row id=70`);
    expect(error.message).toContain(`The same value is in id=99`);
    expect(await withoutValue()).toBe(1);
    const [record] = await readBackfills(db, plan);
    expect(record).toMatchObject({ status: "failed", rowsDone: 100, rowsFilled: 98 });
    expect(record!.error).toContain("LS5006");
    await db.query(`UPDATE "User" SET handle = 'something else' WHERE id = 99`);
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", filled: 1 });
  });

  it("fills every row but those that have no value, and names them with the reason", async () => {
    const spec = await makeTable(db, { rows: numbered(300), fill: "100 / (id % 50)", type: "integer" });
    const notices: string[] = [];
    const run = (rows: number) =>
      errorOf(
        fillTable(database.url, spec, {
          batch: { startRows: rows, minRows: 3 },
          onEvent: (event) => void (event.kind === "notice" && notices.push(event.message)),
        }),
      );
    const error = await run(64);
    expect(error).toMatchObject({ code: "LS5006", exitCode: 1, details: { rows: 6 } });
    expect(error.message.split("\n").map((line) => line.replace(/ on \S+:/, ":"))).toEqual(
      [0, 50, 100, 150, 200, 250].map((id) => `"User" row id=${id}: division by zero (SQLSTATE 22012).`),
    );
    expect(notices).toEqual([
      expect.stringMatching(
        /^The fill of "User"\."handle" fails for 6 rows: division by zero: id=0; id=100; id=150; …, on .*\. Other rows are filled\.$/,
      ),
    ]);
    expect(await withoutValue()).toBe(6);
    // Again: the same rows, and no others are touched.
    expect((await run(1)).message).toBe(error.message);
    // By hand, or by other rows: then the end is reached.
    await db.query(
      `UPDATE "User" SET handle = 0 WHERE id = 0; UPDATE "User" SET id = id + 1001 WHERE id % 50 = 0 AND id > 0`,
    );
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", filled: 5 });
  });

  it("names the rows that a trigger of the user empties again", async () => {
    const spec = await makeTable(db, { rows: numbered(40) });
    await db.query(
      `CREATE FUNCTION pick() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF OLD.id IN (7, 21) THEN RETURN NULL; END IF; RETURN NEW; END$$;
       CREATE TRIGGER pick BEFORE UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION pick()`,
    );
    const error = await errorOf(fillTable(database.url, spec, { allowTriggers: true }));
    expect(error.code).toBe("LS5004");
    expect(error.message).toContain(`2 rows of "User" without a value cannot be filled: id=7; id=21`);
    expect(await withoutValue()).toBe(2);
    await db.query("DROP FUNCTION pick CASCADE");
  });

  it("says so when rows lose their value as fast as they are filled", async () => {
    const spec = await makeTable(db, { rows: numbered(20), withTrigger: false });
    const error = await errorOf(
      fillTable(database.url, spec, {
        needsFillTrigger: false,
        // A writer that always comes behind the cursor.
        between: [
          async () => {
            await db.query(`INSERT INTO "User" (id, email) SELECT min(id) - 1, 'x' FROM "User"`);
            return undefined;
          },
        ],
      }),
    );
    expect(error.code).toBe("LS5004");
    expect(error.message).toMatch(/as fast as they are filled/);
  });

  it("gives the database's own words when it refuses for another reason", async () => {
    const spec = await makeTable(db, { rows: numbered(5) });
    await db.query(
      `DROP ROLE IF EXISTS backfill_reader; CREATE ROLE backfill_reader LOGIN;
       GRANT CREATE ON DATABASE "${new URL(database.url).pathname.slice(1)}" TO backfill_reader; GRANT SELECT ON "User" TO backfill_reader`,
    );
    const url = new URL(database.url);
    url.username = "backfill_reader";
    const error = await errorOf(fillTable(url.toString(), spec));
    expect(error.code).toBe("LS7002");
    expect(error.message).toContain("permission denied for table User");
    await db.query("DROP SCHEMA lockstep CASCADE; DROP OWNED BY backfill_reader; DROP ROLE backfill_reader");
  });

  it("refuses to run where a policy would hide rows", async () => {
    const spec = await makeTable(db, { rows: numbered(5) });
    await db.query(
      `DROP ROLE IF EXISTS backfill_owner; CREATE ROLE backfill_owner LOGIN;
       GRANT CREATE ON DATABASE "${new URL(database.url).pathname.slice(1)}" TO backfill_owner; GRANT ALL ON SCHEMA public TO backfill_owner;
       ALTER TABLE "User" OWNER TO backfill_owner; ALTER TABLE "User" ENABLE ROW LEVEL SECURITY; ALTER TABLE "User" FORCE ROW LEVEL SECURITY`,
    );
    const url = new URL(database.url);
    url.username = "backfill_owner";
    const error = await errorOf(fillTable(url.toString(), spec));
    expect(error.code).toBe("LS7002");
    expect(error.message).toContain("row-level security");
    await db.query("DROP OWNED BY backfill_owner CASCADE; DROP ROLE backfill_owner");
  });

  it("cannot reach the server", async () => {
    const spec = await makeTable(db);
    const url = new URL(database.url);
    url.port = "1";
    url.password = "geheim";
    const error = await errorOf(
      runBackfill({ url: url.toString(), plan, spec, clock: systemClock, random: seeded(1) }),
    );
    expect(error.code).toBe("LS8004");
    expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain("geheim");
  });
});
