import type { Concern, Doubt, Held, LockMode, TableName } from "../../model/index.js";

/** The two servers: they read the same statements, and do not do all of them in the same way. */
export type Server = "mysql" | "mariadb";

export const algorithms = ["INSTANT", "NOCOPY", "INPLACE", "COPY"] as const;
export type Algorithm = (typeof algorithms)[number];
/** NONE: reads and writes go on; SHARED: writes wait. */
export const sharings = ["NONE", "SHARED", "EXCLUSIVE"] as const;
export type Sharing = (typeof sharings)[number];

/** How a server changes a table where nothing demands another way: the weakest ALGORITHM and LOCK that it accepts. */
export interface Way {
  readonly algorithm: Algorithm;
  readonly lock: Sharing;
  readonly held: Held;
}

/** The metadata alone, under an exclusive metadata lock. MySQL refuses LOCK=NONE beside it. */
export const instant: Way = { algorithm: "INSTANT", lock: "NONE", held: "instant" };
/** The metadata alone, which MySQL does not call INSTANT: a longer VARCHAR, another name of an index. */
export const inPlace: Way = { algorithm: "INPLACE", lock: "NONE", held: "instant" };
/** An index goes. NOCOPY is MariaDB's word: INPLACE, and not all of the table. */
export const drops: Way = { algorithm: "NOCOPY", lock: "NONE", held: "instant" };
/** An index is built while writes go on. */
export const builds: Way = { algorithm: "NOCOPY", lock: "NONE", held: "scan" };
export const buildsShared: Way = { algorithm: "INPLACE", lock: "SHARED", held: "scan" };
/** The table is written again while writes go on. */
export const rebuilds: Way = { algorithm: "INPLACE", lock: "NONE", held: "rewrite" };
export const rebuildsShared: Way = { algorithm: "INPLACE", lock: "SHARED", held: "rewrite" };
/** The server copies row by row, and nobody writes until it is done. */
export const copies: Way = { algorithm: "COPY", lock: "SHARED", held: "rewrite" };

const byStrength = [instant, inPlace, drops, builds, rebuilds, buildsShared, rebuildsShared, copies];

/** What MariaDB does in an instant and MySQL in place. */
export const metadataOn = (server: Server): Way => (server === "mysql" ? inPlace : instant);

export function stronger(one: Way, other: Way): Way {
  return byStrength.indexOf(one) >= byStrength.indexOf(other) ? one : other;
}

/** What a clause of ALTER TABLE, or a statement like it, does. */
export interface Judged {
  readonly way: Way;
  readonly concerns: readonly Concern[];
  readonly doubts?: readonly Doubt[];
  /** Tables that are locked in the same way: seen on MariaDB 10.11, where writes of both tables wait while a foreign key is looked up. */
  readonly others?: readonly TableName[];
}

/** The strength of PostgreSQL's locks that comes nearest: what waits, and what goes on. */
export function modeOf(way: Way): LockMode {
  const { algorithm, lock } = way;
  if (algorithm === "INSTANT" || way === inPlace || lock === "EXCLUSIVE") return "ACCESS EXCLUSIVE";
  return lock === "SHARED" ? "SHARE" : "SHARE UPDATE EXCLUSIVE";
}
