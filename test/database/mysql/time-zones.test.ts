import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { LockstepError } from "../../../core/src/base/errors.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { type MysqlServer, startMysql } from "../../../core/src/rehearsal/server/mysql-server.js";
import { ensureLedger } from "../../../core/src/target/ledger/schema.js";
import { createMariadbDatabase, findServer, type MariadbDatabase } from "../../support/mariadb.js";
import { columnOf, fillTable, makeTable } from "./fixture.js";

// A server whose local time skips an hour in March and has one twice in October: 90 minutes around both, a row each minute.

let server: MysqlServer;
let database: MariadbDatabase;
let db: Connection;
beforeAll(async () => {
  const binaries = findServer()!;
  const env = { ...binaries.env, TZ: "Europe/Berlin" };
  server = await startMysql({ binaries: { ...binaries, env }, settings: { default_time_zone: "SYSTEM" } });
  database = await createMariadbDatabase("time_zones", server);
  db = await connect(database.url, { applicationName: "test" });
});
afterAll(async () => {
  await db?.close();
  await server?.stop();
});
beforeEach(() => ensureLedger(db));

const minutes = (from: string) =>
  Array.from({ length: 540 }, (_, at) =>
    new Date(Date.parse(from) + at * 60_000).toISOString().slice(0, 19).replace("T", " "),
  );

const rows = [...minutes("2026-03-28T21:00:00Z"), ...minutes("2026-10-24T20:00:00Z")].map(
  (at, n) => [at, `E${n}`] as const,
);
const batch = { startRows: 20, minRows: 20, maxRows: 20 };

async function makeUsers(fill = "LOWER(`email`)") {
  await db.query("SET time_zone = '+00:00'");
  const spec = await makeTable(db, { key: { at: "timestamp" }, rows, fill });
  await db.query("SET time_zone = 'SYSTEM'");
  return spec;
}
const left = () => columnOf(db, "SELECT COUNT(*) FROM `User` WHERE `handle` IS NULL");

it("fills every row whose key is a moment of the hours in which clocks change", async () => {
  const spec = await makeUsers();
  expect(await fillTable(database.url, spec, { batch, workers: 2 })).toMatchObject({ status: "done", filled: 1080 });
  expect(await left()).toEqual(["0"]);
});

it("names rows that it cannot find by their keys, and ends", async () => {
  const spec = await makeUsers();
  const between = [
    async ({ connection }: { readonly connection: Connection }) => {
      await connection.query("SET SESSION time_zone = 'SYSTEM'");
      return undefined;
    },
  ];
  // Larger than the hour that comes twice: the pass gets over it.
  const large = { startRows: 100, minRows: 100, maxRows: 100 };
  const error = await fillTable(database.url, spec, { batch: large, between }).catch((each: unknown) => each);
  expect(error).toMatchObject({
    code: "LS5004",
    message: expect.stringMatching(/cannot be found by the keys .*: at=2026-10-25 02:\d\d:00; /),
  });
  expect((error as LockstepError).details).toMatchObject({ keys: { length: 3 } });
});

it.each(["DATE(`at`)", "CONCAT(`email`, NOW())"])(
  "does not compute in UTC what depends on the time zone: %s",
  async (fill) => {
    const spec = await makeUsers(fill);
    expect(await fillTable(database.url, spec).catch((each: unknown) => each)).toMatchObject({ code: "LS5013" });
    await db.query("SET GLOBAL time_zone = '+01:00'");
    try {
      expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", filled: 1080 });
    } finally {
      await db.query("SET GLOBAL time_zone = 'SYSTEM'");
    }
  },
);
