import { afterAll, beforeAll, expect, it } from "vitest";
import { targetOf } from "../../../core/src/backfill/session.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { beginBackfill, readBackfill } from "../../../core/src/target/ledger/backfills.js";
import { advanceLease, claimLease } from "../../../core/src/target/ledger/leases.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { errorOf, makeTable, numbered, open, plan } from "../backfill/fixture.js";

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await createDatabase("leases");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

it("a batch is not counted twice when the server kept it after its session had broken", async () => {
  const spec = await makeTable(db, { rows: numbered(20) });
  const table = (await readTable(db, spec.table))!;
  const { oid, schema, name } = table;
  const id = { plan, table: { oid, schema, name } };
  const work = { key: spec.key, columns: ["handle"] };
  await beginBackfill(db, id, { work, runner: "r1", rowsEstimated: 20 });
  await db.dialect.live.ledger.open(db, id);
  const claiming = { id, work, worker: "r1", target: targetOf(table, spec), rows: 10, leaseMs: 60_000 };
  const { claim } = await claimLease(db, claiming);
  if (claim.kind !== "lease") throw new Error(`no range: ${claim.kind}`);
  const done = { upper: ["4"], rows: 5, filled: 5 };
  const next = await advanceLease(db, claiming, claim.lease, done);
  expect(next.lease).toMatchObject({ after: ["4"], upTo: claim.lease.upTo, rows: 5 });

  const error = await errorOf(advanceLease(db, claiming, claim.lease, done));
  expect(error.code).toBe("LS5027");
  expect(error.message).toContain("its batch was committed");
  expect(await readBackfill(db, id)).toMatchObject({ rowsDone: 5, rowsFilled: 5, batches: 1 });
});
