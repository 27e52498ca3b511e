/** Capabilities of a database system that others lack. */
export interface Capabilities {
  /** DDL is rolled back with its transaction. Otherwise each statement commits, and a failing file leaves its first statements applied. */
  readonly hasTransactionalDdl: boolean;
  /** Writes continue while an index is built, without a keyword in the statement. */
  readonly buildsIndexesOnline: boolean;
  /** CREATE INDEX CONCURRENTLY. */
  readonly hasConcurrentIndexes: boolean;
  /** A check or a foreign key can be added without reading the rows, and validated later while writes continue. */
  readonly hasNotValidChecks: boolean;
  /**
   * A trigger of an INSERT or UPDATE locks the rows that it reads, and the gap if there are none: two concurrent triggers that search for a
   * unique value would deadlock.
   */
  readonly locksWhatTriggersRead: boolean;
  /** Tools copy a table without blocking reads and writes, where the server itself would block writes. */
  readonly hasCopyTools: boolean;
  /** Index names belong to one table, not to a schema. */
  readonly namesIndexesByTable: boolean;
  /** A foreign key requires an index at both ends, which cannot be dropped before it. Otherwise only at the referenced end. */
  readonly keysNeedIndexes: boolean;
}
