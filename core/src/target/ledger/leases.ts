import { randomUUID } from "node:crypto";
import * as z from "zod";
import { LockstepError } from "../../base/errors.js";
import type { FillTarget, KeyValues } from "../../dialect/batches.js";
import type { Connection } from "../../dialect/connection.js";
import type { BackfillId, BackfillWork, Cursor, Lease, Range } from "../../dialect/ledger-store.js";
import { type BackfillRecord, keyValues, recordSchema } from "./backfills.js";
import { count, readRow } from "./read.js";

const leaseSchema = z
  .object({
    lease: z.string(),
    worker: z.string(),
    after: keyValues.nullable(),
    up_to: keyValues,
    row_count: count,
    beat_age_ms: count.nullable(),
  })
  .transform((row) => ({
    lease: row.lease,
    worker: row.worker,
    after: row.after,
    upTo: row.up_to,
    rows: row.row_count,
    silentMs: row.beat_age_ms ?? Number.POSITIVE_INFINITY,
  }));

/** The lock that a worker's session holds as long as it lives. */
export const workerLock = (worker: string) => `lockstep worker ${worker}`;

/** What a worker may do next. `wait`: others have all that is left. `over`: there is nothing left, or the backfill is another one now. */
export type Claim =
  | { readonly kind: "lease"; readonly lease: Lease }
  | { readonly kind: "wait" }
  | { readonly kind: "over" };

interface Claiming {
  readonly id: BackfillId;
  readonly worker: string;
  readonly work: BackfillWork;
  readonly target: FillTarget;
  /** Of the next range. */
  readonly rows: number;
  /** A worker that was not heard of for so long has lost its range, whatever it still does. */
  readonly leaseMs: number;
}

/**
 * Takes a range: one whose worker is gone, else the next one of the pass. In a transaction of the caller's.
 * @returns with the record as it is now
 */
export async function claimLease(
  connection: Connection,
  claiming: Claiming,
): Promise<{ readonly claim: Claim; readonly record: BackfillRecord | undefined }> {
  const { id, worker, work } = claiming;
  const { ledger } = connection.dialect.live;
  const record = await lockRecord(connection, id);
  if (record === undefined || JSON.stringify(record.work) !== JSON.stringify(work))
    return { claim: { kind: "over" }, record };
  if (!record.isOpen) return { claim: { kind: "wait" }, record };
  const leases = await readLeases(connection, id);
  for (const lease of leases)
    if (lease.worker === worker || (await isGone(connection, lease, claiming.leaseMs))) {
      if (lease.worker !== worker && !(await ledger.takeLease(connection, lease.lease, lease.worker, worker))) continue;
      return { claim: { kind: "lease", lease: rangeOf(lease) }, record };
    }
  const next = await nextRange(connection, claiming, record.cursor);
  if (next.cursor !== record.cursor) await ledger.move(connection, id, { cursor: next.cursor, rows: 0, filled: 0 });
  if (next.range === undefined) return { claim: { kind: leases.length > 0 ? "wait" : "over" }, record };
  const lease = { ...next.range, lease: randomUUID() };
  await ledger.addLease(connection, id, worker, lease);
  return { claim: { kind: "lease", lease }, record };
}

/**
 * Writes down that a worker has passed its range up to a key, in the transaction of the batch; takes the next range when it is at its end.
 * @returns the lease from here on, undefined at the end of the pass, and the record as it was before
 * @throws LS5027 when the lease is another's by now: the batch must not be kept
 */
export async function advanceLease(
  connection: Connection,
  claiming: Claiming,
  lease: Lease,
  done: { readonly upper: KeyValues; readonly rows: number; readonly filled: number },
): Promise<{ readonly lease: Lease | undefined; readonly record: BackfillRecord }> {
  const { id, worker } = claiming;
  const { ledger } = connection.dialect.live;
  const record = await lockRecord(connection, id);
  if (record === undefined) throw lost(connection, id);
  // Of a session that broke at its COMMIT the server may have kept the batch after this one has read the lease.
  const own = (await readLeases(connection, id)).find((each) => each.lease === lease.lease && each.worker === worker);
  if (own === undefined) throw lost(connection, id);
  if (!isSameLease(own, lease)) throw keptBefore(connection, id);
  const { rows, filled } = done;
  const { target } = claiming;
  const isWhole = JSON.stringify(done.upper) === JSON.stringify(lease.upTo);
  const rest = { after: done.upper, upTo: lease.upTo, rows: Math.max(lease.rows - rows, 1) };
  const next = isWhole ? await nextRange(connection, claiming, record.cursor) : { cursor: record.cursor, range: rest };
  const taken = next.range && { ...next.range, lease: lease.lease };
  const advance = { cursor: next.cursor, rows: countedRows(target, done), filled };
  if (!(await ledger.passRange(connection, id, worker, advance, taken ?? lease.lease))) throw lost(connection, id);
  return { lease: taken, record };
}

/**
 * Rows of a batch that count as passed. By places they are those that it filled: an UPDATE moves a row, often to a place further on,
 * where the pass meets it again.
 */
export function countedRows(
  { order }: Pick<FillTarget, "order">,
  { rows, filled }: { readonly rows: number; readonly filled: number },
): number {
  return order === undefined ? rows : filled;
}

/** The lease that a worker has, after a connection broke. */
export async function ownLease(connection: Connection, id: BackfillId, worker: string): Promise<Lease | undefined> {
  const own = (await readLeases(connection, id)).find((lease) => lease.worker === worker);
  return own && rangeOf(own);
}

async function readLeases(connection: Connection, id: BackfillId) {
  const rows = await connection.dialect.live.ledger.leases(connection, id);
  return rows.map((row) => readRow(leaseSchema, row, "leases", connection));
}

/** Whether a worker has the range that it had. */
export function isSameLease(one: Lease | undefined, other: Lease | undefined): boolean {
  return JSON.stringify(one && rangeOf(one)) === JSON.stringify(other && rangeOf(other));
}

const rangeOf = ({ lease, after, upTo, rows }: Lease): Lease => ({ lease, after, upTo, rows });

async function lockRecord(connection: Connection, id: BackfillId): Promise<BackfillRecord | undefined> {
  const row = await connection.dialect.live.ledger.lock(connection, id);
  return row && readRow(recordSchema, row, "backfills", connection);
}

/** Its session has ended, or it was not heard of for long: it may be suspended, and wake up later. */
async function isGone(
  connection: Connection,
  { worker, silentMs }: { readonly worker: string; readonly silentMs: number },
  leaseMs: number,
): Promise<boolean> {
  if (silentMs >= leaseMs) return true;
  return (await connection.dialect.live.batches.lockedBy(connection, workerLock(worker))) === undefined;
}

/** The next rows of the pass, and the cursor behind them. */
async function nextRange(
  connection: Connection,
  { target, rows }: Claiming,
  cursor: Cursor,
): Promise<{ readonly range?: Range; readonly cursor: Cursor }> {
  if (cursor.phase === "sweep") return { cursor };
  const { batches } = connection.dialect.live;
  const { after, upTo: end, since, server, made } = cursor;
  const bounds = { upTo: end, since, server, made };
  const ahead = { after, ...(end === undefined ? {} : { upTo: end }) };
  const upper = await batches.endOf(connection, target, rows, ahead);
  if (upper !== undefined)
    return { range: { after, upTo: upper, rows }, cursor: { ...bounds, phase: "pass", after: upper } };
  // The rest of the table. The pass ends here, although writers may add more at this very moment: chasing them could
  // take for ever, and the sweep finds those that no trigger has filled.
  const over = { ...bounds, phase: "sweep" } as const;
  const rest = await batches.rest(connection, target, ahead);
  if (rest.upTo === undefined) return { cursor: over };
  return { range: { after, upTo: rest.upTo, rows: Math.max(rest.rows, 1) }, cursor: over };
}

function keptBefore(connection: Connection, { plan }: BackfillId): LockstepError {
  return new LockstepError(
    "LS5027",
    `The session of ${plan} on ${connection.label} broke, but its batch was committed: its rows are done`,
  );
}

function lost(connection: Connection, { plan }: BackfillId): LockstepError {
  return new LockstepError("LS5027", `Another worker took over a range of ${plan} on ${connection.label}`);
}
