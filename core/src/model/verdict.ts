import { type LockMode, lockModes } from "./verdict-kinds.js";
import type { TableLock, Verdict } from "./verdict-schema.js";

export * from "./newer-forms.js";
export * from "./verdict-kinds.js";
export type { Concern, ConcernKind, Dependent, Hazard, Notice, Remark, TableLock, Verdict } from "./verdict-schema.js";

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
export function blocksWrites(mode: LockMode | undefined): boolean {
  return mode !== undefined && mode !== "ROW EXCLUSIVE" && mode !== "SHARE UPDATE EXCLUSIVE";
}

/** Where a change runs, as far as anybody knows. */
export interface Environment {
  /** The lowest version of the servers that it reaches: 13 … 18 for PostgreSQL, 80029 for MySQL 8.0.29, 101103 for MariaDB 10.11.3. */
  readonly server?: number;
  readonly transactions?: TransactionMode;
  /** A file goes to the server in one message, which is a transaction too. False: each statement alone, behind the ORM's BEGIN. */
  readonly isSentWhole?: boolean;
  /** Code writes constant defaults and the time by itself, as Prisma Client does. */
  readonly sendsDefaults?: boolean;
}

/** What is one transaction: all migrations that are pending, each of them, each statement (`none`: nobody opens one). */
export type TransactionMode = "all" | "each" | "none";

/** `checked`: a domain with CHECK or NOT NULL, its own or of the domain that it is made of. */
export type TypeKind = "plain" | "checked";
