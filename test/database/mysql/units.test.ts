import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { UnitColumn, UnitIndex } from "../../../core/src/model/plan.js";
import { isOnMysql } from "../../support/mariadb.js";
import { type MysqlUnits, mysqlFill, openMysqlUnits } from "../../support/mysql-units.js";

let units: MysqlUnits;
beforeEach(async () => {
  units = await openMysqlUnits();
  await units.observer.query(
    "CREATE TABLE `User` (`id` int PRIMARY KEY, `email` varchar(50) NOT NULL, `message` varchar(50))",
  );
  await units.observer.query("INSERT INTO `User` VALUES (1, 'A@x', 'm'), (2, 'B@x', NULL), (3, 'C@x', 'm')");
});
afterEach(() => units.end());

const table = { name: "User" };

/** How the ORM would add the column at once, and the value that fills it. */
const columns: readonly { readonly column: Omit<UnitColumn, "name">; readonly sql: string; readonly fill: string }[] = [
  { column: { type: "int" }, sql: "INT NOT NULL", fill: "7" },
  { column: { type: "INTEGER UNSIGNED" }, sql: "INTEGER UNSIGNED NOT NULL", fill: "7" },
  { column: { type: "BIGINT", laterDefaultSql: "5" }, sql: "BIGINT NOT NULL DEFAULT 5", fill: "7" },
  { column: { type: "BOOLEAN", defaultSql: "false" }, sql: "BOOLEAN NOT NULL DEFAULT false", fill: "true" },
  { column: { type: "VARCHAR(191)" }, sql: "VARCHAR(191) NOT NULL", fill: "'x'" },
  {
    column: {
      type: "varchar(36)",
      storageSql: "CHARACTER SET utf8mb4",
      collationSql: "utf8mb4_bin",
      comment: 'it\'s "so"; `x`',
      laterDefaultSql: "'o''x'",
      position: { after: "id" },
    },
    sql: "varchar(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'o''x' COMMENT 'it''s \"so\"; `x`' AFTER `id`",
    fill: "'x'",
  },
  { column: { type: "DATETIME(3)", position: "first" }, sql: "DATETIME(3) NOT NULL FIRST", fill: "'2026-01-01'" },
  {
    column: {
      type: "datetime(3)",
      laterDefaultSql: "CURRENT_TIMESTAMP(3)",
      onUpdateSql: "CURRENT_TIMESTAMP(3)",
    },
    sql: "datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)",
    fill: "'2026-01-01'",
  },
  { column: { type: "JSON" }, sql: "JSON NOT NULL", fill: "'{\"a\": 1}'" },
  { column: { type: "DECIMAL(10, 2)" }, sql: "DECIMAL(10, 2) NOT NULL", fill: "1.255" },
  { column: { type: "ENUM('A', 'b c')" }, sql: "ENUM('A', 'b c') NOT NULL", fill: "'b c'" },
  { column: { type: "BINARY(16)" }, sql: "BINARY(16) NOT NULL", fill: "x'00112233445566778899AABBCCDDEEFF'" },
  { column: { type: "TEXT" }, sql: "TEXT NOT NULL", fill: "'x'" },
  { column: { type: "CHAR(36)" }, sql: "CHAR(36) NOT NULL", fill: "'x'" },
  { column: { type: "DOUBLE PRECISION" }, sql: "DOUBLE PRECISION NOT NULL", fill: "1.5" },
  { column: { type: "DATE" }, sql: "DATE NOT NULL", fill: "'2026-01-01 10:00:00'" },
  { column: { type: "LONGBLOB" }, sql: "LONGBLOB NOT NULL", fill: "'x'" },
];

it("prove fills what is left, and leaves what any UPDATE changes by itself", async () => {
  await units.observer.query(
    "ALTER TABLE `User` ADD COLUMN `touched` datetime DEFAULT '2020-01-01' ON UPDATE CURRENT_TIMESTAMP, ADD COLUMN `handle` varchar(50)",
  );
  const column = { name: "handle", type: "varchar(50)", fill: mysqlFill(() => "'x'", []) };
  await units.run({ kind: "prove", table, columns: [column] });
  expect(await units.rows("SELECT DISTINCT `handle`, `touched` FROM `User`")).toEqual([
    { handle: "x", touched: "2020-01-01 00:00:00" },
  ]);
});

describe.each(columns)("a column $sql", ({ column, sql, fill }) => {
  const planned: UnitColumn = { name: "handle", ...column, fill: mysqlFill(() => fill, []) };
  const spec = { table, columns: [planned] };

  it("ends as the ORM's own, and goes back, each unit run twice", async () => {
    const { run, showTable, tableId, observer, rows } = units;
    await observer.query("CREATE TABLE `copy` LIKE `User`");
    await observer.query(`ALTER TABLE \`copy\` ADD COLUMN \`handle\` ${sql}`);
    const before = await showTable("User");
    const id = await tableId("User");
    for (const _ of [1, 2]) {
      await run({ kind: "expand", ...spec });
      await observer.query("INSERT INTO `User` (`id`, `email`, `handle`) VALUES (4, 'D', NULL)");
      expect(await rows("SELECT id FROM `User` WHERE `id` = 4 AND `handle` IS NULL")).toEqual([]);
      await observer.query("DELETE FROM `User` WHERE `id` = 4");
    }
    expect(await tableId("User")).toBe(id);
    // Filled by prove, as on a database that skips releases; a default that is stored once has filled them already.
    expect(await rows("SELECT count(*) AS n FROM `User` WHERE `handle` IS NULL")).toEqual([
      { n: planned.defaultSql === undefined ? 3 : 0 },
    ]);
    for (const kind of ["prove", "enforce"] as const) for (const _ of [1, 2]) await run({ kind, ...spec });
    expect(await showTable("User")).toBe((await showTable("copy")).replace("`copy`", "`User`"));
    expect(await rows("SHOW TRIGGERS")).toEqual([]);
    for (const _ of [1, 2]) await run({ kind: "undo-contract", ...spec });
    expect(await rows("SHOW TRIGGERS")).toHaveLength(2);
    expect(
      await rows(
        "SELECT IS_NULLABLE AS n FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = database() AND TABLE_NAME = 'User' AND COLUMN_NAME = 'handle'",
      ),
    ).toEqual([{ n: "YES" }]);
    for (const _ of [1, 2]) await run({ kind: "undo-expand", ...spec });
    expect(await showTable("User")).toBe(before);
    expect(await rows("SHOW TRIGGERS")).toEqual([]);
  });
});

const handle: UnitColumn = {
  name: "handle",
  type: "varchar(50)",
  fill: mysqlFill((row) => `lower(${row("email")})`, ["email"]),
};
const spec = { table, columns: [handle] };
const unique: UnitIndex = { name: "User_handle_key", isUnique: true, columns: ["handle"], method: "btree" };

describe("refused, and nothing is changed", () => {
  interface Refused {
    readonly name: string;
    readonly setup: readonly string[];
    readonly unit: Parameters<MysqlUnits["run"]>[0];
    readonly says: RegExp;
  }
  const ofMariadb: Refused = {
    name: "a TIMESTAMP, which MariaDB cannot make required in place",
    setup: ["ALTER TABLE `User` ADD `handle` timestamp NULL", "UPDATE `User` SET `handle` = '2026-01-01'"],
    unit: { kind: "enforce", table, columns: [{ name: "handle", type: "timestamp" }] },
    says: /^0A000 ALGORITHM=INPLACE is not supported. Reason: cannot convert NULL to non-constant DEFAULT/,
  };
  const cases: readonly Refused[] = [
    {
      name: "a column of another type",
      setup: ["ALTER TABLE `User` ADD `handle` int"],
      unit: { kind: "expand", ...spec },
      says: /^45000 `User`.`handle` is there as int NULL, not as varchar\(50\) NULL. Nothing was changed: rename or drop/,
    },
    {
      name: "a required one",
      setup: ["ALTER TABLE `User` ADD `handle` varchar(50) NOT NULL"],
      unit: { kind: "expand", ...spec },
      says: /^45000 `User`.`handle` is there as varchar\(50\) NOT NULL, not as varchar\(50\) NULL\./,
    },
    {
      name: "a generated one",
      setup: ["ALTER TABLE `User` ADD `handle` varchar(50) AS ('x') VIRTUAL"],
      unit: { kind: "expand", ...spec },
      says: /^45000 .* NULL GENERATED, not as/,
    },
    {
      name: "an index over other columns",
      setup: ["ALTER TABLE `User` ADD `handle` varchar(50), ADD INDEX `User_handle_key` (`email`)"],
      unit: { kind: "create-index", table, index: unique },
      says: /^45000 The index `User_handle_key` on `User` is there as \(email\), not as UNIQUE \(handle\)\./,
    },
    {
      name: "an index that is missing",
      setup: ["ALTER TABLE `User` ADD `handle` varchar(50)"],
      unit: { kind: "assert-index", table, index: unique },
      says: /^45000 The index `User_handle_key` on `User` is missing. Run: ALTER TABLE/,
    },
    {
      name: "duplicates under a unique index",
      setup: ["ALTER TABLE `User` ADD `handle` varchar(50) DEFAULT 'x'"],
      unit: { kind: "create-index", table, index: unique },
      says: /^23000 Duplicate entry 'x' for key/,
    },
    {
      name: "rows without a value, by count and key",
      setup: ["ALTER TABLE `User` ADD `handle` varchar(50)", "UPDATE `User` SET `handle` = 'x' WHERE `id` = 1"],
      unit: { kind: "prove", table, columns: [{ name: "handle", type: "varchar(50)" }] },
      says: /^45000 `User`.`handle` has no value: 2 rows, as id = [23]\. Run: npx lockstep backfill run 20261120093000_handle/,
    },
    {
      name: "a source that gives NULL",
      setup: ["ALTER TABLE `User` ADD `handle` varchar(50)"],
      unit: {
        kind: "prove",
        table,
        columns: [{ name: "handle", type: "varchar(50)", fill: mysqlFill((row) => row("message"), ["message"]) }],
      },
      says: /^45000 `User`.`handle` has no value: 1 rows, as id = 2/,
    },
    {
      name: "enforce without a proof",
      setup: ["ALTER TABLE `User` ADD `handle` varchar(50)"],
      unit: { kind: "enforce", ...spec },
      says: /^45000 `User`.`handle` has no value: 3 rows, as id = [123]/,
    },
    {
      name: "enforce of a column whose comment is another by now",
      setup: ["ALTER TABLE `User` ADD `handle` varchar(50) DEFAULT 'x' COMMENT 'theirs'"],
      unit: { kind: "enforce", ...spec },
      says: /^45000 `User`.`handle` is there as varchar\(50\) COMMENT theirs, not as varchar\(50\)/,
    },
    {
      name: "undo of a column that is required by now",
      setup: ["ALTER TABLE `User` ADD `handle` varchar(50) NOT NULL"],
      unit: { kind: "undo-expand", ...spec },
      says: /^45000 `User`.`handle` is there as varchar\(50\) NOT NULL/,
    },
    ...(isOnMysql ? [] : [ofMariadb]),
    {
      name: "INSTANT that the server cannot do",
      setup: ["ALTER TABLE `User` ROW_FORMAT=COMPRESSED"],
      unit: { kind: "expand", ...spec },
      says: /^0A000 .*ALGORITHM=INSTANT is not supported/,
    },
  ];
  it.each(cases)("$name", async ({ setup, unit, says }) => {
    for (const sql of setup) await units.observer.query(sql);
    const before = await units.showTable("User");
    const [settings] = await units.session.query(
      "SELECT @@lock_wait_timeout, @@innodb_lock_wait_timeout, @@sql_mode, @@foreign_key_checks",
    );
    expect(await units.outcome(units.run(unit))).toMatch(says);
    expect(await units.showTable("User")).toBe(before);
    expect(await units.rows("SHOW TRIGGERS")).toEqual([]);
    expect(
      (
        await units.session.query(
          "SELECT @@lock_wait_timeout, @@innodb_lock_wait_timeout, @@sql_mode, @@foreign_key_checks",
        )
      )[0],
    ).toEqual(settings);
  });
});

/** What a run that was killed between two of its statements has left: the DDL of each unit as far as it came. */
describe("killed on the way, and run again", () => {
  const later: UnitColumn = { ...handle, laterDefaultSql: "'x'" };
  const cases: readonly {
    readonly name: string;
    readonly left: readonly string[];
    readonly unit: Parameters<MysqlUnits["run"]>[0];
  }[] = [
    { name: "expand: nothing", left: [], unit: { kind: "expand", table, columns: [later] } },
    {
      name: "expand: the column without its default",
      left: ["ALTER TABLE `User` ADD `handle` varchar(50) NULL"],
      unit: { kind: "expand", table, columns: [later] },
    },
    {
      name: "expand: the column with its default, without triggers",
      left: ["ALTER TABLE `User` ADD `handle` varchar(50) NULL", "ALTER TABLE `User` ALTER `handle` SET DEFAULT 'x'"],
      unit: { kind: "expand", table, columns: [later] },
    },
    {
      name: "expand: one trigger",
      left: [
        "ALTER TABLE `User` ADD `handle` varchar(50) NULL",
        "ALTER TABLE `User` ALTER `handle` SET DEFAULT 'x'",
        "CREATE TRIGGER `zz_lockstep_fill_User_handle_ins` BEFORE INSERT ON `User` FOR EACH ROW SET NEW.`handle` = 'theirs'",
      ],
      unit: { kind: "expand", table, columns: [later] },
    },
  ];
  it.each(cases)("$name", async ({ left, unit }) => {
    for (const sql of left) await units.observer.query(sql);
    await units.run(unit);
    await units.observer.query("INSERT INTO `User` (`id`, `email`) VALUES (4, 'D')");
    await units.observer.query("INSERT INTO `User` (`id`, `email`, `handle`) VALUES (5, 'E', NULL)");
    await units.observer.query("UPDATE `User` SET `handle` = NULL WHERE `id` = 4");
    expect(await units.rows("SELECT `id`, `handle` FROM `User` ORDER BY `id`")).toEqual([
      { id: 1, handle: null },
      { id: 2, handle: null },
      { id: 3, handle: null },
      { id: 4, handle: "d" },
      { id: 5, handle: "x" },
    ]);
    expect(await units.rows("SHOW TRIGGERS")).toHaveLength(2);
  });

  it("enforce: required, the triggers still there", async () => {
    await units.run({ kind: "expand", ...spec });
    await units.run({ kind: "prove", ...spec });
    await units.observer.query("ALTER TABLE `User` MODIFY `handle` varchar(50) NOT NULL");
    await units.run({ kind: "enforce", ...spec });
    expect(await units.rows("SHOW TRIGGERS")).toEqual([]);
  });

  it("undo-expand: the triggers gone; what is built over the column goes with it", async () => {
    const before = await units.showTable("User");
    await units.run({ kind: "expand", ...spec });
    await units.observer.query("CREATE TABLE `Team` (`id` varchar(50) PRIMARY KEY)");
    await units.observer.query(
      "ALTER TABLE `User` ADD UNIQUE `both` (`message`, `handle`), ADD INDEX `own` (`handle`), ADD CONSTRAINT `fk` FOREIGN KEY (`handle`) REFERENCES `Team` (`id`)",
    );
    await units.observer.query("DROP TRIGGER `zz_lockstep_fill_User_handle_ins`");
    await units.run({ kind: "undo-expand", ...spec, references: [{ name: "Team" }] });
    expect(await units.showTable("User")).toBe(before);
    expect(await units.rows("SHOW TRIGGERS")).toEqual([]);
  });
});

it("builds an index without writing the table again, and drops it, each twice", async () => {
  await units.run({ kind: "expand", ...spec });
  await units.run({ kind: "prove", ...spec });
  const id = await units.tableId("User");
  for (const _ of [1, 2]) await units.run({ kind: "create-index", table, index: unique });
  await units.run({ kind: "assert-index", table, index: unique });
  expect(await units.tableId("User")).toBe(id);
  expect(await units.showTable("User")).toContain("UNIQUE KEY `User_handle_key` (`handle`)");
  for (const _ of [1, 2]) await units.run({ kind: "drop-index", table, index: unique });
  expect(await units.tableId("User")).toBe(id);
  expect(await units.showTable("User")).not.toContain("User_handle_key");
});

it("takes awkward names", async () => {
  const name = "a`b\n-- ü c'\"\\";
  const awkward = {
    table: { name },
    columns: [{ name: "x` int; -- \n\\'", type: "varchar(50)", fill: mysqlFill(() => "'x\\\\y'", []) }],
  };
  await units.observer.query(`CREATE TABLE \`${name.replaceAll("`", "``")}\` (\`id\` int PRIMARY KEY)`);
  await units.observer.query(`INSERT INTO \`${name.replaceAll("`", "``")}\` VALUES (1)`);
  for (const kind of ["expand", "prove", "enforce", "undo-contract", "undo-expand"] as const)
    for (const _ of [1, 2]) await units.run({ kind, ...awkward });
});
