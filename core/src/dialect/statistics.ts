import type { Connection } from "./connection.js";
import type { PulledStats } from "./stats/stats-file.js";

/** How a server's tables are spread and what runs on it, without a value of any row. */
export interface Statistics {
  /** Reads the catalogue and the statistics of the server, one query at a time; nothing is written and no table is read. */
  pull(connection: Connection): Promise<PulledStats>;
}
