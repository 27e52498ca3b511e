/** Thrown when finishing an interrupted earlier run already did the command's work. */
export class AlreadyDone extends Error {
  readonly files: readonly string[];

  constructor(files: readonly string[]) {
    super("finished an interrupted write");
    this.files = files;
  }
}
