/** What git knows of how a model grew: which commits added columns, and what each place had then. */
export interface ColumnHistory {
  /** The columns that were added to the model since it exists, the newest first. */
  readonly added: readonly AddedColumn[];
  /**
   * Whether a name stood in a file when a commit was made (before its changes).
   *
   * @returns undefined where git cannot say: the file was not there under this path
   */
  existed(file: string, name: string, commit: string): boolean | undefined;
}

export interface AddedColumn {
  readonly field: string;
  readonly commit: string;
  readonly at: Date;
  /** Paths from the project root of all files that the commit changed. */
  readonly files: ReadonlySet<string>;
}

/**
 * Names of a model's own fields in one version of one file's text, relations among them, in the order of their declaration; empty where
 * the file does not declare it. Takes whatever was ever committed, and never throws.
 */
export type FieldsIn = (text: string, model: string) => readonly string[];
