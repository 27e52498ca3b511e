import type { LockstepError } from "../base/errors.js";
import type { AdviceWords, TransactionMode } from "../model/index.js";

/** The files of a repository that `check` reads: without installed packages, configuration or database. */
export interface RepositoryFiles {
  /** Every tracked or untracked file that git does not ignore, relative to the root of the repository, with `/`. */
  readonly paths: readonly string[];
  /** The text of a file; undefined if it cannot be read. */
  read(path: string): string | undefined;
}

/** Migrations that run in one order against one database. */
export interface MigrationSet {
  /** Its name: the folder, relative to the root of the repository. */
  readonly folder: string;
  /** `postgresql`, `mysql`, `sqlite` …; undefined: no file in the repository defines it. */
  readonly dialect: string | undefined;
  /** What the ORM runs in one transaction; undefined if its version or configuration does not determine it. */
  readonly transactions: TransactionMode | undefined;
  /** How a statement runs outside a transaction: `, in a migration of its own`; empty if every statement does. */
  readonly alone: string;
  /** The ORM sends a file to the server in one message. Absent: it does, or unknown; false: statement by statement. */
  readonly isSentWhole?: boolean;
  /** The ORM's client writes constant defaults and timestamps itself, so the database fills in nothing. */
  readonly sendsDefaults?: boolean;
  /** The ORM refuses to continue if the bytes of an applied migration changed, whatever the change does. */
  readonly isKnownByItsBytes?: boolean;
  /** The ORM's terms for advice. Absent: SQL terms. */
  readonly adviceWords?: AdviceWords | undefined;
  /** Whether the ORM rejects every run with a migration that has a transaction setting of its own. Absent: it does not, or unknown. */
  readonly rejectsOverrides?: () => boolean;
  /** A file with one statement runs outside a transaction, whatever the other files do. */
  readonly isAloneOutside?: boolean;
  /** Why Lockstep cannot read these migrations at all. Absent: it reads them. */
  readonly unsupported?: LockstepError;
  /** In the order they run, relative to the root of the repository. */
  readonly files: readonly string[];
  /** Reads the SQL of a file. Never fails: the result lists what it could not parse. */
  read(text: string, file: string): MigrationSource;
}

/** The SQL of a migration, as far as its file shows it. */
export interface MigrationSource {
  /** Its statements, on the same lines as in the file. */
  readonly sql: string;
  /** Other work: SQL that is built at runtime, other code. */
  readonly unread: readonly UnreadCode[];
  /** This migration's own transaction setting; absent: that of the set. */
  readonly transactions?: TransactionMode;
  /** The transaction settings of its classes. Absent: none. */
  readonly overrides?: readonly TransactionOverride[];
}

/** A migration class with a transaction setting of its own. */
export interface TransactionOverride {
  /** 1-based. */
  readonly line: number;
  /** The ORM's name of the migration. */
  readonly name: string;
  readonly transaction: boolean;
}

/** Code in a migration whose SQL cannot be determined. */
export interface UnreadCode {
  /** 1-based. */
  readonly line: number;
  /** `an interpolated string`, `other code` … */
  readonly what: string;
  /** Its text: the tables that it names may have changed afterwards. */
  readonly text: string;
  /** Nothing of the file was read. */
  readonly isWholeFile?: true;
}
