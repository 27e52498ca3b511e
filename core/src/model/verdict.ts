import { type LockMode, lockModes } from "./verdict-kinds.js";
import type { TableLock, Verdict } from "./verdict-schema.js";

export * from "./newer-forms.js";
export * from "./verdict-kinds.js";
export type { Concern, ConcernKind, Dependent, Hazard, Notice, Remark, TableLock, Verdict } from "./verdict-schema.js";

/** The strongest of all locks. Undefined: there are none. */
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

/** Where a change runs, as far as it is known. */
export interface Environment {
  /** The lowest version of the servers it runs on: 13 … 18 for PostgreSQL, 80029 for MySQL 8.0.29, 101103 for MariaDB 10.11.3. */
  readonly server?: number;
  readonly transactions?: TransactionMode;
  /** A file is sent to the server in one message, which is a transaction too. False: each statement alone, after the ORM's BEGIN. */
  readonly isSentWhole?: boolean;
  /** Code sends constant defaults and the current time itself, as Prisma Client does. */
  readonly sendsDefaults?: boolean;
}

/** What one transaction contains: all pending migrations, each migration, or each statement (`none`: no explicit transaction). */
export type TransactionMode = "all" | "each" | "none";

/** `checked`: a domain with CHECK or NOT NULL, its own or of its base domain. */
export type TypeKind = "plain" | "checked";

/** The concerns that scan or rewrite rows while the lock blocks reads or writes. */
export function slowConcerns(verdict: Verdict) {
  if (verdict.held === "instant" || !blocksWrites(strongestMode(verdict))) return [];
  return verdict.concerns.filter(
    (concern) =>
      concern.kind === "scans" || concern.kind === "rewrites" || concern.kind === "searches-default-partition",
  );
}
