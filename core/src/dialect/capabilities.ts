/** What a database system can do that others cannot. */
export interface Capabilities {
  /** What changes the schema is taken back with its transaction. Else each statement commits, and a file that fails leaves half of it. */
  readonly hasTransactionalDdl: boolean;
  /** Writes go on while an index is built, without a word in the statement. */
  readonly buildsIndexesOnline: boolean;
  /** CREATE INDEX CONCURRENTLY. */
  readonly hasConcurrentIndexes: boolean;
  /** A check or a foreign key can be added without a look at the rows, and proven later while writes go on. */
  readonly hasNotValidChecks: boolean;
  /** A required column without a default gets a value that nobody gave: 0, an empty text. */
  readonly hasImplicitDefaults: boolean;
  /** Reads go on while a table is written again. */
  readonly readsDuringRewrites: boolean;
  /**
   * What a trigger of an INSERT or an UPDATE reads it locks, with the gap where nothing is: two that look for a unique value beside one
   * another would deadlock.
   */
  readonly locksWhatTriggersRead: boolean;
  /** Tools copy a table while reads and writes go on, where the server itself would stop writes. */
  readonly hasCopyTools: boolean;
  /** Names of indexes are those of one table, and not of a schema. */
  readonly namesIndexesByTable: boolean;
  /** A foreign key needs an index at both ends, which cannot be dropped before it. Else the one that it leads to alone. */
  readonly keysNeedIndexes: boolean;
}
