import type { Connection } from "./connection.js";
import type { PulledStats } from "./stats/stats-file.js";

/** The data distribution of a server's tables and its statements, without a value of any row. */
export interface Statistics {
  /** Reads the catalog and the statistics of the server, one query at a time; writes nothing and reads no table. */
  pull(connection: Connection): Promise<PulledStats>;
}
