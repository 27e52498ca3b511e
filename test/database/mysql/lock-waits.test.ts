import { setTimeout as pause } from "node:timers/promises";
import type { Connection as Session } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { type Clock, systemClock } from "../../../core/src/dialect/db/clock.js";
import { isBlind, type LockWait } from "../../../core/src/dialect/load-signals.js";
import type { Plan, TableName } from "../../../core/src/model/index.js";
import lockWaits from "../../../core/src/operate/watch/probes/lock-waits.js";
import type { WatchContext } from "../../../core/src/operate/watch/probes/probe.js";
import { watchTarget } from "../../../core/src/operate/watch/watch-target.js";
import {
  createMariadbDatabase,
  isOnMysql,
  type MariadbDatabase,
  type MariadbServer,
  startMariadb,
} from "../../support/mariadb.js";
import { until } from "../../support/sessions.js";
import { fillTable, makeTable } from "./fixture.js";

// Who waits for whom, on a server that tells all it can and on one that tells as little as it may.

const user = { name: "User" };

let server: MariadbServer | undefined;
let database: MariadbDatabase;
let db: Connection;
const running: Promise<unknown>[] = [];
const sessions: Session[] = [];

async function open(options = {}): Promise<Session> {
  const session = await database.open({ connectAttributes: { program_name: "shop" }, ...options });
  sessions.push(session);
  return session;
}

/** Runs it in a session of its own, and does not wait for its end. */
async function start(sql: string): Promise<Session> {
  const session = await open();
  running.push(session.query(sql).catch(() => undefined));
  return session;
}

/** A transaction that has done this and commits when the test is over. */
async function hold(...statements: readonly string[]): Promise<Session> {
  const session = await open();
  for (const sql of ["START TRANSACTION", ...statements]) await session.query(sql);
  return session;
}

async function makeTables(): Promise<void> {
  db = await connect(database.url, { applicationName: "lockstep watch" });
  await makeTable(db, {
    rows: [
      ["1", "a@b.c"],
      ["2", "b@b.c"],
      ["3", "c@b.c"],
    ],
  });
  await db.query("CREATE TABLE `ordér``s` (`id` int PRIMARY KEY, `user` int) PARTITION BY HASH(`id`) PARTITIONS 2");
  await db.query("INSERT INTO `ordér``s` VALUES (1, 1), (2, 2)");
}

/** MariaDB's InnoDB answers as it did before while it is asked within a tenth of a second. */
const settled = () => pause(150);

/** What is told once so many sessions wait. */
async function waitsOn(tables: readonly TableName[], many = 1, on: Connection = db): Promise<readonly LockWait[]> {
  let told: readonly LockWait[] = [];
  await until(`${many} sessions wait`, async () => {
    await settled();
    const found = await on.dialect.live.loadSignals.waits(on, tables);
    if (isBlind(found)) throw new Error(found.reason);
    told = found;
    return found.length >= many;
  });
  return told;
}

afterEach(async () => {
  // Those that wait first: what a client has left alone goes on once it gets its lock.
  for (const { threadId } of sessions.splice(0).reverse()) await db.query(`KILL ${threadId}`).catch(() => undefined);
  await Promise.all(running.splice(0));
  await until("nobody waits", async () => {
    const { rows } = await db.query(
      "SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID()",
    );
    return rows.length === 0;
  });
});

const contextOf = (clock: Clock): WatchContext => ({
  plan: {} as Plan,
  evidence: "",
  target: "production",
  tables: [user],
  everyMs: 1000,
  measures: {},
  services: [],
  writtenFrom: () => "expand",
  replicas: { ignored: [], urlsFrom: [] },
  env: {},
  clock,
  now: () => new Date(),
  signal: new AbortController().signal,
  atEnd: () => undefined,
});

describe("where the server tells who holds a lock", () => {
  beforeAll(async () => {
    database = await createMariadbDatabase("waits");
    await makeTables();
  }, 60_000);
  afterAll(async () => {
    await db?.close();
    await database?.drop();
  });

  it("a row: who waits, for which lock, with which statement, and for whom, without values", async () => {
    const holder = await hold("UPDATE `User` SET `email` = 'secret@b.c' WHERE `id` = 1");
    await start("UPDATE User SET email = 'hidden@b.c' WHERE id IN (1, 2, 3) -- by ada");
    const [wait, ...others] = await waitsOn([user]);
    expect(others).toEqual([]);
    const last = isOnMysql ? `: ‘UPDATE "User" SET email = ? WHERE id = ?’` : "";
    expect(wait?.text.replace(/for \d+\.\d s/, "for … s")).toBe(
      `‘UPDATE "User" SET email = ? WHERE id IN (?)’ has waited for … s for a row lock (${isOnMysql ? "X,REC_NOT_GAP" : "X"}) on "User", behind id ${holder.threadId} (root@localhost${isOnMysql ? ", shop" : ""}, idle in transaction)${last}`,
    );
    expect(wait?.runs).toBeUndefined();
  });

  it("a statement that a driver has prepared", async () => {
    await hold("UPDATE `User` SET `email` = NULL WHERE `id` = 1");
    const session = await open();
    running.push(session.execute("DELETE FROM `User` WHERE `id` = ?", [1]).catch(() => undefined));
    expect((await waitsOn([user])).map(({ text }) => text)).toEqual([
      expect.stringMatching(/^‘DELETE FROM "User" WHERE id = \?’ has waited for \S+ s for a row lock/),
    ]);
  });

  it("a row in a partition of a table with an odd name, and none of other tables", async () => {
    await hold("UPDATE `ordér``s` SET `user` = 7 WHERE `id` = 1", "UPDATE `User` SET `email` = NULL WHERE `id` = 1");
    await start("DELETE FROM `User` WHERE `id` = 1");
    await start("UPDATE `ordér``s` SET `user` = 8 WHERE `id` = 1");
    await waitsOn([user, { name: "ordér`s" }], 2);
    expect((await waitsOn([{ name: "ordér`s" }])).map(({ text }) => text)).toEqual([
      expect.stringMatching(/ has waited for \S+ s for a row lock \(\S+\) on "ordér`s"/),
    ]);
    expect(await waitsOn([{ name: "Order" }], 0)).toEqual([]);
  });

  it("a table: everybody behind the transaction that has read it, and of DDL that nobody knows how much of its time it worked", async () => {
    const holder = await hold("SELECT * FROM `User`");
    const rebuild = await start("ALTER TABLE `User` ADD COLUMN `note` int, ALGORITHM=COPY");
    await waitsOn([user]);
    await start("SELECT `email` FROM `User` WHERE `id` = 4711");
    await start("UPDATE `User` SET `email` = 'secret@b.c'");
    const waits = await waitsOn([user], 3);
    const behind = `, behind id ${holder.threadId} (root@localhost${isOnMysql ? ", shop" : ""}, idle in transaction)${isOnMysql ? `: ‘SELECT * FROM "User"’` : ""}`;
    const mode = (name: string) => (isOnMysql ? `a metadata lock (${name})` : "a metadata lock");
    expect(waits.map(({ text }) => text.replace(/for \d+\.\d s/, "for … s")).sort()).toEqual([
      `‘ALTER TABLE "User" ADD COLUMN note INT, ALGORITHM = COPY’ has run for … s and waits for ${mode("EXCLUSIVE")} on "User"${behind}`,
      `‘SELECT email FROM "User" WHERE id = ?’ has waited for … s for ${mode("SHARED_READ")} on "User"${behind}`,
      `‘UPDATE "User" SET email = ?’ has waited for … s for ${mode("SHARED_WRITE")} on "User"${behind}`,
    ]);
    expect(waits.flatMap(({ runs = [] }) => runs)).toEqual([expect.stringContaining(String(rebuild.threadId))]);
  });

  it("a table that a session has locked", async () => {
    const holder = await open();
    await holder.query("LOCK TABLES `User` WRITE");
    await start("INSERT INTO `User` (`id`, `email`) VALUES (9, 'i@b.c')");
    expect((await waitsOn([user])).map(({ text }) => text)).toEqual([
      expect.stringMatching(
        new RegExp(
          `has waited for .* s for a metadata lock.* on "User", behind id ${holder.threadId} \\(root@localhost(, shop)?, idle\\)`,
        ),
      ),
    ]);
  });

  it("a backfill that waits itself is no session of the application", async () => {
    const rows = Array.from({ length: 30 }, (_, at) => [String(at), `u${at}@b.c`] as const);
    const spec = await makeTable(db, { rows });
    const holder = await open();
    let batches = 0;
    const lock = async () => {
      batches++;
      if (batches === 3) await holder.query("LOCK TABLES `User` WRITE");
      return undefined;
    };
    const filling = fillTable(database.url, spec, {
      batch: { startRows: 5, minRows: 5, maxRows: 5 },
      between: [lock],
    });
    await until("the backfill waits", async () => {
      const { rows: waiting } = await db.query(
        "SELECT INFO AS info FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND STATE = 'Waiting for table metadata lock'",
      );
      return waiting.length > 0;
    });
    for (let at = 0; at < 3; at++) expect(await waitsOn([user], 0)).toEqual([]);
    await start("DELETE FROM `User` WHERE `id` = 1");
    expect((await waitsOn([user])).map(({ text }) => text)).toEqual([expect.stringMatching(/^‘DELETE FROM "User"/)]);
    await holder.query("UNLOCK TABLES");
    expect((await filling).filled).toBeGreaterThan(0);
  });

  it("is an anomaly when it is held, within two looks", async () => {
    const baseline = 3;
    let heldAt = 0;
    let last = 0;
    const holding: Promise<unknown>[] = [];
    const outcome = await watchTarget({
      context: contextOf(systemClock),
      connect: () => connect(database.url, { applicationName: "lockstep watch" }),
      forMs: 30_000,
      baseline,
      random: Math.random,
      probes: [lockWaits],
      on: (event) => {
        if (event.kind !== "looked") return;
        last = event.look;
        if (event.look !== baseline + 1) return;
        const locked = hold("SELECT * FROM `User` WHERE `id` = 2 FOR UPDATE")
          .then(() => start("UPDATE `User` SET `email` = 'z@b.c' WHERE `id` = 2"))
          .then(() => {
            heldAt = last;
          });
        holding.push(locked);
      },
    });
    await Promise.all(holding);
    expect(outcome.anomalies).toMatchObject([
      {
        measure: "lock-wait",
        subject: `"User"`,
        detail: expect.stringMatching(/^‘UPDATE "User".* has waited for \S+ s for a row lock/),
      },
    ]);
    expect(outcome.looks).toBeLessThanOrEqual(heldAt + 1 + 2);
  });

  it("DDL that comes to wait after hours of work has waited since it was seen to", async () => {
    let nowMs = 0;
    const look = lockWaits.start(contextOf({ ...systemClock, now: () => nowMs }));
    await hold("SELECT * FROM `User`");
    await start("ALTER TABLE `User` ADD COLUMN `later` int");
    await waitsOn([user]);
    const value = async () => (await look(db)).points[0]?.value;
    expect(await value()).toBe(0);
    nowMs += 20;
    expect(await value()).toBe(20);
    await start("DELETE FROM `User` WHERE `id` = 1");
    await until("the application waits behind it", async () => ((await value()) ?? 0) > 100);
  });

  it("says what to grant where it may not look", async () => {
    const admin = await database.open();
    await admin.query("CREATE USER 'waits_reader'@'%'");
    await admin.query(`GRANT SELECT ON ${database.name}.* TO 'waits_reader'@'%'`);
    const url = new URL(database.url);
    url.username = "waits_reader";
    url.password = "";
    const reader = await connect(url.toString(), { applicationName: "test" });
    try {
      const grants = [
        "GRANT PROCESS ON *.* TO 'waits_reader'@'%'",
        "GRANT SELECT ON performance_schema.* TO 'waits_reader'@'%'",
      ];
      const lacking = isOnMysql ? grants : grants.slice(0, 1);
      expect(await reader.dialect.live.loadSignals.waits(reader, [user])).toEqual({
        kind: "blind",
        reason: `'waits_reader'@'%' cannot see which sessions wait for locks: ${lacking.join("; ")}`,
      });
      for (const grant of lacking) await admin.query(grant);
      const again = await connect(url.toString(), { applicationName: "test" });
      expect(await again.dialect.live.loadSignals.waits(again, [user])).toEqual([]);
      await again.close();
    } finally {
      await reader.close();
      await admin.query("DROP USER 'waits_reader'@'%'");
      await admin.end();
    }
  });
});

describe("where it does not tell who holds a metadata lock", () => {
  beforeAll(async () => {
    const off = { "performance-schema-instrument": "'wait/lock/metadata/%=OFF'" };
    server = await startMariadb(isOnMysql ? { settings: off } : {});
    database = await createMariadbDatabase("silent", server);
    await makeTables();
  }, 60_000);
  afterAll(async () => {
    await db?.close();
    await database?.drop();
    await server?.stop();
  });

  it("the statement tells on which table, and who is in the way is not said", async () => {
    await hold("SELECT * FROM `User`, `ordér``s`");
    await start("ALTER TABLE User ADD COLUMN note int");
    await start("DROP TABLE `ordér``s`");
    await until("both wait", async () => (await waitsOn([user, { name: "ordér`s" }], 0)).length === 2);
    await start("SELECT `u`.`email` FROM `User` AS `u` WHERE `u`.`id` = 4711");
    await start("SELECT `user` AS `User` FROM `ordér``s`");
    await waitsOn([user, { name: "ordér`s" }], 4);
    expect((await waitsOn([user])).map(({ text }) => text.replace(/for \d+\.\d s/, "for … s")).sort()).toEqual([
      `‘ALTER TABLE "User" ADD COLUMN note INT’ has run for … s and waits for a metadata lock on "User"`,
      `‘SELECT u.email FROM "User" AS u WHERE u.id = ?’ has waited for … s for a metadata lock on "User"`,
    ]);
  });

  it("of rows it tells who is", async () => {
    const holder = await hold("UPDATE `User` SET `email` = NULL WHERE `id` = 1");
    await start("DELETE FROM `User` WHERE `id` = 1");
    expect((await waitsOn([user])).map(({ text }) => text)).toEqual([
      expect.stringContaining(`, behind id ${holder.threadId} (root@localhost`),
    ]);
  });
});
