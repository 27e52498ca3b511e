import type { Concern, Demands, TableName } from "../../model/index.js";
import { type Algorithm, algorithms, type Judged, type Server, type Sharing, sharings, type Way } from "./way.js";

/**
 * What is done by a statement that demands its algorithm or its lock: the server asserts it. What it cannot do so fails at once, with
 * nothing changed; where nobody knows what a column was, the demand says what can be the case.
 */
export function withDemands(judged: Judged, demands: Demands | undefined, table: TableName, server: Server): Judged {
  const algorithm = algorithms.find((each) => each === demands?.algorithm);
  const lock = sharings.find((each) => each === demands?.lock);
  const { way } = judged;
  if (isRefused(way, algorithm, lock, server))
    return judged.doubts?.includes("former-type")
      ? asserted(judged, algorithm, lock)
      : refused(judged, algorithm, lock);
  return algorithm === "COPY" || isStronger(lock, way.lock) ? demanded(judged, algorithm, lock, table) : judged;
}

function isRefused(way: Way, algorithm: Algorithm | undefined, lock: Sharing | undefined, server: Server): boolean {
  const isWeaker = algorithm !== undefined && algorithms.indexOf(algorithm) < algorithms.indexOf(way.algorithm);
  // To MySQL NOCOPY is a syntax error, and a lock beside INSTANT a contradiction (1221).
  const isNoSql = server === "mysql" && (algorithm === "NOCOPY" || (algorithm === "INSTANT" && lock !== undefined));
  const isCopy = way.algorithm === "COPY" || algorithm === "COPY";
  return isNoSql || (isWeaker && !isSame(algorithm, way)) || (lock === "NONE" && (isCopy || way.lock !== "NONE"));
}

/** NOCOPY is INPLACE without a rebuild. */
function isSame(algorithm: Algorithm | undefined, way: Way): boolean {
  return algorithm === "NOCOPY" && way.algorithm === "INPLACE" && way.held !== "rewrite";
}

function isStronger(lock: Sharing | undefined, own: Sharing): boolean {
  return lock !== undefined && sharings.indexOf(lock) > sharings.indexOf(own);
}

function asserted(judged: Judged, algorithm: Algorithm = "INPLACE", lock: Sharing = "NONE"): Judged {
  const isInstant = algorithm === "INSTANT";
  // In an instant nobody looks at a row, and only a copy converts values.
  const isPossible = (concern: Concern) =>
    concern.kind !== "rewrites" &&
    !((concern.kind === "fails-on-rows" || concern.kind === "narrows-writes") && (isInstant || concern.why === "cast"));
  const held = isInstant ? "instant" : algorithm === "NOCOPY" ? "scan" : "rewrite";
  return {
    ...judged,
    way: { algorithm, lock, held },
    concerns: judged.concerns.filter(isPossible),
    doubts: judged.doubts?.filter((doubt) => doubt !== "former-type") ?? [],
  };
}

function refused(judged: Judged, algorithm: Algorithm | undefined, lock: Sharing | undefined): Judged {
  const { way } = judged;
  const demand = [algorithm && `ALGORITHM=${algorithm}`, lock && `LOCK=${lock}`].flatMap((each) => each ?? []);
  const least = `ALGORITHM=${way.algorithm}${way.algorithm === "INSTANT" ? "" : `, LOCK=${way.lock}`}`;
  return {
    way: { algorithm: "INSTANT", lock: "NONE", held: "instant" },
    concerns: [{ kind: "refuses-demand", demand: demand.join(", "), least }],
  };
}

/** More than is needed: what could have gone on waits. */
function demanded(
  judged: Judged,
  algorithm: Algorithm | undefined,
  lock: Sharing | undefined,
  table: TableName,
): Judged {
  const { way, concerns } = judged;
  const isCopy = algorithm === "COPY";
  const held = isCopy ? "rewrite" : way.held;
  const asked: Way = {
    algorithm: isCopy ? "COPY" : way.algorithm,
    lock: lock === "EXCLUSIVE" || way.lock === "EXCLUSIVE" ? "EXCLUSIVE" : "SHARED",
    held,
  };
  if (held === "instant" || concerns.some(({ kind }) => kind === "rewrites" || kind === "scans"))
    return { ...judged, way: asked };
  const waits: Concern =
    held === "rewrite" ? { kind: "rewrites", table, why: "storage" } : { kind: "scans", table, why: "index" };
  return { ...judged, way: asked, concerns: [waits, ...concerns] };
}
