/** Chosen edits that were not compiled, or only in part. */
export interface Unchecked {
  readonly why: string;
  /** The number of chosen places that are listed instead. */
  readonly leftOut: number;
}
