import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TableChange } from "../../../core/src/model/plan.js";
import { sequence } from "../../support/mariadb.js";
import { type MysqlUnits, openMysqlUnits } from "../../support/mysql-units.js";

let units: MysqlUnits;
beforeEach(async () => {
  units = await openMysqlUnits();
  await units.observer.query(
    "CREATE TABLE `order` (`id` int NOT NULL AUTO_INCREMENT, `net` int NOT NULL, `state` enum('a','b') NOT NULL DEFAULT 'a', `text` varchar(100), PRIMARY KEY (`id`), KEY `net` (`net`)) ENGINE=InnoDB CHARACTER SET latin1",
  );
});
afterEach(() => units.end());

const table = { name: "order" };
const state = "`state` `state` enum('a','b') NOT NULL DEFAULT 'a'";
const changes: readonly TableChange[] = [
  { clause: "CHANGE `state` `state` enum('a','between','b') NOT NULL DEFAULT 'a'", back: `CHANGE ${state}` },
  { clause: "MODIFY `net` bigint NOT NULL COMMENT 'it''s'", back: "MODIFY `net` int NOT NULL" },
  {
    clause: "ADD `gross` int AS (`net` * 2) STORED",
    adds: { kind: "column", name: "gross" },
    back: "DROP COLUMN `gross`",
  },
  {
    clause: "ADD CONSTRAINT `positive` CHECK (`net` > 0)",
    adds: { kind: "check", name: "positive" },
    back: "DROP CONSTRAINT `positive`",
  },
  {
    clause: "ADD FULLTEXT INDEX `words` (`text`)",
    adds: { kind: "index", name: "words" },
    back: "DROP INDEX `words`",
  },
  { clause: "CONVERT TO CHARACTER SET utf8mb4", back: "CONVERT TO CHARACTER SET latin1" },
];

const drafts =
  "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> 'order'";

const refusal =
  /^45000 Nothing is changed\. Run: npx lockstep online run 20261120093000_handle \(a copy of `order` would stop every write\)$/;

/** With more rows than are copied at once. */
async function fillOrders(): Promise<void> {
  await units.observer.query(`INSERT INTO \`order\` (\`net\`) SELECT seq FROM ${sequence(10_001)}`);
}

describe.each(changes)("$clause", (change) => {
  const spec = { kind: "online-copy", table, changes: [change] } as const;
  const undo = { kind: "online-copy", table, changes: [{ clause: change.back ?? "" }] } as const;

  it("is done at once where there are few rows, each way twice", async () => {
    const { run, showTable, rows, observer, tableId } = units;
    await observer.query("INSERT INTO `order` (`net`) VALUES (1), (2)");
    await run(spec);
    const after = await showTable("order");
    expect(after).toContain(
      change.clause.replace(/^\S+ `(\w+)` (?=`)/, "").match(/'between'|bigint|`gross`|`positive`|`words`|utf8mb4/)?.[0],
    );
    const id = await tableId("order");
    await run(spec);
    expect([await showTable("order"), await tableId("order")]).toEqual([after, id]);
    for (const _ of [1, 2]) await run(undo);
    await run(spec);
    expect(await rows("SELECT count(*) AS n FROM `order`")).toEqual([{ n: 2 }]);
    expect(await rows(drafts)).toEqual([]);
  });

  it("stops where there are many and writes would wait, and sees what somebody else has done", async () => {
    const { run, outcome, showTable, observer, rows } = units;
    // Of a table with such a key no server copies while writes go on.
    await observer.query(
      "ALTER TABLE `order` ADD `parent` int, ADD FOREIGN KEY (`parent`) REFERENCES `order` (`id`) ON DELETE SET NULL",
    );
    await fillOrders();
    const before = await showTable("order");
    expect(await outcome(run(spec))).toMatch(refusal);
    expect(await showTable("order")).toBe(before);
    expect(await rows(drafts)).toEqual([]);
    await observer.query(`ALTER TABLE \`order\` ${change.clause}`);
    expect(await outcome(run(spec))).toBe("done");
  });

  it("is done where there are many, if the server copies while writes go on: MariaDB 11.2 and later", async () => {
    const { run, outcome, showTable, rows, server } = units;
    await fillOrders();
    const [row] = await rows("SELECT VERSION() AS version");
    const [major = 0, minor = 0] = String(row?.version).split(".").map(Number);
    const isOnline = server === "mariadb" && major + minor / 100 >= 11.02;
    const before = await showTable("order");
    expect(await outcome(run(spec))).toMatch(isOnline ? /^done$/ : refusal);
    expect((await showTable("order")) === before).toBe(!isOnline);
    expect(await rows(drafts)).toEqual([]);
  });
});

it("leaves no draft where the change itself cannot be", async () => {
  const { run, outcome, rows } = units;
  const spec = { kind: "online-copy", table, changes: [{ clause: "MODIFY `missing` int" }] } as const;
  expect(await outcome(run(spec))).toMatch(/^42S22 Unknown column 'missing'/);
  expect(await rows(drafts)).toEqual([]);
});

it("tells one check, index or column of a name from another", async () => {
  const { run, showTable, observer } = units;
  await observer.query("ALTER TABLE `order` ADD `gross` int AS (`net` * 3) STORED");
  const [, , change] = changes;
  await expect(run({ kind: "online-copy", table, changes: [change!] })).rejects.toThrow(/Duplicate column name/);
  expect(await showTable("order")).toContain("`net` * 3");
});
