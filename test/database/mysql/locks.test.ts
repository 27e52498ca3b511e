import type { Connection } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { UnitColumn, UnitSpec } from "../../../core/src/model/plan.js";
import { statementsOf } from "../../../core/src/mysql/units/index.js";
import { createAccount, isOnMysql, type MariadbServer, sequence, startMariadb } from "../../support/mariadb.js";
import { type MysqlUnits, mysqlFill, openMysqlUnits, samplePlan } from "../../support/mysql-units.js";
import { until } from "../../support/sessions.js";

let units: MysqlUnits;
afterEach(() => units.end());

const table = { name: "User" };
const handle: UnitColumn = {
  name: "handle",
  type: "varchar(50)",
  fill: mysqlFill((row) => `lower(${row("email")})`, ["email"]),
};
const expand: UnitSpec = { kind: "expand", table, columns: [handle] };

async function makeTable(): Promise<void> {
  await units.observer.query("CREATE TABLE `User` (`id` int PRIMARY KEY, `email` varchar(50))");
  await units.observer.query("INSERT INTO `User` VALUES (1, 'A'), (2, 'B')");
}

/** A transaction that has read the table, until it commits. */
async function openReader(): Promise<Connection> {
  const reader = await units.database.open();
  await reader.query("START TRANSACTION");
  await reader.query("SELECT * FROM `User`");
  return reader;
}

const stateOf = async (session: Connection) =>
  (
    await units.rows(
      `SELECT STATE AS state, INFO AS info FROM information_schema.PROCESSLIST WHERE ID = ${session.threadId}`,
    )
  )[0];

/** The unit gave way and pauses between two tries. */
const untilPausing = () => until("the unit pauses", async () => (await stateOf(units.session))?.state === "User sleep");

/** The unit with so little time that it gives up at once. */
async function runBriefly(spec: UnitSpec, on = units.session): Promise<void> {
  for (const statement of statementsOf(spec, { plan: samplePlan, server: units.server }))
    await on.query(statement.replaceAll("spent >= 30", "spent >= 0.05"));
}

describe("a session that has read the table", () => {
  beforeEach(async () => {
    units = await openMysqlUnits();
    await makeTable();
  });

  it("stops no read and no write of others while the unit waits for it; when it ends the unit goes through", async () => {
    const reader = await openReader();
    const events: string[] = [];
    const run = units.run(expand).then(() => events.push("unit done"));
    await untilPausing();
    const app = await units.database.open();
    // Who would wait for longer than a try may take fails with 1205.
    await app.query("SET SESSION lock_wait_timeout = 2");
    for (let n = 0; n < 40; n++) {
      await app.query("SELECT * FROM `User`");
      await app.query("UPDATE `User` SET `email` = ? WHERE `id` = 2", [`x${n}`]);
      if (n % 10 === 9) await untilPausing(); // once more, after another try
    }
    events.push("40 reads and writes");
    await reader.query("COMMIT");
    await run;
    expect(events).toEqual(["40 reads and writes", "unit done"]);
    expect(await units.showTable("User")).toContain("`handle`");
    expect(await units.rows("SHOW TRIGGERS")).toHaveLength(2);
  });

  it("is waited for without a try, if it has lasted: no session queues for its table", async () => {
    const reader = await openReader();
    await units.observer.query("DO sleep(2.5)");
    const run = units.run(expand);
    const states = new Set<string>();
    for (let paused = 0; paused < 50; ) {
      const { state = "" } = (await stateOf(units.session)) ?? {};
      states.add(String(state));
      if (state === "User sleep") paused += 1;
    }
    expect([...states].filter((state) => state.includes("metadata lock"))).toEqual([]);
    await reader.query("COMMIT");
    await run;
    expect(await units.rows("SHOW TRIGGERS")).toHaveLength(2);
  });

  it("is named when the time is up, and nothing is changed", async () => {
    const before = await units.showTable("User");
    const reader = await openReader();
    expect(await units.outcome(runBriefly(expand))).toMatch(
      new RegExp(
        `^45000 \`User\` stayed locked, nothing is changed by this try. In the way: id ${reader.threadId} root`,
      ),
    );
    await reader.query("COMMIT");
    expect(await units.showTable("User")).toBe(before);
    await units.run(expand);
  });

  it("a table whose foreign key leads to it is locked along by MySQL: who has read that is named, and does not stop MariaDB", async () => {
    await units.observer.query(
      "CREATE TABLE `Member` (`user` int, CONSTRAINT `own` FOREIGN KEY (`user`) REFERENCES `User` (`id`))",
    );
    const reader = await units.database.open();
    await reader.query("START TRANSACTION");
    await reader.query("SELECT * FROM `Member`");
    expect(await units.outcome(runBriefly(expand))).toMatch(
      isOnMysql ? new RegExp(`^45000 .* In the way: id ${reader.threadId} root`) : /^done$/,
    );
    await reader.query("COMMIT");
    await units.run(expand);
  });

  it("the unit is killed while it waits: run again, it goes through", async () => {
    const reader = await openReader();
    const run = units.outcome(units.run(expand));
    await untilPausing();
    await units.observer.query(`KILL ${units.session.threadId}`);
    expect(await run).not.toBe("done");
    await reader.query("COMMIT");
    await units.run(expand, await units.database.open());
    expect(await units.rows("SHOW TRIGGERS")).toHaveLength(2);
  });

  it("the rebuild is killed: run again, it goes through", async () => {
    await units.observer.query(`INSERT INTO \`User\` SELECT seq + 2, repeat('x', 40) FROM ${sequence(100_000)}`);
    await units.run({ ...expand, columns: [{ name: "handle", type: "varchar(50)", defaultSql: "'x'" }] });
    const enforce: UnitSpec = {
      kind: "enforce",
      table,
      columns: [{ name: "handle", type: "varchar(50)", defaultSql: "'x'" }],
    };
    const run = units.outcome(units.run(enforce));
    await until("the rebuild runs", async () => {
      const { info } = (await stateOf(units.session)) ?? {};
      return info === undefined || info === null || /^ALTER TABLE/.test(String(info));
    });
    await units.observer.query(`KILL ${units.session.threadId}`);
    await run;
    await units.run(enforce, await units.database.open());
    expect(await units.showTable("User")).toContain("`handle` varchar(50)");
    expect(await units.showTable("User")).toMatch(/`handle` varchar\(50\).* NOT NULL DEFAULT 'x'/);
  });
});

describe("what a server tells of who is in the way", () => {
  let plain: MariadbServer;
  beforeAll(async () => {
    plain = await startMariadb();
  });
  afterAll(() => plain.stop());
  beforeEach(async () => {
    units = await openMysqlUnits(plain);
    await makeTable();
  });

  it("MySQL: who is; MariaDB without its plugin: the open transactions", async () => {
    const reader = await openReader();
    expect(await units.outcome(runBriefly(expand))).toMatch(
      new RegExp(
        isOnMysql
          ? `In the way: id ${reader.threadId} root\\. Wait`
          : `In the way: one of the open transactions: id ${reader.threadId} since 20`,
      ),
    );
  });

  it("without the right PROCESS: nobody", async () => {
    await createAccount(units.observer, "'plain'@'%'");
    await units.observer.query(`GRANT ALL ON ${units.database.name}.* TO 'plain'@'%'`);
    await openReader();
    const session = await units.database.open({ user: "plain" });
    expect(await units.outcome(runBriefly(expand, session))).toContain("In the way: nobody that may be seen");
  });
});
