import type { DeployedPhase, GateId, KeyColumn } from "../model/plan.js";
import type { KeyValues } from "./batches.js";
import type { Connection } from "./connection.js";

/** A table as the ledger keys it. A table that was dropped and created again has another OID, and so no history. */
export interface LedgerTable {
  readonly schema: string;
  readonly name: string;
  /** 0 if the database has no such identity. */
  readonly oid: number;
}

/** Whether two identify the same table. If tables have no identity, compares their names. */
export function isSameLedgerTable(one: LedgerTable, other: LedgerTable): boolean {
  return one.schema === other.schema && one.oid === other.oid && (one.oid !== 0 || one.name === other.name);
}

/** The bounds of a single pass in its cursor. */
export interface SinglePassBounds {
  /** The end: the greatest key at its start. */
  readonly upTo?: KeyValues | undefined;
  /** Every transaction before this one had ended at its start. Absent if rows do not record when they were written. */
  readonly since?: string | undefined;
  /** The server on which the cursor was written. */
  readonly server?: string | undefined;
  /** Distinguishes each column from a later one of the same name (`identitiesOf`). Absent in older ledgers. */
  readonly made?: Readonly<Record<string, string>> | undefined;
}

/** The position of a backfill: after the last key of the last batch, or in the rows inserted behind the cursor. */
export type Cursor = SinglePassBounds &
  ({ readonly phase: "pass"; readonly after: KeyValues | null } | { readonly phase: "sweep" });

/** What a cursor applies to: it is invalid with another key or other columns. */
export interface BackfillWork {
  readonly key: readonly KeyColumn[];
  readonly columns: readonly string[];
}

/** Which row of the ledger. */
export interface BackfillId {
  readonly plan: string;
  readonly table: LedgerTable;
  /** The pass over columns that stay optional. Default: false. */
  readonly once?: boolean;
}

export interface Advance {
  readonly cursor: Cursor;
  /** Rows passed and rows filled since the last advance. */
  readonly rows: number;
  readonly filled: number;
}

/** A place in the code that a confirmation covers. */
export interface EvidencePlace {
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly reason: string;
  /** Its identity. Absent in older ledgers. */
  readonly id?: string | undefined;
}

/** The subject of a confirmation: a gate of a plan, for one column of one table on this target. */
export interface EvidenceKey {
  readonly plan: string;
  readonly gate: GateId;
  readonly table: LedgerTable;
  readonly column: string;
}

/** The read statistics of a table when a phase of a plan was released. */
export interface BaselineKey {
  readonly plan: string;
  readonly phase: DeployedPhase;
  readonly table: LedgerTable;
}

/** A deployment of a plan, and its result. */
export interface DeploymentEntry {
  /** The phases of the migrations that it applied or reverted. */
  readonly phases: readonly DeployedPhase[];
  /** The plan's migrations that it applied. If it failed: those that were pending. */
  readonly migrations: readonly string[];
  readonly outcome: "done" | "failed";
  /** Of the error. */
  readonly code?: string;
  /** Runs of the ORM's own deployment. */
  readonly attempts: number;
  readonly tookMs: number;
}

/** A row of the ledger: counts as text, moments as ISO 8601, JSON parsed. Validated, because other tools may have written it. */
export type LedgerRow = Readonly<Record<string, unknown>>;

/** A part of a pass that belongs to one worker: rows after a key (null: from the start), up to a key. */
export interface Range {
  readonly after: KeyValues | null;
  readonly upTo: KeyValues;
  /** The row count when it was taken. */
  readonly rows: number;
}

/** The range of a worker. It outlives its worker; another worker then takes it over. */
export interface Lease extends Range {
  readonly lease: string;
}

/** A session that works on a backfill. */
export interface WorkerEntry {
  /** Its unique name in this ledger. */
  readonly worker: string;
  /** The machine that it runs on. */
  readonly host: string;
  readonly pid: number;
}

/** The part of a plan in a build: the code of this phase and of those before it. */
export interface KnownPlan {
  readonly phase: string;
  /** Places that must change and had not changed at build time: rows written there lack the column. */
  readonly left: number;
}

/** The announcement of a service's build. */
export interface Announcement {
  readonly service: string;
  readonly build: string;
  /** A process, which is alive while it repeats this. Empty: announced by a deployment. */
  readonly instance: string;
  /** By the plan's id. */
  readonly plans: Readonly<Record<string, KnownPlan>>;
}

/** The ledger's tables, per dialect. Errors are the server's. */
export interface LedgerStore {
  /** The display name of its location: `schema lockstep`. */
  readonly place: string;
  /** The statement that allows an account to create and use it. */
  readonly grant: string;
  /** The version of its tables. Undefined: there is no ledger. */
  version(connection: Connection): Promise<number | undefined>;
  /** Migrates it to `ledgerVersion`, from any earlier state. Several sessions may do so at once. */
  build(connection: Connection): Promise<void>;

  backfills(connection: Connection, plan: string): Promise<readonly LedgerRow[]>;
  /** Registers a run. The cursor is kept if key and columns are the same and it does not start over. Otherwise it becomes `start`. */
  begin(
    connection: Connection,
    id: BackfillId,
    values: {
      readonly work: BackfillWork;
      readonly start: Cursor;
      readonly isAnew: boolean;
      readonly rowsEstimated: number;
      readonly runner: string;
      /** The time of a cancellation to revert; one of any other time is kept. */
      readonly takesBack: string | null;
    },
  ): Promise<LedgerRow | undefined>;
  /** @returns false when another runner registered later */
  advance(connection: Connection, id: BackfillId, runner: string, advance: Advance): Promise<boolean>;
  end(
    connection: Connection,
    id: BackfillId,
    runner: string,
    end: { readonly status: string; readonly error?: string },
  ): Promise<void>;

  /** The requested state of its runs: `{ control }`. Undefined: it never began. @param isLocked locks the row against changes */
  control(connection: Connection, id: BackfillId, isLocked: boolean): Promise<LedgerRow | undefined>;
  setControl(connection: Connection, id: BackfillId, control: object): Promise<void>;

  /** Locks the backfill's row until the transaction ends, and returns it. */
  lock(connection: Connection, id: BackfillId): Promise<LedgerRow | undefined>;
  /** Moves the cursor and adds to the row counts; the caller has locked the row. */
  move(connection: Connection, id: BackfillId, advance: Advance): Promise<void>;
  /** The fills passed validation: workers may take ranges. */
  open(connection: Connection, id: BackfillId): Promise<void>;

  /** `{ lease, worker, after, up_to, row_count, beat_age_ms }`, the oldest first; no age if the worker is unknown. */
  leases(connection: Connection, id: BackfillId): Promise<readonly LedgerRow[]>;
  addLease(connection: Connection, id: BackfillId, worker: string, lease: Lease): Promise<void>;
  /**
   * Moves the cursor and adds to the row counts, as `move`, and gives the worker's lease its next range. Without a range, the lease ends.
   * @returns false when the worker no longer has it: then the batch must be rolled back
   */
  passRange(
    connection: Connection,
    id: BackfillId,
    worker: string,
    advance: Advance,
    lease: Lease | string,
  ): Promise<boolean>;
  /** Takes over a lease. @returns false when another worker was faster */
  takeLease(connection: Connection, lease: string, from: string, to: string): Promise<boolean>;

  /** `{ key, code, at, total }`: rows that got no value, by key; the first ones, and their number. */
  failures(connection: Connection, id: BackfillId, limit: number): Promise<readonly LedgerRow[]>;
  /** @param code SQLSTATE of the rejection */
  addFailure(connection: Connection, id: BackfillId, key: KeyValues, code: string): Promise<void>;
  /** A run begins: rejected rows are tried again. */
  forgetFailures(connection: Connection, id: BackfillId): Promise<void>;

  /** The workers of all backfills of the plan; `beat_age_ms` is the time since a worker's last report, by the server's clock. */
  workers(connection: Connection, plan: string): Promise<readonly LedgerRow[]>;
  enlist(connection: Connection, id: BackfillId, worker: WorkerEntry): Promise<void>;
  /** Reports that the worker is alive, and its current work. @returns false when the worker was removed from the ledger */
  beat(connection: Connection, worker: string, report: object): Promise<boolean>;
  strikeOff(connection: Connection, worker: string): Promise<void>;

  /** Inserts or renews an announcement. One complete statement: applications run it by drivers of their own. */
  announceSql(announcement: Announcement): string;
  /** Announcements of deployments, and of the instances of the last week; `silent_ms` is the age of `at`, by the server's clock. */
  announcements(connection: Connection): Promise<readonly LedgerRow[]>;
  /** Deletes instances without an announcement for a week. */
  forgetInstances(connection: Connection): Promise<void>;

  confirm(
    connection: Connection,
    key: EvidenceKey,
    values: { readonly who: string; readonly note?: string; readonly places: readonly EvidencePlace[] },
  ): Promise<LedgerRow | undefined>;
  /** Names of plans with this prefix that have confirmations in this database. */
  evidenceNames(connection: Connection, beginning: string): Promise<readonly string[]>;
  /** `mark`, if rows record when they were written: `Rows.missing` uses it to detect later ones. */
  evidence(connection: Connection, key: EvidenceKey): Promise<LedgerRow | undefined>;

  /** Stores the statistics. The last ones replace earlier ones. */
  keepBaseline(connection: Connection, key: BaselineKey, statistics: object): Promise<void>;
  /** `{ phase, statistics }` of a table. */
  baselines(connection: Connection, key: Omit<BaselineKey, "phase">): Promise<readonly LedgerRow[]>;

  /** The complete course of a backfill over time. The last one replaces earlier ones. */
  keepProgressHistory(connection: Connection, id: BackfillId, history: object): Promise<void>;
  /** `{ table_schema, table_name, table_oid, once, course }`, those of a plan. */
  progressHistories(connection: Connection, plan: string): Promise<readonly LedgerRow[]>;
  addDeployment(connection: Connection, plan: string, entry: DeploymentEntry): Promise<void>;
  /** `{ phases, migrations, outcome, code, attempts, took_ms, at }`, oldest first. */
  deployments(connection: Connection, plan: string): Promise<readonly LedgerRow[]>;
}
