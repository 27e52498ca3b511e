/** A text and the absolute path of its current or future file. */
export interface FileText {
  readonly path: string;
  readonly text: string;
}

/** A formatter in the project's own version, with the project's settings. */
export interface ProjectFormatter {
  /** The same for packages of a repository that share the version and the source of the settings. */
  readonly key: string;
  /**
   * The formatted texts; undefined for a file that the formatter does not format: an unsupported kind, ignored by its settings, or
   * unreadable. An error if it failed for this file.
   *
   * @param signal stops it
   * @throws if it cannot run at all
   */
  format(files: readonly FileText[], signal: AbortSignal): Promise<readonly (string | Error | undefined)[]>;
  /** Preloads what the first text needs. Never throws. Default: nothing is slow. */
  warmUp?(): void;
  /** Stops its background processes. Default: there are none. */
  close?(): void;
}

/** A supported formatter. Each has a file in this folder. */
export interface Formatter {
  /** Its display name. */
  readonly name: string;
  /**
   * Searches for it in a project without running anything.
   *
   * @param root of a package
   * @returns undefined if the project does not use it
   * @throws an error with the reason, if the project uses it and it cannot run
   */
  find(root: string): ProjectFormatter | undefined;
}
