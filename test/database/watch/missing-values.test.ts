import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { type Clock, systemClock } from "../../../core/src/dialect/db/clock.js";
import type { Plan } from "../../../core/src/model/index.js";
import missingValues from "../../../core/src/operate/watch/probes/missing-values.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { confirm } from "../../../core/src/target/ledger/evidence.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { fillTable, makeTable, numbered, plan } from "../backfill/fixture.js";

// The look for rows without a value, with the time in the hands of the test: what it waits for in the ledger, how often it reads the
// table, and when it finds a row.

const step = { gate: "no-missing-values", table: { name: "User" }, column: "handle" } as const;

let database: TestDatabase;
let db: Connection;
let nowMs = 0;
/** For how long the table is read, each time; and how often and for how long that was so far. */
let readMs = 0;
let reads = 0;
let readingMs = 0;

beforeAll(async () => {
  database = await createDatabase("missing");
  db = await connect(database.url, { applicationName: "test" });
}, 60_000);
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

function startLook() {
  const clock: Clock = { ...systemClock, now: () => nowMs };
  const look = missingValues.start({
    plan: { id: plan, columns: [], gates: { switch: [step], contract: [step] } } as unknown as Plan,
    evidence: plan,
    target: "production",
    tables: [step.table],
    everyMs: 1000,
    measures: {},
    services: [],
    writtenFrom: () => "expand",
    replicas: { ignored: [], urlsFrom: [] },
    env: {},
    clock,
    now: () => new Date(),
    signal: new AbortController().signal,
    atEnd: () => undefined,
  });
  // The same session, whose statement that reads the table takes as long as the test says.
  const timed: Connection = Object.create(db, {
    query: {
      value: (sql: string, values?: readonly unknown[]) => {
        if (sql.includes(" AS sample")) {
          nowMs += readMs;
          readingMs += readMs;
          reads++;
        }
        return db.query(sql, values);
      },
    },
  });
  return () => look(timed);
}

it("is told by the ledger that the backfill is done, and that all writers know the column", async () => {
  const spec = await makeTable(db, { rows: numbered(60) });
  const look = startLook();
  const notFilled = [`the backfill of "User"."handle" is not done, so rows may still lack a value`];
  expect(await look()).toMatchObject({ points: [], blind: notFilled });
  const meanwhile: unknown[] = [];
  const between = [async () => void meanwhile.push((await look()).blind)];
  await fillTable(database.url, spec, { between });
  expect(meanwhile.length).toBeGreaterThan(1);
  expect(meanwhile).toEqual(meanwhile.map(() => notFilled));
  const unsaid = [`nothing confirms that all running code writes "User"."handle"`];
  expect(await look()).toMatchObject({ points: [], blind: unsaid });
  expect(reads).toBe(0);
  const table = (await readTable(db, step.table))!;
  await confirm(db, { plan, gate: "writers-aware", table, column: step.column }, "ada@example.org");
  expect((await look()).points).toMatchObject([{ subject: `"User"."handle"`, value: 0 }]);
  expect(reads).toBe(1);
});

it("reads the table a twentieth of the time at most, and the first read that begins after a row came finds it", async () => {
  await db.query(`ALTER TABLE "User" DISABLE TRIGGER USER`);
  const look = startLook();
  readMs = 400;
  const [startMs, readBefore] = [nowMs, readingMs];
  const lookAfterASecond = async () => {
    nowMs += 1000;
    return (await look()).points;
  };
  for (let at = 0; at < 40; at++) expect((await lookAfterASecond()).every(({ value }) => value === 0)).toBe(true);
  expect(readingMs - readBefore).toBeGreaterThan(0);
  expect(20 * (readingMs - readBefore)).toBeLessThanOrEqual(nowMs - startMs + 20 * readMs);
  await db.query(`INSERT INTO "User" (id, email) VALUES (900001, 'new@example.org')`);
  const begun = reads;
  let found = await lookAfterASecond();
  while (found.every(({ value }) => value === 0) && reads < begun + 5) found = await lookAfterASecond();
  expect(found).toMatchObject([{ value: 1, detail: "for example id=900001" }]);
  expect(reads).toBe(begun + 1);
});
