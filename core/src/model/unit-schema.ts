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
  /** What it adds, by name. Absent: running it again changes nothing. */
  adds: optional(object({ kind: oneOf(["column", "index", "check"]), name: string })),
  /** The clause that reverts it. Absent: none is known. */
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
/** Something that a statement creates or removes, as far as its name shows. */
export type Outcome = Of<(typeof outcomes)[number]>;

const frameShape = { tables: filledList(tableName), mode: oneOf(lockModes) } as const;

/** The properties of units over columns. */
const columnsOf = {
  table: tableName,
  columns: list(unitColumn),
  /** Other tables inherit from it: its triggers do not fire for their rows. */
  hasChildren: optional(isTrue),
  /** The plan does not add the columns: no backfill fills them. */
  isExisting: optional(isTrue),
} as const;

/** The properties of units over an index. */
const indexOf = {
  table: tableName,
  index,
  /** Its index cannot be built concurrently, but those of its partitions can. */
  isPartitioned: optional(isTrue),
} as const;

const specs = [
  { kind: literal("expand"), ...columnsOf },
  { kind: literal("prove"), ...columnsOf },
  { kind: literal("enforce"), ...columnsOf },
  {
    kind: literal("undo-expand"),
    ...columnsOf,
    /** Tables that the columns' foreign keys reference: dropping those locks them as well. */
    references: optional(list(tableName)),
    /** Types that the change created and that only columns of the plan use. */
    types: optional(list(tableName)),
  },
  { kind: literal("undo-contract"), ...columnsOf },
  /** For existing columns that code no longer names. */
  { kind: literal("drop-not-null"), ...columnsOf },
  { kind: literal("drop-column"), ...columnsOf },
  {
    kind: literal("create-index"),
    ...indexOf,
    /** Rebuilt by an undo: it may exist already, if its drop has not run or the undo was run by hand before. */
    ifMissing: optional(isTrue),
  },
  { kind: literal("assert-index"), ...indexOf },
  /** Makes an existing index the one of its constraint. */
  { kind: literal("attach-unique"), ...indexOf },
  { kind: literal("drop-index"), ...indexOf },
  {
    kind: literal("add-foreign-key"),
    table: tableName,
    foreignKey,
    /** The same change creates the referenced table: no session waits for it. */
    isToNew: optional(isTrue),
  },
  { kind: literal("validate-foreign-key"), table: tableName, foreignKey },
  /** The server would copy the table while writes wait. A tool copies it without blocking; the unit itself does if there are few rows. */
  { kind: literal("online-copy"), table: tableName, changes: list(tableChange) },
  /** Statements of the user's migration that need no rewrite: the same bytes, in the same order. */
  {
    kind: literal("original"),
    sql: string,
    /** The same statements one by one, for ORMs that run them so and pass parameters. */
    queries: optional(list(query)),
    /** The statements that revert them, in execution order; for ORMs that write them. */
    down: optional(list(query)),
    /** The transaction setting of the user's class. Absent: none. */
    transaction: optional(boolean),
    /** They run in the lock frame, which takes this lock on these tables at once. Absent: as they would without a plan. */
    frame: optional(object(frameShape)),
    /** In a file with units of the plan, which can run twice: shows whether they have run. */
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
  /** How to revert it, in one line. */
  undo: string,
} as const;
/** One step of a plan in a database. Units that need the same lock on one table share an ORM migration file. */
export interface Unit extends Of<typeof unitShape> {}
export const unit: Schema<Unit> = object(unitShape);
