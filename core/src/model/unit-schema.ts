import { phase } from "./code-schema.js";
import { foreignKey, index, unitColumn } from "./column-schema.js";
import { tableName } from "./names-schema.js";
import {
  boolean,
  filledList,
  isTrue,
  list,
  literal,
  type Of,
  object,
  objectOf,
  oneOf,
  optional,
  type Schema,
  string,
  unknown,
} from "./schema.js";
import { lockModes } from "./verdict-kinds.js";
import { verdict } from "./verdict-schema.js";

const tableChangeShape = {
  clause: string,
  /** What it adds, by name. Absent: run again, it says the same. */
  adds: optional(object({ kind: oneOf(["column", "index", "check"]), name: string })),
  /** The clause that takes it back; absent: nobody knows one. */
  back: optional(string),
} as const;
/** A clause of ALTER TABLE. */
export interface TableChange extends Of<typeof tableChangeShape> {}
const tableChange: Schema<TableChange> = object(tableChangeShape);

const queryShape = {
  sql: string,
  /** JSON values, for `$1`, `$2`, … */
  parameters: optional(list(unknown)),
} as const;
/** A statement as an ORM runs it. */
export interface OrmQuery extends Of<typeof queryShape> {}
const query: Schema<OrmQuery> = object(queryShape);

const outcomes = [
  { kind: literal("column"), table: tableName, name: string, type: string },
  { kind: literal("constraint"), table: tableName, name: string, isGone: optional(isTrue) },
  /** A table or an index. */
  { kind: literal("relation"), name: tableName, isGone: optional(isTrue) },
  { kind: literal("type"), name: tableName },
] as const;
/** Something that a statement makes or takes away, as far as its name tells. */
export type Outcome = Of<(typeof outcomes)[number]>;

const frameShape = { tables: filledList(tableName), mode: oneOf(lockModes) } as const;

/** What the units over columns are about. */
const columnsOf = {
  table: tableName,
  columns: list(unitColumn),
  /** Other tables inherit from it: its triggers do not fire for their rows. */
  hasChildren: optional(isTrue),
} as const;

/** What the units over an index are about. */
const indexOf = {
  table: tableName,
  index,
  /** Its index cannot be built concurrently, those of its partitions can. */
  isPartitioned: optional(isTrue),
} as const;

const specs = [
  { kind: literal("expand"), ...columnsOf },
  { kind: literal("prove"), ...columnsOf },
  { kind: literal("enforce"), ...columnsOf },
  {
    kind: literal("undo-expand"),
    ...columnsOf,
    /** Tables that foreign keys of the columns lead to: dropping those locks them as well. */
    references: optional(list(tableName)),
    /** Types that the change made and nothing but columns of the plan uses. */
    types: optional(list(tableName)),
  },
  { kind: literal("undo-contract"), ...columnsOf },
  {
    kind: literal("create-index"),
    ...indexOf,
    /** Built again by an undo: it may stand already, where its drop has not run or where the undo was run by hand before. */
    ifMissing: optional(isTrue),
  },
  { kind: literal("assert-index"), ...indexOf },
  /** Makes an index that was built the one of its constraint. */
  { kind: literal("attach-unique"), ...indexOf },
  { kind: literal("drop-index"), ...indexOf },
  {
    kind: literal("add-foreign-key"),
    table: tableName,
    foreignKey,
    /** The same change makes the table that it leads to: nobody waits for that one. */
    isToNew: optional(isTrue),
  },
  { kind: literal("validate-foreign-key"), table: tableName, foreignKey },
  /** What the server does by copying the table while writes wait: a tool does it while they go on, or the unit where there is little. */
  { kind: literal("online-copy"), table: tableName, changes: list(tableChange) },
  /** Statements of the user's migration that need no rewrite: the same bytes, in the same order. */
  {
    kind: literal("original"),
    sql: string,
    /** The same statements one by one, for ORMs that run them so and give them parameters. */
    queries: optional(list(query)),
    /** What takes them back, in the order in which it runs; of ORMs that write it. */
    down: optional(list(query)),
    /** What the user's class says of its own transaction; absent: nothing. */
    transaction: optional(boolean),
    /** They run in the lock frame, which takes this lock on these tables at once. Absent: as they would without a plan. */
    frame: optional(object(frameShape)),
    /** In a file with units of the plan, which can run twice: what tells that they have run. */
    outcomes: optional(list<Outcome>(objectOf(outcomes))),
  },
] as const;
/** What one unit does: the input of its SQL. Rendered by `<dialect>/units/<kind>.ts`. */
export type UnitSpec = Of<(typeof specs)[number]>;
export type UnitKind = UnitSpec["kind"];
const unitSpec: Schema<UnitSpec> = objectOf(specs);

const unitShape = {
  id: string,
  phase,
  spec: unitSpec,
  /** It is in the file of the unit before it. */
  isJoined: optional(isTrue),
  /** What it does, in one line, for people. */
  title: string,
  /** The DDL in one line, for the header and the terminal. */
  ddl: string,
  verdict,
  /** What takes it back, in one line. */
  undo: string,
} as const;
/** One step of a plan in a database. Units that need the same lock on one table share an ORM migration file. */
export interface Unit extends Of<typeof unitShape> {}
export const unit: Schema<Unit> = object(unitShape);
