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

/** The lock that a worker's session holds while it is connected. */
export const workerLock = (worker: string) => `lockstep worker ${worker}`;

/** The next step of a worker. `wait`: other workers have all remaining ranges. `over`: nothing is left, or the backfill was replaced. */
export type Claim =
  | { readonly kind: "lease"; readonly lease: Lease }
  | { readonly kind: "wait" }
  | { readonly kind: "over" };

interface Claiming {
  readonly id: BackfillId;
  readonly worker: string;
  readonly work: BackfillWork;
  readonly target: FillTarget;
  /** The size of the next range. */
  readonly rows: number;
  /** A worker without a heartbeat for this long loses its range, whatever it is doing. */
  readonly leaseMs: number;
}

/**
 * Takes a range: one whose worker is gone, otherwise the next one of the pass. Runs in the caller's transaction.
 * @returns the claim with the current record
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
 * Records that a worker has passed its range up to a key, in the transaction of the batch. Takes the next range at the end.
 * @returns the lease from here on, undefined at the end of the pass, and the previous record
 * @throws LS5027 if the lease belongs to another worker now: the batch must be rolled back
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
  // If a session broke during COMMIT, the server may have committed the batch after this session read the lease.
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
 * The rows of a batch that count as passed. In physical order, only filled rows count: an UPDATE moves a row, often further on, where the
 * pass finds it again.
 */
export function countedRows(
  { order }: Pick<FillTarget, "order">,
  { rows, filled }: { readonly rows: number; readonly filled: number },
): number {
  return order === undefined ? rows : filled;
}

/** The current lease of a worker after a connection broke. */
export async function ownLease(connection: Connection, id: BackfillId, worker: string): Promise<Lease | undefined> {
  const own = (await readLeases(connection, id)).find((lease) => lease.worker === worker);
  return own && rangeOf(own);
}

async function readLeases(connection: Connection, id: BackfillId) {
  const rows = await connection.dialect.live.ledger.leases(connection, id);
  return rows.map((row) => readRow(leaseSchema, row, "leases", connection));
}

/** Whether a worker still has the same range. */
export function isSameLease(one: Lease | undefined, other: Lease | undefined): boolean {
  return JSON.stringify(one && rangeOf(one)) === JSON.stringify(other && rangeOf(other));
}

const rangeOf = ({ lease, after, upTo, rows }: Lease): Lease => ({ lease, after, upTo, rows });

async function lockRecord(connection: Connection, id: BackfillId): Promise<BackfillRecord | undefined> {
  const row = await connection.dialect.live.ledger.lock(connection, id);
  return row && readRow(recordSchema, row, "backfills", connection);
}

/** Whether its session has ended, or it has been silent too long: it may be suspended and resume later. */
async function isGone(
  connection: Connection,
  { worker, silentMs }: { readonly worker: string; readonly silentMs: number },
  leaseMs: number,
): Promise<boolean> {
  if (silentMs >= leaseMs) return true;
  return (await connection.dialect.live.batches.lockedBy(connection, workerLock(worker))) === undefined;
}

/** The next rows of the pass, and the cursor after them. */
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
  // The rest of the table. The pass ends here, even if rows are being added: following them might never end, and the sweep finds those that
  // no trigger has filled.
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
