import type { Connection } from "./connection.js";

/** Databases of a stage, made and dropped over a connection to its server. */
export interface StageDatabases {
  /** @param like a database that nobody is connected to: the new one is a copy of it */
  create(connection: Connection, name: string, like: string | undefined): Promise<void>;
  /** Also while somebody is connected to it, and where it is gone. */
  drop(connection: Connection, name: string): Promise<void>;
  /** Runs a text of several statements, as a deployment would. @throws the server's own error */
  run(connection: Connection, text: string): Promise<void>;
  /** A statement: the session is as it began, but for what it holds. */
  readonly reset: string;
  /**
   * Another database of the server that a text of statements speaks of. Absent: a session reaches no other.
   * @returns its name
   */
  reachesOther?(connection: Connection, text: string): Promise<string | undefined>;
}
