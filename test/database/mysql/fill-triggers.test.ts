import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { UnitColumn } from "../../../core/src/model/plan.js";
import { type MysqlUnits, mysqlFill, openMysqlUnits } from "../../support/mysql-units.js";

let units: MysqlUnits;
beforeEach(async () => {
  units = await openMysqlUnits();
  await units.observer.query(
    "CREATE TABLE `User` (`id` int PRIMARY KEY, `email` varchar(50), `age` decimal(10, 3), `team` int)",
  );
  await units.observer.query("INSERT INTO `User` VALUES (1, 'A', 1, NULL)");
});
afterEach(() => units.end());

const table = { name: "User" };
const lower = mysqlFill((row) => `lower(${row("email")})`, ["email"]);
const mirror = mysqlFill((row) => row("email"), ["email"], { kind: "mirror" });

/** Statements after expand, then `v` of the rows by id. Row 1 was there before. */
const cases: readonly {
  readonly name: string;
  readonly column: Omit<UnitColumn, "name">;
  readonly setup?: readonly string[];
  readonly run: readonly string[];
  readonly values: Readonly<Record<number, unknown>>;
}[] = [
  {
    name: "new rows are filled, chosen values stay, the old row is left to the backfill",
    column: { type: "varchar(50)", fill: lower },
    run: [
      "INSERT INTO `User` (`id`, `email`) VALUES (2, 'B'), (3, NULL)",
      "INSERT INTO `User` (`id`, `email`, `v`) VALUES (4, 'D', NULL), (5, 'E', 'mine')",
      "UPDATE `User` SET `email` = 'AA' WHERE `id` = 1",
    ],
    values: { 1: null, 2: "b", 3: null, 4: "d", 5: "mine" },
  },
  {
    name: "an UPDATE that takes a value away gives it back; one that chooses keeps its own",
    column: { type: "varchar(50)", fill: lower },
    run: [
      "INSERT INTO `User` (`id`, `email`) VALUES (2, 'B'), (3, 'C')",
      "UPDATE `User` SET `v` = NULL WHERE `id` = 2",
      "UPDATE `User` SET `v` = 'mine', `email` = 'X' WHERE `id` = 3",
    ],
    values: { 1: null, 2: "b", 3: "mine" },
  },
  {
    name: "upserts, REPLACE, INSERT IGNORE and INSERT … SELECT",
    column: { type: "varchar(50)", fill: lower },
    run: [
      "INSERT INTO `User` (`id`, `email`) VALUES (2, 'B') ON DUPLICATE KEY UPDATE `email` = 'no'",
      "INSERT INTO `User` (`id`, `email`) VALUES (2, 'Q') ON DUPLICATE KEY UPDATE `v` = NULL",
      "REPLACE INTO `User` (`id`, `email`) VALUES (1, 'Z')",
      "INSERT IGNORE INTO `User` (`id`, `email`) VALUES (3, 'C')",
      "INSERT INTO `User` (`id`, `email`) SELECT 4, `email` FROM `User` WHERE `id` = 3",
    ],
    values: { 1: "z", 2: "b", 3: "c", 4: "c" },
  },
  {
    name: "the model's default for a new row, the fill for one that lost its value",
    column: { type: "varchar(50)", fill: lower, laterDefaultSql: "'def'" },
    run: [
      "INSERT INTO `User` (`id`, `email`) VALUES (2, 'B')",
      "INSERT INTO `User` (`id`, `email`, `v`) VALUES (3, 'C', NULL), (4, NULL, NULL)",
      "UPDATE `User` SET `v` = NULL WHERE `id` IN (2, 4)",
    ],
    values: { 1: null, 2: "b", 3: "def", 4: "def" },
  },
  {
    name: "a mirror follows its source while the value does, byte by byte",
    column: { type: "varchar(50)", fill: mirror },
    run: [
      "INSERT INTO `User` (`id`, `email`) VALUES (2, 'B'), (3, 'C'), (4, 'D'), (5, 'E')",
      "UPDATE `User` SET `email` = 'b' WHERE `id` = 2",
      "UPDATE `User` SET `v` = 'mine' WHERE `id` = 3",
      "UPDATE `User` SET `email` = 'X' WHERE `id` = 3",
      "UPDATE `User` SET `email` = 'Y', `v` = 'now mine' WHERE `id` = 4",
      "UPDATE `User` SET `team` = 1 WHERE `id` = 5",
      "UPDATE `User` SET `email` = 'AA' WHERE `id` = 1",
    ],
    values: { 1: null, 2: "b", 3: "mine", 4: "now mine", 5: "E" },
  },
  {
    name: "a mirror of another type follows as its column stored it",
    column: { type: "int", fill: mysqlFill((row) => row("age"), ["age"], { kind: "mirror" }) },
    run: [
      "INSERT INTO `User` (`id`, `age`) VALUES (2, 3.14), (3, 5)",
      "UPDATE `User` SET `age` = 7.5 WHERE `id` = 2",
      "UPDATE `User` SET `v` = 6 WHERE `id` = 3",
      "UPDATE `User` SET `age` = 8 WHERE `id` = 3",
    ],
    values: { 1: null, 2: 8, 3: 6 },
  },
  {
    name: "a decimal is rounded, a date loses its time: neither is a fault",
    column: { type: "decimal(4, 1)", fill: mysqlFill((row) => row("age"), ["age"]) },
    run: ["INSERT INTO `User` (`id`, `age`) VALUES (2, 1.26), (3, 99999)"],
    values: { 1: null, 2: "1.3", 3: null },
  },
  {
    name: "a date",
    column: { type: "date", fill: mysqlFill((row) => row("email"), ["email"]) },
    run: ["INSERT INTO `User` (`id`, `email`) VALUES (2, '2026-01-02 10:00:00'), (3, '2026-13-45')"],
    values: { 1: null, 2: "2026-01-02", 3: null },
  },
  {
    name: "a foreign key: what references no row is left out",
    column: {
      type: "int",
      fill: mysqlFill((row) => row("team"), ["team"]),
      constraints: {
        indexes: [],
        foreignKeys: [
          {
            name: "fk",
            columns: ["v"],
            references: { name: "Team" },
            referencedColumns: ["id"],
            onUpdate: "NO ACTION",
            onDelete: "RESTRICT",
            isMatchFull: false,
            deferrable: "no",
          },
        ],
      },
    },
    setup: ["CREATE TABLE `Team` (`id` int PRIMARY KEY)", "INSERT INTO `Team` VALUES (7)"],
    run: [
      "ALTER TABLE `User` ADD CONSTRAINT `fk` FOREIGN KEY (`v`) REFERENCES `Team` (`id`)",
      "INSERT INTO `User` (`id`, `team`) VALUES (2, 7), (3, 8)",
    ],
    values: { 1: null, 2: 7, 3: null },
  },
  {
    name: "other triggers run before it",
    column: { type: "varchar(50)", fill: lower },
    setup: ["CREATE TRIGGER `zzz` BEFORE INSERT ON `User` FOR EACH ROW SET NEW.`email` = concat(NEW.`email`, '!')"],
    run: ["INSERT INTO `User` (`id`, `email`) VALUES (2, 'B')"],
    values: { 1: null, 2: "b!" },
  },
];

it.each(cases)("$name", async ({ column, setup = [], run, values }) => {
  for (const sql of setup) await units.observer.query(sql);
  await units.run({ kind: "expand", table, columns: [{ name: "v", ...column }] });
  for (const sql of run) await units.observer.query(sql);
  const rows = await units.rows("SELECT `id`, `v` FROM `User`");
  expect(Object.fromEntries(rows.map(({ id, v }) => [id, v]))).toEqual(values);
});

/** Values that cannot be computed or stored: no statement fails, and the row is left to the backfill. */
const unfit: readonly (readonly [type: string, expression: string])[] = [
  ["varchar(3)", "'too long'"],
  ["tinyint", "999"],
  ["tinyint", "'x'"],
  ["tinyint", "'3x'"],
  ["int unsigned", "-1"],
  ["enum('a','b')", "'c'"],
  ["set('a','b')", "'c'"],
  ["json", "'{bad'"],
  ["date", "'2026-13-45'"],
  ["datetime(3)", "'x'"],
  ["decimal(4,1)", "'x'"],
  ["int", "1 / 0"],
  ["int", "(SELECT `a` FROM `Missing` LIMIT 1)"],
  ["int", "(SELECT `TABLE_NAME` FROM information_schema.`TABLES`)"],
  ["int", "no_such_function(3)"],
  ["varchar(50)", "CAST('x' AS SIGNED)"],
];
describe.each(["STRICT_ALL_TABLES", ""])("in a session with sql_mode '%s'", (mode) => {
  it.each(unfit)("%s of %s", async (type, expression) => {
    await units.session.query("SET SESSION sql_mode = ?", [mode]);
    await units.run({ kind: "expand", table, columns: [{ name: "v", type, fill: mysqlFill(() => expression, []) }] });
    await units.session.query("INSERT INTO `User` (`id`, `email`) VALUES (2, 'B')");
    const [warnings] = await units.session.query("SHOW WARNINGS");
    expect(warnings).toEqual([]);
    await units.session.query("INSERT INTO `User` (`id`) VALUES (3), (4)");
    await units.session.query("UPDATE `User` SET `email` = 'X'");
    expect(await units.rows("SELECT `v` FROM `User`")).toEqual([{ v: null }, { v: null }, { v: null }, { v: null }]);
  });
});

it("a lock wait is not the fault of the value: the statement ends as it would without a trigger", async () => {
  await units.run({
    kind: "expand",
    table,
    columns: [
      {
        name: "v",
        type: "int",
        fill: mysqlFill(() => "(SELECT max(`n`) FROM `Other` WHERE `id` = 2)", []),
      },
    ],
  });
  await units.observer.query("CREATE TABLE `Other` (`id` int PRIMARY KEY, `n` int)");
  await units.observer.query("INSERT INTO `Other` VALUES (1, 1), (2, 2)");
  const other = await units.database.open();
  // SERIALIZABLE: a plain SELECT locks what it reads.
  for (const each of [units.session, other]) {
    await each.query("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE");
    await each.query("SET SESSION innodb_lock_wait_timeout = 1");
    await each.query("START TRANSACTION");
  }
  await units.session.query("UPDATE `Other` SET `n` = 3 WHERE `id` = 2");
  expect(await units.outcome(other.query("INSERT INTO `User` (`id`) VALUES (9)"))).toMatch(/^HY000 Lock wait timeout/);
});
