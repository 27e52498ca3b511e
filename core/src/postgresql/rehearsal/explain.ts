import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { ExplainedStatement, TrafficStatement } from "../../dialect/rehearsing.js";

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Total Cost": number;
  readonly Plans?: readonly PlanNode[];
}

/**
 * The plans that the server makes without parameter values, as for prepared statements. For all versions: EXPLAIN (GENERIC_PLAN) exists
 * since 16, and a prepared statement with a forced generic plan returns the same.
 */
export async function explain(
  connection: Connection,
  statements: readonly TrafficStatement[],
): Promise<readonly ExplainedStatement[]> {
  const explained: ExplainedStatement[] = [];
  for (const { text: statement } of statements) {
    try {
      explained.push(await one(connection, statement));
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
    } finally {
      await connection.query("DEALLOCATE ALL");
    }
  }
  return explained;
}

const one = (connection: Connection, statement: string): Promise<ExplainedStatement> =>
  inTransaction(connection, { isReadOnly: false, limits: { statementTimeoutMs: 10_000 } }, async () => {
    await connection.query("SET LOCAL plan_cache_mode = force_generic_plan");
    await connection.query(`PREPARE lockstep_explained AS ${statement}`);
    const { rows: types } = await connection.query<{ n: number }>(
      "SELECT cardinality(parameter_types)::int AS n FROM pg_prepared_statements WHERE name = 'lockstep_explained'",
    );
    const parameters = Array.from({ length: types[0]!.n }, () => "NULL").join(", ");
    const { rows } = await connection.query<{ "QUERY PLAN": readonly { readonly Plan: PlanNode }[] }>(
      `EXPLAIN (FORMAT JSON) EXECUTE lockstep_explained${parameters && `(${parameters})`}`,
    );
    const plan = rows[0]!["QUERY PLAN"][0]!.Plan;
    return { statement, nodes: lines(plan, 0), cost: plan["Total Cost"] };
  });

function lines(node: PlanNode, depth: number): readonly string[] {
  const { "Node Type": type, "Relation Name": table, "Index Name": index, Plans = [] } = node;
  const text = `${type}${index === undefined ? "" : ` using "${index}"`}${table === undefined ? "" : ` on "${table}"`}`;
  return [`${"  ".repeat(depth)}${text}`, ...Plans.flatMap((each) => lines(each, depth + 1))];
}
