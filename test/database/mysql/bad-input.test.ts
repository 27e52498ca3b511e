import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BackfillInput } from "../../../core/src/backfill/runner.js";
import type { LockstepError } from "../../../core/src/base/errors.js";
import type { UnitColumn, UnitSpec } from "../../../core/src/model/plan.js";
import { connect } from "../../../core/src/mysql/connect.js";
import { requireNoObstacles } from "../../../core/src/operate/deploy/obstacles.js";
import type { ReleasedUnit } from "../../../core/src/plan/migration-of.js";
import { createAccount, isOnMysql, type MariadbServer, startMariadb } from "../../support/mariadb.js";
import { type MysqlUnits, mysqlFill, openMysqlUnits } from "../../support/mysql-units.js";
import { fillTable } from "./fixture.js";

// What a target can have against a plan: each is told with a code and what to do, and nothing is half-written.

const table = { name: "User" };
const lower = mysqlFill((row) => `lower(${row("email")})`, ["email"]);
const uuid = mysqlFill(() => "uuid()", []);
const handle = (fill = lower): UnitColumn => ({ name: "handle", type: "varchar(50)", fill });

let server: MariadbServer;
let units: MysqlUnits;
beforeAll(async () => {
  // Nothing is strict, and the binary log holds statements.
  const settings = { sql_mode: "", log_bin: "log", binlog_format: "STATEMENT" };
  server = await startMariadb({ settings });
});
afterAll(() => server.stop());
beforeEach(async () => {
  units = await openMysqlUnits(server);
  await units.observer.query("SET GLOBAL log_bin_trust_function_creators = 0, GLOBAL binlog_format = 'STATEMENT'");
  await units.observer.query("CREATE TABLE `User` (`id` int PRIMARY KEY, `email` varchar(50) NOT NULL)");
  await units.observer.query("INSERT INTO `User` VALUES (1, 'A'), (2, 'B')");
});
afterEach(() => units.end());

/** Before expand: what is refused, then done, and then taken. */
const refused: readonly {
  readonly name: string;
  readonly sql: readonly string[];
  /** Rights of the account that deploys; absent: root. */
  readonly grants?: string;
  readonly unit: RegExp;
  readonly deploy: RegExp;
}[] = [
  {
    name: "an engine without transactions",
    sql: ["ALTER TABLE `User` ENGINE=MyISAM"],
    unit: /^0A000 ALGORITHM=INSTANT is not supported/,
    deploy: /✖ "User" uses the engine MyISAM\. .*\n {4}Do: ALTER TABLE `User` ENGINE=InnoDB/,
  },
  {
    name: "rows to which no column is added at once",
    sql: ["ALTER TABLE `User` ROW_FORMAT=COMPRESSED"],
    unit: /^0A000 ALGORITHM=INSTANT is not supported/,
    deploy: /✖ "User" has ROW_FORMAT=COMPRESSED\. .*\n {4}Do: ALTER TABLE `User` ROW_FORMAT=DYNAMIC/,
  },
  {
    name: "a full-text index",
    sql: ["ALTER TABLE `User` ADD FULLTEXT INDEX `search` (`email`)"],
    unit: /^0A000 ALGORITHM=INSTANT is not supported/,
    deploy: /✖ "User" has a full-text index: search\. .*\n {4}Do: ALTER TABLE `User` DROP INDEX `search`, FORCE/,
  },
  {
    name: "no right to triggers",
    sql: ["SET GLOBAL log_bin_trust_function_creators = 1"],
    grants: `SELECT, INSERT, UPDATE, ALTER, CREATE, DROP${isOnMysql ? ", CREATE ROUTINE, ALTER ROUTINE" : ""}`,
    unit: /^42000 TRIGGER command denied to user 'app'/,
    deploy: /✖ the account 'app'@'%' lacks TRIGGER on "User"\. .*\n {4}Do: GRANT TRIGGER ON `\w+`\.\* TO 'app'@'%'$/,
  },
  {
    name: "a binary log, and no SUPER",
    sql: [],
    grants: "ALL",
    unit: /^HY000 You do not have the SUPER privilege and binary logging is enabled/,
    deploy:
      /✖ the account 'app'@'%' cannot create triggers while .*\n {4}Do: SET GLOBAL log_bin_trust_function_creators = 1/,
  },
];

it.each(refused)(
  "$name: LS7027, and the unit itself goes on later where it was",
  async ({ sql, grants, unit, deploy }) => {
    for (const statement of sql) await units.observer.query(statement);
    const url = new URL(units.database.url);
    if (grants !== undefined) {
      await createAccount(units.observer, "'app'@'%'");
      await units.observer.query(`GRANT ${grants} ON ${units.database.name}.* TO 'app'@'%'`);
      url.username = "app";
    }
    const spec: UnitSpec = { kind: "expand", table, columns: [handle()] };
    const expand = async () =>
      units.outcome(units.run(spec, await units.database.open(grants === undefined ? {} : { user: "app" })));
    const before = await units.showTable("User");
    expect(await expand()).toMatch(unit);
    // MariaDB changes nothing. MySQL makes triggers by statements of their own, behind the column.
    const left = (await units.showTable("User")).replace(isOnMysql && grants !== undefined ? /\n *`handle`.*/ : "", "");
    expect(left).toBe(before);
    expect(await units.rows("SHOW TRIGGERS")).toEqual([]);

    const ask = async () => {
      const connection = await connect(url.toString(), { applicationName: "lockstep deploy" });
      const pending = [{ unit: { spec } }] as unknown as readonly ReleasedUnit[];
      return requireNoObstacles(connection, pending, "production").finally(() => connection.close());
    };
    const told = (await ask().catch((error: unknown) => error)) as LockstepError;
    expect(told).toMatchObject({ code: "LS7027", message: expect.stringMatching(deploy) });
    expect(told.hint).toMatch(/\nnpx lockstep deploy --target production$/);
    const remedy = /Do: (.*?)(?: {2,}-- .*)?$/.exec(told.message)?.[1];
    await units.observer.query(remedy ?? "");
    await ask();
    expect(await expand()).toBe("done");
  },
);

/** After expand: what a backfill says, and what it takes then. */
const unfilled: readonly {
  readonly name: string;
  readonly fill?: typeof lower;
  readonly sql: readonly string[];
  readonly run?: Partial<BackfillInput>;
  readonly code: string;
  readonly says: RegExp;
  readonly remedy?: readonly string[];
}[] = [
  {
    name: "no key",
    sql: ["ALTER TABLE `User` DROP PRIMARY KEY"],
    code: "LS2009",
    says: /^\("id"\) of "User" is not a unique key without NULLs$/,
    remedy: ["ALTER TABLE `User` ADD PRIMARY KEY (`id`)"],
  },
  {
    name: "an engine without transactions",
    sql: ["ALTER TABLE `User` ENGINE=MyISAM"],
    code: "LS5011",
    says: /uses the engine MyISAM, which does not support transactions/,
    remedy: ["ALTER TABLE `User` ENGINE=InnoDB"],
  },
  {
    name: "a trigger that sets the column after ours",
    sql: [
      "CREATE TRIGGER `own` BEFORE INSERT ON `User` FOR EACH ROW BEGIN SET NEW.`email` = 'x'; SET NEW.handle = NULL; END",
    ],
    code: "LS5001",
    says: /"User"."handle" on .* has fill triggers that run before "own", which sets it as well: npx lockstep repair makes/,
    remedy: ["DROP TRIGGER `own`"],
  },
  {
    name: "a trigger that each UPDATE sets off",
    sql: ["CREATE TRIGGER `own` BEFORE UPDATE ON `User` FOR EACH ROW SET @seen = NEW.`handle`"],
    code: "LS5005",
    says: /sets off: trigger "own"$/,
    remedy: ["DROP TRIGGER `own`"],
  },
  {
    name: "a trigger that takes every value away again",
    sql: ["CREATE TRIGGER `own` BEFORE UPDATE ON `User` FOR EACH ROW SET NEW.`handle` = NULL"],
    run: { allowTriggers: true, needsFillTrigger: false },
    code: "LS5004",
    says: /id=1/,
    remedy: ["DROP TRIGGER `own`"],
  },
  {
    name: "values that replicas would compute anew",
    fill: uuid,
    sql: [],
    code: "LS5012",
    says: /^The fill of "User"."handle" calls UUID\(\): replicas would store other values/,
    remedy: ["SET GLOBAL binlog_format = 'MIXED'"],
  },
];

it.each(unfilled)("$code: $name", async ({ fill = lower, sql, run = {}, code, says, remedy = [] }) => {
  await units.observer.query("SET GLOBAL binlog_format = 'MIXED'");
  await units.run({ kind: "expand", table, columns: [handle(fill)] }, await units.database.open());
  await units.observer.query("SET GLOBAL binlog_format = 'STATEMENT'");
  for (const statement of sql) await units.observer.query(statement);
  const spec = {
    table,
    key: [{ column: "id", type: "int" }],
    columns: [{ name: "handle", type: "varchar(50)", fill }],
    uniqueKeys: [],
  };
  const backfill = () => fillTable(units.database.url, spec, { needsFillTrigger: true, ...run });
  const told = (await backfill().catch((error: unknown) => error)) as LockstepError;
  expect(told.code).toBe(code);
  expect(told.message).toMatch(says);
  expect(await units.rows("SELECT `handle` FROM `User`")).toEqual([{ handle: null }, { handle: null }]);
  for (const statement of remedy) await units.observer.query(statement);
  expect(await backfill()).toMatchObject({ status: "done", filled: 2 });
});

describe("a fill that replicas would compute anew", () => {
  it.each(["expand", "undo-contract"] as const)("%s is refused while the binary log holds statements", async (kind) => {
    const spec = { table, columns: [handle(uuid)] };
    if (kind === "undo-contract")
      await units.observer.query("ALTER TABLE `User` ADD COLUMN `handle` varchar(50) NOT NULL");
    const before = await units.showTable("User");
    expect(await units.outcome(units.run({ kind, ...spec }))).toMatch(
      /^45000 `handle`: UUID\(\) has other values on replicas while binlog_format is STATEMENT\. Nothing was changed/,
    );
    expect(await units.showTable("User")).toBe(before);
    await units.observer.query("SET GLOBAL binlog_format = 'MIXED'");
    expect(await units.outcome(units.run({ kind, ...spec }, await units.database.open()))).toBe("done");
  });
});

it("MySQL counts row versions and says what helps at the last one; MariaDB adds columns behind that limit at once", async () => {
  for (let at = 0; at < 255; at++)
    await units.observer.query(
      at % 2 === 0
        ? "ALTER TABLE `User` ADD COLUMN `x` int, ALGORITHM=INSTANT"
        : "ALTER TABLE `User` DROP COLUMN `x`, ALGORITHM=INSTANT",
    );
  const spec: UnitSpec = { kind: "expand", table, columns: [handle()] };
  if (isOnMysql) {
    await units.observer.query("SET GLOBAL log_bin_trust_function_creators = 1");
    expect(await units.outcome(units.run(spec))).toMatch(/^HY000 Maximum row versions reached for table/);
    const connection = await connect(units.database.url, { applicationName: "lockstep deploy" });
    const pending = [{ unit: { spec } }] as unknown as readonly ReleasedUnit[];
    const told = await requireNoObstacles(connection, pending, "production").catch((error: LockstepError) => error);
    await connection.close();
    expect(told).toMatchObject({ code: "LS7027", message: expect.stringContaining("255 of 255 row versions") });
    await units.observer.query("ALTER TABLE `User` FORCE, ALGORITHM=INPLACE, LOCK=NONE");
  }
  const id = await units.tableId("User");
  await units.run(spec);
  expect(await units.tableId("User")).toBe(id);
});
