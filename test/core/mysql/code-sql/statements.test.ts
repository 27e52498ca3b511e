import { describe, expect, test } from "vitest";
import { codeSql } from "../../../../core/src/mysql/code-sql/index.js";

const users = { name: "users", columns: ["id", "email", "name", "handle"] };
const usesOf = (sql: string) =>
  codeSql
    .statements(sql)
    ?.uses(users)
    .map((use) => {
      if (use.kind === "update") return `update ${use.columns.join()}`;
      if (use.kind === "select") return `select ${[...(use.isAll ? ["*"] : []), ...use.columns].join()}`;
      const over = use.overwrites.length > 0 ? ` over ${use.overwrites.join()}` : "";
      return `insert ${use.isDefaults ? "defaults" : (use.columns?.join() ?? "by position")}${over}`;
    });

describe("how a statement uses a table", () => {
  test.each<readonly [sql: string, ...uses: string[]]>([
    ["INSERT INTO `users` (`email`, `name`) VALUES (?, ?), (?, ?)", "insert email,name"],
    ["INSERT INTO shop.users (users.email, users.name) VALUE (:email, @name)", "insert email,name"],
    ["insert into users (EMAIL, Name) values ('a', 'b')", "insert email,name"],
    ["INSERT IGNORE INTO users PARTITION (p0) (email) VALUES ('a;b')", "insert email"],
    ["INSERT LOW_PRIORITY users SET email = ?, name = CONCAT('a', 'b')", "insert email,name"],
    ['INSERT INTO "users" ("email") VALUES (1)', "insert email"],
    ["REPLACE INTO users (id, email) VALUES (1, 'a')", "insert id,email"],
    ["REPLACE users SET `email` = 'a'", "insert email"],
    ["INSERT INTO users VALUES (1, 2)", "insert by position"],
    ["INSERT INTO users VALUES ?", "insert by position"],
    ["INSERT INTO users () VALUES ()", "insert defaults"],
    ["INSERT INTO users SET ?", "insert hole_?"],
    ["INSERT INTO users (??) VALUES ?", "insert hole_?"],
    ["INSERT INTO users (email, ?) VALUES (?)", "insert email,hole_?"],
    ["INSERT INTO users (email, name) SELECT email, name FROM leads", "insert email,name"],
    ["INSERT INTO leads (email, name) SELECT u.email, u.name FROM users u", "select email,name"],
    [
      "INSERT INTO users (email, handle) VALUES (?, ?) ON DUPLICATE KEY UPDATE handle = VALUES(handle), name = 'x'",
      "insert email,handle over handle",
    ],
    ["INSERT INTO users (email) VALUES (?) AS new ON DUPLICATE KEY UPDATE name = new.name", "insert email over name"],
    ["INSERT INTO users SET email = ? ON DUPLICATE KEY UPDATE email = VALUE(email)", "insert email over email"],
    ["INSERT INTO users (email) SELECT email FROM leads ON DUPLICATE KEY UPDATE name = 'a'", "insert email"],
    ["INSERT INTO users (email) VALUES (?) RETURNING id, email", "insert email", "select id,email"],
    ["LOAD DATA LOCAL INFILE 'a' INTO TABLE users FIELDS TERMINATED BY ',' (email, @skipped)", "insert email"],
    ["LOAD DATA INFILE 'a' REPLACE INTO TABLE users", "insert by position"],
    ["UPDATE users u SET u.email = ?, name = (SELECT 1) WHERE id = ?", "update email,name"],
    ["UPDATE orders o JOIN users u ON u.id = o.user_id SET u.email = 'a', o.total = 0", "update email"],
    ["DELETE FROM users WHERE id = ? RETURNING id, `email`", "select id,email"],
    ["SELECT * FROM `users`", "select *"],
    ["SELECT DISTINCT u.*, o.id FROM users AS u LEFT JOIN orders o ON o.user_id = u.id", "select *"],
    ["SELECT o.*, u.email AS handle, u.name title FROM orders o, users u", "select email,name"],
    ["SELECT id, LOWER(email) mail, COUNT(*), id * 2, `name` FROM users", "select id,email,id,name"],
    ["SELECT SQL_CALC_FOUND_ROWS email, name FROM users ORDER BY handle LIMIT 5", "select email,name"],
    ["SELECT IF(email IS NULL, name, email), CAST(id AS CHAR) FROM users", "select email,name,email,id"],
    ["SELECT \"email\", 'name', ? FROM users"],
    ["SELECT COUNT(*) FROM users"],
    ["SELECT id, email FROM members"],
    ["SELECT id, email FROM other.users", "select id,email"],
    ["SELECT 1 UNION SELECT email FROM users", "select email"],
    ["WITH recent AS (SELECT id, email FROM users) SELECT email FROM recent", "select id,email"],
    ["SELECT id FROM orders WHERE user_id IN (SELECT u.id FROM users u)", "select id"],
    ["(SELECT id, email FROM users) UNION ALL (SELECT 1, 2) ORDER BY 1", "select id,email"],
    ["SELECT id, email FROM (users u JOIN orders o USING (id)) WHERE u.id = 1 FOR UPDATE", "select id,email"],
    ["CREATE TABLE copies AS SELECT id, email FROM users", "select id,email"],
    ["# note\nSELECT id FROM users; -- more\nUPDATE users SET name = 'a'", "select id", "update name"],
    ["CREATE TRIGGER t AFTER INSERT ON orders FOR EACH ROW INSERT INTO users (email) VALUES ('a')"],
    ["ALTER TABLE users ADD x int"],
  ])("%s", (sql, ...uses) => {
    expect(usesOf(sql)).toEqual(uses);
  });
});

test.each([
  "Insert into users the new row",
  "Update users about it",
  "Delete from users who left",
  "Select from users what you need",
  "Replace users that left",
  "INSERT INTO users ? VALUES (1)",
  "SELECT id FROM users WHERE name = 'it",
  "With users, much is possible",
])("nothing is said of %s", (sql) => {
  expect(usesOf(sql)).toBeUndefined();
});

test("views", () => {
  const views = codeSql
    .statements(
      `CREATE OR REPLACE ALGORITHM = MERGE DEFINER = \`root\`@\`%\` SQL SECURITY DEFINER VIEW cards (a, b) AS SELECT email, name FROM users;
       ALTER VIEW shop.names AS SELECT * FROM users; DROP VIEW IF EXISTS a, b;`,
    )
    ?.views.map(({ view, isDropped, uses }) => [view, isDropped, uses(users)]);
  const select = (columns: readonly string[], isAll: boolean) => [{ kind: "select", columns, isAll }];
  expect(views).toEqual([
    ["cards", false, select(["email", "name"], false)],
    ["names", false, select([], true)],
    ["a", true, []],
    ["b", true, []],
  ]);
});

test("the columns that an expression names", () => {
  expect(codeSql.columnsOf("CONCAT(LOWER(`email`), '@', users.name)")).toEqual(["email", "name"]);
  expect(codeSql.columnsOf("'open")).toEqual([]);
});
