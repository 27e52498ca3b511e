import { patternOf } from "../../base/pattern-of.js";
import type { Connection } from "../../dialect/connection.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { CheckFillInput, FillProblem, Timed } from "../../dialect/trials.js";
import { answerOf } from "../../target/facts/trial-answer.js";
import { quoteIdentifier, quoteTable } from "../quote.js";

/** A node of a plan, as EXPLAIN gives it. */
interface PlanNode {
  readonly "Node Type": string;
  readonly "Parent Relationship"?: string;
  readonly "Relation Name"?: string;
  readonly Schema?: string;
  readonly Alias?: string;
  readonly "Index Cond"?: string;
  readonly Filter?: string;
  readonly "Join Filter"?: string;
  readonly Plans?: readonly PlanNode[];
}

/**
 * Whether the subqueries of a fill find their rows by an index. The planner is asked what it would do if it could not read a table from
 * end to end: so the answer is the same for a development database of three rows.
 */
export async function checkLookUps(
  connection: Connection,
  { table, fill, timeoutMs }: Timed<CheckFillInput>,
): Promise<readonly FillProblem[]> {
  if (fill.lookUps === undefined) return [];
  const settings = { statement_timeout: timeoutMs, lock_timeout: 5000, enable_seqscan: "off", row_security: "off" };
  // One row: for many the planner may read a table once and keep it in memory, where it is small enough today.
  const row = quoteIdentifier(table.name);
  const one = `SELECT (${fill.rowSql}\n) FROM (SELECT * FROM ${quoteTable(table)} LIMIT 1) ${row}`;
  let plan: PlanNode | undefined;
  try {
    const { rows } = await inTransaction(connection, { isReadOnly: true, settings }, () =>
      connection.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(`EXPLAIN (FORMAT JSON, VERBOSE, COSTS OFF) ${one}`),
    );
    plan = rows[0]?.["QUERY PLAN"][0].Plan;
  } catch (error) {
    return answerOf(error, "values", timeoutMs);
  }
  const scan = plan && subplans(plan).flatMap((node) => scans(node, undefined))[0];
  if (scan === undefined) return [];
  const { Filter: condition, Alias: alias = "" } = scan;
  const name = scan["Relation Name"] ?? "";
  const place = scan.Schema === undefined || scan.Schema === "public" ? { name } : { schema: scan.Schema, name };
  const column = condition === undefined ? undefined : comparedColumn(condition, alias);
  const index = column === undefined ? undefined : `CREATE INDEX CONCURRENTLY ON ${quoteTable(place)} (${column})`;
  return [{ kind: "scans", table: name, condition, index }];
}

/** `"userId"` of `(a."userId" = "User".id)`, on either side. */
function comparedColumn(condition: string, alias: string): string | undefined {
  const identifier = '(?:"(?:[^"]|"")+"|[a-z_][\\w$]*)';
  const own = `(?:${patternOf(alias)}|${patternOf(quoteIdentifier(alias))})\\.(${identifier})`;
  const found = new RegExp(`\\(${own} = |= ${own}\\)`).exec(condition);
  return found?.[1] ?? found?.[2];
}

/** What is evaluated for each row. */
function subplans(node: PlanNode): PlanNode[] {
  const isOwn = node["Parent Relationship"] === "SubPlan" || node["Parent Relationship"] === "InitPlan";
  return isOwn ? [node] : (node.Plans ?? []).flatMap(subplans);
}

/** The nodes that read a table without knowing where in it. The first row of an index, or of a table, is quick to find. */
function scans(node: PlanNode, parent: PlanNode | undefined): PlanNode[] {
  const isScan = node["Relation Name"] !== undefined && node["Node Type"] !== "Bitmap Heap Scan";
  const isFirst = parent?.["Node Type"] === "Limit" && node.Filter === undefined;
  const own = isScan && node["Index Cond"] === undefined && !isFirst ? [join(node, parent)] : [];
  return [...own, ...(node.Plans ?? []).flatMap((each) => scans(each, node))];
}

/** What a join filters by is said at the join. */
function join(node: PlanNode, parent: PlanNode | undefined): PlanNode {
  const filter = node.Filter ?? parent?.["Join Filter"];
  return filter === undefined ? node : { ...node, Filter: filter };
}
