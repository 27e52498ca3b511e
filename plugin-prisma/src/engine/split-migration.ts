/** Splits a migration file into statements where Prisma's native engine (7.4 and later) would. */
import type { Node, RawStmt } from "libpg-query";

export interface ScriptPart {
  readonly sql: string;
  /** Its start in the file, in UTF-16 units. */
  readonly offset: number;
}

/** False when the file certainly is one statement: then nothing has to be parsed. */
export function mayHoldSeveral(script: string): boolean {
  return script.replace(/[\s;]+$/, "").includes(";");
}

/**
 * True when the result could differ between the split file and the whole file on a database without other sessions: it has a statement that
 * cannot run in a transaction, uses an enum value that it has just added, or sets something for its transaction.
 */
export function isCutFelt(script: string): boolean {
  return /\b(concurrently|add\s+value|vacuum|reindex|cluster|local|system|database|tablespace|subscription)\b/i.test(
    script,
  );
}

/**
 * The statements of a file, or the file as one part if the native engine would not split it: its parser must understand every statement, or
 * the whole file is sent unchanged.
 */
export async function split(script: string): Promise<readonly ScriptPart[]> {
  const whole = [{ sql: script, offset: 0 }];
  const { hasSqlDetails, loadModule, parseSync } = await import("libpg-query");
  await loadModule();
  let statements: readonly RawStmt[];
  try {
    statements = parseSync(script).stmts ?? [];
  } catch (error) {
    // RangeError: nested too deep for the stack.
    if (script !== "" && !hasSqlDetails(error) && !(error instanceof RangeError)) throw error;
    return whole;
  }
  if (statements.some(({ stmt }) => stmt === undefined || isBeyondSqlparser(stmt))) return whole;
  const bytes = Buffer.from(script, "utf8");
  let at = 0;
  let offset = 0;
  // Offsets are UTF-8 bytes; the first location and the length of an unterminated end are omitted.
  return statements.map(({ stmt_location: start = 0, stmt_len: length }) => {
    const end = length ? start + length : bytes.length;
    offset += bytes.toString("utf8", at, start).length;
    at = start;
    return { sql: bytes.toString("utf8", start, end), offset };
  });
}

/** Statements that sqlparser 0.62 (the Rust crate in the native engine) cannot parse, found by trying them. */
const unreadable = new Set([
  "DoStmt",
  "RefreshMatViewStmt",
  "ReindexStmt",
  "RuleStmt",
  "AlterSeqStmt",
  "AlterPublicationStmt",
  "ClusterStmt",
]);
const unreadableChanges = new Set(["AT_AttachPartition", "AT_DetachPartition", "AT_SetStatistics"]);
const unreadableConstraints = new Set(["CONSTR_NOTNULL", "CONSTR_EXCLUSION"]);

function isBeyondSqlparser(statement: Node): boolean {
  if (Object.keys(statement).some((kind) => unreadable.has(kind))) return true;
  if ("DropStmt" in statement) return statement.DropStmt.concurrent === true;
  if ("CreateStmt" in statement) return (statement.CreateStmt.tableElts ?? []).some(isUnreadableConstraint);
  return "AlterTableStmt" in statement && (statement.AlterTableStmt.cmds ?? []).some(isUnreadableChange);
}

function isUnreadableChange(change: Node): boolean {
  if (!("AlterTableCmd" in change)) return false;
  const { subtype, def } = change.AlterTableCmd;
  return unreadableChanges.has(subtype ?? "") || (def !== undefined && isUnreadableConstraint(def));
}

function isUnreadableConstraint(node: Node): boolean {
  return "Constraint" in node && unreadableConstraints.has(node.Constraint.contype ?? "");
}
