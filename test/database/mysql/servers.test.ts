import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { UnitColumn } from "../../../core/src/model/plan.js";
import { createAccount, isOnMysql, type MariadbServer, startMariadb } from "../../support/mariadb.js";
import { type MysqlUnits, mysqlFill, openMysqlUnits } from "../../support/mysql-units.js";

const table = { name: "User" };
const handle: UnitColumn = {
  name: "handle",
  type: "varchar(50)",
  fill: mysqlFill((row) => `lower(${row("email")})`, ["email"]),
};
const spec = { table, columns: [handle] };

/** Servers that are set up in other ways, and what a role without SUPER is told that makes the triggers. */
describe.each([
  {
    name: "binary log of statements",
    settings: { log_bin: "log", binlog_format: "STATEMENT" },
    refuses: /^HY000 You do not have the SUPER privilege and binary logging is enabled/,
  },
  {
    name: "binary log of rows",
    settings: { log_bin: "log", binlog_format: "ROW" },
    refuses: /^HY000 You do not have the SUPER privilege and binary logging is enabled/,
  },
  {
    name: "binary log, log_bin_trust_function_creators",
    settings: { log_bin: "log", binlog_format: "ROW", log_bin_trust_function_creators: 1 },
    refuses: /^done$/,
  },
  {
    // MySQL writes a binary log unless it is told not to.
    name: "no strict mode",
    settings: { sql_mode: "" },
    refuses: isOnMysql ? /^HY000 You do not have the SUPER privilege and binary logging is enabled/ : /^done$/,
  },
])("$name", ({ settings, refuses }) => {
  let server: MariadbServer;
  let units: MysqlUnits;
  beforeAll(async () => {
    server = await startMariadb({ settings });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    units = await openMysqlUnits(server);
    await units.observer.query("CREATE TABLE `User` (`id` int PRIMARY KEY, `email` varchar(50))");
    await units.observer.query("INSERT INTO `User` VALUES (1, 'A'), (2, NULL)");
  });
  afterEach(() => units.end());

  it("a row without a value is not made up: enforce refuses it; then all phases run", async () => {
    await units.run({ kind: "expand", ...spec });
    expect(await units.outcome(units.run({ kind: "enforce", ...spec }))).toMatch(/^45000 .* 2 rows, as id = [12]/);
    expect(await units.outcome(units.run({ kind: "prove", ...spec }))).toMatch(/^45000 .* 1 rows, as id = 2/);
    expect(await units.rows("SELECT `handle` FROM `User` ORDER BY `id`")).toEqual([{ handle: "a" }, { handle: null }]);
    await units.observer.query("UPDATE `User` SET `handle` = 'x' WHERE `id` = 2");
    for (const kind of ["prove", "enforce", "undo-contract", "undo-expand"] as const)
      await units.run({ kind, ...spec });
  });

  it("a role with all rights on the database but SUPER; without TRIGGER", async () => {
    await createAccount(units.observer, "'plain'@'%'");
    await units.observer.query(`GRANT ALL ON ${units.database.name}.* TO 'plain'@'%'`);
    expect(
      await units.outcome(units.run({ kind: "expand", ...spec }, await units.database.open({ user: "plain" }))),
    ).toMatch(refuses);
    await units.observer.query(`REVOKE TRIGGER ON ${units.database.name}.* FROM 'plain'@'%'`);
    expect(
      await units.outcome(units.run({ kind: "expand", ...spec }, await units.database.open({ user: "plain" }))),
    ).toMatch(String(refuses) === "/^done$/" ? /^42000 TRIGGER command denied/ : refuses);
  });
});
