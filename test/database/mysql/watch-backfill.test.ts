import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../../../core/src/connect.js";
import type { Connection } from "../../../core/src/dialects/connection.js";
import { isBlind } from "../../../core/src/dialects/pressure.js";
import { readTable } from "../../../core/src/facts/table.js";
import { statementText } from "../../../core/src/sql/statement-words.js";
import {
  createMariadbDatabase,
  type MariadbDatabase,
  type MariadbServer,
  startMariadb,
} from "../../support/mariadb.js";
import { fillTable, makeTable } from "./fixture.js";

let server: MariadbServer;
let database: MariadbDatabase;
let db: Connection;

beforeAll(async () => {
  server = await startMariadb({ settings: { performance_schema: "ON" } });
  database = await createMariadbDatabase("own", server);
  db = await connect(database.url, { applicationName: "test" });
}, 60_000);
afterAll(async () => {
  await db?.close();
  await database?.drop();
  await server?.stop();
});

it("what a backfill runs, whose batches grow, is none of the statements that are compared", async () => {
  const rows = Array.from({ length: 300 }, (_, at) => [String(at), `user${at}@example.org`] as const);
  const spec = await makeTable(db, { rows });
  const app = await database.open();
  await app.query("UPDATE `User` `t` SET `t`.`email` = 'a@b.c' WHERE `t`.`id` = 1");
  const { filled } = await fillTable(database.url, spec, { batch: { startRows: 50 } });
  expect(filled).toBe(300);
  const table = (await readTable(db, spec.table))!;
  const seen = await db.dialect.statements.touching(db, [table]);
  if (isBlind(seen)) throw new Error(seen.reason);
  const changes = seen.statements.map(({ words }) => statementText(words)).filter((text) => text.includes("UPDATE"));
  expect(changes).toEqual([expect.stringMatching(/^UPDATE "User" t SET t\.email = \? WHERE t\.id = \?/)]);
});
