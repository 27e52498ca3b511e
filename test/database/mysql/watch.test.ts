import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import type { Plan } from "../../../core/src/model/index.js";
import { watchTarget } from "../../../core/src/operate/watch/watch-target.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { confirm } from "../../../core/src/target/ledger/evidence.js";
import {
  createMariadbDatabase,
  type MariadbDatabase,
  type MariadbServer,
  startMariadb,
} from "../../support/mariadb.js";
import { fillTable, makeTable, plan } from "./fixture.js";

// A server that is not PostgreSQL, watched: what it can tell is found, and what it cannot is said.

let server: MariadbServer;
let database: MariadbDatabase;
let db: Connection;
let app: Awaited<ReturnType<MariadbDatabase["open"]>>;
const step = { gate: "no-missing-values", table: { name: "User" }, column: "handle" } as const;
const planned = {
  id: plan,
  columns: [{ table: step.table, name: step.column }],
  gates: { switch: [step], contract: [step] },
} as unknown as Plan;

beforeAll(async () => {
  server = await startMariadb({ settings: { performance_schema: "ON" } });
  database = await createMariadbDatabase("watched", server);
  db = await connect(database.url, { applicationName: "test" });
  app = await database.open();
  const rows = Array.from({ length: 20_000 }, (_, at) => [String(at), `user${at}@example.org`] as const);
  await fillTable(database.url, await makeTable(db, { rows }));
  await db.query("CREATE INDEX `byEmail` ON `User` (`email`)");
  const table = (await readTable(db, step.table))!;
  await confirm(db, { plan, gate: "writers-aware", table, column: step.column }, "ada@example.org");
}, 120_000);
afterAll(async () => {
  await db?.close();
  await database?.drop();
  await server?.stop();
});

const baseline = 3;

/** Watches an application that reads between two looks, and does something once the baseline is taken. */
async function watch(inject: () => Promise<unknown>) {
  const doing: Promise<unknown>[] = [];
  const read = async () => {
    // By the text protocol: what a driver prepares is not counted.
    for (let at = 0; at < 50; at++)
      await app.query("SELECT `id`, `handle` FROM `User` WHERE `email` = ?", [`user${at}@example.org`]);
  };
  await read();
  const outcome = await watchTarget({
    context: {
      plan: planned,
      evidence: plan,
      target: "production",
      tables: [step.table],
      everyMs: 1000,
      measures: {},
      services: [],
      writtenFrom: () => "expand",
      replicas: { ignored: [], urlsFrom: [] },
      env: {},
      clock: systemClock,
      now: () => new Date(),
      signal: new AbortController().signal,
      atEnd: () => undefined,
    },
    connect: () => connect(database.url, { applicationName: "lockstep watch" }),
    forMs: 30_000,
    baseline,
    random: Math.random,
    on: (event) => {
      if (event.kind === "began") doing.push(read());
      if (event.kind === "looked")
        doing.push(event.look === baseline + 1 ? Promise.resolve(inject()).then(read) : read());
    },
  });
  await Promise.all(doing);
  return outcome;
}

it("finds an index that is gone, and says what it does not see", async () => {
  const { anomalies, states } = await watch(() => db.query("DROP INDEX `byEmail` ON `User`"));
  await db.query("CREATE INDEX `byEmail` ON `User` (`email`)");
  expect(anomalies).toMatchObject([
    { measure: "statement-time", subject: expect.stringMatching(/FROM .*User.* WHERE .*email.* = \?/) },
  ]);
  expect(Object.fromEntries(states.map(({ look, isLooking }) => [look, isLooking]))).toMatchObject({
    "lock-waits": true,
    "missing-values": true,
    statements: true,
    transactions: false,
  });
  expect(states.find(({ look }) => look === "transactions")?.blind).toEqual([
    expect.stringMatching(/ does not count transactions that failed$/),
  ]);
});

it("finds a row without a value", async () => {
  const { anomalies } = await watch(() => db.query("INSERT INTO `User` (`id`, `email`) VALUES (900001, 'new@b.c')"));
  expect(anomalies).toContainEqual(
    expect.objectContaining({ measure: "missing-values", detail: "for example id=900001" }),
  );
});
