/** What the command was to do has been done: it was interrupted before, and is finished now. */
export class AlreadyDone extends Error {
  readonly files: readonly string[];

  constructor(files: readonly string[]) {
    super("finished an interrupted write");
    this.files = files;
  }
}
