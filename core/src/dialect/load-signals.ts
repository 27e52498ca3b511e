import type { TableName } from "../model/names.js";
import type { Connection } from "./connection.js";
import { size } from "./format-values.js";
import type { LedgerTable } from "./ledger-store.js";

/** It cannot be seen, and why; where a right is missing, with the statement that grants it. */
export interface Blind {
  readonly kind: "blind";
  readonly reason: string;
}

export function isBlind(seen: object | undefined): seen is Blind {
  return (seen as Partial<Blind> | undefined)?.kind === "blind";
}

/** How far behind a replica is, as far as the system counts it. */
export interface ReplicaLag {
  readonly bytes?: number;
  readonly seconds?: number;
  /** It replays nothing and does not begin again by itself: what to look at. */
  readonly stopped?: string;
}

export interface KnownReplica extends ReplicaLag {
  readonly name: string;
  /** It takes changes row by row and confirms them when it likes: behind is not late. */
  readonly isLogical: boolean;
}

export interface Slot {
  readonly name: string;
  /** Nobody reads it: the statement that gives it up. */
  readonly dropSql?: string;
  /** `unreserved`: what it needs may be gone at the next checkpoint. */
  readonly status: "kept" | "unreserved" | "lost";
  /** What the server keeps for it now. */
  readonly keptBytes?: number;
  /** What may still be written until then, and the most that this can be; undefined: no limit is set. */
  readonly safeBytes?: number;
  readonly mostBytes?: number;
}

/** @param bytes what the server keeps for it; undefined: it does not tell */
export function unreadSlotText(name: string, bytes: number | undefined): string {
  return `the replication slot ${name} has no consumer: it keeps ${bytes === undefined ? "some WAL" : size(bytes)}`;
}

export interface Archive {
  /** Files that wait. */
  readonly files: number;
  /** Since when it fails, as the server writes it. */
  readonly failingSince?: string;
}

export interface DeadRows {
  readonly dead: number;
  readonly live: number;
  /** Why nothing takes them away by itself: `autovacuum is off on the server`. */
  readonly off?: string;
  /** How often autovacuum has finished, and how far it is: another text is a sign of life. */
  readonly rounds: number;
  readonly progress: string;
  /** Who keeps the server from taking rows away that died lately. */
  readonly heldBy?: string;
}

/** Transactions of a database, since it was made or its counters were set back. */
export interface TransactionCounts {
  readonly ended: number;
  /** Of them: as after every error. */
  readonly rolledBack: number;
  readonly since?: string;
}

/** A session of an application that waits for a lock. */
export interface LockWait {
  readonly ms: number;
  /** Where it may have worked for a part of that time, and nobody knows for how long: what tells this run of its statement from others. */
  readonly runs?: string;
  /** Who waits, for which lock, with which statement, and for whom; without values. */
  readonly text: string;
}

/** What a server tells of the load that it and its replicas are under. Where a system has no such thing, the question is missing. */
export interface LoadSignals {
  /** The replicas that it knows. */
  replicas(connection: Connection): Promise<readonly KnownReplica[] | Blind>;
  /** Of the server that is asked, which is a replica; undefined: it is none. */
  lag(connection: Connection): Promise<ReplicaLag | Blind | undefined>;
  /** Client sessions that are at work just now, without the one that asks. */
  activeSessions(connection: Connection): Promise<number | Blind>;
  /** How long sessions have been waiting for locks of this one, the longest, in milliseconds. 0: none is, or it cannot be seen. */
  longestWaitMs(connection: Connection, pid: number): Promise<number>;
  /**
   * Rows of a table that anybody has inserted, updated or deleted since some moment, rolled back or not: those of a batch as soon as it
   * has ended and not before, those of others within some seconds. Undefined: nothing counts them like that. MySQL counts rows of
   * transactions that have not ended (`table_io_waits_summary_by_table`).
   */
  writtenRows?(connection: Connection, table: LedgerTable): Promise<number | undefined>;
  slots?(connection: Connection): Promise<readonly Slot[]>;
  /** Undefined: nothing is archived. */
  archive?(connection: Connection): Promise<Archive | Blind | undefined>;
  /** What all binary logs take on the disk. Undefined: the server writes none. */
  binaryLogs?(connection: Connection): Promise<{ readonly bytes: number } | Blind | undefined>;
  /** Of a table and those that inherit from it. */
  deadRows?(connection: Connection, table: TableName): Promise<DeadRows | undefined>;
  /** Of the database. */
  transactions?(connection: Connection): Promise<TransactionCounts | Blind>;
  /** Sessions that wait for locks on some tables or their rows. Lockstep's own are left out. */
  waits(connection: Connection, tables: readonly TableName[]): Promise<readonly LockWait[] | Blind>;
}
