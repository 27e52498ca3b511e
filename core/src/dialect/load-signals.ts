import type { TableName } from "../model/names.js";
import type { Connection } from "./connection.js";
import { size } from "./format-values.js";
import type { LedgerTable } from "./ledger-store.js";

/** The signal is not visible, and why. If a privilege is missing, with the statement that grants it. */
export interface Blind {
  readonly kind: "blind";
  readonly reason: string;
}

export function isBlind(seen: object | undefined): seen is Blind {
  return (seen as Partial<Blind> | undefined)?.kind === "blind";
}

/** The lag of a replica, as the system measures it. */
export interface ReplicaLag {
  readonly bytes?: number;
  readonly seconds?: number;
  /** Replay is stopped and does not resume by itself: what to check. */
  readonly stopped?: string;
}

export interface KnownReplica extends ReplicaLag {
  readonly name: string;
  /** It reads changes row by row and confirms them at its own pace: an unconfirmed change is not lag. */
  readonly isLogical: boolean;
}

export interface Slot {
  readonly name: string;
  /** It has no reader: the statement that drops it. */
  readonly dropSql?: string;
  /** `unreserved`: the next checkpoint may remove what it needs. */
  readonly status: "kept" | "unreserved" | "lost";
  /** Bytes that the server keeps for it now. */
  readonly keptBytes?: number;
  /** Bytes that can still be written until then, and the maximum of it. Undefined: no limit is set. */
  readonly safeBytes?: number;
  readonly mostBytes?: number;
}

/** @param bytes what the server keeps for it. Undefined: unknown */
export function unreadSlotText(name: string, bytes: number | undefined): string {
  return `the replication slot ${name} has no consumer: it keeps ${bytes === undefined ? "some WAL" : size(bytes)}`;
}

export interface Archive {
  /** Files that wait. */
  readonly files: number;
  /** When it began to fail, as the server prints it. */
  readonly failingSince?: string;
}

export interface DeadRows {
  readonly dead: number;
  readonly live: number;
  /** Why nothing removes them automatically: `autovacuum is off on the server`. */
  readonly off?: string;
  /** How often autovacuum has finished, and its progress: a changed text is a sign of life. */
  readonly rounds: number;
  readonly progress: string;
  /** What prevents the server from removing recently dead rows. */
  readonly heldBy?: string;
}

/** Transactions of a database since it was created or its counters were reset. */
export interface TransactionCounts {
  readonly ended: number;
  /** How many of them were rolled back, as after every error. */
  readonly rolledBack: number;
  readonly since?: string;
}

/** The work of a whole server, without Lockstep's own sessions and without vacuum. */
export interface OtherWork {
  /** A session is in a transaction at this moment, or copies the server. */
  readonly isAtWork: boolean;
  /** Transactions that have ended since some moment, without those of this process. Sessions report theirs once a second. */
  readonly ended: number;
}

/** A session of an application that waits for a lock. */
export interface LockWait {
  readonly ms: number;
  /** Present if it may have worked for an unknown part of that time: distinguishes this run of its statement from others. */
  readonly runs?: string;
  /** The waiting session, its lock and statement, and the blocking session; without values. */
  readonly text: string;
}

/** The load that a server reports for itself and its replicas. A method is absent if the system has no such signal. */
export interface LoadSignals {
  /** The replicas that the server knows. */
  replicas(connection: Connection): Promise<readonly KnownReplica[] | Blind>;
  /** Of the connected server, if it is a replica. Undefined: it is none. */
  lag(connection: Connection): Promise<ReplicaLag | Blind | undefined>;
  /** Active client sessions, without the current one. */
  activeSessions(connection: Connection): Promise<number | Blind>;
  /** The longest time in milliseconds that a session has waited for locks of this one. 0: no session waits, or it is not visible. */
  longestWaitMs(connection: Connection, pid: number): Promise<number>;
  /**
   * Rows of a table that any session has inserted, updated or deleted since some moment, rolled back or not. Rows of a batch count as soon
   * as it ends and not before, rows of others within some seconds. Undefined: the system has no such counter. MySQL counts rows of open
   * transactions (`table_io_waits_summary_by_table`).
   */
  writtenRows?(connection: Connection, table: LedgerTable): Promise<number | undefined>;
  /** What other sessions of the whole server do now. Undefined: not visible. */
  otherWork?(connection: Connection): Promise<OtherWork | undefined>;
  slots?(connection: Connection): Promise<readonly Slot[]>;
  /** Undefined: archiving is off. */
  archive?(connection: Connection): Promise<Archive | Blind | undefined>;
  /** The disk size of all binary logs. Undefined: the server writes none. */
  binaryLogs?(connection: Connection): Promise<{ readonly bytes: number } | Blind | undefined>;
  /** Of a table and those that inherit from it. */
  deadRows?(connection: Connection, table: TableName): Promise<DeadRows | undefined>;
  /** Of the database. */
  transactions?(connection: Connection): Promise<TransactionCounts | Blind>;
  /** Sessions that wait for locks on the tables or their rows, without Lockstep's own. */
  waits(connection: Connection, tables: readonly TableName[]): Promise<readonly LockWait[] | Blind>;
}
