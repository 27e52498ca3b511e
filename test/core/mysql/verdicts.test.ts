import { expect, test } from "vitest";
import type { FormerTable, Judging } from "../../../core/src/dialect/judging.js";
import { mysql } from "../../../core/src/mysql/dialect.js";
import { eitherJudging, mariadbJudging, mysqlJudging } from "../../../core/src/mysql/judging.js";
import { readMysqlMigration } from "../../../core/src/mysql/read/read-migration.js";
import { noticeWords } from "../../../core/src/review/verdict-words.js";
import { contextOf, judge } from "../../../core/src/rules/judge.js";

const [made] = readMysqlMigration(
  "CREATE TABLE t (v VARCHAR(20), w VARCHAR(50), u3 VARCHAR(9) CHARSET utf8mb3, d DATETIME, at TIMESTAMP NULL, n INT) CHARSET utf8mb4",
  "before.sql",
).operations;
const columns = made?.kind === "createTable" ? made.columns : [];
const former: FormerTable = {
  column: (name) => columns.find((each) => each.name === name),
  optionsSql: "CHARSET utf8mb4",
  indexes: [],
  follows: [],
  hasVirtualColumn: false,
  hasKeptColumn: false,
};

/** `SHARE rewrite (doubts)`: what the last operation does, where the table is known. */
function verdict(clause: string, judging: Judging): string {
  const migration = readMysqlMigration(`ALTER TABLE t ${clause}`, "migration.sql");
  const context = contextOf(migration.operations, { judging, formerTable: () => former });
  const { locks, held, doubts } = judging.verdictOf(migration.operations[0]!, context);
  return `${locks.map(({ mode }) => mode).join()} ${held}${doubts.length > 0 ? ` (${doubts.join()})` : ""}`;
}

const instant = "ACCESS EXCLUSIVE instant";
const online = "SHARE UPDATE EXCLUSIVE rewrite";
const copy = "SHARE rewrite";

/** Where the two servers go different ways, and what is said where nobody knows which it is. */
test.each([
  ["ADD COLUMN c INT DEFAULT (1 + 2)", copy, instant, `${copy} (server)`],
  ["ADD COLUMN c INT CHECK (c > 0)", copy, instant, `${copy} (server)`],
  // MySQL before 9 makes no foreign key of it.
  ["ADD COLUMN c INT REFERENCES p (id)", "SHARE,SHARE rewrite", "SHARE,SHARE rewrite", "SHARE,SHARE rewrite (server)"],
  ["ADD COLUMN c INT, RENAME INDEX a TO b", online, instant, `${online} (server)`],
  ["MODIFY v VARCHAR(100)", copy, instant, `${copy} (server)`],
  ["MODIFY w VARCHAR(100)", copy, copy, copy],
  ["MODIFY u3 VARCHAR(9) CHARSET utf8mb4", copy, instant, `${copy} (server)`],
  ["MODIFY v VARCHAR(20) COLLATE utf8mb4_bin", copy, instant, `${copy} (server)`],
  ["MODIFY n INT FIRST", online, instant, `${online} (server)`],
  ["MODIFY at TIMESTAMP NOT NULL", online, copy, `${copy} (server)`],
  ["MODIFY n INT NOT NULL", online, online, online],
  ["ADD COLUMN c DATETIME NOT NULL", instant, instant, `${instant} (server)`],
])("%s: MySQL %s, MariaDB %s, either %s", (clause, onMysql, onMariadb, either) => {
  expect([mysqlJudging, mariadbJudging, eitherJudging].map((each) => verdict(clause, each))).toEqual([
    onMysql,
    onMariadb,
    either,
  ]);
});

// The units change columns in place. A copy is refused there, also where writes continue during it (MariaDB 11.2).
test.each([101100, 110800])("a required TIMESTAMP has no phases on MariaDB %s", (version) => {
  const migration = readMysqlMigration("ALTER TABLE t ADD COLUMN seen TIMESTAMP NOT NULL", "migration.sql");
  const environment = { server: version };
  const context = contextOf(migration.operations, { judging: mariadbJudging, environment, formerTable: () => former });
  const [added] = migration.operations;
  if (added?.kind !== "addColumn") throw new Error("no column is added");
  expect(mariadbJudging.phaseObstacle?.(added, context)).toContain("MODIFY `seen` TIMESTAMP NOT NULL, ALGORITHM=COPY");
});

test.each([
  ["VARCHAR(1000)", "UNIQUE (c)", "ADD UNIQUE (`c`), ALGORITHM=COPY. The key is longer than 3072 bytes"],
  ["VARCHAR(769)", "UNIQUE (c)", "ADD UNIQUE (`c`)"],
  ["VARCHAR(767)", "UNIQUE (n, c)", "ADD UNIQUE (`n`, `c`)"],
  ["TEXT", "UNIQUE (c)", "ADD UNIQUE (`c`)"],
  ["VARCHAR(768)", "UNIQUE (c)", undefined],
  ["VARCHAR(3000) CHARSET latin1", "UNIQUE (c)", undefined],
  ["TEXT", "UNIQUE (c(100))", undefined],
  ["VARCHAR(1000)", "INDEX (c)", undefined],
])("a new column %s with %s: %s", (type, key, obstacle) => {
  const sql = `ALTER TABLE t ADD COLUMN c ${type}; ALTER TABLE t ADD ${key}`;
  const { operations } = readMysqlMigration(sql, "migration.sql");
  for (const judging of [mysqlJudging, mariadbJudging]) {
    const context = contextOf(operations, { judging, formerTable: () => former });
    const [added] = operations;
    if (added?.kind !== "addColumn") throw new Error("no column is added");
    const found = judging.phaseObstacle(added, context);
    if (obstacle === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(obstacle);
  }
});

test.each([
  ["ADD COLUMN c INT, ALGORITHM=INSTANT, LOCK=NONE", true, false],
  ["RENAME INDEX a TO b, ALGORITHM=INSTANT", true, false],
  ["ADD INDEX i ((n + 1)), ALGORITHM=INPLACE, LOCK=NONE", true, true],
  ["ADD INDEX i (n), ALGORITHM=NOCOPY", true, false],
  ["ADD INDEX i (n), ALGORITHM=INPLACE, LOCK=NONE", false, false],
  ["ADD CHECK (n > 0), LOCK=NONE", true, true],
  ["ADD CHECK (n > 0), ALGORITHM=COPY", false, false],
])("%s is refused by MySQL: %s, by MariaDB: %s", (clause, byMysql, byMariadb) => {
  const migration = readMysqlMigration(`ALTER TABLE t ${clause}`, "migration.sql");
  const refused = [mysqlJudging, mariadbJudging].map((judging) => {
    const context = contextOf(migration.operations, { judging });
    return judging.verdictOf(migration.operations[0]!, context).concerns.some(({ kind }) => kind === "refuses-demand");
  });
  expect(refused).toEqual([byMysql, byMariadb]);
});

test("notices are those of the database system that is asked for", () => {
  const migration = readMysqlMigration(
    "ALTER TABLE `t` CHANGE `n` `m` BIGINT; ALTER TABLE `t` COMMENT 'x'; ALTER TABLE `t` ADD CHECK (`n` > 0)",
    "migration.sql",
  );
  const { notices } = judge(migration, { judging: mysql.sql.judging, formerTable: () => former });
  expect(notices.map(noticeWords)).toEqual([
    'running code that uses "n" fails after this migration, and code that uses "m" fails before it; every row of "t" is rewritten while writes wait',
    'every row of "t" is rewritten while writes wait; fails if one violates the check, and so does running code that writes such a row; earlier statements of the file are then already applied, and remain',
  ]);
});
