/** A text with the file that it is the content of, or will be: an absolute path. */
export interface FileText {
  readonly path: string;
  readonly text: string;
}

/** A formatter as a project has it: its own version, with its own settings. */
export interface ProjectFormatter {
  /** The same for packages of a repository that share it: version, and where it takes settings from. */
  readonly key: string;
  /**
   * Each text as the formatter leaves it; undefined where it is not the formatter's to lay out: a kind of file that it does not
   * know, one that its settings ignore, one that it cannot read; an error where it failed for this one.
   *
   * @param signal ends it
   * @throws what keeps it from running at all
   */
  format(files: readonly FileText[], signal: AbortSignal): Promise<readonly (string | Error | undefined)[]>;
  /** Loads what the first text needs, meanwhile. Never throws. Default: nothing takes long. */
  warmUp?(): void;
  /** Ends what it keeps running. Default: nothing does. */
  close?(): void;
}

/** One formatter that projects use. A file of this folder each. */
export interface Formatter {
  /** What people call it. */
  readonly name: string;
  /**
   * Looks for it in a project: nothing is run.
   *
   * @param root of a package
   * @returns undefined where the project does not use it
   * @throws an error that says why it cannot run, where the project uses it
   */
  find(root: string): ProjectFormatter | undefined;
}
