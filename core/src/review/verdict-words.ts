import {
  blocksWrites,
  type Concern,
  type Dependent,
  dialectLabels,
  isSameTable,
  type LockMode,
  type Notice,
  newerForm,
  quotedName,
  quotedTable,
  type Remark,
  type RowFailure,
  type TableName,
  type Verdict,
  versionText,
} from "../model/index.js";
import { usersMatter, wholeRowAdvice, wholeRowWords } from "../sql/whole-row-words.js";
import { counted } from "./counted.js";
import { listed } from "./listed.js";

/** Why a statement needs a review: `all rows are checked while reads and writes wait; fails if one is NULL`. */
export function noticeWords({ verdict, remarks = [] }: Notice): string {
  return [...(verdict === undefined ? [] : concernWords(verdict)), ...remarks.map(remarkWords)].join("; ");
}

/** The message for each concern of a verdict. Everything that the statement can fail on is one message. */
function concernWords(verdict: Verdict): string[] {
  const words = [...verdict.concerns.map((concern) => describeConcern(concern, verdict)), otherTablesWords(verdict)];
  return [...new Set(words.flatMap((each) => each ?? []))];
}

/** Dropping a table or constraint also locks the tables at the other ends of its foreign keys. */
function otherTablesWords({ concerns, locks, doubts }: Verdict): string | undefined {
  const goes = concerns.find((concern) => ["loses-data", "guards-less", "hides-rows"].includes(concern.kind));
  const table = goes !== undefined && "table" in goes ? goes.table : undefined;
  if (table === undefined || locks.every(({ mode }) => mode !== "ACCESS EXCLUSIVE")) return undefined;
  const others = locks.filter((lock) => !isSameTable(lock.table, table));
  if (others.length > 0) return `also locks ${labels(others.map((lock) => lock.table))}`;
  const isTable = goes?.kind === "loses-data" && goes.what === "table";
  return isTable && doubts.includes("other-tables")
    ? "also locks the tables that its foreign keys reference"
    : undefined;
}

/** The same, plus what the version before the migration can no longer read or write. */
export function dangerWords(verdict: Verdict): string[] {
  const fails = verdict.concerns.some(({ kind }) => kind === "fails-on-rows");
  const own = verdict.concerns.flatMap((concern) => {
    if (concern.kind === "changes-access" && concern.takes === undefined)
      return ["running code may read or change different rows than before"];
    if (concern.kind === "narrows-writes" && !fails)
      return [`running code that writes ${narrowedWords(concern.why)} fails`];
    if (concern.kind === "widens-reads")
      return [
        `running code may read ${concern.why === "null" ? "a NULL that it does not expect" : "an enum value that it does not support"}`,
      ];
    return [];
  });
  return [...concernWords(verdict), ...own, ...unnamedWords(verdict)];
}

/** Further locked tables whose names are unknown. */
function unnamedWords({ concerns, doubts, locks }: Verdict): string[] {
  if (!doubts.includes("other-tables") || locks.length === 0) return [];
  if (concerns.some((concern) => concern.kind === "rewrites" && concern.why === "type"))
    return ["a foreign key on the column also locks the other table"];
  if (concerns.some(({ kind }) => kind === "hides-rows")) return ["also locks the default partition, if there is one"];
  return [];
}

function narrowedWords(why: RowFailure): string {
  switch (why) {
    case "null":
    case "any-row":
      return "a row without a value";
    case "duplicates":
    case "two-rows":
    case "exclusion":
      return "two conflicting rows";
    case "check":
      return "a row that violates it";
    case "foreign-key":
      return "a row without a referenced row";
    case "cast":
    case "lost-value":
      return "a value that the type does not support";
    default:
      return why satisfies never;
  }
}

function failsWords({ concerns }: Verdict): string {
  const failures = concerns.flatMap((concern) => (concern.kind === "fails-on-rows" ? [failureWords(concern.why)] : []));
  // Reported together with what fails on the rows. Alone, it is the purpose of the change.
  const narrows = concerns.some(({ kind }) => kind === "narrows-writes");
  const half = concerns.some((concern) => concern.kind === "fails-on-rows" && concern.leavesHalf === true);
  const isOfTwo = concerns.some((concern) => concern.kind === "fails-on-rows" && concern.why === "two-rows");
  const writes = isOfTwo ? "inserts a second row" : "writes such a row";
  const words = `fails if ${failures.join(" or ")}${narrows ? `, and so does running code that ${writes}` : ""}`;
  return half ? `${words}; earlier statements of the file are then already applied, and remain` : words;
}

function describeConcern(concern: Concern, verdict: Verdict): string | undefined {
  switch (concern.kind) {
    case "scans":
      return scanWords(concern, verdict);
    case "rewrites":
      return rewriteWords(concern, verdict);
    case "fails-on-rows":
      return failsWords(verdict);
    case "changes-rows":
      return changeWords[concern.how];
    case "loses-data":
      return lossWords[concern.what];
    case "breaks-code-before":
      return breakWords(concern);
    case "drops-dependents":
      return "also drops every object that depends on it";
    case "changes-access":
      return accessWords(concern);
    case "breaks-writes":
      return writesWords(concern);
    case "fails-always":
      return certainWords(concern);
    case "narrows-writes":
    case "widens-reads":
      return undefined;
    case "fails-in-transaction":
      if (concern.type === undefined) return "fails in a transaction: move it to a separate migration";
      return `${verdict.doubts.includes("transaction") ? "fails if it runs" : "fails, because it runs"} in the transaction that adds "${concern.value}" to the enum "${concern.type.name}"`;
    case "breaks-inserts":
      return `running code that omits "${concern.column}" can no longer insert rows${verdict.doubts.includes("former-constraints") ? ", if the column is required" : ""}`;
    case "hides-rows":
      return `running code that reads ${label(concern.table)} no longer sees the rows of ${label(concern.partition)}`;
    case "searches-default-partition":
      return `reads and writes of ${label(concern.table)} wait while PostgreSQL checks the rows of its default partition, if it has one`;
    case "needs-server":
      return newerWords(concern);
    case "guards-less":
      return `locks the table${verdict.doubts.includes("other-tables") ? ", and the other table of a foreign key" : ""}; the database then accepts rows that the constraint rejected`;
    case "loses-index":
      return "waits for all queries on the table; later queries may become slow";
    case "fills-silently":
      return `existing rows silently get ${concern.value}`;
    case "one-value":
      return "MariaDB evaluates the default once: all existing rows get the same value";
    case "session-default":
      return sessionWords(concern);
    case "ignores":
      return "MySQL before 9 accepts REFERENCES on a column but creates no foreign key";
    case "refuses-demand":
      return `fails at once and changes nothing: the server does not support it with ${concern.demand}`;
    case "syntax-error":
      return `PostgreSQL rejects it (${concern.what})`;
    case "not-understood":
      return concern.what.endsWith(")")
        ? `calls ${concern.what}, which Lockstep cannot analyse`
        : `Lockstep cannot analyse it (${concern.what})`;
    default:
      return concern satisfies never;
  }
}

function newerWords({ what, system, since }: Extract<Concern, { kind: "needs-server" }>): string {
  const { label, isIgnored } = newerForm(what, system);
  const name = dialectLabels[system];
  if (since === undefined) return `${name} does not support ${label}`;
  const version = versionText(since, system);
  return isIgnored ? `${name} before ${version} ignores ${label}` : `${label} needs ${name} ${version} or later`;
}

function sessionWords({ column, value, mayFail, isAdded }: Extract<Concern, { kind: "session-default" }>): string {
  const rows = isAdded ? `existing rows get ${value} of the session that runs the migration; ` : "";
  const fails = mayFail ? ", and fails where that session has no such setting" : "";
  return `${rows}an INSERT without "${column}" evaluates ${value} in its own session${fails}`;
}

function scanWords({ table, why }: Extract<Concern, { kind: "scans" }>, verdict: Verdict): string {
  const isUnnamed = verdict.locks.length === 0;
  if (why === "check") {
    const values = isUnnamed ? "values" : "rows";
    return `all ${values} of ${label(table)} are checked${whileWords(verdict, table)}${unlessWords(verdict)}`;
  }
  return isUnnamed
    ? "it rebuilds the indexes of one table after another, and reads and writes of each table wait meanwhile"
    : `${waitWords(verdict)} until its index is built`;
}

/** ` while reads and writes wait`. Without a named lock it is unknown who waits. @param said the table that the message already names */
function whileWords(verdict: Verdict, said: TableName): string {
  if (verdict.locks.length === 0) return ", and Lockstep cannot determine which tables that locks";
  return ` while ${waitWords(verdict, said)}`;
}

function unlessWords({ doubts }: Verdict): string {
  return doubts.includes("former-constraints") ? ", unless a constraint already proves the condition" : "";
}

function rewriteWords({ table, why }: Extract<Concern, { kind: "rewrites" }>, verdict: Verdict): string {
  const rows = `every ${verdict.locks.length === 0 ? "value" : "row"} of ${label(table)}`;
  const wait = whileWords(verdict, table);
  const rewritten = `${rows} is rewritten${wait}${verdict.doubts.includes("server") ? ", on MySQL or on MariaDB" : ""}`;
  switch (why) {
    case "enum":
      return `the enum is recreated: ${rewritten}`;
    case "default":
      return `the default differs from row to row: ${rewritten}`;
    case "type":
      return verdict.doubts.includes("former-type") ? `may rewrite ${rows}${wait}` : rewritten;
    case "fulltext":
      return `the table has a FULLTEXT index: ${rewritten}`;
    case "computed":
      return verdict.doubts.includes("former-type") ? `${rewritten}, unless the column is virtual` : rewritten;
    case "storage":
      return rewritten;
    case "domain":
      return verdict.doubts.includes("type")
        ? `if its type is a domain with a check, ${rewritten}`
        : `its type is a domain with a check: ${rewritten}`;
    default:
      return why satisfies never;
  }
}

/** Who waits for the strongest lock: `writes of "User" and "Team" wait`. @param said the table that the message already names */
function waitWords({ locks }: Verdict, said?: TableName): string {
  const exclusive = locks.filter(({ mode }) => mode === "ACCESS EXCLUSIVE");
  const [who, tables] =
    exclusive.length > 0 ? ["reads and writes", exclusive] : ["writes", locks.filter(({ mode }) => stopsWrites(mode))];
  if (tables.length === 0) return "reads and writes continue";
  const names = (of: typeof tables) => labels(of.map(({ table }) => table));
  const written = exclusive.length > 0 ? locks.filter(({ mode }) => stopsWrites(mode)) : [];
  if (written.length > 0) return `${who} of ${names(tables)} and writes of ${names(written)} wait`;
  const isSaid = said !== undefined && tables.every(({ table }) => isSameTable(table, said));
  return `${who}${isSaid ? "" : ` of ${names(tables)}`} wait`;
}

function stopsWrites(mode: LockMode): boolean {
  return blocksWrites(mode) && mode !== "ACCESS EXCLUSIVE";
}

function failureWords(why: RowFailure): string {
  switch (why) {
    case "null":
      return "one is NULL";
    case "duplicates":
      return "two rows have the same values";
    case "two-rows":
      return "the table has two rows";
    case "exclusion":
      return "two rows exclude each other";
    case "check":
      return "one violates the check";
    case "foreign-key":
      return "one has no referenced row";
    case "cast":
      return "a value cannot be converted";
    case "lost-value":
      return "one has a removed value";
    case "any-row":
      return "the table has a row";
    default:
      return why satisfies never;
  }
}

const changeWords = {
  insert: "adds or changes all rows that its query returns, in a migration",
  update: "changes rows in a migration: they stay locked until it ends",
  delete: "deletes rows in a migration: they stay locked until it ends",
} as const;

const lossWords = {
  column: "deletes the column's data",
  table: "deletes the table's data",
  schema: "deletes every table of the schema",
  // Reported by its effect on the rows.
  rows: undefined,
} as const;

/** Roles that can do less. */
function accessWords({ table, takes }: Extract<Concern, { kind: "changes-access" }>): string | undefined {
  const named = table === undefined ? "the table" : label(table);
  switch (takes) {
    case undefined:
      return undefined;
    case "row-security":
      return `a role that does not own ${named} sees no rows and cannot insert any: no policy allows it`;
    case "forced":
      return `the owner of ${named} sees and writes only rows that a policy allows`;
    case "policy":
      return `a role that does not own ${named} sees and writes only rows that a policy allows`;
    case "privilege":
      return "running code that uses the revoked privileges fails";
    default:
      return takes satisfies never;
  }
}

function writesWords({ why, table, column, by }: Extract<Concern, { kind: "breaks-writes" }>): string {
  const of = table === undefined ? "" : ` of ${label(table)}`;
  switch (why) {
    case "rule":
      return `PostgreSQL ignores what running code writes${table === undefined ? "" : ` to ${label(table)}`}, without an error`;
    case "identity":
      return `running code that inserts a value for ${column === undefined ? "the column" : `"${column}"`} fails`;
    case "sequence":
      return "the sequence may return numbers that existing rows have, and INSERTs of running code then fail";
    case "publication":
      return `running code can no longer update or delete rows${of}: the table has no primary key or other replica identity`;
    case "replica-identity":
      return `running code can no longer update or delete rows${of}, if a publication has the table`;
    case "trigger":
      return `writes${of} fail afterwards: ${by === undefined ? "a trigger" : dependentWords(by)} uses "${column}"${by?.runs === undefined ? "" : ` in the function "${by.runs}"`}`;
    default:
      return why satisfies never;
  }
}

function certainWords({ why, by }: Extract<Concern, { kind: "fails-always" }>): string {
  switch (why) {
    case "used":
      return `fails: ${by === undefined ? "something" : dependentWords(by)} uses it`;
    case "partitioned-index":
      return "fails: PostgreSQL cannot build an index of a partitioned table CONCURRENTLY";
    case "partitioned-not-valid":
      return "fails before PostgreSQL 18: a foreign key of a partitioned table cannot be NOT VALID";
    case "virtual-index":
      return "fails: PostgreSQL does not support an index over a virtual column";
    case "index-of-key":
      return "fails: a key requires a unique index of plain columns without WHERE";
    case "long-key":
      return "fails: the key is longer than 3072 bytes, the limit of InnoDB";
    case "type-of-key":
      return `fails: ${by === undefined ? "a foreign key" : dependentWords(by)} uses the column`;
    default:
      return why satisfies never;
  }
}

function dependentWords({ what, name, table }: Dependent): string {
  return `the ${what} "${name}"${table === undefined ? "" : ` of ${label(table)}`}`;
}

function breakWords({ what, name, newName, isReplaced }: Extract<Concern, { kind: "breaks-code-before" }>): string {
  if (isReplaced) return `running code that uses "${name}" gets the table that replaces it`;
  if (what === "type") return `running code that uses the type "${name}" fails after this migration`;
  if (newName !== undefined)
    return `running code that uses "${name}" fails after this migration, and code that uses "${newName}" fails before it`;
  return `running code that still ${what === "view" ? "reads" : "uses"} it fails`;
}

function remarkWords(remark: Remark): string {
  switch (remark.kind) {
    case "skipped":
      return `by @lockstep.skip: ${remark.why}`;
    case "builds-index-again":
      return `the index ${remark.index} has an expression or a predicate: PostgreSQL rebuilds it while reads and writes of ${label(remark.table)} wait`;
    case "checks-again":
      return `PostgreSQL checks "${remark.check}" for all rows of ${label(remark.table)} again while reads and writes wait`;
    case "forgets-statistics":
      return `PostgreSQL discards the statistics of the column: after the deployment run ANALYZE ${quotedTable(remark.table)} (${quotedName(remark.column)})`;
    case "not-migrated":
      return "no migration of this project creates it, so other databases may not have it";
    case "not-committed":
      return `no entity of the last commit has "${remark.column}"`;
    case "not-edited":
      return `${remark.name} is declared as in the last commit: this change did not cause the difference`;
    case "may-be-renamed":
      return remark.command === undefined
        ? `if "${remark.newName}" is its new name, ${remark.keeps} at the field keeps the column and its values`
        : `if "${remark.newName}" is its new name, delete the new files of this change and run ${remark.command}, which keeps the column and its values`;
    case "numbered-source":
      return `new code cannot compute "${remark.column}", because the database numbers "${remark.source}" during the insert. Before contract, code must set it in new rows: another value (@lockstep.write(<ts>)), or "${remark.source}" as well. Otherwise make the field optional, or give it a default`;
    case "renames":
      return remark.command === undefined
        ? `with ${remark.keeps} only the field gets the new name`
        : `to rename only the field, delete the new files of this change and run ${remark.command}`;
    case "takes-whole-row":
      return `${wholeRowWords({ ...remark, kind: remark.use })} ${wholeRowAdvice}`.slice(0, -1);
    case "used-by":
      return `the table is used by ${listed(remark.objects)}. ${usersMatter}`.slice(0, -1);
    default:
      return remark satisfies never;
  }
}

/** The first tables of a long list: `"a" and "b" and 7 more`. */
function labels(tables: readonly TableName[]): string {
  const shown = tables.length > 4 ? tables.slice(0, 3) : tables;
  const more = tables.length - shown.length;
  return [...shown.map(label), ...(more > 0 ? [counted(more, "more table")] : [])].join(" and ");
}

function label(table: TableName): string {
  return `"${table.name}"`;
}
