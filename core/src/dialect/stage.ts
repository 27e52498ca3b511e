import type { Connection } from "./connection.js";

/** What SQL of a repository logs in as: it owns the databases of a stage, and has no power over their server. */
export interface StageRole {
  readonly name: string;
  /** Empty: the server asks for none. */
  readonly password: string;
}

/** Databases of a stage, made and dropped over a connection to its server. */
export interface StageDatabases {
  /** The role on a server of one's own. Absent: any name will do. */
  readonly ownRole?: string;
  /**
   * Makes a role that runs no programs, reaches no file of the server and owns nothing yet.
   *
   * @param connection whoever administers the server
   * @param isOwn the server ends with the stage: whatever else keeps its SQL running is granted
   * @returns false: the account of the session is harmless itself, and no role was made
   * @throws LS8020 such a role could not make what a plan needs · the server's own error
   */
  makeRole(connection: Connection, role: StageRole, isOwn: boolean): Promise<boolean>;
  dropRole(connection: Connection, name: string): Promise<void>;
  /**
   * @param like a database that nobody is connected to: the new one is a copy of it, as far as the server makes copies; see `fill`
   * @param role owns the new database. Absent: the account of the session
   */
  create(connection: Connection, name: string, like: string | undefined, role: string | undefined): Promise<void>;
  /** Copies one database into another, an empty one. Absent: `create` does that. */
  fill?(connection: Connection, from: string, to: string): Promise<void>;
  /** In a database of nobody else's SQL: makes a role the owner of everything that the users of the database have in it. Absent: nothing has owners. */
  handOver?(connection: Connection, role: string): Promise<void>;
  /**
   * Makes what a text asks for and its role may not make, where that is harmless. To be called in a database before any SQL of the
   * repository: later its objects could stand in for those of the server.
   */
  makeAhead?(connection: Connection, text: string): Promise<void>;
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
