import { afterEach, beforeEach, expect, it } from "vitest";
import type { ForeignKey, UnitSpec } from "../../../core/src/model/plan.js";
import { type MysqlUnits, openMysqlUnits } from "../../support/mysql-units.js";

let units: MysqlUnits;
beforeEach(async () => {
  units = await openMysqlUnits();
  await units.observer.query("CREATE TABLE `Team` (`id` int PRIMARY KEY)");
  await units.observer.query(
    "CREATE TABLE `User` (`id` int, `part` binary(2), `team` int, PRIMARY KEY (`id`, `part`))",
  );
  await units.observer.query("INSERT INTO `Team` VALUES (1)");
  await units.observer.query("INSERT INTO `User` VALUES (1, 'ab', 1), (2, 'ab', NULL)");
});
afterEach(() => units.end());

const foreignKey: ForeignKey = {
  name: "User_team_fkey",
  columns: ["team"],
  references: { name: "Team" },
  referencedColumns: ["id"],
  onUpdate: "CASCADE",
  onDelete: "SET NULL",
  isMatchFull: false,
  deferrable: "no",
};
const add: UnitSpec = { kind: "add-foreign-key", table: { name: "User" }, foreignKey };

it("ends as the ORM's own, without writing the table again, and runs twice", async () => {
  await units.observer.query("CREATE TABLE `copy` LIKE `User`");
  await units.observer.query(
    "ALTER TABLE `copy` ADD CONSTRAINT `User_team_fkey_` FOREIGN KEY (`team`) REFERENCES `Team` (`id`) ON DELETE SET NULL ON UPDATE CASCADE",
  );
  const id = await units.tableId("User");
  for (const _ of [1, 2]) await units.run(add);
  await units.run({ ...add, kind: "validate-foreign-key" });
  expect(await units.tableId("User")).toBe(id);
  expect(await units.showTable("User")).toBe(
    (await units.showTable("copy")).replace("`copy`", "`User`").replaceAll("User_team_fkey_", "User_team_fkey"),
  );
  expect(await units.outcome(units.session.query("INSERT INTO `User` VALUES (3, 'ab', 9)"))).toMatch(/^23000/);
});

it("rows that reference nothing: count and key, and the key is taken back", async () => {
  await units.observer.query("INSERT INTO `User` VALUES (7, 'ab', 9), (8, 'ab', 9)");
  expect(await units.outcome(units.run(add))).toMatch(
    /^45000 `User` \(`team`\) -> `Team` references rows that are missing: 2 rows, as id = [78], part = 6162\. The key/,
  );
  expect(await units.showTable("User")).not.toContain("FOREIGN KEY");
  await units.observer.query("INSERT INTO `Team` VALUES (9)");
  await units.run(add);
  expect(await units.showTable("User")).toContain("FOREIGN KEY");
});

it("killed before the rows were looked at: run again, it looks", async () => {
  await units.observer.query("INSERT INTO `User` VALUES (7, 'ab', 9)");
  await units.observer.query("SET SESSION foreign_key_checks = 0");
  await units.observer.query(
    "ALTER TABLE `User` ADD CONSTRAINT `User_team_fkey` FOREIGN KEY (`team`) REFERENCES `Team` (`id`) ON DELETE SET NULL ON UPDATE CASCADE, ALGORITHM=INPLACE",
  );
  expect(await units.outcome(units.run(add))).toMatch(/missing: 1 rows, as id = 7, part = 6162\./);
  expect(await units.showTable("User")).not.toContain("FOREIGN KEY");
});

it("another key of that name is refused", async () => {
  await units.observer.query(
    "ALTER TABLE `User` ADD CONSTRAINT `User_team_fkey` FOREIGN KEY (`team`) REFERENCES `Team` (`id`) ON DELETE CASCADE",
  );
  expect(await units.outcome(units.run(add))).toMatch(
    /^45000 The foreign key `User_team_fkey` on `User` is there as \(team\) -> Team \(id\) ON DELETE CASCADE ON UPDATE (NO ACTION|RESTRICT)/,
  );
});
