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

/** An operation that passes through untouched although no rule has judged it: a person should look at it. */
export interface Notice {
  readonly line: number;
  readonly sql: string;
  readonly reason: string;
}
