/** Databases of a stage, in the words of a dialect. */
export interface StageStatements {
  /** @param like a database that nobody is connected to: the new one is a copy of it */
  create(name: string, like: string | undefined, serverVersion: number): string;
  /** Also while somebody is connected to it, and where it is gone. */
  drop(name: string): string;
}
