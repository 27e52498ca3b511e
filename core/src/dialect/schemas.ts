import type { Connection } from "./connection.js";

/** Where a database system keeps tenants apart: schemas of PostgreSQL, databases of MySQL. */
export interface Schemas {
  /** Those whose name is like a pattern of SQL, in order; no others than the account may use. */
  like(connection: Connection, pattern: string): Promise<readonly string[]>;
  /** The URL of a server with a schema in it: tables without one are looked for there. */
  urlIn(url: string, schema: string): string;
}
