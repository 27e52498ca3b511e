import { migrationOf } from "../../plan/migration-of.js";
import { isOpen } from "../../plan/store.js";
import { quoteIdentifier, scaffoldNames } from "../../sql/postgres/quote.js";
import { type Check, type Finding, ok, problem, type TargetFacts, warning } from "../check.js";
import { names } from "../words.js";

export default {
  id: "scaffolding",
  title: "what plans left behind",
  on: "target",
  async run(facts) {
    const { connection, plans, applied } = facts;
    // Whether the repository still has a migration or not: what has not run here has not taken anything away.
    const unfinished = plans.filter(
      (plan) => isOpen(plan) || plan.state.written.some(({ file }) => !applied.includes(migrationOf(file))),
    );
    const expected = new Set(
      unfinished.flatMap((plan) =>
        plan.columns.flatMap(({ table, name }) => Object.values(scaffoldNames(table, name))),
      ),
    );
    const { rows } = await connection.query<Leftover>(leftoversSql);
    const building = new Set(unfinished.flatMap(indexNames));
    const findings = rows.flatMap((row) =>
      row.kind === "index"
        ? [indexFinding(row, building.has(row.name))]
        : expected.has(row.name)
          ? []
          : [leftover(row, doubtOf(facts))],
    );
    return findings.length > 0 ? findings : [ok("no trigger, check or broken index is left over")];
  },
} satisfies Check;

interface Leftover {
  readonly kind: "trigger" | "check" | "function" | "index";
  readonly name: string;
  readonly schema: string;
  readonly table: string;
}

/** An index that is being built right now is not valid either. */
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

function indexNames(plan: { readonly units: readonly { readonly spec: object }[] }): string[] {
  return plan.units.flatMap(({ spec }) => {
    const { index } = spec as { index?: { name: string } };
    return index === undefined ? [] : [index.name];
  });
}

function indexFinding({ name, schema, table }: Leftover, isPlanned: boolean): Finding {
  const next = `DROP INDEX CONCURRENTLY ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
  if (isPlanned)
    return problem(`the index "${name}" on ${table} is not valid: its build was interrupted`, {
      why: "It guards nothing and slows writes down; the next unit of the plan refuses to go on.",
      next: `${next}, then deploy again`,
    });
  return warning(`the index "${name}" on ${table} is not valid: its build was interrupted`, {
    why: "No query uses it, and every write pays for it.",
    next,
  });
}

/** Why a plan that needs it may not be among those that were read: what to do first. */
function doubtOf({ damagedPlans, applied, migrations, unlisted, plans }: TargetFacts): string | undefined {
  if (damagedPlans.length > 0)
    return `make ${names(damagedPlans.map(({ id }) => `lockstep/${id}/plan.json`))} readable`;
  const known = new Set([
    ...migrations,
    ...[...unlisted, ...plans.flatMap(({ state }) => state.written)].map(({ file }) => migrationOf(file)),
  ]);
  const elsewhere = applied.filter((name) => !known.has(name));
  if (elsewhere.length === 0) return undefined;
  return `run this where the migrations are that have run here and that this checkout does not have (${names(elsewhere.toReversed())})`;
}

function leftover(row: Leftover, doubt: string | undefined): Finding {
  const finding = leftoverOf(row);
  if (doubt === undefined) return finding;
  return { ...finding, next: `${doubt}: a plan there may need it. Where none does: ${finding.next}` };
}

function leftoverOf({ kind, name, schema, table }: Leftover): Finding {
  const quoted = quoteIdentifier(name);
  if (kind === "trigger")
    return problem(`the trigger "${name}" on ${table} belongs to no open plan`, {
      why: "It still changes rows that the application writes.",
      next: `DROP TRIGGER ${quoted} ON ${table}`,
    });
  if (kind === "check")
    return problem(`the check "${name}" on ${table} belongs to no open plan`, {
      why: "It refuses rows without a value, although no model says so.",
      next: `ALTER TABLE ${table} DROP CONSTRAINT ${quoted}`,
    });
  return warning(`the function ${schema}.${name} belongs to no open plan and no trigger`, {
    next: `DROP FUNCTION ${quoteIdentifier(schema)}.${quoted}()`,
  });
}
