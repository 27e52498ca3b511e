import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { errorCode, retryReason } from "../../../core/src/dialect/db/retry.js";
import { inTransaction } from "../../../core/src/dialect/db/transaction.js";
import { isValuesFault } from "../../../core/src/dialect/db/value-fault.js";
import { createMariadbDatabase, isOnMysql, type MariadbDatabase, serverId } from "../../support/mariadb.js";

let database: MariadbDatabase;
let one: Connection;
let other: Connection;
beforeAll(async () => {
  database = await createMariadbDatabase("connection");
  one = await connect(database.url, { applicationName: "lockstep test" });
  other = await connect(database.url, { applicationName: "lockstep test" });
  await one.query("CREATE TABLE `a` (`id` INT PRIMARY KEY, `b` VARCHAR(3) NOT NULL, `c` BIGINT)");
  await one.query("INSERT INTO `a` VALUES (1, 'x', 9007199254740993), (2, 'y', NULL)");
});
afterAll(async () => {
  await one.close();
  await other.close();
  await database.drop();
});

const failed = (run: Promise<unknown>) => run.then(() => undefined).catch((error: unknown) => error);

it("knows what it is connected to", () => {
  expect(one.dialect.id).toBe(serverId);
  expect(one.pid).toEqual(expect.any(Number));
  expect(one.label).toBe(`127.0.0.1:${new URL(database.url).port}/${database.name}`);
  expect(one.serverVersion).toBeGreaterThan(isOnMysql ? 80_000 : 100_500);
});

it("gives what JavaScript would round as text, and moments as they are", async () => {
  const { rows } = await one.query(
    "SELECT `c`, CAST(1.10 AS DECIMAL(5,2)) AS d, TIMESTAMP('2026-01-02 03:04:05.678') AS t FROM `a` WHERE `id` = ?",
    [1],
  );
  expect(rows).toEqual([{ c: "9007199254740993", d: "1.10", t: "2026-01-02 03:04:05.678" }]);
});

it("takes several statements in one text, and tells the last one's result", async () => {
  expect((await one.query("SELECT 1 AS x; SELECT `id` FROM `a` WHERE `id` = 2")).rows).toEqual([{ id: 2 }]);
  expect(await one.query("UPDATE `a` SET `b` = 'x' WHERE `id` < 3")).toMatchObject({ rowCount: 2, changed: 1 });
});

/** The server's errors by the conditions that everybody decides by. */
const conditions: readonly (readonly [sql: string, code: string, isValue: boolean])[] = [
  ["INSERT INTO `a` VALUES (1, 'z', NULL)", "23505", true],
  ["INSERT INTO `a` VALUES (5, NULL, NULL)", "23502", true],
  ["INSERT INTO `a` VALUES (5, 'long', NULL)", "22001", true],
  ["INSERT INTO `a` VALUES (5, 'z', 'no number')", "22P02", true],
  ["INSERT INTO `a` VALUES (5, 'z', 99999999999999999999)", "22003", true],
  ["SELECT `nope` FROM `a`", "42703", false],
  ["SELECT * FROM `nope`", "42P01", false],
  ["SELEC", "42601", false],
  ["ALTER TABLE `a` ADD COLUMN `b` INT", "42701", false],
];
it.each(conditions)("%s is %s", async (sql, code, isValue) => {
  const error = await failed(one.query(sql));
  expect(errorCode(error)).toBe(code);
  expect(isValuesFault(error)).toBe(isValue);
});

describe("limits of a transaction", () => {
  it("waits no longer for a row than it is told", async () => {
    await inTransaction(one, {}, async () => {
      await one.query("UPDATE `a` SET `b` = 'w' WHERE `id` = 1");
      const error = await failed(
        inTransaction(other, { limits: { lockTimeoutMs: 500 } }, () =>
          other.query("UPDATE `a` SET `b` = 'v' WHERE `id` = 1"),
        ),
      );
      expect(retryReason(error)).toBe("locked");
    });
  });

  it("ends a statement that takes too long, and goes on", async () => {
    const error = await failed(
      inTransaction(one, { limits: { statementTimeoutMs: 200 } }, () => one.query("UPDATE `a` SET `b` = SLEEP(60)")),
    );
    expect(errorCode(error)).toBe("57014");
    expect((await one.query("SELECT `b` FROM `a` WHERE `id` = 1")).rows).toEqual([{ b: "w" }]);
  });

  it("changes nothing in a transaction that reads", async () => {
    const error = await failed(inTransaction(one, { isReadOnly: true }, () => one.query("DELETE FROM `a`")));
    expect(errorCode(error)).toBe("25006");
  });

  it("sees other commits in the midst of it, unless it asks for one snapshot", async () => {
    const count = async (isRepeatable: boolean) =>
      inTransaction(one, { isReadOnly: true, isRepeatable }, async () => {
        const read = async () => (await one.query<{ n: string }>("SELECT COUNT(*) AS n FROM `a`")).rows[0]?.n;
        const before = await read();
        await other.query("INSERT INTO `a` SELECT MAX(`id`) + 1, 'z', NULL FROM `a`");
        return Number(await read()) - Number(before);
      });
    expect([await count(false), await count(true)]).toEqual([1, 0]);
  });
});

it("tells that its session has ended, and can be cancelled", async () => {
  const third = await connect(database.url, { applicationName: "lockstep test" });
  const sleeping = failed(third.query("DO SLEEP(60)"));
  const isSleeping = async () => {
    const { rows } = await one.query(
      "SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = ? AND STATE = 'User sleep'",
      [third.pid],
    );
    return rows.length > 0;
  };
  while (!(await isSleeping())) await new Promise((resolve) => setTimeout(resolve, 20));
  await third.cancel();
  // SLEEP that is ended by itself is no error; whatever it is, the session lives.
  await sleeping;
  expect((await third.query("SELECT 'x' AS x")).rows).toEqual([{ x: "x" }]);
  await one.query(`KILL ${third.pid}`);
  const error = await failed(third.query("SELECT 1"));
  expect(error).toMatchObject({ code: "LS8004" });
  expect([retryReason(error, third.isLost), third.isLost]).toEqual(["connection", true]);
  await third.close();
});

it("is not ended by the wait_timeout of the server, and has it back after a transaction with another", async () => {
  await one.query("SET GLOBAL wait_timeout = 60");
  const third = await connect(database.url, { applicationName: "lockstep test" });
  await one.query("SET GLOBAL wait_timeout = DEFAULT");
  const seconds = async () =>
    Number((await third.query<{ s: unknown }>("SELECT @@SESSION.wait_timeout AS s")).rows[0]?.s);
  expect(await seconds()).toBeGreaterThan(1_000_000);
  expect(await inTransaction(third, { limits: { idleTimeoutMs: 9000 } }, seconds)).toBe(9);
  expect(await seconds()).toBeGreaterThan(1_000_000);
  await third.close();
});

it("never says a password", async () => {
  const url = database.url.replace("root@", "root:s3cret-pass@");
  const error = await failed(connect(url, { applicationName: "lockstep test" }));
  expect(error).toMatchObject({ code: "LS8004" });
  expect(String((error as Error).message)).not.toContain("s3cret");
});
