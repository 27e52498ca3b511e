import { afterAll, beforeAll, expect, it } from "vitest";
import { createMariadbDatabase, isOnMysql, type MariadbDatabase } from "../../support/mariadb.js";

let database: MariadbDatabase;
beforeAll(async () => {
  database = await createMariadbDatabase("server");
});
afterAll(() => database.drop());

it("is a real server, strict as it is installed", async () => {
  const session = await database.open();
  const [rows] = await session.query("SELECT VERSION() AS version, @@sql_mode AS mode, DATABASE() AS name");
  expect(rows).toEqual([
    {
      version: isOnMysql ? expect.not.stringContaining("MariaDB") : expect.stringContaining("MariaDB"),
      mode: expect.stringContaining("STRICT_TRANS_TABLES"),
      name: database.name,
    },
  ]);
});
