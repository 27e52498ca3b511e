import { attempt } from "../../base/expected-errors.js";
import type { Connection } from "../../dialect/connection.js";
import type { StatementStats } from "../../dialect/stats/stats-file.js";
import { isNotSql } from "../../sql/not-sql.js";
import { quoteIdentifier } from "../quote.js";
import { loadParser } from "../read/parser.js";
import { findExtension, isHere, isoSql } from "../statements.js";
import { rounded } from "./rounded.js";

interface Counted {
  readonly statements: readonly StatementStats[];
  readonly since?: string;
  /** Why there are no statements. */
  readonly blind?: string;
}

/** The maximum number by total time, and the same by calls. */
const most = 150;

/**
 * The statements that applications run most, with parameters instead of values. Excludes a statement in which a value remains. Remaining
 * numbers belong to types: `numeric(10, 2)`.
 */
export async function readStatements(connection: Connection): Promise<Counted> {
  const extension = await findExtension(connection);
  if ("kind" in extension) return { statements: [], blind: extension.reason };
  const view = `${quoteIdentifier(extension.schema)}.pg_stat_statements`;
  const { rows: rights } = await connection.query<{ isAllowed: boolean; role: string }>(
    `SELECT has_table_privilege('${view}', 'SELECT') AND (pg_has_role('pg_read_all_stats', 'USAGE')
       OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)) AS "isAllowed", current_user AS role`,
  );
  const { isAllowed, role } = rights[0]!;
  if (!isAllowed)
    return {
      statements: [],
      blind: `the role ${role} cannot see the statements of other roles: GRANT pg_read_all_stats TO ${quoteIdentifier(role)}`,
    };
  const time = extension.columns.includes("total_exec_time") ? "total_exec_time" : "total_time";
  const { rows } = await connection.query<StatementStats>(
    `WITH s AS (
       SELECT query AS text, sum(calls)::float8 AS calls, (sum(${time}) / sum(calls))::float8 AS "meanMs",
              (sum(rows) / sum(calls))::float8 AS rows, sum(${time}) AS total
         FROM ${view} WHERE ${isHere} AND query ~* '^[(\\s]*(SELECT|INSERT|UPDATE|DELETE|WITH)\\y' GROUP BY query)
     SELECT text, calls, "meanMs", rows FROM s
      WHERE total >= (SELECT min(total) FROM (SELECT total FROM s ORDER BY total DESC LIMIT ${most}) t)
         OR calls >= (SELECT min(calls) FROM (SELECT calls FROM s ORDER BY calls DESC LIMIT ${most}) t)
      ORDER BY calls DESC, text`,
  );
  const { rows: heads } = extension.hasInfo
    ? await connection.query<{ since: string }>(`SELECT ${isoSql("stats_reset")} AS since FROM ${view}_info`)
    : { rows: [] };
  const { scan } = await loadParser();
  const shapeOf = ({ text, ...counts }: StatementStats): StatementStats[] => {
    if (isOwn.test(text)) return [];
    // undefined: truncated by the server.
    const tokens = attempt(() => scan(text), isNotSql);
    const words = tokens?.filter(({ tokenName }) => !tokenName.endsWith("COMMENT"));
    if (words === undefined || words.some(({ tokenName }) => /^[SFBX]CONST$/.test(tokenName))) return [];
    // Comments may contain names of users and requests.
    const said = words.length === tokens?.length ? text : words.map((word) => word.text).join(" ");
    return [{ text: said.replace(/\s+/g, " ").trim(), ...counts }];
  };
  return {
    statements: together(rows.flatMap(shapeOf)),
    ...(heads[0] === undefined ? {} : { since: heads[0].since }),
  };
}

/** Merges statements that only differed in comments. */
function together(statements: readonly StatementStats[]): readonly StatementStats[] {
  const byText = new Map<string, StatementStats>();
  for (const each of statements) {
    const known = byText.get(each.text) ?? { ...each, calls: 0, meanMs: 0, rows: 0 };
    const calls = known.calls + each.calls;
    const mean = (of: "meanMs" | "rows") => (known[of] * known.calls + each[of] * each.calls) / calls;
    byText.set(each.text, { text: each.text, calls, meanMs: mean("meanMs"), rows: mean("rows") });
  }
  return [...byText.values()].map((each) => ({ ...each, meanMs: rounded(each.meanMs), rows: rounded(each.rows) }));
}

/** Statements of monitoring, migrations and Lockstep itself. */
const isOwn = /\b(pg_\w+|information_schema|lockstep(_own)?|_prisma_migrations)\b/i;
