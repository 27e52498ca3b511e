import type { Connection } from "../dialect/connection.js";
import { errorCode } from "../dialect/db/retry.js";
import { inTransaction } from "../dialect/db/transaction.js";
import type { Blind } from "../dialect/load-signals.js";
import type { ReadStatement, Statements } from "../dialect/statements.js";
import { type Counted, readsOf, statementId, statementsOf } from "../sql/counted-statements.js";
import { withoutLengths } from "../sql/statement-words.js";
import { quoteIdentifier, quoteLiteral } from "./quote.js";
import { loadParser } from "./read/parser.js";
import { wordsOf } from "./read/read-body.js";

/** From pg_stat_statements, and EXPLAIN (GENERIC_PLAN), which needs no values. */
export const statements: Statements = {
  read(connection, table, explained) {
    return reading(connection, [table], async (counted) => {
      const parser = await loadParser();
      const reads = readsOf(counted.statements, table, (text) => wordsOf(text, parser));
      const wanted = new Set([...reads.slice(0, mostPlans).map(({ id }) => id), ...explained]);
      const isPlanned = connection.serverVersion >= 160_000;
      const planned: ReadStatement[] = [];
      for (const { text, ...read } of reads) {
        const shape = isPlanned && wanted.has(read.id) ? await planOf(connection, text) : undefined;
        planned.push({ ...read, ...(shape && { shape }) });
      }
      const { at, since, lost } = counted;
      return {
        at,
        lost,
        statements: planned,
        ...(since === null ? {} : { since }),
        ...(isPlanned ? {} : { unplanned: "PostgreSQL plans statements without their values from 16 on" }),
      };
    });
  },
  touching(connection, tables) {
    return reading(connection, tables, async ({ statements: counted, since, ...about }) => {
      const parser = await loadParser();
      const known = statementsOf(counted, tables, (text) => wordsOf(text, parser)).map(({ text: _, ...each }) => each);
      const { rows } = await limited(connection, () =>
        connection.query<{ text: string; run: string; ms: number }>(runningSql),
      );
      const running = rows.map(({ text, run, ms }) => ({
        id: statementId(withoutLengths(wordsOf(text, parser) ?? [])),
        run,
        ms,
      }));
      return { ...about, statements: known, running, ...(since === null ? {} : { since }) };
    });
  },
};

/** The server's counts of statements that name one of the tables. A missing privilege is reported as the reason. */
async function reading<T extends object>(
  connection: Connection,
  tables: readonly { readonly name: string }[],
  use: (counted: Count) => Promise<T>,
): Promise<T | Blind> {
  const found = await findExtension(connection);
  if ("kind" in found) return found;
  try {
    const names = tables.map(({ name }) => name);
    const counted = await limited(connection, () => count(connection, found, names));
    return "kind" in counted ? counted : await use(counted);
  } catch (error) {
    if (errorCode(error) !== "42501") throw error;
    const { rows } = await connection.query<{ role: string }>("SELECT current_user AS role");
    const role = rows[0]!.role;
    return blind(
      `the role ${role} cannot read pg_stat_statements: GRANT USAGE ON SCHEMA ${quoteIdentifier(found.schema)} TO ${quoteIdentifier(role)}`,
    );
  }
}

/** Shorter statements end soon and are counted then. */
const runningSql = `SELECT query AS text, format('%s %s', pid, query_start) AS run, (extract(epoch FROM clock_timestamp() - query_start) * 1000)::float8 AS ms
  FROM pg_stat_activity WHERE state = 'active' AND datname = current_database() AND backend_type = 'client backend'
   AND application_name !~ '^lockstep( |$)' AND query_start < clock_timestamp() - interval '1 s'`;

/** Each costs the server a few milliseconds. */
const mostPlans = 20;

export interface Extension {
  readonly schema: string;
  readonly columns: readonly string[];
  readonly hasInfo: boolean;
}

export async function findExtension(connection: Connection): Promise<Extension | Blind> {
  const { rows } = await connection.query<{ isLoaded: boolean } & { [Key in keyof Extension]: Extension[Key] | null }>(
    `SELECT EXISTS (SELECT FROM pg_settings WHERE name = 'pg_stat_statements.max') AS "isLoaded", n.nspname AS schema,
       ARRAY(SELECT attname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
              WHERE c.relnamespace = n.oid AND c.relname = 'pg_stat_statements') AS columns,
       EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'pg_stat_statements_info') AS "hasInfo"
     FROM (SELECT) one LEFT JOIN (pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace) ON e.extname = 'pg_stat_statements'`,
  );
  const { isLoaded, schema, columns, hasInfo } = rows[0]!;
  if (!isLoaded)
    return blind(
      "pg_stat_statements is not loaded: add it to shared_preload_libraries, restart the server, then CREATE EXTENSION pg_stat_statements",
    );
  if (schema === null) return blind("the database lacks an extension: CREATE EXTENSION pg_stat_statements");
  return { schema, columns: columns ?? [], hasInfo: hasInfo ?? false };
}

interface Count {
  readonly at: string;
  readonly since: string | null;
  readonly lost: number;
  readonly statements: readonly Counted[];
}

async function count(connection: Connection, extension: Extension, names: readonly string[]): Promise<Count | Blind> {
  const schema = quoteIdentifier(extension.schema);
  // The column names are those of PostgreSQL 13 and later. The first execution of a statement is recorded since 17.
  const time = extension.columns.includes("total_exec_time") ? "total_exec_time" : "total_time";
  const first = extension.columns.includes("stats_since") ? isoSql("min(stats_since)") : "NULL::text";
  const info = `${schema}.pg_stat_statements_info`;
  const { rows: heads } = await connection.query<{
    role: string;
    hidden: number;
    at: string;
    since: string | null;
    lost: number;
  }>(
    `SELECT current_user AS role, ${isoSql("clock_timestamp()")} AS at,
       ${extension.hasInfo ? `(SELECT ${isoSql("stats_reset")} FROM ${info})` : "NULL::text"} AS since,
       ${extension.hasInfo ? `(SELECT dealloc::float8 FROM ${info})` : "0::float8"} AS lost,
       (SELECT count(*)::int FROM ${schema}.pg_stat_statements WHERE queryid IS NULL AND ${isHere}) AS hidden`,
  );
  const { role, hidden, at, since, lost } = heads[0]!;
  if (hidden > 0)
    return blind(
      `the role ${role} cannot see the statements of other roles: GRANT pg_read_all_stats TO ${quoteIdentifier(role)}`,
    );
  const { rows } = await connection.query<Counted>(
    `SELECT query AS text, sum(calls)::float8 AS calls, sum(${time})::float8 AS "totalMs", sum(rows)::float8 AS rows, ${first} AS "firstAt"
       FROM ${schema}.pg_stat_statements WHERE ${isHere} AND EXISTS (
        SELECT FROM unnest(ARRAY[${names.map(quoteLiteral).join(", ")}]::text[]) AS name WHERE strpos(lower(query), lower(name)) > 0)
      GROUP BY queryid, query`,
  );
  return { at, since, lost, statements: rows };
}

export const isHere = "dbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
export const isoSql = (moment: string) => `to_char(${moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** undefined if it cannot be planned without values: a parameter of unknown type, a temporary table. Runs nothing. */
async function planOf(connection: Connection, text: string): Promise<readonly string[] | undefined> {
  try {
    const { rows } = await limited(connection, () =>
      connection.query<{ "QUERY PLAN": readonly { Plan: PlanNode }[] }>(
        `EXPLAIN (GENERIC_PLAN, COSTS off, FORMAT json) ${text}`,
      ),
    );
    return shapeOf(rows[0]!["QUERY PLAN"][0]!.Plan, 0);
  } catch (error) {
    if (connection.isLost) throw error;
    return undefined;
  }
}

type PlanNode = Readonly<Record<string, unknown>> & { readonly Plans?: readonly PlanNode[] };

function shapeOf(node: PlanNode, depth: number): string[] {
  const names = [node["Node Type"], node["Relation Name"], node["Index Name"]].filter((name) => name !== undefined);
  return [`${" ".repeat(depth)}${names.join(" ")}`, ...(node.Plans ?? []).flatMap((each) => shapeOf(each, depth + 1))];
}

function limited<T>(connection: Connection, run: () => Promise<T>): Promise<T> {
  return inTransaction(
    connection,
    { isReadOnly: true, limits: { statementTimeoutMs: 5000, lockTimeoutMs: 1000 } },
    run,
  );
}

const blind = (reason: string): Blind => ({ kind: "blind", reason });
