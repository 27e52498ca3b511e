import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { Plan } from "../../../core/src/model/index.js";
import type { UnitColumn, UnitSpec } from "../../../core/src/model/plan.js";
import { connect } from "../../../core/src/mysql/connect.js";
import { withoutCopy } from "../../../core/src/mysql/units/create-index.js";
import { statementsOf } from "../../../core/src/mysql/units/index.js";
import type { RepairContext } from "../../../core/src/operate/repair/repair.js";
import { repairs } from "../../../core/src/operate/repair/repairs.js";
import { settleUnit } from "../../../core/src/operate/repair/settle-unit.js";
import type { OrmPlugin, Project } from "../../../core/src/plugin/plugin.js";
import type { TargetState } from "../../../core/src/plugin/target-state.js";
import { isOnMysql, serverId } from "../../support/mariadb.js";
import { type MysqlUnits, mysqlFill, openMysqlUnits, samplePlan } from "../../support/mysql-units.js";
import { until } from "../../support/sessions.js";
import { unitOf } from "../../support/units.js";

const table = { name: "User" };
const handle: UnitColumn = {
  name: "handle",
  type: "varchar(50)",
  fill: mysqlFill((row) => `lower(${row("email")})`, ["email"]),
};
const expand: UnitSpec = { kind: "expand", table, columns: [handle] };
const index = { name: "User_handle_key", isUnique: true, columns: ["handle"], method: "btree" };
const createIndex: UnitSpec = { kind: "create-index", table, index };
const [insert, update] = ["zz_lockstep_fill_User_handle_ins", "zz_lockstep_fill_User_handle_upd"];

let units: MysqlUnits;
let connection: Connection;
beforeEach(async () => {
  units = await openMysqlUnits();
  connection = await connect(units.database.url, { applicationName: "lockstep repair" });
  await units.observer.query("CREATE TABLE `User` (`id` int PRIMARY KEY, `email` varchar(50))");
  await units.observer.query("INSERT INTO `User` VALUES (1, 'A')");
  await units.run(expand);
});
afterEach(async () => {
  await connection.close();
  await units.end();
});

/** What is found by all repairs, and mended where `mends`, on a target where expand has run. */
async function repair(mends: boolean, changes: Partial<TargetState> = {}): Promise<readonly string[]> {
  const [plan, state] = [releasedPlan(), { applied: ["m0"], pending: ["m1"], failed: [], deploying: undefined }];
  const context = {
    plan,
    project: {} as Project,
    plugin: {
      readFailure: async () => undefined,
      resolve: async () => ({ exitCode: 0, output: "" }),
    } as unknown as OrmPlugin,
    target: { name: "production", url: units.database.url },
    connection,
    state: { ...state, unlisted: [], units: [], ...changes },
    onProgress: () => undefined,
  } satisfies RepairContext;
  const told: string[] = [];
  for (const each of repairs)
    for (const { what, action, fix } of await each.find(context))
      told.push(`${what} ${mends && fix !== undefined ? `→ ${await fix()}` : action}`);
  return told;
}

function releasedPlan(): Plan {
  const all = [
    { ...unitOf(expand), id: "u0", phase: "expand" as const },
    { ...unitOf(createIndex), id: "u1", phase: "expand" as const },
    { ...unitOf({ kind: "prove", table, columns: [handle] }), id: "u2", phase: "contract" as const },
  ];
  const written = all
    .slice(0, 2)
    .map(({ id }, at) => ({ id, file: `prisma/migrations/m${at}/migration.sql`, phase: "expand" }));
  return {
    id: samplePlan,
    units: all,
    undo: { expand: [], contract: [] },
    columns: [{ table, name: "handle" }],
    state: { released: "expand", written },
  } as unknown as Plan;
}

const handles = async () => (await units.rows("SELECT `handle` FROM `User` ORDER BY `id`")).map(({ handle }) => handle);

it("finds nothing on a target that is well", async () => {
  expect(await repair(true)).toEqual([]);
  expect(await repair(true, { failed: ["m1"], pending: [] })).toEqual([
    expect.stringMatching(/^m1 is recorded as failed .* → m1 is recorded as rolled back/),
  ]);
});

it.each([
  {
    name: "the one for inserts",
    drop: [insert],
    what: /^The trigger "zz_\w+_ins" of a pair is missing: they no longer fill "User"\."handle" in new rows\./,
  },
  {
    name: "the one for updates",
    drop: [update],
    what: /^The trigger "zz_\w+_upd" of a pair is missing: an UPDATE can remove "User"\."handle" again\./,
  },
  {
    name: "both",
    drop: [insert, update],
    what: /^The triggers "zz_\w+_ins" and "zz_\w+_upd" of a pair are missing: they no longer fill/,
  },
])("fill triggers that are gone are made again: $name", async ({ drop, what }) => {
  for (const name of drop) await units.observer.query(`DROP TRIGGER \`${name}\``);
  expect(await repair(false)).toEqual([expect.stringMatching(what)]);
  expect(await repair(true)).toEqual([expect.stringMatching(/→ the triggers of "User"\."handle" fill rows again/)]);
  expect(await repair(true)).toEqual([]);
  await units.observer.query("INSERT INTO `User` (`id`, `email`) VALUES (2, 'B')");
  await units.observer.query("UPDATE `User` SET `handle` = NULL WHERE `id` = 2");
  expect(await handles()).toEqual([null, "b"]);
});

it.each(["handle", "email"])(
  "fill triggers that a later one overrides in `%s` are made the last to run",
  async (column) => {
    await units.observer.query(
      `CREATE TRIGGER \`own\` BEFORE INSERT ON \`User\` FOR EACH ROW SET NEW.\`${column}\` = nullif(NEW.\`email\`, 'B')`,
    );
    await units.observer.query("CREATE TRIGGER `other` BEFORE INSERT ON `User` FOR EACH ROW SET @seen = NEW.`handle`");
    expect(await repair(true)).toEqual([
      expect.stringMatching(
        /^The trigger "own" runs after the fill triggers of "User"."handle", .* → the triggers of /,
      ),
    ]);
    expect(await repair(true)).toEqual([]);
    await units.observer.query("INSERT INTO `User` (`id`, `email`) VALUES (2, 'B'), (3, 'C')");
    expect(await handles()).toEqual(column === "handle" ? [null, "b", "C"] : [null, null, "c"]);
  },
);

it("triggers whose column somebody has dropped go: every INSERT failed", async () => {
  await units.observer.query("ALTER TABLE `User` DROP COLUMN `handle`");
  const add = "INSERT INTO `User` (`id`, `email`) VALUES (2, 'B')";
  await expect(units.observer.query(add)).rejects.toMatchObject({ errno: 1054 });
  expect(await repair(true)).toEqual([
    expect.stringMatching(
      /^"User"\."handle" was dropped, but its triggers were not .*: every INSERT into "User" fails\. →/,
    ),
  ]);
  await units.observer.query(add);
  expect(await repair(true)).toEqual([]);
});

it("the procedure that a killed unit leaves on MySQL goes, but not while migrations run; others stay", async () => {
  const statements = statementsOf(createIndex, { plan: samplePlan, server: "mysql" });
  const made = statements.find((sql) => sql.startsWith("CREATE PROCEDURE"))!;
  await units.observer.query(made.replace(/BEGIN\n.*$/s, "SELECT 1"));
  await units.observer.query("CREATE PROCEDURE `lockstep_own`() SELECT 1");
  expect(await repair(true, { deploying: 4711 })).toEqual([
    expect.stringMatching(
      /^A unit that was killed left the procedure `lockstep_[0-9a-f]{8}`.* session 4711 is running/,
    ),
  ]);
  expect(await repair(true)).toEqual([expect.stringMatching(/→ lockstep_[0-9a-f]{8} was dropped$/)]);
  expect(
    await units.rows("SELECT ROUTINE_NAME AS name FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()"),
  ).toEqual([{ name: "lockstep_own" }]);
});

describe("an index", () => {
  it("that was built although nobody recorded it is applied; one that is not there, or is another one, is not", async () => {
    const settle = () => settleUnit(connection, unitOf(createIndex));
    expect(await settle()).toBe("rolled-back");
    await units.observer.query("ALTER TABLE `User` ADD INDEX `User_handle_key` (`handle`)");
    expect(await settle()).toBe("rolled-back");
    await units.observer.query("ALTER TABLE `User` DROP INDEX `User_handle_key`");
    await units.run(createIndex);
    expect(await settle()).toBe("applied");
  });
});

// What takes a while, and what it leaves in the catalogue of InnoDB beside the tables.
it.each([
  { name: "a rebuild", sql: "ALTER TABLE `User` MODIFY `email` varchar(50) NOT NULL, ALGORITHM=INPLACE, LOCK=NONE" },
  { name: "an index", sql: `ALTER TABLE \`User\` ADD INDEX \`i\` (\`email\`, \`id\`), ${withoutCopy(serverId)}` },
])("a killed session leaves nothing of $name: no table, no index, and it can be run again", async ({ sql }) => {
  for (let rows = 1; rows < 250_000; rows *= 2)
    await units.observer.query(
      `INSERT INTO \`User\` (\`id\`, \`email\`) SELECT \`id\` + ${rows}, CONCAT('x', \`id\`) FROM \`User\``,
    );
  const before = await units.showTable("User");
  const ended = units.session.query(sql).then(
    () => "done",
    () => "killed",
  );
  await until("it runs", async () => {
    const [row] = await units.rows(
      `SELECT STATE AS state FROM information_schema.PROCESSLIST WHERE ID = ${units.session.threadId}`,
    );
    return row?.state === "altering table";
  });
  await units.observer.query(`KILL ${units.session.threadId}`);
  expect(await ended).toBe("killed");
  const left = () =>
    units.rows(
      `SELECT NAME AS name FROM information_schema.${isOnMysql ? "INNODB_TABLES" : "INNODB_SYS_TABLES"} WHERE NAME LIKE '${units.database.name}/#sql%'`,
    );
  await until("the server has cleaned up", async () => {
    await pause(50);
    return (await left()).length === 0;
  });
  expect(await units.showTable("User")).toBe(before);
  expect(await repair(true)).toEqual([]);
  await units.observer.query(sql);
});
