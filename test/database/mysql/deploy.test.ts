import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { UnitColumn, UnitSpec } from "../../../core/src/model/plan.js";
import { connect } from "../../../core/src/mysql/connect.js";
import { mariadb } from "../../../core/src/mysql/dialect.js";
import { statementsOf } from "../../../core/src/mysql/units/index.js";
import { findBlockers } from "../../../core/src/operate/deploy/blockers.js";
import { readFailed } from "../../../core/src/operate/deploy/failed-migration.js";
import { lockLimit } from "../../../core/src/operate/deploy/lock-limit.js";
import { requireServer } from "../../../core/src/operate/deploy/server-version.js";
import { readPlannedRows } from "../../../core/src/operate/deploy/skipped-releases.js";
import { unrecordedFailure } from "../../../core/src/operate/deploy/unrecorded-failure.js";
import type { ReleasedUnit } from "../../../core/src/plan/migration-of.js";
import type { OrmPlugin, Project, UnrecordedFailure } from "../../../core/src/plugin/plugin.js";
import type { TargetState } from "../../../core/src/plugin/target-state.js";
import { createAccount, isOnMysql, type MariadbServer, startMariadb } from "../../support/mariadb.js";
import { type MysqlUnits, mysqlFill, openMysqlUnits, samplePlan } from "../../support/mysql-units.js";
import { answerTo } from "../../support/plan-fixture.js";
import { until } from "../../support/sessions.js";
import { unitOf } from "../../support/units.js";

const table = { name: "User" };
const handle: UnitColumn = {
  name: "handle",
  type: "varchar(50)",
  fill: mysqlFill((row) => `lower(${row("email")})`, ["email"]),
};

let server: MariadbServer;
let units: MysqlUnits;
let connection: Connection;

function onServer(options: Parameters<typeof startMariadb>[0]): void {
  beforeAll(async () => {
    server = await startMariadb(options);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    units = await openMysqlUnits(server);
    await units.observer.query("CREATE TABLE `User` (`id` int PRIMARY KEY, `email` varchar(50))");
    await units.observer.query("CREATE TABLE `Log` (`id` int)");
    await units.observer.query("CREATE TABLE `Member` (`user` int, FOREIGN KEY (`user`) REFERENCES `User` (`id`))");
    connection = await connect(units.database.url, { applicationName: "lockstep deploy" });
  });
  afterEach(async () => {
    await connection.close();
    await units.end();
  });
}

const blockers = async (olderThanSeconds = 0, on = connection) => {
  // The server writes its list of transactions anew when nobody has read it for 100 ms.
  await pause(120);
  return findBlockers(on, {
    tables: [table, { schema: "nowhere", name: "Gone" }],
    buildsIndex: false,
    olderThanSeconds,
  });
};

describe("where the server tells who holds a table", () => {
  onServer({ showsLocks: true });

  it.each([
    {
      name: "a transaction on the table",
      sql: ["START TRANSACTION", "SELECT * FROM `User`"],
      says: /^id \d+ \(root@localhost:\d+\) has held "User" for \d+ s: in a transaction, Sleep$/,
    },
    { name: "LOCK TABLES", sql: ["LOCK TABLES `User` READ"], says: /has held "User" for \d+ s: / },
    { name: "another table", sql: ["START TRANSACTION", "SELECT * FROM `Log`"], says: undefined },
    {
      name: "a table whose foreign key leads to it, which MySQL locks along",
      sql: ["START TRANSACTION", "SELECT * FROM `Member`"],
      says: isOnMysql ? /has held "Member" for \d+ s: / : undefined,
    },
    {
      name: "a transaction that has ended",
      sql: ["START TRANSACTION", "SELECT * FROM `User`", "COMMIT"],
      says: undefined,
    },
  ])("$name", async ({ sql, says }) => {
    for (const statement of sql) await units.session.query(statement);
    if (says === undefined) expect(await blockers()).toEqual([]);
    else await until("it is named", async () => says.test((await blockers()).join("\n")));
    expect(await blockers(60)).toEqual([]);
  });

  it("a role without PROCESS sees nobody, and is not stopped by that", async () => {
    await createAccount(units.observer, "'app'@'%'");
    await units.observer.query(`GRANT ALL ON ${units.database.name}.* TO 'app'@'%'`);
    await units.session.query("START TRANSACTION");
    await units.session.query("SELECT * FROM `User`");
    const url = new URL(units.database.url);
    url.username = "app";
    const app = await connect(url.toString(), { applicationName: "test" });
    expect(await blockers(0, app)).toEqual([]);
    await app.close();
  });

  it("the limit of a session ends a wait, and its error is one of locks", async () => {
    await units.session.query("START TRANSACTION");
    await units.session.query("SELECT * FROM `User`");
    await connection.query(mariadb.live.sessions.limitLocks(mariadb.live.sessions.stallMs));
    const started = performance.now();
    await expect(connection.query("ALTER TABLE `User` ADD COLUMN `a` int")).rejects.toMatchObject({ code: "55P03" });
    expect(performance.now() - started).toBeLessThan(1900);
    expect(mariadb.live.sessions.limitLocks(20)).toBe("SET SESSION lock_wait_timeout = 1");
  });

  it("a unit that gave up on a lock, and a prove that found rows, say so in the words that a deployment decides by", async () => {
    const asked = async (spec: UnitSpec) => {
      for (const statement of statementsOf(spec, { plan: samplePlan, server: units.server }))
        await connection.query(statement.replaceAll(">= 30 THEN", ">= 1 THEN"));
    };
    await asked({ kind: "expand", table, columns: [{ ...handle, fill: undefined }] as never });
    await units.observer.query("INSERT INTO `User` (`id`) VALUES (1)");
    const spec = { table, columns: [{ name: "handle", type: "varchar(50)" }] };
    await expect(asked({ kind: "prove", ...spec })).rejects.toMatchObject({ code: "55000" });
    await units.session.query("START TRANSACTION");
    await units.session.query("SELECT * FROM `User`");
    await expect(asked({ kind: "undo-expand", ...spec })).rejects.toMatchObject({
      code: "55P03",
      message: expect.stringContaining("stayed locked"),
    });
  });

  it("tells an empty table from one with rows when expand and contract arrive together", async () => {
    const answer = await answerTo();
    if (answer.kind !== "plan") throw new Error("no plan");
    const rows = () => readPlannedRows(connection, answer.plan, "production", true);
    expect(await rows()).toMatchObject({ kind: "none", statement: '"User" on production has no rows' });
    await units.observer.query("INSERT INTO `User` VALUES (1, 'a')");
    expect(await rows()).toMatchObject({ kind: "filled-by-prove" });
  });

  it("a unit that needs a newer server is refused in its words", async () => {
    const verdict = { locks: [], held: "instant", doubts: [], concerns: [{ kind: "needs-server", since: 990_003 }] };
    const needing = [{ unit: { verdict }, migration: "m" }] as unknown as readonly ReleasedUnit[];
    await expect(requireServer(connection, needing, "production")).rejects.toMatchObject({
      code: "LS7025",
      message: expect.stringMatching(
        /^m needs (MariaDB|MySQL) 99\.0\.3 or later, but production is \1 \d+\.\d+\.\d+\. Nothing was applied\.$/,
      ),
    });
    await requireServer(connection, [], "production");
  });
});

describe("where it does not", () => {
  onServer({ showsLocks: false });

  it("names the open transactions in the database, which may", async () => {
    await units.session.query("START TRANSACTION");
    await units.session.query("SELECT * FROM `User`");
    await until("it is named", async () =>
      /^id \d+ \(root@localhost:\d+\) has had a transaction open for \d+ s, and may hold the table: in a transaction, Sleep$/.test(
        (await blockers()).join("\n"),
      ),
    );
    await units.session.query("COMMIT");
    await until("it is gone", async () => (await blockers()).length === 0);
  });
});

describe("migrations of the user's own", () => {
  onServer({});

  const add = "ALTER TABLE `User` ADD COLUMN `a` text";
  const make = "CREATE TABLE `New` (`id` int)";
  const pluginOf = (up: readonly string[]) =>
    ({ readStatements: async () => ({ up, down: [] }), transactions: () => "each" }) as unknown as OrmPlugin;
  const framed = unitOf({ kind: "expand", table, columns: [handle] });

  // No transaction takes DDL back: only a single statement leaves nothing behind.
  it.each([
    { name: "a single statement", up: [add], isForAll: true },
    {
      name: "a build, which asks for the table at both ends",
      up: ["CREATE INDEX `i` ON `User` (`email`)"],
      isForAll: true,
    },
    { name: "several in what the ORM calls a transaction", up: [make, add], isForAll: false },
    { name: "what is made new", up: [make], isForAll: undefined },
    { name: "a procedure, which may commit", up: ["CALL `change`()"], isForAll: false },
  ])("wait for locks no longer than others may wait behind them: $name", async ({ up, isForAll }) => {
    const state = {
      ...{ applied: [], failed: [], deploying: undefined, pending: ["unit", "own"] },
      units: [{ unit: framed, migration: "unit" }],
    } as unknown as TargetState;
    const limit = await lockLimit(state, { plugin: pluginOf(up), project: {} as Project, dialect: mariadb });
    const whole = isForAll === true ? ["own"] : [];
    expect(limit).toEqual(isForAll === undefined ? undefined : { timeoutMs: 1000, isForAll, whole, own: ["own"] });
  });

  const failedAs = (up: readonly string[], said: Partial<UnrecordedFailure>) =>
    readFailed(connection, "m", {
      project: {} as Project,
      plugin: pluginOf(up),
      own: undefined,
      said: {
        migration: "m",
        sqlState: "55P03",
        text: "Lock wait timeout exceeded",
        left: [],
        isInTransaction: true,
        ...said,
      },
    });

  it.each([
    { name: "a single statement", up: [add], said: {}, isRepeatable: true, left: [] },
    {
      name: "several, in a transaction that held none of them",
      up: [make, add],
      said: {},
      isRepeatable: false,
      left: undefined,
    },
    {
      name: "several, one by one",
      up: [make, add],
      said: { left: [make], isInTransaction: false },
      isRepeatable: false,
      left: [make],
    },
  ])("run again after a lock only where nothing of them is there: $name", async ({ up, said, isRepeatable, left }) => {
    expect(await failedAs(up, said)).toMatchObject({ isLock: true, isRepeatable, left, tables: expect.anything() });
  });

  it("what is there already of an earlier run is known by its error", async () => {
    await units.observer.query(make);
    const plugin = { words: { skip: (name: string) => `skip ${name}` } } as unknown as OrmPlugin;
    for (const again of [make, "ALTER TABLE `User` ADD COLUMN `email` int", `CREATE DATABASE ${units.database.name}`]) {
      const error = (await connection.query(again).catch((each: unknown) => each)) as { code: string };
      const failed = await failedAs([again], { sqlState: error.code });
      const told = unrecordedFailure(failed, "it is there", {
        target: { name: "production" },
        plugin,
        command: "deploy",
      });
      expect(told.message).toMatch(/^An interrupted run may have created it/m);
    }
  });
});
