import { afterAll, beforeAll, expect, it } from "vitest";
import { pauseBackfills } from "../../../core/src/cli/on-anomaly.js";
import type { Target } from "../../../core/src/cli/targets.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { isBlind } from "../../../core/src/dialect/load-signals.js";
import type { Plan } from "../../../core/src/model/index.js";
import type { Anomaly } from "../../../core/src/operate/watch/watch-target.js";
import { statementText } from "../../../core/src/sql/statement-words.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import {
  createMariadbDatabase,
  type MariadbDatabase,
  type MariadbServer,
  startMariadb,
} from "../../support/mariadb.js";
import { fillTable, makeTable, plan } from "./fixture.js";

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
  const seen = await db.dialect.live.statements.touching(db, [table]);
  if (isBlind(seen)) throw new Error(seen.reason);
  const changes = seen.statements.map(({ words }) => statementText(words)).filter((text) => text.includes("UPDATE"));
  expect(changes).toEqual([expect.stringMatching(/^UPDATE "User" t SET t\.email = \? WHERE t\.id = \?/)]);
});

it("is paused while somebody holds its table", async () => {
  const spec = await makeTable(db, { rows: [["1", "a@example.org"]] });
  await fillTable(database.url, spec);
  await db.query("UPDATE lockstep.backfills SET status = 'running' WHERE table_schema = DATABASE()");
  const holder = await database.open();
  await holder.query("LOCK TABLES `User` WRITE");
  try {
    const targets = [{ name: "production", url: database.url }] as unknown as readonly Target[];
    const lost: Anomaly = {
      kind: "lost",
      target: "production",
      since: "2026-01-01T00:00:00Z",
      at: "2026-01-01T00:00:03Z",
      looks: 3,
      detail: "gone",
    };
    const paused = await pauseBackfills({ id: plan, backfills: [spec] } as unknown as Plan, targets, lost, { env: {} });
    expect(paused).toMatchObject([{ isPaused: true }]);
  } finally {
    await holder.query("UNLOCK TABLES");
  }
});
