import type { DeployedPhase, GateId, KeyColumn } from "../model/plan.js";
import type { KeyValues } from "./batches.js";
import type { Connection } from "./connection.js";

/** A table as the ledger keys it. A table that was dropped and created again has another OID, and so no history. */
export interface LedgerTable {
  readonly schema: string;
  readonly name: string;
  /** 0 where the database has nothing of the kind. */
  readonly oid: number;
}

/** Whether two mean the same table. Where tables have no identity their names are it. */
export function isSameLedgerTable(one: LedgerTable, other: LedgerTable): boolean {
  return one.schema === other.schema && one.oid === other.oid && (one.oid !== 0 || one.name === other.name);
}

/** What a cursor knows of a pass that is made once. */
export interface SinglePassBounds {
  /** Where it ends: the greatest key at its start. */
  readonly upTo?: KeyValues | undefined;
  /** Every transaction before this one had ended at its start; absent where rows do not know when they were written. */
  readonly since?: string | undefined;
  /** Which server the cursor was written on. */
  readonly server?: string | undefined;
  /** What tells each column from a later one of its name (`identitiesOf`). Ledgers of before have none. */
  readonly made?: Readonly<Record<string, string>> | undefined;
}

/** Where a backfill stands: behind the last key of the last batch, or at what came in behind the cursor. */
export type Cursor = SinglePassBounds &
  ({ readonly phase: "pass"; readonly after: KeyValues | null } | { readonly phase: "sweep" });

/** What a cursor means: it is worth nothing with another key or other columns. */
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

/** A place of the code that a confirmation speaks of. */
export interface EvidencePlace {
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly reason: string;
  /** What it is known by; ledgers of before have none. */
  readonly id?: string | undefined;
}

/** What was confirmed: a gate of a plan, for one column of one table on this target. */
export interface EvidenceKey {
  readonly plan: string;
  readonly gate: GateId;
  readonly table: LedgerTable;
  readonly column: string;
}

/** What reads of a table were like when a phase of a plan was released. */
export interface BaselineKey {
  readonly plan: string;
  readonly phase: DeployedPhase;
  readonly table: LedgerTable;
}

/** What was deployed for a plan, and how it went. */
export interface DeploymentEntry {
  /** Those that its migrations belong to, or take back. */
  readonly phases: readonly DeployedPhase[];
  /** Those of the plan that are applied now and were not before; of one that failed those that were pending. */
  readonly migrations: readonly string[];
  readonly outcome: "done" | "failed";
  /** Of the error. */
  readonly code?: string;
  /** Runs of the ORM's own deployment. */
  readonly attempts: number;
  readonly tookMs: number;
}

/** A row as the ledger has it: counts as text, moments as ISO 8601, JSON as what it says. Read by a schema: another hand may have written it. */
export type LedgerRow = Readonly<Record<string, unknown>>;

/** A part of a pass that one worker has for itself: rows behind a key (null: from the start), up to a key. */
export interface Range {
  readonly after: KeyValues | null;
  readonly upTo: KeyValues;
  /** As they were counted when it was taken. */
  readonly rows: number;
}

/** A range of a worker. It outlives its worker, and is taken over then. */
export interface Lease extends Range {
  readonly lease: string;
}

/** One session that works on a backfill. */
export interface WorkerEntry {
  /** Names it, in this ledger and for ever. */
  readonly worker: string;
  /** The machine that it runs on. */
  readonly host: string;
  readonly pid: number;
}

/** What a build has of a plan: the code of this phase and of those before it. */
export interface KnownPlan {
  readonly phase: string;
  /** Places that must change and had not, where it was built: rows written there lack the column. */
  readonly left: number;
}

/** What a build of a service says of itself. */
export interface Announcement {
  readonly service: string;
  readonly build: string;
  /** A process, which is alive while it says this again and again; empty: the word of a deployment. */
  readonly instance: string;
  /** By the plan's id. */
  readonly plans: Readonly<Record<string, KnownPlan>>;
}

/** The ledger's tables, in the words of a dialect. Errors are the server's. */
export interface LedgerStore {
  /** How people call the place: `schema lockstep`. */
  readonly place: string;
  /** What lets an account make and use it. */
  readonly grant: string;
  /** Of its tables; undefined: there is no ledger. */
  version(connection: Connection): Promise<number | undefined>;
  /** Brings it to `ledgerVersion`, from whatever is there. Several sessions may do so at once. */
  build(connection: Connection): Promise<void>;

  backfills(connection: Connection, plan: string): Promise<readonly LedgerRow[]>;
  /** Enters a runner. The cursor stays where it is when key and columns are the same and it does not begin anew, else it is `start`. */
  begin(
    connection: Connection,
    id: BackfillId,
    values: {
      readonly work: BackfillWork;
      readonly start: Cursor;
      readonly isAnew: boolean;
      readonly rowsEstimated: number;
      readonly runner: string;
      /** That somebody has cancelled it then is taken back; at any other time it stays. */
      readonly takesBack: string | null;
    },
  ): Promise<LedgerRow | undefined>;
  /** @returns false when the runner is not the one that has entered last */
  advance(connection: Connection, id: BackfillId, runner: string, advance: Advance): Promise<boolean>;
  end(
    connection: Connection,
    id: BackfillId,
    runner: string,
    end: { readonly status: string; readonly error?: string },
  ): Promise<void>;

  /** What people want of its runs: `{ control }`; undefined when it has never begun. @param isLocked nobody changes it meanwhile */
  control(connection: Connection, id: BackfillId, isLocked: boolean): Promise<LedgerRow | undefined>;
  setControl(connection: Connection, id: BackfillId, control: object): Promise<void>;

  /** Keeps the backfill's row until the transaction ends, and returns it. */
  lock(connection: Connection, id: BackfillId): Promise<LedgerRow | undefined>;
  /** Moves the cursor and counts rows; the caller has the row locked. */
  move(connection: Connection, id: BackfillId, advance: Advance): Promise<void>;
  /** Fills were tried: ranges may be taken. */
  open(connection: Connection, id: BackfillId): Promise<void>;

  /** `{ lease, worker, after, up_to, row_count, beat_age_ms }`, the oldest first; no age where nobody knows the worker. */
  leases(connection: Connection, id: BackfillId): Promise<readonly LedgerRow[]>;
  addLease(connection: Connection, id: BackfillId, worker: string, lease: Lease): Promise<void>;
  /**
   * Moves the cursor and counts rows, as `move`, and gives the worker's lease its next range; a name alone: the lease ends.
   * @returns false when the worker does not have it any more: then nothing of the batch may be kept
   */
  passRange(
    connection: Connection,
    id: BackfillId,
    worker: string,
    advance: Advance,
    lease: Lease | string,
  ): Promise<boolean>;
  /** Takes it over. @returns false when another was quicker */
  takeLease(connection: Connection, lease: string, from: string, to: string): Promise<boolean>;

  /** `{ key, code, at, total }`: rows that got no value, by key; the first of them, and how many there are. */
  failures(connection: Connection, id: BackfillId, limit: number): Promise<readonly LedgerRow[]>;
  /** @param code SQLSTATE of what refuses it */
  addFailure(connection: Connection, id: BackfillId, key: KeyValues, code: string): Promise<void>;
  /** A run begins: whatever was refused is tried again. */
  forgetFailures(connection: Connection, id: BackfillId): Promise<void>;

  /** Of all backfills of the plan; `beat_age_ms` is how long ago, by the server's clock, a worker was heard of. */
  workers(connection: Connection, plan: string): Promise<readonly LedgerRow[]>;
  enlist(connection: Connection, id: BackfillId, worker: WorkerEntry): Promise<void>;
  /** It is alive, and this is what it does. @returns false when somebody has struck it off */
  beat(connection: Connection, worker: string, report: object): Promise<boolean>;
  strikeOff(connection: Connection, worker: string): Promise<void>;

  /** Enters an announcement, or says it again. One whole statement: applications run it by drivers of their own. */
  announceSql(announcement: Announcement): string;
  /** Those of deployments, and of the instances of the last week; `silent_ms` is how old `at` is, by the server's clock. */
  announcements(connection: Connection): Promise<readonly LedgerRow[]>;
  /** Takes out instances that were not heard of for a week. */
  forgetInstances(connection: Connection): Promise<void>;

  confirm(
    connection: Connection,
    key: EvidenceKey,
    values: { readonly who: string; readonly note?: string; readonly places: readonly EvidencePlace[] },
  ): Promise<LedgerRow | undefined>;
  /** Names of plans that begin so, under which something was confirmed in this database. */
  evidenceNames(connection: Connection, beginning: string): Promise<readonly string[]>;
  /** `mark`, where rows know when they were written: what tells `Rows.missing` those of later. */
  evidence(connection: Connection, key: EvidenceKey): Promise<LedgerRow | undefined>;

  /** Keeps what was counted; the last one counts. */
  keepBaseline(connection: Connection, key: BaselineKey, statistics: object): Promise<void>;
  /** `{ phase, statistics }` of a table. */
  baselines(connection: Connection, key: Omit<BaselineKey, "phase">): Promise<readonly LedgerRow[]>;

  /** How a backfill went over time, as a whole; the last one counts. */
  keepProgressHistory(connection: Connection, id: BackfillId, history: object): Promise<void>;
  /** `{ table_schema, table_name, table_oid, once, course }`, those of a plan. */
  progressHistories(connection: Connection, plan: string): Promise<readonly LedgerRow[]>;
  addDeployment(connection: Connection, plan: string, entry: DeploymentEntry): Promise<void>;
  /** `{ phases, migrations, outcome, code, attempts, took_ms, at }`, the first one first. */
  deployments(connection: Connection, plan: string): Promise<readonly LedgerRow[]>;
}
