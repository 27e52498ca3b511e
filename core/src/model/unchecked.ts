/** Chosen edits that were not compiled, or only in part. */
export interface Unchecked {
  readonly why: string;
  /** How many of the chosen places are listed instead. */
  readonly leftOut: number;
}
