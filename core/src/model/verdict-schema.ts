import { dialectIds } from "./dialect.js";
import { tableName } from "./names-schema.js";
import { newerForms } from "./newer-forms.js";
import {
  boolean,
  isTrue,
  list,
  literal,
  number,
  type Of,
  object,
  objectOf,
  oneOf,
  optional,
  type Schema,
  string,
} from "./schema.js";
import { doubts, durations, goneKinds, lockModes, rowFailures, userKinds } from "./verdict-kinds.js";

const lockMode = oneOf(lockModes);
const why = oneOf(rowFailures);

const dependentShape = {
  what: oneOf(userKinds),
  name: string,
  /** Where it is in a table, or on one. */
  table: optional(tableName),
} as const;
/** What uses a column, table, view or type. */
export interface Dependent extends Of<typeof dependentShape> {}
const dependent: Schema<Dependent> = object(dependentShape);

const concerns = [
  /** Rows of a table are read under the lock: to build an index, or to check them. */
  { kind: literal("scans"), table: tableName, why: oneOf(["index", "check"]) },
  /** The table is written again, row by row, under the lock. */
  {
    kind: literal("rewrites"),
    table: tableName,
    /** `fulltext`: the table has an index for which it is not done otherwise. */
    why: oneOf(["computed", "default", "type", "enum", "domain", "storage", "fulltext"]),
  },
  {
    kind: literal("fails-on-rows"),
    table: tableName,
    why,
    /** What stands before it in the file has committed by then: no transaction takes it back. */
    leavesHalf: optional(isTrue),
  },
  /** Rows that exist get a value that nobody has written: `''`, `0`. */
  { kind: literal("fills-silently"), table: tableName, column: string, value: string },
  /** A default that differs from row to row is evaluated once, for all the rows that exist. */
  { kind: literal("one-value"), table: tableName, column: string },
  /** A default belongs to the session that evaluates it: a setting, the role, the connection. */
  {
    kind: literal("session-default"),
    table: tableName,
    column: string,
    /** `current_setting('app.tenant')` */
    value: string,
    /** It raises an error in a session that lacks something. */
    mayFail: boolean,
    /** The rows that exist get the value of the session that runs the migration. */
    isAdded: boolean,
  },
  /** What is declared behind a column is read and does nothing. */
  { kind: literal("ignores"), what: literal("references"), table: tableName, column: string },
  /** The statement demands to be done in a way in which the server cannot do it: it fails at once, and nothing is changed. */
  { kind: literal("refuses-demand"), demand: string, least: string },
  /** Rows are changed inside a migration, and stay locked until it ends. */
  { kind: literal("changes-rows"), table: tableName, how: oneOf(["insert", "update", "delete"]) },
  {
    kind: literal("loses-data"),
    /** `schema`: the table has the name of a schema that goes with all of its tables. */
    what: oneOf(["column", "table", "rows", "schema"]),
    table: tableName,
    column: optional(string),
  },
  /** Code of the version before the migration fails once it has run: what it names is gone, or has another name. */
  {
    kind: literal("breaks-code-before"),
    what: oneOf(goneKinds),
    name: string,
    /** What it is called from then on. */
    newName: optional(string),
    /** The migration puts another table in its place. */
    isReplaced: optional(isTrue),
  },
  /** Code of the version before may write what is refused from then on, or read what only the version after it writes. */
  { kind: oneOf(["narrows-writes", "widens-reads"]), table: optional(tableName), why },
  /** CASCADE: whatever depends on what is dropped goes as well, and the statement does not say what that is. */
  { kind: literal("drops-dependents") },
  /** Who may see or change which rows is another from now on. */
  {
    kind: literal("changes-access"),
    table: optional(tableName),
    /**
     * Roles can do less than before. `row-security`: those that do not own the table, which has no policy here; `forced`: its owner as well;
     * `policy`: rows go from what a policy allows; `privilege`: REVOKE.
     */
    takes: optional(oneOf(["row-security", "forced", "policy", "privilege"])),
  },
  /** Code of the version before cannot add rows: it leaves out a column that has neither NULL nor a default. */
  { kind: literal("breaks-inserts"), table: tableName, column: string },
  /**
   * What code of the version before writes is lost or refused. `rule`: DO INSTEAD; `identity`: a value for a column that is GENERATED
   * ALWAYS; `sequence`: a number that is given again; `publication`, `replica-identity`: nothing says which row an UPDATE or DELETE is about.
   */
  {
    kind: literal("breaks-writes"),
    why: oneOf(["rule", "identity", "sequence", "publication", "replica-identity"]),
    table: optional(tableName),
    column: optional(string),
  },
  /** Rows go from a table with the partition that holds them. */
  { kind: literal("hides-rows"), table: tableName, partition: tableName },
  /** The rows of a default partition, where there is one, are read under the lock. */
  { kind: literal("searches-default-partition"), table: tableName },
  /** It cannot run in one transaction with what stands before it, or in any. */
  {
    kind: literal("fails-in-transaction"),
    why: oneOf(["concurrently", "new-enum-value"]),
    /** With `new-enum-value`: the enum and its new value. */
    type: optional(tableName),
    value: optional(string),
  },
  /** It fails whatever the rows are. `used`: something that is there before it uses what it changes or drops. */
  {
    kind: literal("fails-always"),
    why: oneOf(["used", "partitioned-index", "partitioned-not-valid", "virtual-index", "index-of-key", "type-of-key"]),
    by: optional(dependent),
  },
  /** Older servers reject it, or ignore a part of it. `since` absent: every version of the system does. */
  { kind: literal("needs-server"), system: oneOf(dialectIds), since: optional(number), what: oneOf(newerForms) },
  /** What a constraint refused is allowed from now on. */
  { kind: literal("guards-less"), table: tableName },
  /** An index goes that queries may use. */
  { kind: literal("loses-index") },
  /** A statement that nothing here describes, which may do anything, or one that PostgreSQL's parser does not take. */
  { kind: oneOf(["not-understood", "syntax-error"]), what: string },
] as const;

/** What a person should know of a statement. Data: the sentences are made in `review/verdict-words.ts`. */
export type Concern = Of<(typeof concerns)[number]>;
export type ConcernKind = Concern["kind"];

const lockShape = { table: tableName, mode: lockMode } as const;
/** A table or view that was there before the change, and the strongest lock that a statement takes on it. */
export interface TableLock extends Of<typeof lockShape> {}
const lock: Schema<TableLock> = object(lockShape);

const verdictShape = {
  /** All tables that were there before the change and that it locks, each once, with its strongest lock. */
  locks: list(lock),
  /** The longest that any of them is held, waiting and the end of the transaction aside. */
  held: oneOf(durations),
  concerns: list<Concern>(objectOf(concerns, "kind")),
  /** Empty: all of this is known. */
  doubts: list(oneOf(doubts)),
} as const;
/** What a statement, several of them, or a unit of a plan does to a database in use. */
export interface Verdict extends Of<typeof verdictShape> {}
export const verdict: Schema<Verdict> = object(verdictShape);

const remarks = [
  /** `@lockstep.skip(<why>)` */
  { kind: literal("skipped"), why: string },
  /** Of a change of type: an index with an expression or a predicate is built again. */
  { kind: literal("builds-index-again"), table: tableName, index: string },
  { kind: literal("checks-again"), table: tableName, check: string },
  { kind: literal("forgets-statistics"), table: tableName, column: string },
  /** What it drops was made by no migration, or is in no entity of the last commit. */
  { kind: literal("not-migrated") },
  { kind: literal("not-committed"), column: string },
  /** The entity is declared as in the last commit. */
  { kind: literal("not-edited"), name: string },
  /** Of a drop: a column of the same type is added. `keeps`: how a field is written that keeps the column. */
  { kind: literal("may-be-renamed"), newName: string, keeps: string },
  /** Of a rename. */
  { kind: literal("renames"), keeps: string },
] as const;
/** What is known of a statement beside its verdict: from the development database, the project's history, an annotation. */
export type Remark = Of<(typeof remarks)[number]>;
export const remark: Schema<Remark> = objectOf(remarks, "kind");

const hazardShape = {
  /** 1-based line in the original migration. */
  line: number,
  /** The clause or statement, sliced from the source. */
  sql: string,
  /** The rule's id: file name, docs page and config key. */
  rule: string,
  /** What would happen to running code or to the data. */
  consequence: string,
} as const;
/** One operation that is unsafe here, and why. */
export interface Hazard extends Of<typeof hazardShape> {}
export const hazard: Schema<Hazard> = object(hazardShape);

const noticeShape = {
  line: number,
  /** As a statement: of a clause of ALTER TABLE with the table. */
  sql: string,
  /** Absent: it is told for its remarks alone. */
  verdict: optional(verdict),
  remarks: optional(list(remark)),
} as const;
/** An operation that runs as it stands in the migration, in no phases: a person should look at it. */
export interface Notice extends Of<typeof noticeShape> {}
export const notice: Schema<Notice> = object(noticeShape);
