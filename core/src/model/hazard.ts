/** One operation that is unsafe here, and why. */
export interface Hazard {
  /** The rule's id: file name, docs page and config key. */
  readonly rule: string;
  /** 1-based line in the original migration. */
  readonly line: number;
  /** The clause or statement, sliced from the source. */
  readonly sql: string;
  /** What would happen to running code or to the data. */
  readonly consequence: string;
}

/** An operation that runs as it stands in the migration, in no phases: a person should look at it. */
export interface Notice {
  readonly line: number;
  /** As a statement: of a clause of ALTER TABLE with the table. */
  readonly sql: string;
  readonly reason: string;
}
