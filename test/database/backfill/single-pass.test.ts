import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { gates } from "../../../core/src/gates/index.js";
import type { BackfillSpec, PlannedColumn } from "../../../core/src/model/index.js";
import { lastKey } from "../../../core/src/postgresql/batches/statements.js";
import { readBackfills } from "../../../core/src/target/ledger/backfills.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { errorOf, fillTable, makeTable, numbered, open, plan, scalar, seeded, until } from "./fixture.js";

// Columns that stay optional: NULL is a value that code may choose, so they are passed once, and only the ledger tells.

let database: TestDatabase;
let db: Connection;
let writer: Connection;

beforeAll(async () => {
  database = await createDatabase("once");
  db = await open(database.url);
  writer = await open(database.url);
});
afterAll(async () => {
  await writer?.close();
  await db?.close();
  await database?.drop();
});
beforeEach(() => db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`));

async function optionalTable(rows: number, fill?: string): Promise<BackfillSpec> {
  const spec = await makeTable(db, {
    rows: numbered(rows),
    withTrigger: false,
    ...(fill === undefined ? {} : { fill }),
  });
  return { ...spec, once: true };
}
const handles = () => scalar<(string | null)[]>(db, `SELECT array_agg(handle ORDER BY id) FROM "User"`);
const askGate = (spec?: BackfillSpec) =>
  gates["backfill-done"]!.ask(
    { gate: "backfill-done", table: { name: "User" }, column: "handle" },
    {
      plan,
      target: "production",
      connection: db,
      columns: (spec?.columns ?? []).map((column) => ({ ...column, table: { name: "User" } }) as PlannedColumn),
      units: { applied: ["1"], failed: [], pending: [] },
      deploy: "npx prisma migrate deploy",
      recover: (name) => name,
    },
  );

describe("the pass over a column that stays optional", () => {
  it("needs no trigger, keeps what is there, and takes NULL from the fill", async () => {
    const spec = await optionalTable(20, "nullif(lower(email), 'u3@x.io')");
    await db.query(`UPDATE "User" SET handle = 'chosen' WHERE id = 5`);
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", rows: 20, filled: 18 });
    const expected = Array.from({ length: 20 }, (_, n) => (n === 3 ? null : n === 5 ? "chosen" : `u${n}@x.io`));
    expect(await handles()).toEqual(expected);
  });

  it("is never made again: a NULL may have been chosen since", async () => {
    const spec = await optionalTable(20);
    await fillTable(database.url, spec);
    const [record] = await readBackfills(db, plan);
    await db.query(`UPDATE "User" SET handle = NULL WHERE id = 4`);
    await db.query(`INSERT INTO "User" (id, email) VALUES (-1, 'LOW@x.io'), (99, 'HIGH@x.io')`);
    const again = { random: seeded(2) };
    expect(await fillTable(database.url, spec, again)).toMatchObject({ status: "done", filled: 0, batches: 0 });
    expect(await scalar(db, `SELECT array_agg(id ORDER BY id) FROM "User" WHERE handle IS NULL`)).toEqual([-1, 4, 99]);
    expect(await readBackfills(db, plan)).toEqual([record]);
  });

  it("ends at the greatest key of its start, also when it was stopped in between", async () => {
    const spec = await optionalTable(20);
    const stop = new AbortController();
    const stopped = await fillTable(database.url, spec, {
      signal: stop.signal,
      onEvent: (event) => event.kind === "progress" && stop.abort(),
    });
    expect(stopped.status).toBe("stopped");
    expect(stopped.rows).toBeLessThan(20);
    expect(await askGate()).toMatchObject({
      isOpen: false,
      statement: expect.stringMatching(
        new RegExp(`is not done: ${stopped.rows} (of about \\d+ )?rows processed, stopped`),
      ),
    });
    await db.query(`INSERT INTO "User" (id, email) SELECT n, 'NEW' FROM generate_series(20, 60) n`);
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", rows: 20 });
    expect(await scalar(db, `SELECT array_agg(DISTINCT id >= 20) FROM "User" WHERE handle IS NULL`)).toEqual([true]);
    expect(await scalar(db, `SELECT count(*)::int FROM "User" WHERE handle IS NULL`)).toBe(41);
  });

  it("waits for rows that others have locked, and skips none", async () => {
    const spec = await optionalTable(20);
    await writer.query(`BEGIN; SELECT FROM "User" WHERE id = 8 FOR UPDATE`);
    let retries = 0;
    const run = fillTable(database.url, spec, {
      lockTimeoutMs: 20,
      onEvent: (event) => {
        if (event.kind === "retry") retries++;
      },
    });
    // More often than a pass with a sweep would wait before it leaves them.
    await until(() => retries >= 6, "six tries");
    await writer.query("COMMIT");
    expect(await run).toMatchObject({ status: "done", filled: 20 });
    expect(await scalar(db, `SELECT handle FROM "User" WHERE id = 8`)).toBe("u8@x.io");
  });

  it("an empty table is passed at once", async () => {
    const spec = await optionalTable(0);
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", rows: 0 });
    await db.query(`INSERT INTO "User" (id, email) VALUES (1, 'LATE')`);
    await fillTable(database.url, spec);
    expect(await handles()).toEqual([null]);
    expect(await askGate()).toMatchObject({ isOpen: true });
  });

  it("stops at a row that the database refuses, and goes on at it", async () => {
    const spec = await optionalTable(20);
    await db.query(`ALTER TABLE "User" ADD CHECK (handle <> 'u9@x.io')`);
    const error = await errorOf(fillTable(database.url, spec));
    expect(error.code).toBe("LS5006");
    expect(error.message).toContain("id=9");
    expect(await askGate()).toMatchObject({ isOpen: false });
    await db.query(`UPDATE "User" SET email = 'fine' WHERE id = 9`);
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", rows: 20 });
    expect((await handles()).filter((value) => value === null)).toEqual([]);
  });

  it("keeps apart from the backfill of required columns of the same table", async () => {
    const spec = await optionalTable(10);
    const { once: _, ...required } = { ...spec, columns: [{ ...spec.columns[0]!, name: "note" }] };
    await fillTable(database.url, required, { needsFillTrigger: false });
    expect(await askGate()).toMatchObject({ isOpen: false, statement: expect.stringContaining("has not begun") });
    await fillTable(database.url, spec);
    expect((await readBackfills(db, plan)).map(({ once, status }) => [once, status])).toEqual([
      [false, "done"],
      [true, "done"],
    ]);
  });

  it("asks for the greatest key by the index", () => {
    const target = {
      table: { name: "User" },
      key: [
        { column: "a", type: "integer" },
        { column: "b", type: "text" },
      ],
      columns: [],
      uniqueKeys: [],
      kept: [],
      types: {},
      isKeyUnique: true,
    };
    expect(lastKey(target)).toBe(
      'SELECT ARRAY[t."a"::text, t."b"::text] AS key FROM "User" t ORDER BY t."a" DESC, t."b" DESC LIMIT 1',
    );
  });
});

describe("a pass that may have been made already", () => {
  /** What happened after the pass was made and id 4 was set to NULL on purpose; what the error says of it. */
  const cases: readonly (readonly [string, () => Promise<unknown>, RegExp, { isPastBackfill?: boolean }])[] = [
    [
      "the ledger is lost",
      () => db.query("DROP SCHEMA lockstep CASCADE"),
      /no record of a pass over .*, but 19 of the first 20 rows/,
      {},
    ],
    [
      "the ledger is lost, the repository knows better",
      () => db.query(`DROP SCHEMA lockstep CASCADE; UPDATE "User" SET handle = NULL WHERE id <> 7`),
      /A later phase of .* is released/,
      { isPastBackfill: true },
    ],
    [
      "the table comes from a dump",
      () =>
        db.query(`ALTER TABLE "User" RENAME TO old; CREATE TABLE "User" (LIKE old INCLUDING ALL);
                  INSERT INTO "User" SELECT * FROM old; DROP TABLE old`),
      /records a pass over "public"\."User" \(20 rows, done/,
      {},
    ],
    [
      "another server has taken over, and knows less",
      () =>
        db.query(`UPDATE lockstep.backfills SET status = 'running', finished_at = NULL,
                    cursor = cursor || '{"phase": "pass", "after": ["2"], "server": "7/00000001"}'`),
      /at id=2, .* was on another server/,
      {},
    ],
    [
      "the key has another type",
      () => db.query(`UPDATE lockstep.backfills SET status = 'stopped'; ALTER TABLE "User" ALTER id TYPE bigint`),
      /in the order of \(id integer\)\. The key is now \(id bigint\)/,
      {},
    ],
  ];

  for (const nulls of [undefined, "fill", "keep"] as const)
    it.each(cases)(`%s: ${nulls ?? "asks"}`, async (_, happens, says, input) => {
      const spec = await optionalTable(20);
      await fillTable(database.url, spec, { random: seeded(8) });
      await db.query(`UPDATE "User" SET handle = NULL WHERE id = 4`);
      await happens();
      const before = await handles();
      const left = () => scalar<number>(db, `SELECT count(*)::int FROM "User" WHERE handle IS NULL`);
      if (nulls === undefined) {
        const error = await errorOf(fillTable(database.url, spec, input));
        expect(error).toMatchObject({ code: "LS5009", exitCode: 2, message: expect.stringMatching(says) });
        expect(await handles()).toEqual(before);
        // Asked as often as it is run.
        expect((await errorOf(fillTable(database.url, spec, { ...input, random: seeded(3) }))).code).toBe("LS5009");
        return;
      }
      expect(await fillTable(database.url, spec, { ...input, nulls })).toMatchObject({ status: "done" });
      if (nulls === "keep") expect(await handles()).toEqual(before);
      else expect(await left()).toBe(0);
      expect(await askGate()).toMatchObject({ isOpen: true });
      expect(await fillTable(database.url, spec, { ...input, random: seeded(4) })).toMatchObject({ filled: 0 });
    });

  describe("over a column that was dropped and added again", () => {
    const addAgain = () => db.query(`ALTER TABLE "User" DROP COLUMN handle; ALTER TABLE "User" ADD COLUMN handle text`);
    const nulls = () => scalar<number>(db, `SELECT count(*)::int FROM "User" WHERE handle IS NULL`);

    it("counts no more, and is made anew while nobody has chosen a value", async () => {
      const spec = await optionalTable(20);
      await fillTable(database.url, spec);
      await addAgain();
      expect(await askGate(spec)).toMatchObject({
        isOpen: false,
        statement: expect.stringContaining('"handle" was dropped and added again since'),
        help: `Run: npx lockstep backfill run ${plan}`,
      });
      const again = await fillTable(database.url, spec, { random: seeded(2) });
      expect(again).toMatchObject({ status: "done", rows: 20, filled: 20 });
      expect(again.events).toContainEqual(expect.objectContaining({ kind: "notice" }));
      expect(await askGate(spec)).toMatchObject({ isOpen: true });
      expect(await fillTable(database.url, spec, { random: seeded(3) })).toMatchObject({ filled: 0, batches: 0 });
    });

    it.each(["fill", "keep"] as const)("asks about NULLs where code has written since: %s", async (answer) => {
      const spec = await optionalTable(20);
      await fillTable(database.url, spec);
      await addAgain();
      await db.query(`UPDATE "User" SET handle = 'chosen' WHERE id = 5`);
      const error = await errorOf(fillTable(database.url, spec, { random: seeded(2) }));
      expect(error).toMatchObject({ code: "LS5009", message: expect.stringContaining("added again since") });
      expect(await fillTable(database.url, spec, { nulls: answer, random: seeded(3) })).toMatchObject({
        status: "done",
        filled: answer === "fill" ? 19 : 0,
      });
      expect(await nulls()).toBe(answer === "fill" ? 0 : 19);
      expect(await askGate(spec)).toMatchObject({ isOpen: true });
      expect(await fillTable(database.url, spec, { random: seeded(4) })).toMatchObject({ filled: 0, batches: 0 });
    });

    it("does not go on where it was stopped", async () => {
      const spec = await optionalTable(20);
      const stop = new AbortController();
      await fillTable(database.url, spec, {
        signal: stop.signal,
        onEvent: (event) => event.kind === "progress" && stop.abort(),
      });
      await addAgain();
      expect(await fillTable(database.url, spec, { random: seeded(2) })).toMatchObject({ status: "done", filled: 20 });
    });

    it("counts where an earlier release has made it, which knew no numbers of columns", async () => {
      const spec = await optionalTable(20);
      await fillTable(database.url, spec);
      await db.query("UPDATE lockstep.backfills SET cursor = cursor - 'made'");
      await addAgain();
      expect(await askGate(spec)).toMatchObject({ isOpen: true });
      expect(await fillTable(database.url, spec, { random: seeded(2) })).toMatchObject({ filled: 0, batches: 0 });
    });
  });

  it("does not ask where the pass is new: after a reset, on a new target, while code writes some rows", async () => {
    const spec = await optionalTable(20);
    await fillTable(database.url, spec);
    await db.query(`DROP TABLE "User"`);
    await optionalTable(20);
    expect(await fillTable(database.url, spec, { isPastBackfill: true })).toMatchObject({ filled: 20 });
    await db.query(`DROP SCHEMA lockstep CASCADE; DROP TABLE "User"`);
    await optionalTable(20, "nullif(lower(email), 'u3@x.io')");
    await db.query(`UPDATE "User" SET handle = 'chosen' WHERE id >= 12`);
    expect(await fillTable(database.url, spec)).toMatchObject({ filled: 12 });
  });

  it("goes on by itself after a stop, a kill and a broken connection", async () => {
    const spec = await optionalTable(60);
    const stop = new AbortController();
    await fillTable(database.url, spec, {
      signal: stop.signal,
      onEvent: (event) => event.kind === "progress" && stop.abort(),
    });
    let isBroken = false;
    const result = await fillTable(database.url, spec, {
      random: seeded(5),
      onEvent: (event) => {
        if (event.kind !== "progress" || isBroken) return;
        isBroken = true;
        void writer.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockstep backfill%'",
        );
      },
      options: { pauseMs: "30" },
    });
    expect(isBroken).toBe(true);
    expect(result).toMatchObject({ status: "done", rows: 60 });
    expect(result.events.some((event) => event.kind === "retry" && event.reason === "connection")).toBe(true);
  });

  it("may be run by a role that owns nothing of the server", async () => {
    const spec = await optionalTable(5);
    await fillTable(database.url, spec);
    const [record] = await readBackfills(db, plan);
    expect(record!.cursor.server).toMatch(/^\d+\/[0-9A-F]{8}$/);
    await db.query(`DROP ROLE IF EXISTS plain_runner; CREATE ROLE plain_runner`);
    await db.query("SET ROLE plain_runner");
    try {
      expect(await scalar(db, "SELECT system_identifier FROM pg_control_system()")).toBe(
        record!.cursor.server!.split("/")[0],
      );
      expect(await scalar(db, "SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)")).toBe(
        record!.cursor.server!.split("/")[1],
      );
    } finally {
      await db.query("RESET ROLE; DROP ROLE plain_runner");
    }
  });
});

describe("rows that move away from the pass", () => {
  /** Runs the pass, and the statements once it has gone past `id = 7` and before it ends. */
  const during = async (spec: BackfillSpec, sql: string, input: Parameters<typeof fillTable>[2] = {}) => {
    let isDone = false;
    return fillTable(database.url, spec, {
      ...input,
      between: [
        async ({ connection }) => {
          if (isDone || !(await scalar(connection, `SELECT bool_or(handle IS NOT NULL) FROM "User"`))) return undefined;
          isDone = true;
          await writer.query(sql);
          return undefined;
        },
      ],
    });
  };

  it.each<readonly [string, string, readonly number[]]>([
    ["a key moves behind the cursor", `UPDATE "User" SET id = -1 WHERE id = 20`, [-1]],
    ["many keys do", `UPDATE "User" SET id = -id WHERE id > 25`, [-29, -28, -27, -26]],
    ["code chooses NULL behind it, which looks the same", `UPDATE "User" SET handle = NULL WHERE id = 2`, [2]],
    ["nothing of that", `UPDATE "User" SET email = 'NEW' WHERE id IN (1, 25); DELETE FROM "User" WHERE id = 3`, []],
    ["new rows come at the end", `INSERT INTO "User" (id, email) VALUES (100, 'LATE')`, []],
  ])("%s", async (_, sql, found) => {
    for (const nulls of [undefined, "fill", "keep"] as const) {
      const spec = await optionalTable(30);
      const run = during(spec, sql, nulls === undefined ? {} : { nulls });
      const nullIds = () =>
        scalar<number[]>(
          db,
          `SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM "User" WHERE handle IS NULL AND id < 30`,
        );
      if (nulls === undefined && found.length > 0) {
        const error = await errorOf(run);
        expect(error).toMatchObject({ code: "LS5010", exitCode: 2, details: { count: found.length } });
        for (const id of found) expect(error.message).toContain(`id=${id}`);
        expect(await askGate()).toMatchObject({ isOpen: false });
        // Again the same, until it is answered; the pass is not made again.
        expect((await errorOf(fillTable(database.url, spec, { random: seeded(3) }))).code).toBe("LS5010");
        expect(await nullIds()).toEqual(found);
        expect(await fillTable(database.url, spec, { random: seeded(4), nulls: "fill" })).toMatchObject({
          filled: found.length,
        });
        expect(await nullIds()).toEqual([]);
      } else {
        expect(await run).toMatchObject({ status: "done", upTo: "id=29" });
        expect(await nullIds()).toEqual(nulls === "keep" ? found : []);
      }
      expect(await askGate()).toMatchObject({ isOpen: true });
      await db.query(`DROP SCHEMA lockstep CASCADE; DROP TABLE "User"`);
    }
  });

  it("finds a row whose INSERT or move had not ended when the pass came by", async () => {
    const spec = await optionalTable(30);
    await writer.query(
      `BEGIN; INSERT INTO "User" (id, email) VALUES (-5, 'SLOW'); UPDATE "User" SET id = -6 WHERE id = 28`,
    );
    let isOver = false;
    const error = await errorOf(
      fillTable(database.url, spec, {
        lockTimeoutMs: 20,
        onEvent: (event) => {
          if (event.kind !== "retry" || isOver) return;
          isOver = true;
          void writer.query("COMMIT");
        },
      }),
    );
    expect(error).toMatchObject({ code: "LS5010", details: { count: 2, keys: [["-5"], ["-6"]] } });
  });

  it("tells of rows beyond the end, which a key may have moved to, and leaves them", async () => {
    const spec = await optionalTable(30);
    const { events } = await during(spec, `UPDATE "User" SET id = 100 WHERE id = 28`);
    expect(events).toContainEqual({
      kind: "notice",
      message:
        "1 row beyond id=29 without a value: inserted since the pass began, or moved there. They stay as they are.",
    });
  });

  it("asks about no row that the fill gives no value", async () => {
    const spec = await optionalTable(30, "nullif(lower(email), 'none')");
    expect(await during(spec, `UPDATE "User" SET email = 'NONE' WHERE id = 25`)).toMatchObject({ status: "done" });
    await db.query(`DROP SCHEMA lockstep CASCADE; DROP TABLE "User"`);
    const failing = await optionalTable(30, "(100 / id)::text");
    await db.query(`UPDATE "User" SET id = 40 WHERE id = 0`);
    const error = await errorOf(during(failing, `UPDATE "User" SET id = 0 WHERE id = 25`));
    expect(error).toMatchObject({ code: "LS5010", details: { keys: [["0"]] } });
  });
});

describe("backfill-done", () => {
  it("is closed before expand, and before the backfill", async () => {
    expect(await askGate()).toMatchObject({
      isOpen: false,
      help: "npx prisma migrate deploy   # on production first",
    });
    await optionalTable(3);
    expect(await askGate()).toEqual({
      gate: "backfill-done",
      isOpen: false,
      subject: '"User"."handle"',
      statement: 'The backfill of "User"."handle" on production has not begun',
      help: `Run: npx lockstep backfill run ${plan}`,
    });
  });

  it("is open afterwards, until the table is made again: what is known dies with it", async () => {
    await fillTable(database.url, await optionalTable(3));
    expect(await askGate()).toEqual({
      gate: "backfill-done",
      isOpen: true,
      subject: '"User"."handle"',
      statement: 'The backfill of "User"."handle" on production is done',
    });
    await db.query(`DROP TABLE "User"`);
    await optionalTable(3);
    expect(await askGate()).toMatchObject({ isOpen: false, statement: expect.stringContaining("has not begun") });
  });

  it("is closed for a column that the pass did not fill", async () => {
    await fillTable(database.url, await optionalTable(3));
    await db.query(`UPDATE lockstep.backfills SET spec = jsonb_set(spec, '{columns}', '["note"]')`);
    expect(await askGate()).toMatchObject({ isOpen: false });
  });
});
