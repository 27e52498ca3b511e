/** What must hold when a run with faults is over. */
import type { Connection } from "../../../../core/src/dialect/connection.js";
import { readBackfills } from "../../../../core/src/target/ledger/backfills.js";
import { plan } from "./process-input.js";
import { ask, countOf, emailOf } from "./table.js";
import type { World } from "./world.js";

/** Every sentence of it is a defect; none: all is right. */
export async function findFaults(world: World, isLossy: boolean): Promise<readonly string[]> {
  const db = await world.db();
  const found: string[] = [];
  for (const { name } of world.spec.columns) {
    const left = await countOf(db, `SELECT count(*) FROM \`User\` WHERE \`${name}\` IS NULL`);
    if (left > 0) found.push(`${left} rows lack a value of ${name}`);
  }
  found.push(
    ...(world.application === undefined ? await unwrittenRows(world, db) : await world.application.reconcile(db)),
  );
  found.push(...(await writesOf(db, isLossy)));
  const records = await readBackfills(db, plan);
  if (records.length !== 1) found.push(`The ledger has ${records.length} records`);
  for (const { status, table, once, rowsDone, cursor } of records) {
    if (status !== "done") found.push(`The ledger says ${status}`);
    if (cursor.phase !== "sweep") found.push("The ledger says that the pass is not over");
    if (rowsDone < world.drawn.rows * 0.5) found.push(`The ledger says that ${rowsDone} rows were passed`);
    const leases = await db.dialect.live.ledger.leases(db, { plan, table, once });
    if (leases.length > 0) found.push(`${leases.length} leases are left`);
  }
  return found.slice(0, 12);
}

/** Nobody has written but the backfill. */
async function unwrittenRows({ drawn }: World, db: Connection): Promise<readonly string[]> {
  const { rows } = await ask(db, "SELECT no, email, handle FROM `User`");
  const wrong = rows.filter(
    ({ no, email, handle }) => email !== emailOf(Number(no)) || handle !== emailOf(Number(no)).toLowerCase(),
  );
  const differences = wrong.slice(0, 5).map((row) => `row ${row.no} has the email ${row.email}, handle ${row.handle}`);
  if (rows.length !== drawn.rows) differences.push(`${rows.length} rows, not ${drawn.rows}`);
  return differences;
}

/** The backfill writes a row once, with the value of the source that it has at that moment. */
async function writesOf(db: Connection, isLossy: boolean): Promise<readonly string[]> {
  const { rows } = await ask(db, "SELECT no, value, email, who FROM `Written` WHERE who LIKE 'lockstep%'");
  const found: string[] = [];
  const values = new Map<number, string>();
  for (const { no, value, email } of rows as readonly { no: number; value: string; email: string }[]) {
    if (value !== email.toLowerCase()) found.push(`row ${no} was given ${value}, and had the email ${email}`);
    const before = values.get(Number(no));
    if (before !== undefined && (!isLossy || before !== value))
      found.push(`row ${no} was written twice: ${before}, ${value}`);
    values.set(Number(no), value);
  }
  return found;
}
