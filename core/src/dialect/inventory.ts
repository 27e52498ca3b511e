import type { Connection } from "./connection.js";

/** An object of a database, or a part of a table, with everything that its catalogue says of it. */
export type Part = Readonly<Record<string, unknown>>;

/**
 * What a database consists of, without a row of it. All lists are ordered: columns as the table has them, everything else by name. A
 * `name` of an object that has a schema is qualified and quoted; `schema` and `label` are the two as they are.
 */
export interface Inventory {
  readonly schemas: readonly string[];
  readonly extensions: readonly Part[];
  readonly tables: readonly InventoryTable[];
  /** Views, and materialised ones with their indexes. */
  readonly views: readonly Part[];
  /** Functions and procedures, trigger functions included, with a hash of their whole definition. */
  readonly functions: readonly Part[];
  /** Enums with their labels, domains, ranges, composite types; not the row types of tables. */
  readonly types: readonly Part[];
  readonly sequences: readonly Part[];
  /** What the server runs by itself, at its times. Absent: it does not. */
  readonly events?: readonly Part[];
}

export interface InventoryTable {
  readonly name: string;
  /** Absent: a database is all that there is. */
  readonly schema?: string;
  readonly label: string;
  /** "r" a table, "p" partitioned, "versioned" with the history of its rows */
  readonly kind: string;
  readonly options: Part;
  readonly columns: readonly Part[];
  /** `goesWith`, also of an index: what made it and takes it along, `column age` or `constraint Order_userId_fkey`. */
  readonly constraints: readonly Part[];
  readonly indexes: readonly Part[];
  /** The users' own: those of foreign keys are in `constraints`. */
  readonly triggers: readonly Part[];
  readonly policies: readonly Part[];
}

/** Reads what a database consists of. */
export interface InventoryReader {
  /**
   * In one read-only transaction, one query at a time.
   *
   * @param schemas only these; absent: all that are the users'
   */
  read(connection: Connection, schemas?: readonly string[]): Promise<Inventory>;
  /** The names that migrations may use and do not make. */
  names(connection: Connection): Promise<TargetNames>;
  /** Makes these names known in an empty database of a stage, for every session that is opened from then on. */
  prepare(stage: Connection, names: TargetNames): Promise<void>;
}

export interface TargetNames {
  /** Where tables without a schema are looked for. */
  readonly defaultSchema: string;
  readonly roles: readonly string[];
  /** What texts are compared by where nothing else is said. Absent: that is no affair of a database. */
  readonly collation?: string;
  /** What a server of one's own is started with, so that the same statement makes the same thing there. */
  readonly settings?: Readonly<Record<string, string>>;
}
