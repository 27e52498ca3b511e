import type { VerdictContext } from "../../dialect/judging.js";
import {
  type Concern,
  type Demands,
  isSameTable,
  type Operation,
  type OperationOf,
  type TableName,
  type Verdict,
} from "../../model/index.js";
import { isMended, sendsDefault, setDefault } from "../../sql/verdicts/columns.js";
import { combine, harmless, locksOn, verdict } from "../../sql/verdicts/combine.js";
import { createTable, createView, dropTable, dropView, renameTable, truncate } from "../../sql/verdicts/objects.js";
import { deletion, insert, update } from "../../sql/verdicts/rows.js";
import { unknown } from "../../sql/verdicts/unknown.js";
import { addColumn, dropColumn, redeclareColumn, renameColumn } from "./columns.js";
import { copied, copyOf } from "./copying.js";
import {
  type Algorithm,
  algorithms,
  type ClauseVerdict,
  copies,
  type DdlAlgorithm,
  drops,
  instant,
  metadataOn,
  modeOf,
  rebuilds,
  type Server,
  type Sharing,
  sharings,
  stronger,
} from "./ddl-algorithm.js";
import { form } from "./forms.js";
import { unknownFunctions } from "./functions.js";
import { addCheck, addForeignKey, addPrimaryKey, addUnique, createIndex, dropConstraint, dropIndex } from "./keys.js";
import { ofTable } from "./of-table.js";
import { newerOn, onVersion } from "./versions.js";

/**
 * The effect of one operation on a database in use, run without changes. If the server is unknown, the worst of both.
 * `test/database/mysql/verdicts.test.ts` compares it with what MariaDB does.
 */
export function verdictOf(operation: Operation, context: VerdictContext, servers: readonly Server[]): Verdict {
  const possible = servers.map((server) => verdictOn(operation, context, server));
  // If one server rejects the statement without any change, it was written for the other server.
  const accepted = possible.filter(({ concerns }) => !concerns.some(isRefusal));
  const verdicts = accepted.length > 0 ? accepted : possible;
  const all = combine(verdicts);
  if (verdicts.every((each) => JSON.stringify(each) === JSON.stringify(verdicts[0]))) return all;
  // An instant change on one server and a copy on the other do not combine to a copy under the instant's lock.
  const { locks } = combine(verdicts.filter(({ held }) => held === all.held));
  return { ...all, locks, doubts: combine([all, verdict({ doubts: ["server"] })]).doubts };
}

function isRefusal(concern: Concern): boolean {
  return concern.kind === "refuses-demand" || (concern.kind === "needs-server" && concern.since === undefined);
}

function verdictOn(operation: Operation, context: VerdictContext, server: Server): Verdict {
  const judged = judgedOn(operation, context, server);
  const found = judged === undefined ? otherVerdict(operation, context) : lockedAs(judged, operation, context);
  const concerns = [...found.concerns, ...newerOn(server, operation, context)];
  return { ...found, concerns: committedBefore(operation, context) ? concerns.map(leavingHalf) : concerns };
}

function lockedAs(
  { ddl, concerns, doubts = [], others = [], othersDdl = ddl }: ClauseVerdict,
  operation: Operation,
  context: VerdictContext,
) {
  const own = tablesOf(operation);
  const made = own.filter((table) => context.createdInThisChange(table));
  if (own.length > 0 && made.length === own.length) return harmless;
  return verdict({
    locks: [...locksOn(modeOf(ddl), own, context), ...locksOn(modeOf(othersDdl), others, context)],
    held: ddl.held,
    concerns,
    doubts,
  });
}

function tablesOf(operation: Operation): readonly TableName[] {
  if (operation.kind === "form") return operation.tables ?? [];
  if (operation.kind === "dropIndex") return operation.onTable === undefined ? [] : [operation.onTable];
  return "table" in operation ? [operation.table] : [];
}

/**
 * How the server changes a table by this operation, with the demands of its statement; undefined: the operation changes no table this way.
 */
export function judgedOn(operation: Operation, context: VerdictContext, server: Server): ClauseVerdict | undefined {
  const alone = plainlyJudged(operation, context, server);
  const [table] = tablesOf(operation);
  const beside = alone && besideOthers(alone, operation, context, server);
  if (beside === undefined || table === undefined) return beside;
  const judged = ofTable(beside, operation, table, context, server);
  const copy = copyOf(table, context, server, operation.demands);
  return withFollowed(withDemands(copied(judged, copy), operation.demands, table, server, copy), table, context);
}

/**
 * A change of a referenced row also writes to the referencing tables, and waits for their locks. Measured on MariaDB 10.11 and 11.8: an
 * UPDATE waited for the copy of another table with ON UPDATE CASCADE.
 */
function withFollowed(judged: ClauseVerdict, table: TableName, context: VerdictContext): ClauseVerdict {
  const { ddl, others = [] } = judged;
  const follows = ddl.lock === "NONE" ? [] : (context.formerTable(table)?.follows ?? []);
  const added = follows.filter((each) => ![table, ...others].some((other) => isSameTable(each, other)));
  return added.length === 0 ? judged : { ...judged, others: [...others, ...added] };
}

/**
 * If another clause of the statement is not instant, adding or dropping a column rebuilds the table: in MySQL for any such clause, in
 * MariaDB for every clause except dropping an index.
 */
function besideOthers(
  judged: ClauseVerdict,
  operation: Operation,
  context: VerdictContext,
  server: Server,
): ClauseVerdict {
  if (judged.ddl !== instant || (operation.kind !== "addColumn" && operation.kind !== "dropColumn")) return judged;
  const ways = context.operations
    .filter((each) => each !== operation && each.statement === operation.statement)
    .flatMap((each) => plainlyJudged(each, context, server)?.ddl ?? []);
  const most = server === "mysql" ? instant : drops;
  if (stronger(most, ways.reduce(stronger, instant)) === most) return judged;
  // Writes continue, so this is no concern for users of the table.
  return { ...judged, ddl: rebuilds };
}

function plainlyJudged(operation: Operation, context: VerdictContext, server: Server): ClauseVerdict | undefined {
  const judged = byKind(operation, context, server);
  return judged && onVersion(judged, operation, context, server);
}

function byKind(operation: Operation, context: VerdictContext, server: Server): ClauseVerdict | undefined {
  switch (operation.kind) {
    case "addColumn":
      return addColumn(operation, context, server);
    case "dropColumn":
      return dropColumn(operation, context, server);
    case "redeclareColumn":
      return redeclareColumn(operation, context, server);
    case "renameColumn":
      return renameColumn(operation, context, server);
    case "setDefault":
      return { ddl: instant, concerns: defaultConcerns(operation, context, server) };
    case "createIndex":
      return createIndex(operation, context, server);
    case "dropIndex":
      return dropIndex();
    case "addUnique":
      return addUnique(operation, context, server);
    case "addPrimaryKey":
      return addPrimaryKey(operation, context);
    case "addForeignKey":
      return addForeignKey(operation, context, server);
    case "addCheck":
      return addCheck(operation, context, server);
    case "dropConstraint":
      return dropConstraint(operation, context, server);
    case "createTrigger":
      return { ddl: instant, concerns: [] };
    case "comment":
      return { ddl: metadataOn(server), concerns: [] };
    case "form":
      return form(operation, context, server);
    default:
      return undefined;
  }
}

/** Without its default, a MySQL column has none at all, not even NULL if it is nullable. */
function defaultConcerns(
  operation: OperationOf<"setDefault">,
  context: VerdictContext,
  server: Server,
): readonly Concern[] {
  const { table, column, defaultSql } = operation;
  const { concerns } = setDefault(operation, context);
  const former = context.formerTable(table)?.column(column);
  if (server !== "mysql" || defaultSql !== undefined || concerns.length > 0 || former === undefined) return concerns;
  if (context.createdInThisChange(table) || isMended(operation, context)) return concerns;
  return sendsDefault(former, context) ? concerns : [{ kind: "breaks-inserts", table, column }];
}

function otherVerdict(operation: Operation, context: VerdictContext): Verdict {
  switch (operation.kind) {
    case "createTable":
      return createTable(operation, context);
    case "dropTable":
      return dropTable(operation, context);
    case "renameTable":
      return renameTable(operation, context);
    case "createView":
      return createView(operation);
    case "dropView":
      return dropView(operation, context);
    case "insert":
      return insert(operation, context);
    case "update":
      return update(operation, context);
    case "delete":
      return deletion(operation, context);
    case "truncate":
      return truncate(operation, context);
    case "select": {
      const functions = unknownFunctions(operation);
      return functions.length === 0 ? harmless : unknown({ what: functions.map((name) => `${name}()`).join(", ") });
    }
    case "createFunction":
    case "setting":
    case "transaction":
      return harmless;
    case "unknown":
      return unknown(operation);
    default:
      return unknown({
        what: operation.kind === "form" ? operation.what : operation.kind,
        tables: tablesOf(operation),
      });
  }
}

const changesNothing: ReadonlySet<Operation["kind"]> = new Set(["setting", "transaction", "select"]);

/** Whether an earlier statement of the file has made a change that remains if this one fails. */
function committedBefore({ statement }: Operation, { operations }: VerdictContext): boolean {
  return operations.some((each) => each.statement < statement && !changesNothing.has(each.kind));
}

function leavingHalf(concern: Concern): Concern {
  return concern.kind === "fails-on-rows" ? { ...concern, leavesHalf: true } : concern;
}

/**
 * The effect of a statement that demands an algorithm or lock, which the server asserts: if it cannot comply, it fails immediately and
 * changes nothing. If the previous declaration is unknown, the demand limits the possible effects.
 */
function withDemands(
  judged: ClauseVerdict,
  demands: Demands | undefined,
  table: TableName,
  server: Server,
  copy: DdlAlgorithm = copies,
): ClauseVerdict {
  const algorithm = algorithms.find((each) => each === demands?.algorithm);
  const lock = sharings.find((each) => each === demands?.lock);
  const { ddl } = judged;
  if (isRefused(ddl, algorithm, lock, server, copy))
    return judged.doubts?.includes("former-type")
      ? asserted(judged, algorithm, lock)
      : refused(judged, algorithm, lock);
  if (algorithm === "COPY" && copy.lock === "NONE" && ddl.lock === "NONE" && !isStronger(lock, "NONE"))
    return { ...judged, ddl: copy };
  return algorithm === "COPY" || isStronger(lock, ddl.lock) ? demanded(judged, algorithm, lock, table) : judged;
}

function isRefused(
  ddl: DdlAlgorithm,
  algorithm: Algorithm | undefined,
  lock: Sharing | undefined,
  server: Server,
  copy: DdlAlgorithm,
): boolean {
  const isWeaker = algorithm !== undefined && algorithms.indexOf(algorithm) < algorithms.indexOf(ddl.algorithm);
  // In MySQL, NOCOPY is a syntax error, and LOCK with INSTANT a contradiction (1221).
  const isNoSql = server === "mysql" && (algorithm === "NOCOPY" || (algorithm === "INSTANT" && lock !== undefined));
  const done = algorithm === "COPY" && ddl.algorithm !== "COPY" ? copy : ddl;
  return isNoSql || (isWeaker && !isSame(algorithm, ddl)) || (lock === "NONE" && done.lock !== "NONE");
}

/** NOCOPY is INPLACE without a rebuild. */
function isSame(algorithm: Algorithm | undefined, ddl: DdlAlgorithm): boolean {
  return algorithm === "NOCOPY" && ddl.algorithm === "INPLACE" && ddl.held !== "rewrite";
}

function isStronger(lock: Sharing | undefined, own: Sharing): boolean {
  return lock !== undefined && sharings.indexOf(lock) > sharings.indexOf(own);
}

function asserted(judged: ClauseVerdict, algorithm: Algorithm = "INPLACE", lock: Sharing = "NONE"): ClauseVerdict {
  const isInstant = algorithm === "INSTANT";
  // An instant change checks no rows, and only a copy converts values.
  const isPossible = (concern: Concern) =>
    concern.kind !== "rewrites" &&
    !((concern.kind === "fails-on-rows" || concern.kind === "narrows-writes") && (isInstant || concern.why === "cast"));
  const held = isInstant ? "instant" : algorithm === "NOCOPY" ? "scan" : "rewrite";
  return {
    ...judged,
    ddl: { algorithm, lock, held },
    concerns: judged.concerns.filter(isPossible),
    doubts: judged.doubts?.filter((doubt) => doubt !== "former-type") ?? [],
  };
}

function refused(judged: ClauseVerdict, algorithm: Algorithm | undefined, lock: Sharing | undefined): ClauseVerdict {
  const { ddl } = judged;
  const demand = [algorithm && `ALGORITHM=${algorithm}`, lock && `LOCK=${lock}`].flatMap((each) => each ?? []);
  const least = `ALGORITHM=${ddl.algorithm}${ddl.algorithm === "INSTANT" ? "" : `, LOCK=${ddl.lock}`}`;
  return {
    ddl: { algorithm: "INSTANT", lock: "NONE", held: "instant" },
    concerns: [{ kind: "refuses-demand", demand: demand.join(", "), least }],
  };
}

/** Demands more than necessary: sessions wait that could have continued. */
function demanded(
  judged: ClauseVerdict,
  algorithm: Algorithm | undefined,
  lock: Sharing | undefined,
  table: TableName,
): ClauseVerdict {
  const { ddl, concerns } = judged;
  const isCopy = algorithm === "COPY";
  const held = isCopy ? "rewrite" : ddl.held;
  const asked: DdlAlgorithm = {
    algorithm: isCopy ? "COPY" : ddl.algorithm,
    lock: lock === "EXCLUSIVE" || ddl.lock === "EXCLUSIVE" ? "EXCLUSIVE" : "SHARED",
    held,
  };
  if (held === "instant" || concerns.some(({ kind }) => kind === "rewrites" || kind === "scans"))
    return { ...judged, ddl: asked };
  const waits: Concern =
    held === "rewrite" ? { kind: "rewrites", table, why: "storage" } : { kind: "scans", table, why: "index" };
  return { ...judged, ddl: asked, concerns: [waits, ...concerns] };
}
