import { afterEach, beforeEach, expect, it } from "vitest";
import type { UnitColumn, UnitSpec } from "../../../core/src/model/plan.js";
import { statementsOf } from "../../../core/src/mysql/units/index.js";
import { type MysqlUnits, mysqlFill, openMysqlUnits, samplePlan } from "../../support/mysql-units.js";
import { until } from "../../support/sessions.js";

let units: MysqlUnits;
beforeEach(async () => {
  units = await openMysqlUnits();
  await units.observer.query("CREATE TABLE `User` (`id` int PRIMARY KEY, `email` varchar(50))");
  await units.observer.query("INSERT INTO `User` VALUES (1, 'A'), (2, 'B')");
});
afterEach(() => units.end());

const table = { name: "User" };
const handle: UnitColumn = {
  name: "handle",
  type: "varchar(50)",
  laterDefaultSql: "'it''s'",
  fill: mysqlFill((row) => `replace(lower(${row("email")}), '\\\\', ';')`, ["email"]),
};
const index = { name: "User_handle_key", isUnique: true, columns: ["handle"], method: "btree" };
const all: readonly UnitSpec[] = [
  { kind: "expand", table, columns: [handle] },
  { kind: "prove", table, columns: [handle] },
  { kind: "create-index", table, index },
  { kind: "enforce", table, columns: [handle] },
];
const statements = () => all.flatMap((spec) => statementsOf(spec, { plan: samplePlan, server: units.server }));

async function expectTheEnd(): Promise<void> {
  expect(await units.showTable("User")).toMatch(/`handle` varchar\(50\).* NOT NULL DEFAULT 'it''s'/);
  expect(await units.rows("SELECT `handle` FROM `User` ORDER BY `id`")).toEqual([{ handle: "a" }, { handle: "b" }]);
  expect(await units.rows("SHOW TRIGGERS")).toEqual([]);
}

it("all units of a file go in one message, as Prisma's engine sends them", async () => {
  const session = await units.database.open({ multipleStatements: true });
  await session.query(`${statements().join(";\n\n")};\n`);
  await expectTheEnd();
});

it("in a transaction that TypeORM opened around them", async () => {
  await units.session.query("START TRANSACTION");
  await units.session.query("INSERT INTO `User` VALUES (3, 'C')");
  for (const statement of statements()) await units.session.query(statement);
  await units.session.query("DELETE FROM `User` WHERE `id` = 3");
  await units.session.query("COMMIT");
  await expectTheEnd();
});

it.each(["PIPES_AS_CONCAT,ANSI_QUOTES,NO_BACKSLASH_ESCAPES", ""])("in a session with sql_mode '%s'", async (mode) => {
  await units.session.query("SET SESSION sql_mode = ?", [mode]);
  for (const statement of statements()) await units.session.query(statement);
  await expectTheEnd();
  expect((await units.session.query("SELECT @@SESSION.sql_mode AS mode"))[0]).toEqual([{ mode }]);
});

it("writes go on while the table is rewritten", async () => {
  const column: UnitColumn = { name: "handle", type: "varchar(50)", defaultSql: "'x'" };
  await units.run({ kind: "expand", table, columns: [column] });
  for (let rows = 2; rows < 500_000; rows *= 2)
    await units.observer.query(`INSERT INTO \`User\` (\`id\`, \`email\`) SELECT \`id\` + ${rows}, 'x' FROM \`User\``);
  const writer = await units.database.open();
  const isRebuilding = async () => {
    const [row] = await units.rows(
      `SELECT INFO AS info FROM information_schema.PROCESSLIST WHERE ID = ${units.session.threadId}`,
    );
    return String(row?.info).startsWith("ALTER TABLE");
  };
  let written = 0;
  // On a busy machine a rebuild may be over before this process has its turn: then it is done again.
  await until("a write ends while the table is rebuilt", async () => {
    let isDone = false;
    const run = units.run({ kind: "enforce", table, columns: [column] }).finally(() => {
      isDone = true;
    });
    for (let n = 0; !isDone; n++) {
      if (!(await isRebuilding())) continue;
      await writer.query("UPDATE `User` SET `email` = ? WHERE `id` = 1", [`y${n}`]);
      if (await isRebuilding()) written++;
    }
    await run;
    if (written === 0) await units.observer.query("ALTER TABLE `User` MODIFY `handle` varchar(50) NULL DEFAULT 'x'");
    return written > 0;
  });
  expect(await units.showTable("User")).toMatch(/`handle` varchar\(50\).* NOT NULL DEFAULT 'x'/);
});

it("a row without a value that is written after the look stops the rebuild, and nothing is changed", async () => {
  const column: UnitColumn = { name: "handle", type: "varchar(50)" };
  await units.run({ kind: "expand", table, columns: [column] });
  const before = await units.showTable("User");
  const unit = statementsOf({ kind: "enforce", table, columns: [column] }, { plan: samplePlan, server: units.server });
  const run = async () => {
    for (const statement of unit) await units.session.query(statement.replaceAll("IF many > 0 THEN", "IF FALSE THEN"));
  };
  await units.session.query("SET SESSION sql_mode = ''");
  expect(await units.outcome(run())).toMatch(/^45000 `User`.`handle` cannot be required yet: a row without a value/);
  expect(await units.showTable("User")).toBe(before);
  expect((await units.session.query("SELECT @@SESSION.sql_mode AS mode"))[0]).toEqual([{ mode: "" }]);
});
