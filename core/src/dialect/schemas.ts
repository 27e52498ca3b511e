import type { Connection } from "./connection.js";

/** How a database system separates tenants: schemas of PostgreSQL, databases of MySQL. */
export interface Schemas {
  /** The names that match a SQL pattern, in order; only those that the account may use. */
  like(connection: Connection, pattern: string): Promise<readonly string[]>;
  /** The URL of a server with a schema in it: tables without one are found there. */
  urlIn(url: string, schema: string): string;
}
