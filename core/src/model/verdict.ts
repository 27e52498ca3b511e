import type { TableName } from "./names.js";

/** Table locks that stop something of the application; those of a SELECT and of a foreign key's look-up stop nothing. Weakest first. */
export const lockModes = [
  "ROW EXCLUSIVE",
  "SHARE UPDATE EXCLUSIVE",
  "SHARE",
  "SHARE ROW EXCLUSIVE",
  "EXCLUSIVE",
  "ACCESS EXCLUSIVE",
] as const;
export type LockMode = (typeof lockModes)[number];

/** How long locks are held: for an instant, while rows are read (or changed one by one), while the table is written again. */
export const durations = ["instant", "scan", "rewrite"] as const;
export type Held = (typeof durations)[number];

/** A table or view that was there before the change, and the strongest lock that a statement takes on it. */
export interface TableLock {
  readonly table: TableName;
  readonly mode: LockMode;
}

/** Why a statement that works on one database may fail on another. */
export type RowFailure =
  /** A row lacks a value. */
  | "null"
  /** Two rows have the same values. */
  | "duplicates"
  /** Two rows exclude each other. */
  | "exclusion"
  | "check"
  | "foreign-key"
  /** A value cannot be converted. */
  | "cast"
  /** A value is not among those of the enum any more. */
  | "lost-value"
  /** There is a row. */
  | "any-row";

/** What a person should know of a statement. Data: the sentences are made in `review/verdict-words.ts`. */
export type Concern =
  /** Rows of a table are read under the lock: to build an index, or to check them. */
  | { readonly kind: "scans"; readonly table: TableName; readonly why: "index" | "check" }
  /** The table is written again, row by row, under the lock. */
  | {
      readonly kind: "rewrites";
      readonly table: TableName;
      /** `fulltext`: the table has an index for which it is not done otherwise. */
      readonly why: "computed" | "default" | "type" | "enum" | "domain" | "storage" | "fulltext";
    }
  | {
      readonly kind: "fails-on-rows";
      readonly table: TableName;
      readonly why: RowFailure;
      /** What stands before it in the file has committed by then: no transaction takes it back. */
      readonly leavesHalf?: true;
    }
  /** Rows that exist get a value that nobody has written: `''`, `0`. */
  | {
      readonly kind: "fills-silently";
      readonly table: TableName;
      readonly column: string;
      readonly value: string;
    }
  /** A default that differs from row to row is evaluated once, for all the rows that exist. */
  | { readonly kind: "one-value"; readonly table: TableName; readonly column: string }
  /** A default belongs to the session that evaluates it: a setting, the role, the connection. */
  | {
      readonly kind: "session-default";
      readonly table: TableName;
      readonly column: string;
      /** `current_setting('app.tenant')` */
      readonly value: string;
      /** It raises an error in a session that lacks something. */
      readonly mayFail: boolean;
      /** The rows that exist get the value of the session that runs the migration. */
      readonly isAdded: boolean;
    }
  /** What is declared behind a column is read and does nothing. */
  | { readonly kind: "ignores"; readonly what: "references"; readonly table: TableName; readonly column: string }
  /** The statement demands to be done in a way in which the server cannot do it: it fails at once, and nothing is changed. */
  | { readonly kind: "refuses-demand"; readonly demand: string; readonly least: string }
  /** Rows are changed inside a migration, and stay locked until it ends. */
  | { readonly kind: "changes-rows"; readonly table: TableName; readonly how: "insert" | "update" | "delete" }
  | {
      readonly kind: "loses-data";
      /** `schema`: the table has the name of a schema that goes with all of its tables. */
      readonly what: "column" | "table" | "rows" | "schema";
      readonly table: TableName;
      readonly column?: string;
    }
  /** Code of the version before the migration fails once it has run: what it names is gone, or has another name. */
  | {
      readonly kind: "breaks-code-before";
      readonly what: GoneKind;
      readonly name: string;
      /** What it is called from then on. */
      readonly newName?: string;
    }
  /** CASCADE: whatever depends on what is dropped goes as well, and the statement does not say what that is. */
  | { readonly kind: "drops-dependents" }
  /** Who may see or change which rows is another from now on. */
  | { readonly kind: "changes-access"; readonly table?: TableName }
  /** Code of the version before may write what is refused from then on, or read what only the version after it writes. */
  | { readonly kind: "narrows-writes" | "widens-reads"; readonly table?: TableName; readonly why: RowFailure }
  /** Code of the version before cannot add rows: it leaves out a column that has neither NULL nor a default. */
  | { readonly kind: "breaks-inserts"; readonly table: TableName; readonly column: string }
  /** Rows go from a table with the partition that holds them. */
  | { readonly kind: "hides-rows"; readonly table: TableName; readonly partition: TableName }
  /** The rows of a default partition, where there is one, are read under the lock. */
  | { readonly kind: "searches-default-partition"; readonly table: TableName }
  /** It cannot run in one transaction with what stands before it, or in any. */
  | { readonly kind: "fails-in-transaction"; readonly why: "concurrently" }
  | {
      readonly kind: "fails-in-transaction";
      readonly why: "new-enum-value";
      readonly type: TableName;
      readonly value: string;
    }
  /** Servers below that major version refuse it. */
  | {
      readonly kind: "needs-server";
      readonly major: number;
      readonly what: NewerForm;
    }
  /** What a constraint refused is allowed from now on. */
  | { readonly kind: "guards-less"; readonly table: TableName }
  /** An index goes that queries may use. */
  | { readonly kind: "loses-index" }
  /** PostgreSQL's parser does not take the statement. */
  | { readonly kind: "syntax-error"; readonly what: string }
  /** A statement that nothing here describes: it may do anything. */
  | { readonly kind: "not-understood"; readonly what: string };

/** What code names, and what may go or get another name. `value`: of an enum. */
export const goneKinds = ["column", "table", "view", "type", "value", "function", "schema", "extension"] as const;
export type GoneKind = (typeof goneKinds)[number];

/** Forms of statements, and the major version of the first server that knows them. */
export const newerForms = {
  "column-compression": 14,
  "detach-concurrently": 14,
  "replaced-trigger": 14,
  merge: 15,
  "nulls-not-distinct": 15,
  "security-invoker": 15,
  "access-method": 15,
  "column-storage": 16,
  "set-expression": 17,
  "not-enforced": 18,
  "not-null-constraint": 18,
  "temporal-constraint": 18,
  "virtual-column": 18,
} as const;
export type NewerForm = keyof typeof newerForms;

export type ConcernKind = Concern["kind"];

/** What a verdict rests on and nobody has looked at; then it says the worst that is possible. */
export const doubts = [
  /** The statement is not understood: it may do more than is said. */
  "statement",
  /** The type of the column before the change. */
  "former-type",
  /** What the type of a column is: a domain may have checks of its own. */
  "type",
  /** What the constraints that are there before the change say. */
  "former-constraints",
  /** Tables that are joined to the named ones by foreign keys, or the one that an index is of: they are locked as well. */
  "other-tables",
  /** Which server it is, or of which major version. */
  "server",
  /** Whether the statements of a migration run in one transaction. */
  "transaction",
] as const;
export type Doubt = (typeof doubts)[number];

/** What a statement, several of them, or a unit of a plan does to a database in use. */
export interface Verdict {
  /** All tables that were there before the change and that it locks, each once, with its strongest lock. */
  readonly locks: readonly TableLock[];
  /** The longest that any of them is held, waiting and the end of the transaction aside. */
  readonly held: Held;
  readonly concerns: readonly Concern[];
  /** Empty: all of this is known. */
  readonly doubts: readonly Doubt[];
}

/** The strongest of all the locks; undefined: there are none. */
export function strongestMode({ locks }: Pick<Verdict, "locks">): LockMode | undefined {
  return lockModes.findLast((mode) => locks.some((lock) => lock.mode === mode));
}

/** Each table once, with its strongest lock. */
export function strongestLocks(locks: readonly TableLock[]): readonly TableLock[] {
  const byTable = new Map<string, TableLock>();
  for (const lock of locks) {
    const key = `${lock.table.schema ?? ""}.${lock.table.name}`;
    const known = byTable.get(key);
    if (known === undefined || lockModes.indexOf(lock.mode) > lockModes.indexOf(known.mode)) byTable.set(key, lock);
  }
  return [...byTable.values()];
}

/** Whether reads or writes of the application wait for this lock. */
export function isFelt(mode: LockMode | undefined): boolean {
  return mode !== undefined && mode !== "ROW EXCLUSIVE" && mode !== "SHARE UPDATE EXCLUSIVE";
}

/** Where a change runs, as far as anybody knows. */
export interface Environment {
  /** The lowest major version of the servers that it reaches: 13 … 18. */
  readonly server?: number;
  readonly transactions?: TransactionMode;
  /** A file goes to the server in one message, which is a transaction too. False: each statement alone, behind the ORM's BEGIN. */
  readonly isSentWhole?: boolean;
}

/** What is one transaction: all migrations that are pending, each of them, each statement (`none`: nobody opens one). */
export type TransactionMode = "all" | "each" | "none";

/** `checked`: a domain with CHECK or NOT NULL, its own or of the domain that it is made of. */
export type TypeKind = "plain" | "checked";
