/** The git history of a model: the commits that added columns, and the names in each place at that time. */
export interface ColumnHistory {
  /** The columns that were added after the model was created, the newest first. */
  readonly added: readonly AddedColumn[];
  /**
   * Whether a file contained a name when a commit was made (before its changes).
   *
   * @returns undefined if git cannot tell: the file did not exist under this path
   */
  existed(file: string, name: string, commit: string): boolean | undefined;
}

export interface AddedColumn {
  readonly field: string;
  readonly commit: string;
  readonly at: Date;
  /** Paths of all files that the commit changed, from the project root. */
  readonly files: ReadonlySet<string>;
}

/**
 * Names of a model's own fields in one version of a file, including relations, in declaration order; empty if the file does not declare the
 * model. Accepts any committed text and never throws.
 */
export type FieldsIn = (text: string, model: string) => readonly string[];
