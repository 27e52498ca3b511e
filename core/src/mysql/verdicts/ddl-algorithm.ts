import type { Concern, Doubt, Held, LockMode, TableName } from "../../model/index.js";

/** The two servers parse the same statements, but run some of them differently. */
export type Server = "mysql" | "mariadb";

export const algorithms = ["INSTANT", "NOCOPY", "INPLACE", "COPY"] as const;
export type Algorithm = (typeof algorithms)[number];
/** NONE: reads and writes continue; SHARED: writes wait. */
export const sharings = ["NONE", "SHARED", "EXCLUSIVE"] as const;
export type Sharing = (typeof sharings)[number];

/** How a server changes a table if the statement sets nothing: the weakest ALGORITHM and LOCK that it accepts. */
export interface DdlAlgorithm {
  readonly algorithm: Algorithm;
  readonly lock: Sharing;
  readonly held: Held;
}

/** Metadata only, under an exclusive metadata lock. MySQL rejects LOCK=NONE with it. */
export const instant: DdlAlgorithm = { algorithm: "INSTANT", lock: "NONE", held: "instant" };
/** Metadata only, but not INSTANT in MySQL: a longer VARCHAR, a renamed index. */
export const inPlace: DdlAlgorithm = { algorithm: "INPLACE", lock: "NONE", held: "instant" };
/** Drops an index. NOCOPY is MariaDB's term for INPLACE without a rebuild. */
export const drops: DdlAlgorithm = { algorithm: "NOCOPY", lock: "NONE", held: "instant" };
/** Builds an index while writes continue. */
export const builds: DdlAlgorithm = { algorithm: "NOCOPY", lock: "NONE", held: "scan" };
export const buildsShared: DdlAlgorithm = { algorithm: "INPLACE", lock: "SHARED", held: "scan" };
/** Rebuilds the table while writes continue. */
export const rebuilds: DdlAlgorithm = { algorithm: "INPLACE", lock: "NONE", held: "rewrite" };
export const rebuildsShared: DdlAlgorithm = { algorithm: "INPLACE", lock: "SHARED", held: "rewrite" };
/** Copies row by row, and blocks writes until it is done. `copyOf` returns the copy for servers that allow writes. */
export const copies: DdlAlgorithm = { algorithm: "COPY", lock: "SHARED", held: "rewrite" };
/** A copy that blocks writes on every server: rows get numbers. */
export const copiesLocked: DdlAlgorithm = { ...copies };
/** Copies row by row, and replays concurrent writes. */
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

/** Instant on MariaDB, in place on MySQL. */
export const metadataOn = (server: Server): DdlAlgorithm => (server === "mysql" ? inPlace : instant);

export function stronger(one: DdlAlgorithm, other: DdlAlgorithm): DdlAlgorithm {
  return byStrength.indexOf(one) >= byStrength.indexOf(other) ? one : other;
}

/** The effect of a clause of ALTER TABLE, or of a similar statement. */
export interface ClauseVerdict {
  readonly ddl: DdlAlgorithm;
  readonly concerns: readonly Concern[];
  readonly doubts?: readonly Doubt[];
  /** Other tables that are locked: on MariaDB 10.11, writes to both tables wait while it checks a foreign key. */
  readonly others?: readonly TableName[];
  /** How the other tables are locked. Absent: like the table itself. */
  readonly othersDdl?: DdlAlgorithm;
}

/** The nearest PostgreSQL lock mode, by what it blocks. */
export function modeOf(ddl: DdlAlgorithm): LockMode {
  const { algorithm, lock } = ddl;
  if (algorithm === "INSTANT" || ddl === inPlace || lock === "EXCLUSIVE") return "ACCESS EXCLUSIVE";
  return lock === "SHARED" ? "SHARE" : "SHARE UPDATE EXCLUSIVE";
}
