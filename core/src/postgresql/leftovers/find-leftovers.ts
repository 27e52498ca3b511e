import { type Finding, problem, warning } from "../../dialect/check.js";
import type { Leftovers } from "../../dialect/leftovers.js";
import { quoteIdentifier } from "../quote.js";

export const findLeftovers: Leftovers["find"] = async (connection) => {
  const { rows } = await connection.query<LeftoverRow>(leftoversSql);
  return rows.map((row) =>
    row.kind === "index"
      ? { kind: "index", name: row.name, finding: indexFinding(row, false), planned: indexFinding(row, true) }
      : { kind: "scaffold", name: row.name, finding: leftoverOf(row) },
  );
};

interface LeftoverRow {
  readonly kind: "trigger" | "check" | "function" | "index";
  readonly name: string;
  readonly schema: string;
  readonly table: string;
}

/** An index that is currently being built is also invalid. */
const leftoversSql = `
  SELECT 'trigger' AS kind, g.tgname::text AS name, n.nspname::text AS schema, g.tgrelid::regclass::text AS table
    FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE NOT g.tgisinternal AND starts_with(g.tgname, 'zz_lockstep_')
  UNION ALL
  SELECT 'check', k.conname::text, n.nspname::text, k.conrelid::regclass::text
    FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
   WHERE k.contype = 'c' AND k.conrelid <> 0 AND starts_with(k.conname, 'lockstep_nn_')
  UNION ALL
  SELECT 'function', p.proname::text, n.nspname::text, '' FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE starts_with(p.proname, 'lockstep_fill_') AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgfoid = p.oid)
  UNION ALL
  SELECT 'index', i.relname::text, n.nspname::text, x.indrelid::regclass::text
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace
   WHERE NOT (x.indisvalid AND x.indisready) AND i.relkind = 'i' AND n.nspname !~ '^pg_'
     AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index b WHERE b.index_relid = x.indexrelid)
  ORDER BY 1, 3, 2`;

function indexFinding({ name, schema, table }: LeftoverRow, isPlanned: boolean): Finding {
  const next = `DROP INDEX CONCURRENTLY ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
  if (isPlanned)
    return problem(`the index "${name}" on ${table} is not valid: its build was interrupted`, {
      why: "It enforces nothing and slows writes down, and the next unit of the plan fails.",
      next: `${next}   -- then deploy again`,
    });
  return warning(`the index "${name}" on ${table} is not valid: its build was interrupted`, {
    why: "No query uses it, and it slows down every write.",
    next,
  });
}

function leftoverOf({ kind, name, schema, table }: LeftoverRow): Finding {
  const quoted = quoteIdentifier(name);
  if (kind === "trigger")
    return problem(`the trigger "${name}" on ${table} belongs to no open plan`, {
      why: "It still changes rows that the application writes.",
      next: `DROP TRIGGER ${quoted} ON ${table}`,
    });
  if (kind === "check")
    return problem(`the check "${name}" on ${table} belongs to no open plan`, {
      why: "It rejects rows without a value, although no model requires one.",
      next: `ALTER TABLE ${table} DROP CONSTRAINT ${quoted}`,
    });
  return warning(`the function ${schema}.${name} belongs to no open plan and no trigger`, {
    next: `DROP FUNCTION ${quoteIdentifier(schema)}.${quoted}()`,
  });
}
