import type { Concern, Doubt, Held, LockMode, TableName } from "../../model/index.js";

/** The two servers: they read the same statements, and do not do all of them in the same way. */
export type Server = "mysql" | "mariadb";

export const algorithms = ["INSTANT", "NOCOPY", "INPLACE", "COPY"] as const;
export type Algorithm = (typeof algorithms)[number];
/** NONE: reads and writes go on; SHARED: writes wait. */
export const sharings = ["NONE", "SHARED", "EXCLUSIVE"] as const;
export type Sharing = (typeof sharings)[number];

/** How a server changes a table where nothing demands another way: the weakest ALGORITHM and LOCK that it accepts. */
export interface DdlAlgorithm {
  readonly algorithm: Algorithm;
  readonly lock: Sharing;
  readonly held: Held;
}

/** The metadata alone, under an exclusive metadata lock. MySQL refuses LOCK=NONE beside it. */
export const instant: DdlAlgorithm = { algorithm: "INSTANT", lock: "NONE", held: "instant" };
/** The metadata alone, which MySQL does not call INSTANT: a longer VARCHAR, another name of an index. */
export const inPlace: DdlAlgorithm = { algorithm: "INPLACE", lock: "NONE", held: "instant" };
/** An index goes. NOCOPY is MariaDB's word: INPLACE, and not all of the table. */
export const drops: DdlAlgorithm = { algorithm: "NOCOPY", lock: "NONE", held: "instant" };
/** An index is built while writes go on. */
export const builds: DdlAlgorithm = { algorithm: "NOCOPY", lock: "NONE", held: "scan" };
export const buildsShared: DdlAlgorithm = { algorithm: "INPLACE", lock: "SHARED", held: "scan" };
/** The table is written again while writes go on. */
export const rebuilds: DdlAlgorithm = { algorithm: "INPLACE", lock: "NONE", held: "rewrite" };
export const rebuildsShared: DdlAlgorithm = { algorithm: "INPLACE", lock: "SHARED", held: "rewrite" };
/** The server copies row by row, and nobody writes until it is done; `copyOf` says which server lets writes go on. */
export const copies: DdlAlgorithm = { algorithm: "COPY", lock: "SHARED", held: "rewrite" };
/** A copy that no server makes while writes go on: rows get numbers. */
export const copiesLocked: DdlAlgorithm = { ...copies };
/** The server copies row by row, and repeats what is written meanwhile. */
export const copiesOnline: DdlAlgorithm = { algorithm: "COPY", lock: "NONE", held: "rewrite" };

const byStrength = [
  instant,
  inPlace,
  drops,
  builds,
  rebuilds,
  copiesOnline,
  buildsShared,
  rebuildsShared,
  copies,
  copiesLocked,
];

/** What MariaDB does in an instant and MySQL in place. */
export const metadataOn = (server: Server): DdlAlgorithm => (server === "mysql" ? inPlace : instant);

export function stronger(one: DdlAlgorithm, other: DdlAlgorithm): DdlAlgorithm {
  return byStrength.indexOf(one) >= byStrength.indexOf(other) ? one : other;
}

/** What a clause of ALTER TABLE, or a statement like it, does. */
export interface ClauseVerdict {
  readonly ddl: DdlAlgorithm;
  readonly concerns: readonly Concern[];
  readonly doubts?: readonly Doubt[];
  /** Tables that are locked too: seen on MariaDB 10.11, where writes of both tables wait while a foreign key is looked up. */
  readonly others?: readonly TableName[];
  /** How these are. Absent: as the table itself. */
  readonly othersDdl?: DdlAlgorithm;
}

/** The strength of PostgreSQL's locks that comes nearest: what waits, and what goes on. */
export function modeOf(ddl: DdlAlgorithm): LockMode {
  const { algorithm, lock } = ddl;
  if (algorithm === "INSTANT" || ddl === inPlace || lock === "EXCLUSIVE") return "ACCESS EXCLUSIVE";
  return lock === "SHARED" ? "SHARE" : "SHARE UPDATE EXCLUSIVE";
}
