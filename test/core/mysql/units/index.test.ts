import { describe, expect, it } from "vitest";
import type { UnitColumn, UnitSpec } from "../../../../core/src/model/plan.js";
import { typeInCatalogue } from "../../../../core/src/mysql/types.js";
import { describeUnit, type MysqlServer, statementsOf } from "../../../../core/src/mysql/units/index.js";
import { mysqlFill } from "../../../support/mysql-units.js";

describe("types as information_schema prints them, without the width of integers", () => {
  const types: readonly (readonly [type: string, mysql: string, mariadb?: string])[] = [
    ["INT", "int"],
    ["INTEGER(11) UNSIGNED", "int unsigned"],
    ["tinyint(1)", "tinyint"],
    ["BOOLEAN", "tinyint"],
    ["VARCHAR ( 191 )", "varchar(191)"],
    ["character varying(5)", "varchar(5)"],
    ["NUMERIC(10, 2)", "decimal(10,2)"],
    ["decimal(10)", "decimal(10,0)"],
    ["DECIMAL", "decimal(10,0)"],
    ["DOUBLE PRECISION", "double"],
    ["ENUM('A', 'b c')", "enum('A','b c')"],
    ["JSON", "json", "longtext"],
    ["DATETIME(3)", "datetime(3)"],
  ];
  it.each(types.map(([type, mysql, mariadb = mysql]) => ({ type, mysql, mariadb })))(
    "$type",
    ({ type, mysql, mariadb }) => {
      expect([typeInCatalogue(type, "mysql"), typeInCatalogue(type, "mariadb")]).toEqual([mysql, mariadb]);
    },
  );
});

const column: UnitColumn = {
  name: "handle",
  type: "varchar(50)",
  laterDefaultSql: "'x'",
  position: { after: "id" },
  fill: mysqlFill((row) => `lower(${row("email")})`, ["email"]),
};
const columns = { table: { name: "User" }, columns: [column] };
const index = { table: { name: "User" }, index: { name: "key", isUnique: true, columns: ["handle"], method: "btree" } };

it.each<readonly [UnitSpec, string]>([
  [
    { kind: "expand", ...columns },
    "ALTER TABLE `User` ADD COLUMN `handle` varchar(50) NULL AFTER `id`, ALGORITHM=INSTANT; " +
      "ALTER TABLE `User` MODIFY COLUMN `handle` varchar(50) NULL DEFAULT 'x', ALGORITHM=INSTANT; " +
      "CREATE TRIGGER `zz_lockstep_fill_User_handle_upd` ON `User`; CREATE TRIGGER `zz_lockstep_fill_User_handle_ins` ON `User`",
  ],
  [
    { kind: "enforce", ...columns },
    "ALTER TABLE `User` MODIFY COLUMN `handle` varchar(50) NOT NULL DEFAULT 'x', ALGORITHM=INPLACE, LOCK=NONE; " +
      "DROP TRIGGER `zz_lockstep_fill_User_handle_ins`; DROP TRIGGER `zz_lockstep_fill_User_handle_upd`",
  ],
  [
    { kind: "create-index", ...index },
    "ALTER TABLE `User` ADD UNIQUE INDEX `key` (`handle`), ALGORITHM=NOCOPY, LOCK=NONE",
  ],
])("says its DDL in one line: %o", (spec, ddl) => {
  expect(describeUnit(spec, { server: "mariadb" }).ddl).toBe(ddl);
});

it.each<MysqlServer>(["mysql", "mariadb"])("on %s: no DELIMITER, no semicolon at the end, no PostgreSQL", (server) => {
  const statements = statementsOf({ kind: "expand", ...columns }, { plan: "p", server });
  expect(statements).toHaveLength(server === "mariadb" ? 1 : 10);
  for (const statement of statements) expect(statement).not.toMatch(/;\s*$|DELIMITER|\$\$/);
});

it("the user's own statements stay as they are", () => {
  const sql = "ALTER TABLE `a` ADD `b` int";
  expect(statementsOf({ kind: "original", sql }, { plan: "p", server: "mysql" })).toEqual([sql]);
});
