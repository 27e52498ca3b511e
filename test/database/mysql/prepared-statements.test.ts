import type { Connection } from "mysql2/promise";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createMariadbDatabase, type MariadbDatabase } from "../../support/mariadb.js";

// Why nothing is reported here: the server prepares a statement again once its table has changed.

let database: MariadbDatabase;
let admin: Connection;
let client: Connection;

beforeAll(async () => {
  database = await createMariadbDatabase("prepared");
  [admin, client] = [await database.open(), await database.open()];
});
afterAll(() => database.drop());
beforeEach(async () => {
  await admin.query("DROP TABLE IF EXISTS Device");
  await admin.query("CREATE TABLE Device (id int PRIMARY KEY, name varchar(10), old int)");
  await admin.query("INSERT INTO Device VALUES (1, 'a', 3)");
});

test.each([
  ["ADD COLUMN nick text", { id: 1, name: "a", old: 3, nick: null }],
  ["DROP COLUMN old", { id: 1, name: "a" }],
  ["MODIFY old varchar(10)", { id: 1, name: "a", old: "3" }],
])("a prepared statement with * after %s", async (change, row) => {
  const find = async () => (await client.execute("SELECT * FROM Device WHERE id = ?", [1]))[0];
  await find();
  await client.query("PREPARE find FROM 'SELECT * FROM Device'");
  await admin.query(`ALTER TABLE Device ${change}`);
  expect(await find()).toEqual([row]);
  expect((await client.query("EXECUTE find"))[0]).toEqual([row]);
});
