import type { AdviceWords, TransactionMode } from "../model/index.js";

/** The files of a repository, as `check` sees them: nothing is installed, nothing is configured, no database is there. */
export interface RepositoryFiles {
  /** Every file that git knows or would take, from the top of the repository, with `/`. */
  readonly paths: readonly string[];
  /** Its text; undefined where it cannot be read. */
  read(path: string): string | undefined;
}

/** Migrations that run in one order against one database. */
export interface MigrationSet {
  /** What they are called by: their folder, from the top of the repository. */
  readonly folder: string;
  /** `postgresql`, `mysql`, `sqlite` …; undefined: nothing in the repository says it. */
  readonly dialect: string | undefined;
  /** What the ORM runs in one transaction; undefined where its version or configuration does not say. */
  readonly transactions: TransactionMode | undefined;
  /** How one runs outside of a transaction: `, in a migration of its own`; empty where each statement does. */
  readonly alone: string;
  /** A file goes to the server in one message. Absent: so it is, or nobody knows; false: statement by statement. */
  readonly isSentWhole?: boolean;
  /** The ORM's client writes constant defaults and the time by itself: the database fills in nothing for it. */
  readonly sendsDefaults?: boolean;
  /** The ORM refuses to go on where a migration that has run has other bytes, whatever they do. */
  readonly isKnownByItsBytes?: boolean;
  /** What the ORM calls what is advised. Absent: as SQL calls it. */
  readonly adviceWords?: AdviceWords | undefined;
  /** A file of one statement runs outside of a transaction, whatever the others do. */
  readonly isAloneOutside?: boolean;
  /** In the order in which they run, from the top of the repository. */
  readonly files: readonly string[];
  /** What one of them runs. Never fails: what cannot be read is said to be so. */
  read(text: string, file: string): MigrationSource;
}

/** What a migration runs, as far as its file says. */
export interface MigrationSource {
  /** Its statements, each on the line that it has in the file. */
  readonly sql: string;
  /** What it does beside: SQL that is put together as it runs, other code. */
  readonly unread: readonly UnreadCode[];
  /** What this migration says of its own transaction; absent: it goes by the set. */
  readonly transactions?: TransactionMode;
}

/** Code of a migration that does not say what it runs. */
export interface UnreadCode {
  /** 1-based. */
  readonly line: number;
  /** `an interpolated string`, `other code` … */
  readonly what: string;
  /** The text of it: the tables that it names may be others afterwards. */
  readonly text: string;
  /** Nothing of the file was read. */
  readonly isWholeFile?: true;
}
