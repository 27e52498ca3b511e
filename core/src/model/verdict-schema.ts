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
import { wholeRowKinds } from "./whole-rows.js";

const lockMode = oneOf(lockModes);
const why = oneOf(rowFailures);

const dependentShape = {
  what: oneOf(userKinds),
  name: string,
  /** The table that contains it or that it belongs to. */
  table: optional(tableName),
  /** The function that a trigger runs. */
  runs: optional(string),
} as const;
/** An object that uses a column, table, view or type. */
export interface Dependent extends Of<typeof dependentShape> {}
const dependent: Schema<Dependent> = object(dependentShape);

const concerns = [
  /** Rows of a table are read under the lock: to build an index, or to check them. */
  { kind: literal("scans"), table: tableName, why: oneOf(["index", "check"]) },
  /** The table is rewritten, row by row, under the lock. */
  {
    kind: literal("rewrites"),
    table: tableName,
    /** `fulltext`: the table has an index that rules out another algorithm. */
    why: oneOf(["computed", "default", "type", "enum", "domain", "storage", "fulltext"]),
  },
  {
    kind: literal("fails-on-rows"),
    table: tableName,
    why,
    /** The statements before it in the file have committed by then: no transaction reverts them. */
    leavesHalf: optional(isTrue),
  },
  /** Existing rows get a value that no code wrote: `''`, `0`. */
  { kind: literal("fills-silently"), table: tableName, column: string, value: string },
  /** A default that differs from row to row is evaluated once, for all existing rows. */
  { kind: literal("one-value"), table: tableName, column: string },
  /** A default depends on the session that evaluates it: a setting, the role, the connection. */
  {
    kind: literal("session-default"),
    table: tableName,
    column: string,
    /** `current_setting('app.tenant')` */
    value: string,
    /** It raises an error in a session that lacks something. */
    mayFail: boolean,
    /** Existing rows get the value of the session that runs the migration. */
    isAdded: boolean,
  },
  /** A declaration after a column is parsed and has no effect. */
  { kind: literal("ignores"), what: literal("references"), table: tableName, column: string },
  /** The statement demands an algorithm that the server does not support for it: it fails at once, and nothing is changed. */
  { kind: literal("refuses-demand"), demand: string, least: string },
  /** A migration changes rows, and locks them until it ends. */
  { kind: literal("changes-rows"), table: tableName, how: oneOf(["insert", "update", "delete"]) },
  {
    kind: literal("loses-data"),
    /** `schema`: the table has the name of a schema that is dropped with all of its tables. */
    what: oneOf(["column", "table", "rows", "schema"]),
    table: tableName,
    column: optional(string),
  },
  /** Code of the version before the migration fails once it has run: it uses a name that was dropped or renamed. */
  {
    kind: literal("breaks-code-before"),
    what: oneOf(goneKinds),
    name: string,
    /** Its new name. */
    newName: optional(string),
    /** A later statement of the migration creates or renames another table to that name. */
    isReplaced: optional(isTrue),
  },
  /** Code of the version before may write what is now rejected, or read what only the version after it writes. */
  { kind: oneOf(["narrows-writes", "widens-reads"]), table: optional(tableName), why },
  /** CASCADE also drops all dependent objects, and the statement does not name them. */
  { kind: literal("drops-dependents") },
  /** Which rows a role can see or change is different after the statement. */
  {
    kind: literal("changes-access"),
    table: optional(tableName),
    /**
     * Roles have fewer rights than before. `row-security`: roles that do not own the table, which has no policy here; `forced`: its owner
     * as well; `policy`: a policy allows fewer rows; `privilege`: REVOKE.
     */
    takes: optional(oneOf(["row-security", "forced", "policy", "privilege"])),
  },
  /** Code of the version before cannot insert rows: it omits a column that has neither NULL nor a default. */
  { kind: literal("breaks-inserts"), table: tableName, column: string },
  /**
   * Writes by code of the version before are lost or rejected. `rule`: DO INSTEAD; `identity`: a value for a column that is GENERATED
   * ALWAYS; `sequence`: a number that is issued again; `publication`, `replica-identity`: nothing identifies the row of an UPDATE or
   * DELETE; `trigger`: what a trigger runs names the column.
   */
  {
    kind: literal("breaks-writes"),
    why: oneOf(["rule", "identity", "sequence", "publication", "replica-identity", "trigger"]),
    table: optional(tableName),
    column: optional(string),
    by: optional(dependent),
  },
  /** A table loses the rows of a detached partition. */
  { kind: literal("hides-rows"), table: tableName, partition: tableName },
  /** The rows of an existing default partition are read under the lock. */
  { kind: literal("searches-default-partition"), table: tableName },
  /** It cannot run in one transaction with the statements before it, or in any. */
  {
    kind: literal("fails-in-transaction"),
    why: oneOf(["concurrently", "new-enum-value"]),
    /** With `new-enum-value`: the enum and its new value. */
    type: optional(tableName),
    value: optional(string),
  },
  /** It fails whatever the rows are. `used`: an existing object uses what it changes or drops. */
  {
    kind: literal("fails-always"),
    why: oneOf([
      "used",
      "partitioned-index",
      "partitioned-not-valid",
      "virtual-index",
      "index-of-key",
      "type-of-key",
      "long-key",
    ]),
    by: optional(dependent),
  },
  /** Older servers reject it, or ignore a part of it. `since` absent: every version of the system does. */
  { kind: literal("needs-server"), system: oneOf(dialectIds), since: optional(number), what: oneOf(newerForms) },
  /** Values that a constraint rejected are now allowed. */
  { kind: literal("guards-less"), table: tableName },
  /** Drops an index that queries may use. */
  { kind: literal("loses-index") },
  /** A statement that no other kind describes, which may do anything, or one that PostgreSQL's parser rejects. */
  { kind: oneOf(["not-understood", "syntax-error"]), what: string },
] as const;

/** What a reviewer should know about a statement. Data: `review/verdict-words.ts` writes the sentences. */
export type Concern = Of<(typeof concerns)[number]>;
export type ConcernKind = Concern["kind"];

const lockShape = { table: tableName, mode: lockMode } as const;
/** A table or view that existed before the change, and the strongest lock that a statement takes on it. */
export interface TableLock extends Of<typeof lockShape> {}
const lock: Schema<TableLock> = object(lockShape);

const verdictShape = {
  /** All tables that existed before the change and that it locks, each once, with its strongest lock. */
  locks: list(lock),
  /** The longest time that it holds any of them, without lock waits and the end of the transaction. */
  held: oneOf(durations),
  concerns: list<Concern>(objectOf(concerns, "kind")),
  /** Empty: all of this is certain. */
  doubts: list(oneOf(doubts)),
} as const;
/** What a statement, several of them, or a unit of a plan does to a database in use. */
export interface Verdict extends Of<typeof verdictShape> {}
export const verdict: Schema<Verdict> = object(verdictShape);

const remarks = [
  /** `@lockstep.skip(<why>)` */
  { kind: literal("skipped"), why: string },
  /** Of a change of type: the server rebuilds an index with an expression or a predicate. */
  { kind: literal("builds-index-again"), table: tableName, index: string },
  { kind: literal("checks-again"), table: tableName, check: string },
  { kind: literal("forgets-statistics"), table: tableName, column: string },
  /** It drops an object that no migration created, or that is in no entity of the last commit. */
  { kind: literal("not-migrated") },
  { kind: literal("not-committed"), column: string },
  /** The entity is declared as in the last commit. */
  { kind: literal("not-edited"), name: string },
  /** Of a drop: a column of the same type is added. `keeps`: how to declare a field that keeps the column. `command` writes it. */
  { kind: literal("may-be-renamed"), newName: string, keeps: string, command: optional(string) },
  /** Of a new column: a routine of the database fails once the column exists. `writes`: the statements on the table that run it. */
  {
    kind: literal("takes-whole-row"),
    routine: string,
    use: oneOf(wholeRowKinds),
    statement: string,
    writes: list(string),
  },
  /** Of a new column: the objects with a text that use its table. */
  { kind: literal("used-by"), objects: list(string) },
  /** Of a new required column: code cannot compute its fill, because the database numbers the source during the insert. */
  { kind: literal("numbered-source"), column: string, source: string },
  /** Of a rename. */
  { kind: literal("renames"), keeps: string, command: optional(string) },
] as const;
/** Facts about a statement besides its verdict: from the development database, the project's history, an annotation. */
export type Remark = Of<(typeof remarks)[number]>;
export const remark: Schema<Remark> = objectOf(remarks, "kind");

const hazardShape = {
  /** 1-based line in the original migration. */
  line: number,
  /** The clause or statement, sliced from the source. */
  sql: string,
  /** The rule's id: file name, docs page and config key. */
  rule: string,
  /** The consequence for running code or for the data. */
  consequence: string,
} as const;
/** One operation that is unsafe here, and why. */
export interface Hazard extends Of<typeof hazardShape> {}
export const hazard: Schema<Hazard> = object(hazardShape);

const noticeShape = {
  line: number,
  /** As a statement: for a clause of ALTER TABLE with the table. */
  sql: string,
  /** Absent: it is reported only for its remarks. */
  verdict: optional(verdict),
  remarks: optional(list(remark)),
} as const;
/** An operation that runs as written in the migration, without phases, and needs a review. */
export interface Notice extends Of<typeof noticeShape> {}
export const notice: Schema<Notice> = object(noticeShape);
