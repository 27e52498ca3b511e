import type { Connection } from "./connection.js";

/** An object of a database, or a part of a table, with all its catalog facts. */
export type Part = Readonly<Record<string, unknown>>;

/**
 * All objects of a database, without rows. All lists are ordered: columns as the table has them, everything else by name. A `name` of an
 * object that has a schema is qualified and quoted; `schema` and `label` are its two raw parts.
 */
export interface Inventory {
  readonly schemas: readonly string[];
  readonly extensions: readonly Part[];
  readonly tables: readonly InventoryTable[];
  /** Views, and materialized ones with their indexes. */
  readonly views: readonly Part[];
  /** Functions and procedures, trigger functions included, with a hash of their whole definition. */
  readonly functions: readonly Part[];
  /** Enums with their labels, domains, ranges, composite types; not the row types of tables. */
  readonly types: readonly Part[];
  readonly sequences: readonly Part[];
  /** Scheduled events of the server. Absent: it has none. */
  readonly events?: readonly Part[];
}

export interface InventoryTable {
  readonly name: string;
  /** Absent: a database has no schemas. */
  readonly schema?: string;
  readonly label: string;
  /** "r" a table, "p" partitioned, "versioned" with the history of its rows */
  readonly kind: string;
  readonly options: Part;
  readonly columns: readonly Part[];
  /** `goesWith`, also of an index: the object that created it and is dropped with it, `column age` or `constraint Order_userId_fkey`. */
  readonly constraints: readonly Part[];
  readonly indexes: readonly Part[];
  /** The users' own: those of foreign keys are in `constraints`. */
  readonly triggers: readonly Part[];
  readonly policies: readonly Part[];
}

/** Reads the objects of a database. */
export interface InventoryReader {
  /**
   * In one read-only transaction, one query at a time.
   *
   * @param schemas only these; absent: all schemas of users
   */
  read(connection: Connection, schemas?: readonly string[]): Promise<Inventory>;
  /** The names that migrations may use but do not create. */
  names(connection: Connection): Promise<TargetNames>;
  /** Creates these names in an empty database of a stage, for every session that is opened later. */
  prepare(stage: Connection, names: TargetNames): Promise<void>;
}

export interface TargetNames {
  /** The schema of tables that are named without one. */
  readonly defaultSchema: string;
  readonly roles: readonly string[];
  /** The default collation. Absent: not a property of a database. */
  readonly collation?: string;
  /** Start settings of our own server, so that the same statement has the same result there. */
  readonly settings?: Readonly<Record<string, string>>;
}
