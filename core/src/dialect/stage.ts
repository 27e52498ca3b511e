import type { Connection } from "./connection.js";

/** The login of a repository's SQL: it owns the databases of a stage, and has no administrator rights on their server. */
export interface StageRole {
  readonly name: string;
  /** Empty: the server requires none. */
  readonly password: string;
}

/** The databases of a stage, created and dropped over a connection to its server. */
export interface StageDatabases {
  /** The role on our own server. Absent: any name works. */
  readonly ownRole?: string;
  /**
   * Creates a role that cannot run programs or read files of the server, and owns nothing yet.
   *
   * @param connection of the server's administrator
   * @param isOwn the server ends with the stage: further privileges that its SQL needs are granted
   * @returns false: the account of the session is harmless itself, and no role was created
   * @throws LS8020 such a role could not create what a plan needs · the server's own error
   */
  makeRole(connection: Connection, role: StageRole, isOwn: boolean): Promise<boolean>;
  dropRole(connection: Connection, name: string): Promise<void>;
  /**
   * @param like a database without connections: the new one is a copy of it, if the server supports copies; see `fill`
   * @param role owns the new database. Absent: the account of the session
   */
  create(connection: Connection, name: string, like: string | undefined, role: string | undefined): Promise<void>;
  /** Copies one database into another, empty one. Absent: `create` does that. */
  fill?(connection: Connection, from: string, to: string): Promise<void>;
  /**
   * In a database that has run no third-party SQL: makes a role the owner of all the users' objects in it. Absent: objects have no owners.
   */
  handOver?(connection: Connection, role: string): Promise<void>;
  /**
   * Creates objects that a text requires and its role must not create, if that is harmless. Call it in a database before any SQL of the
   * repository: later its objects could replace those of the server.
   */
  makeAhead?(connection: Connection, text: string): Promise<void>;
  /** Also with open connections, and if it does not exist. */
  drop(connection: Connection, name: string): Promise<void>;
  /** Runs a text of several statements, as a deployment would. @throws the server's own error */
  run(connection: Connection, text: string): Promise<void>;
  /** A statement that resets the session, except for its locks. */
  readonly reset: string;
  /**
   * The name of another database on the server that a text of statements uses. Absent: a session cannot use another one.
   * @returns its name
   */
  reachesOther?(connection: Connection, text: string): Promise<string | undefined>;
}
