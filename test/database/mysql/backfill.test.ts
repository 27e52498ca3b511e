import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { takeRunnerLock } from "../../../core/src/backfill/runner-lock.js";
import { LockstepError } from "../../../core/src/base/errors.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import { gates } from "../../../core/src/gates/index.js";
import type { PlannedColumn } from "../../../core/src/model/index.js";
import { readBackfills } from "../../../core/src/target/ledger/backfills.js";
import { readFailures } from "../../../core/src/target/ledger/failures.js";
import { ensureLedger } from "../../../core/src/target/ledger/schema.js";
import { createMariadbDatabase, isOnMysql, type MariadbDatabase } from "../../support/mariadb.js";
import { until } from "../backfill/systems.js";
import { columnOf, fillOf, fillTable, makeTable, plan } from "./fixture.js";

let database: MariadbDatabase;
let db: Connection;
beforeAll(async () => {
  database = await createMariadbDatabase("backfill");
  db = await connect(database.url, { applicationName: "test" });
});
afterAll(async () => {
  await db.query("DELETE FROM lockstep.backfills WHERE table_schema = DATABASE()");
  await db.close();
  await database.drop();
});
beforeEach(async () => {
  await ensureLedger(db);
  for (const table of ["backfills", "leases"])
    await db.query(`DELETE FROM lockstep.${table} WHERE table_schema = DATABASE()`);
});

const numbered = (count: number) =>
  Array.from({ length: count }, (_, at) => [String(at + 1), `U${at + 1}@X.org`] as const);
const small = { startRows: 10, minRows: 10, maxRows: 10 };

it("gives every row its value, and touches nothing else", async () => {
  const spec = await makeTable(db, { rows: numbered(2500) });
  await db.query("UPDATE `User` SET `handle` = 'chosen', `touched` = `touched` WHERE `id` = 7");
  expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", rows: 2500, filled: 2499 });
  expect(await columnOf(db, "SELECT COUNT(*) FROM `User` WHERE `handle` = LOWER(`email`)")).toEqual(["2499"]);
  expect(await columnOf(db, "SELECT `handle` FROM `User` WHERE `id` = 7")).toEqual(["chosen"]);
  expect(await columnOf(db, "SELECT DISTINCT `touched` FROM `User`")).toEqual(["2020-01-01 00:00:00.000"]);
  const [record] = await readBackfills(db, plan);
  expect(record).toMatchObject({ status: "done", rowsDone: 2500, rowsFilled: 2499, table: { name: "User", oid: 0 } });
  expect(record?.finishedAt).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

/** Keys of every kind: their rows in an order that is none. */
const keys: readonly (readonly [
  name: string,
  key: Readonly<Record<string, string>>,
  values: readonly (readonly string[])[],
])[] = [
  [
    "beyond what JavaScript counts",
    { id: "bigint unsigned" },
    [["18446744073709551615"], ["9007199254740993"], ["9007199254740992"], ["1"]],
  ],
  ["negative", { id: "smallint" }, [["-3"], ["0"], ["-20"], ["7"]]],
  ["decimal", { id: "decimal(30,2)" }, [["10.10"], ["9.99"], ["-100.00"], ["12345678901234567890123456.78"]]],
  ["text without regard to case", { id: "varchar(64)" }, [["b"], ["A"], ["ö"], ["a b"], ["z'\\"], [""]]],
  ["binary", { id: "binary(16)" }, [["FF".repeat(16)], ["00".repeat(16)], [`${"00".repeat(15)}01`]]],
  [
    "moments",
    { id: "datetime(3)" },
    [["2026-01-02 03:04:05.678"], ["2025-12-31 23:59:59.999"], ["2026-01-02 03:04:05.679"]],
  ],
  [
    "dates and numbers",
    { day: "date", n: "int", b: "char(2)" },
    [
      ["2026-01-02", "2", "b"],
      ["2026-01-02", "2", "a"],
      ["2026-01-02", "10", "a"],
      ["2025-12-31", "99", "z"],
    ],
  ],
];
it.each(keys)("follows a key: %s", async (_, key, values) => {
  const spec = await makeTable(db, {
    key,
    rows: values.map((each, at) => [...each, `E${at}`] as [...string[], string]),
  });
  const batch = { startRows: 1, minRows: 1, maxRows: 1 };
  expect(await fillTable(database.url, spec, { batch })).toMatchObject({
    status: "done",
    rows: values.length,
    filled: values.length,
  });
  expect(await columnOf(db, "SELECT COUNT(*) FROM `User` WHERE `handle` IS NULL")).toEqual(["0"]);
});

/** What a column of a type is given, and what it has then. */
const types: readonly (readonly [type: string, fill: string, expected: unknown])[] = [
  ["json", "JSON_OBJECT('e', `email`)", '{"e": "Ä"}'],
  ["tinyint(1)", "`id` = 1", 1],
  ["int unsigned", "`id` + 4294967294", "4294967295"],
  ["decimal(10,2)", "`id` / 3", "0.33"],
  ["enum('a','b')", "'b'", "b"],
  // MySQL rounds, MariaDB cuts.
  ["datetime(3)", "TIMESTAMP('2026-01-02 03:04:05.6789')", `2026-01-02 03:04:05.67${isOnMysql ? 9 : 8}`],
  ["varbinary(3)", "UNHEX('00FF')", Buffer.from([0, 255])],
  ["mediumtext", "REPEAT(`email`, 3)", "ÄÄÄ"],
];
it.each(types)("fills %s", async (type, fill, expected) => {
  const spec = await makeTable(db, { rows: [["1", "Ä"]], type, fill });
  expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", filled: 1 });
  expect(
    (await columnOf(db, "SELECT `handle` FROM `User`")).map((each) =>
      typeof expected === "string" ? String(each) : each,
    ),
  ).toEqual([expected]);
});

describe("stopping and going on", () => {
  it("goes on where it was stopped", async () => {
    const spec = await makeTable(db, { rows: numbered(100) });
    const stop = new AbortController();
    const first = await fillTable(database.url, spec, {
      batch: small,
      signal: stop.signal,
      onEvent: (event) => {
        if (event.kind === "progress" && event.rows >= 30) stop.abort();
      },
    });
    expect(first).toMatchObject({ status: "stopped", rows: 30 });
    expect(await columnOf(db, "SELECT COUNT(*) FROM `User` WHERE `handle` IS NOT NULL")).toEqual(["30"]);
    expect(await fillTable(database.url, spec, { batch: small })).toMatchObject({
      status: "done",
      rows: 100,
      filled: 70,
    });
  });

  it("gets over sessions that are ended, with each batch kept or not at all", async () => {
    const spec = await makeTable(db, { rows: numbered(120) });
    let asked = 0;
    const result = await fillTable(database.url, spec, {
      batch: small,
      clock: { now: () => systemClock.now(), sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) },
      between: [
        async ({ connection }) => {
          asked += 1;
          if (asked <= 6 && asked % 2 === 0) await db.query(`KILL ${connection.pid}`);
          return undefined;
        },
      ],
    });
    expect(result).toMatchObject({ status: "done", rows: 120 });
    expect(result.events.filter(({ kind }) => kind === "retry").length).toBeGreaterThanOrEqual(3);
    expect(await columnOf(db, "SELECT COUNT(*) FROM `User` WHERE `handle` IS NULL")).toEqual(["0"]);
    const [record] = await readBackfills(db, plan);
    expect(record?.rowsFilled).toBe(120);
  });

  it("lets one runner at it only", async () => {
    const spec = await makeTable(db, { rows: numbered(3) });
    const id = { plan, table: { schema: database.name, name: "User", oid: 0 } };
    await takeRunnerLock(db, id, { clock: systemClock, target: "test", patienceMs: 0 });
    const clock = { now: () => performance.now() * 1000, sleep: () => Promise.resolve() };
    const error = await fillTable(database.url, spec, { clock }).catch((each: unknown) => each);
    expect(error).toMatchObject({ code: "LS5003" });
    expect((error as LockstepError).message).toMatch(new RegExp(`pid ${db.pid}, .*, user root, connected since 20`));
    expect((error as LockstepError).hint).toContain(`KILL ${db.pid}`);
    await db.query("SELECT RELEASE_ALL_LOCKS()");
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done" });
  });
});

describe("other sessions", () => {
  it("leaves rows that a writer holds, and comes back to them", async () => {
    const spec = await makeTable(db, { rows: numbered(40) });
    await db.begin({});
    await db.query("UPDATE `User` SET `email` = 'Held@x.org', `touched` = `touched` WHERE `id` = 15");
    let isHeld = true;
    const result = await fillTable(database.url, spec, {
      batch: small,
      lockTimeoutMs: 1000,
      onEvent: (event) => {
        if (event.kind !== "sweep" || !isHeld) return;
        isHeld = false;
        void db.commit();
      },
    });
    expect(result).toMatchObject({ status: "done", rows: 40, filled: 40 });
    expect(await columnOf(db, "SELECT `handle` FROM `User` WHERE `id` = 15")).toEqual(["held@x.org"]);
  });

  it("never makes a writer the victim of a deadlock: it waits for no row while it holds others", async () => {
    const spec = await makeTable(db, { rows: numbered(40) });
    await db.begin({});
    await db.query("UPDATE `User` SET `email` = 'Held@x.org' WHERE `id` = 35");
    const observer = await connect(database.url, { applicationName: "test" });
    let hasGivenWay = false;
    // A batch that waits for the row that is held would hold those before it.
    const hasMetIt = async () =>
      hasGivenWay ||
      (await columnOf(observer, "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'"))
        .map(Number)
        .some((waiting) => waiting > 0);
    const writes = until(hasMetIt)
      .then(() => db.query("UPDATE `User` SET `email` = 'Also@x.org' WHERE `id` = 3"))
      .then(() => db.commit());
    const result = await fillTable(database.url, spec, {
      batch: { startRows: 40, minRows: 40, maxRows: 40 },
      onEvent: ({ kind }) => {
        if (kind === "retry") hasGivenWay = true;
      },
    });
    await writes;
    await observer.close();
    expect(result).toMatchObject({ status: "done", rows: 40, filled: 40 });
    expect(await columnOf(db, "SELECT `email` FROM `User` WHERE `id` = 3")).toEqual(["Also@x.org"]);
    expect(await columnOf(db, "SELECT `handle` FROM `User` WHERE `id` = 35")).toEqual(["held@x.org"]);
  });

  it("fills what comes in behind it", async () => {
    const spec = await makeTable(db, { rows: numbered(60) });
    let inserted = 0;
    const result = await fillTable(database.url, spec, {
      batch: small,
      between: [
        async () => {
          if (inserted < 3) await db.query("INSERT INTO `User` (`id`, `email`) VALUES (?, 'New')", [-1 - inserted++]);
          return undefined;
        },
      ],
    });
    expect(result).toMatchObject({ status: "done", filled: 63 });
  });
});

describe("rows that cannot be filled", () => {
  it("are told before the first is written, and stop none of the others", async () => {
    const spec = await makeTable(db, {
      rows: [
        ["1", "A"],
        ["2", "much too long"],
        ["3", null],
        ["4", "D"],
      ],
      type: "varchar(5)",
    });
    const error = await fillTable(database.url, spec).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(LockstepError);
    expect(await columnOf(db, "SELECT `handle` FROM `User` ORDER BY `id`")).toEqual(["a", null, null, "d"]);
    expect((error as LockstepError).message).toContain("id=2");
  });

  it("are named with who has their value", async () => {
    const spec = await makeTable(db, {
      rows: [
        ["1", "same"],
        ["2", "other"],
        ["3", "SAME"],
      ],
      isUnique: true,
    });
    const error = await fillTable(database.url, spec).catch((each: unknown) => each);
    expect((error as LockstepError).code).toBe("LS5006");
    expect((error as LockstepError).message).toContain("The same value is in id=1.");
    expect(await columnOf(db, "SELECT `handle` FROM `User` ORDER BY `id`")).toEqual(["same", "other", null]);
  });
});

it.each([1021, 1030, 1114])("error %s, of a disk that is full or broken, is no row's fault", async (errno) => {
  const spec = await makeTable(db, { rows: numbered(30) });
  const signal = `SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = 'the disk'`;
  await db.query(
    `CREATE TRIGGER \`disk\` BEFORE UPDATE ON \`User\` FOR EACH ROW BEGIN IF NEW.\`id\` = 17 THEN ${signal}; END IF; END`,
  );
  await expect(fillTable(database.url, spec, { batch: small, allowTriggers: true })).rejects.toThrow("the disk");
  const [record] = await readBackfills(db, plan);
  expect(record).toMatchObject({ status: "failed", rowsDone: 10 });
  expect((await readFailures(db, record!, 1)).total).toBe(0);
});

it("takes more keys than a statement has parameters", async () => {
  const keys = Array.from({ length: 24_000 }, (_, at) => Array.from({ length: 3 }, () => String(at + 1)));
  const rows = keys.map((key) => [...key, "A"] as [...string[], string]);
  const spec = await makeTable(db, { key: { a: "int", b: "int", c: "int" }, rows });
  const target = {
    table: { schema: database.name, name: "User" },
    key: spec.key,
    isKeyUnique: true,
    columns: spec.columns,
    uniqueKeys: [],
    kept: ["touched"],
    types: {},
  };
  const { batches } = db.dialect.live;
  const limits = { lockTimeoutMs: 1000, statementTimeoutMs: 60_000 };
  const scope = { kind: "keys", keys } as const;
  for (const [skipLocked, filled] of [
    [true, 24_000],
    [false, 0],
  ] as const)
    expect(
      await batches.inBatch(db, limits, () => batches.fill(db, target, scope, { rows: keys.length, skipLocked })),
    ).toEqual({ filled, empty: 0 });
  expect(await batches.stillEmpty(db, target, keys, { limit: 3, isFree: true })).toEqual([]);
});

it("asks functions of the project for values, and writes none for a row that has changed since", async () => {
  const spec = await makeTable(db, { rows: numbered(25) });
  const compute = { name: "User.handle", reads: ["email"], source: "lockstep.config.ts" };
  const computed = { ...spec, columns: [{ name: "handle", type: "varchar(191)", compute }] };
  let calls = 0;
  const fill = async (rows: readonly Readonly<Record<string, unknown>>[]) => {
    calls += 1;
    // Byte by byte another text, and the same to the collation.
    if (calls === 1) await db.query("UPDATE `User` SET `email` = 'u1@x.ORG' WHERE `id` = 1");
    return rows.map(({ email }) => `f(${String(email)})`);
  };
  const functions = new Map([["User.handle", { reads: ["email"], fill }]]);
  const result = await fillTable(database.url, computed, { functions: functions as never, batch: small });
  expect(result).toMatchObject({ status: "done", filled: 25 });
  expect(
    await columnOf(db, "SELECT COUNT(*) FROM `User` WHERE BINARY `handle` = BINARY CONCAT('f(', `email`, ')')"),
  ).toEqual(["25"]);
});

describe("a pass that is made once", () => {
  const once = async (rows: number) => ({ ...(await makeTable(db, { rows: numbered(rows) })), once: true as const });

  it("ends at the greatest key of its start, and is never made again", async () => {
    const spec = await once(20);
    const first = await fillTable(database.url, spec, {
      batch: small,
      between: [
        async () => {
          await db.query("INSERT IGNORE INTO `User` (`id`, `email`) VALUES (99, 'later')");
          return undefined;
        },
      ],
    });
    expect(first).toMatchObject({ status: "done", filled: 20, upTo: "id=20" });
    await db.query("UPDATE `User` SET `handle` = NULL WHERE `id` = 3");
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", filled: 0 });
    expect(await columnOf(db, "SELECT `id` FROM `User` WHERE `handle` IS NULL ORDER BY `id`")).toEqual([3, 99]);
  });

  it.each([
    ["an index came", "CREATE INDEX `again` ON `User` (`email`)", { filled: 0 }],
    [
      "the column was made again",
      "ALTER TABLE `User` DROP COLUMN `handle`, ADD COLUMN `handle` VARCHAR(191) NULL",
      { filled: 20 },
    ],
    [
      "the column was made again, and code writes it",
      "ALTER TABLE `User` DROP COLUMN `handle`; ALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NULL; UPDATE `User` SET `handle` = 'chosen' WHERE `id` = 20",
      "LS5009",
    ],
  ] as const)("after the table was altered: %s", async (_, sql, expected) => {
    const spec = await once(20);
    await fillTable(database.url, spec);
    // The server keeps the second of the last ALTER: as if the pass had begun in an earlier one.
    await db.query(
      "UPDATE lockstep.backfills SET `cursor` = JSON_SET(`cursor`, '$.made.handle', '1') WHERE table_schema = DATABASE()",
    );
    await db.query(sql);
    const isIntact = expected !== "LS5009" && expected.filled === 0;
    const columns = spec.columns.map((column) => ({ ...column, table: spec.table }) as PlannedColumn);
    const ask = () =>
      gates["backfill-done"]!.ask(
        { gate: "backfill-done", table: spec.table, column: "handle" },
        {
          plan,
          target: "production",
          connection: db,
          columns,
          units: { applied: [], failed: [], pending: [] },
          deploy: "",
          recover: (name) => name,
        },
      );
    expect(await ask()).toMatchObject({ isOpen: isIntact });
    if (expected === "LS5009") {
      expect(await fillTable(database.url, spec).catch((error: unknown) => error)).toMatchObject({ code: expected });
      await fillTable(database.url, spec, { nulls: "keep" });
      expect(await fillTable(database.url, spec)).toMatchObject({ filled: 0, batches: 0 });
    } else expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", ...expected });
    expect(await ask()).toMatchObject({ isOpen: true });
  });

  it("asks about rows without a value that it has passed, for nothing tells when they were written", async () => {
    const spec = await once(20);
    const between = [
      async () => {
        await db.query("UPDATE `User` SET `handle` = NULL WHERE `id` = 3");
        return undefined;
      },
    ];
    const error = await fillTable(database.url, spec, { batch: small, between }).catch((each: unknown) => each);
    expect(error).toMatchObject({ code: "LS5010" });
    expect((error as LockstepError).message).toContain("id=3");
    expect(await fillTable(database.url, spec, { nulls: "keep" })).toMatchObject({ status: "done" });
  });
});

it("keeps what another database of the server has under the same names apart", async () => {
  const spec = await makeTable(db, { rows: numbered(5) });
  await fillTable(database.url, spec);
  const second = await createMariadbDatabase("backfill");
  const their = await connect(second.url, { applicationName: "test" });
  expect(await readBackfills(their, plan)).toEqual([]);
  await makeTable(their, { rows: numbered(8) });
  expect(await fillTable(second.url, spec)).toMatchObject({ status: "done", rows: 8, filled: 8 });
  expect(await readBackfills(db, plan)).toMatchObject([{ rowsDone: 5 }]);
  await their.query("DELETE FROM lockstep.backfills WHERE table_schema = DATABASE()");
  await their.close();
  await second.drop();
});

it("counts a value of its own fill once, however many columns there are", async () => {
  const spec = await makeTable(db, { rows: numbered(30) });
  await db.query("ALTER TABLE `User` ADD COLUMN `size` INT NULL");
  await db.query("UPDATE `User` SET `size` = 1, `touched` = `touched` WHERE `id` <= 3");
  const size = { name: "size", type: "int", fill: fillOf("CHAR_LENGTH(`email`)") };
  const result = await fillTable(database.url, { ...spec, columns: [...spec.columns, size] }, { batch: small });
  expect(result).toMatchObject({ status: "done", rows: 30, filled: 30 });
  expect(await columnOf(db, "SELECT COUNT(*) FROM `User` WHERE `handle` IS NULL OR `size` IS NULL")).toEqual(["0"]);
});
