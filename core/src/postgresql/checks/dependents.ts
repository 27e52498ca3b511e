import { type Check, ok, warning } from "../../dialect/check.js";
import { names } from "../../dialect/format-values.js";
import { labelOf, oidsOf } from "../planned-tables.js";

export default {
  id: "dependents",
  title: "triggers, views and functions that reference planned tables",
  on: "target",
  async run({ connection, tables }) {
    const { rows } = await connection.query<{ oid: number; what: string[] }>(
      `SELECT oid, array_agg(what ORDER BY what) AS what FROM (
         SELECT g.tgrelid AS oid, 'trigger ' || g.tgname AS what FROM pg_trigger g
          WHERE g.tgrelid = ANY ($1) AND NOT g.tgisinternal AND NOT starts_with(g.tgname, 'zz_lockstep_')
         UNION
         SELECT d.refobjid, CASE v.relkind WHEN 'm' THEN 'materialized view ' ELSE 'view ' END || v.oid::regclass::text
           FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid JOIN pg_class v ON v.oid = w.ev_class
          WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY ($1)
            AND v.relkind IN ('v', 'm') AND v.oid <> d.refobjid
         UNION
         SELECT t.oid, 'function ' || p.oid::regprocedure::text FROM pg_class t, pg_proc p JOIN pg_language l ON l.oid = p.prolang
          WHERE t.oid = ANY ($1) AND l.lanname NOT IN ('internal', 'c') AND p.pronamespace NOT IN
                (SELECT oid FROM pg_namespace WHERE nspname IN ('pg_catalog', 'information_schema', 'lockstep'))
            AND NOT starts_with(p.proname, 'lockstep_fill_') AND p.prosrc ~ ('\\m' || regexp_replace(t.relname, '\\W', '.', 'g') || '\\M')
       ) found GROUP BY oid ORDER BY oid`,
      [oidsOf(tables)],
    );
    if (rows.length === 0) return [ok("nothing else in the database references a planned table")];
    return rows.map(({ oid, what }) =>
      warning(`${labelOf(tables, oid)} is referenced by ${names(what)}`, {
        why: "Triggers fire for every filled row; a view made with SELECT * does not show the new column.",
        next: "review them before the backfill, and recreate views that should show the column",
      }),
    );
  },
} satisfies Check;
