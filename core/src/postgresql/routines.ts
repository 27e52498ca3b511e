import type { Connection } from "../dialect/connection.js";
import { longestBody, mostRoutines, type Routine, type RoutineTrigger } from "../dialect/system-catalog.js";
import type { TableName } from "../model/names.js";
import { quoteTable } from "./quote.js";

/** The functions of a table's triggers with all that they call, the routines that name the table or have its row type, and its views. */
export async function routinesOf(connection: Connection, tables: readonly TableName[]): Promise<readonly Routine[]> {
  if (tables.length === 0) return [];
  const { rows } = await connection.query<RoutineRow>(routinesSql, [tables.map(quoteTable)]);
  return rows.map(({ at, takesRow, returnsRow, triggers, ...routine }) => ({
    ...routine,
    table: tables[at - 1]!,
    triggers: triggers ?? [],
    ...(takesRow || returnsRow ? { row: takesRow && returnsRow ? "both" : takesRow ? "argument" : "result" } : {}),
  }));
}

interface RoutineRow extends Omit<Routine, "table" | "row" | "triggers"> {
  readonly at: number;
  readonly takesRow: boolean;
  readonly returnsRow: boolean;
  readonly triggers: readonly RoutineTrigger[] | null;
}

/** A name as a whole word of a body. The texts are compared roughly here: a comment or a string may contain the name, too. */
const spelled = (name: string) => `'\\m' || regexp_replace(${name}, '\\W', '.', 'g')`;

/** The row type of the table `k` and its array type. */
const rowTypes =
  "(SELECT oid FROM pg_type WHERE oid = k.reltype OR typelem = k.reltype AND typarray = 0 AND typcategory = 'A')";
const takesRow = `r.proargtypes::oid[] && ARRAY${rowTypes}`;
const returnsRow = `r.prorettype IN ${rowTypes}`;

const routinesSql = `
WITH RECURSIVE asked(at, t) AS (SELECT at::int, to_regclass(label)::oid FROM unnest($1::text[]) WITH ORDINALITY a(label, at)),
tree(at, t) AS (SELECT at, t FROM asked WHERE t IS NOT NULL UNION SELECT at, inhrelid FROM pg_inherits JOIN tree ON inhparent = t),
routine AS MATERIALIZED (
  SELECT p.*, l.lanname FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE l.lanname NOT IN ('internal', 'c') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'lockstep')
     AND NOT starts_with(p.proname, 'lockstep_fill_')
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')),
fired AS (
  SELECT at, g.oid, g.tgfoid AS f, g.tgname::text AS name, pg_get_triggerdef(g.oid) AS definition,
         format('trigger %I on %s', g.tgname, g.tgrelid::regclass) AS what, format('DROP TRIGGER %I ON %s', g.tgname, g.tgrelid::regclass) AS remove,
         CASE WHEN g.tgtype::int & 2 > 0 THEN 'BEFORE' WHEN g.tgtype::int & 64 > 0 THEN 'INSTEAD OF' ELSE 'AFTER' END AS timing,
         array_remove(ARRAY[CASE WHEN g.tgtype::int & 4 > 0 THEN 'INSERT' END, CASE WHEN g.tgtype::int & 16 > 0 THEN 'UPDATE' END,
           CASE WHEN g.tgtype::int & 8 > 0 THEN 'DELETE' END, CASE WHEN g.tgtype::int & 32 > 0 THEN 'TRUNCATE' END], NULL) AS events,
         g.tgtype::int & 1 > 0 AS "isPerRow",
         ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = g.tgrelid AND attnum = ANY (g.tgattr::int2[])) AS columns
    FROM tree JOIN pg_trigger g ON g.tgrelid = t WHERE NOT g.tgisinternal AND NOT starts_with(g.tgname, 'zz_lockstep_')
     -- The triggers of partitions belong to that of the partitioned table.
     AND ((at, t) IN (SELECT * FROM asked) OR NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_trigger'::regclass AND d.objid = g.oid AND d.deptype = 'P'))),
called(at, f, root) AS (
  SELECT at, f, f FROM fired
  UNION
  SELECT called.at, c.oid, called.root FROM called JOIN routine r ON r.oid = called.f
    JOIN routine c ON c.oid <> r.oid AND r.prosrc ~* (${spelled("c.proname")} || '"?\\s*\\(')),
found(at, f, root) AS (
  SELECT * FROM called
  UNION
  SELECT at, r.oid, NULL FROM asked JOIN pg_class k ON k.oid = t JOIN routine r
    ON r.prosrc ~* (${spelled("k.relname")} || '\\M') OR ${takesRow} OR ${returnsRow}
   WHERE r.oid NOT IN (SELECT f FROM called WHERE called.at = asked.at)
  UNION
  SELECT at, c.oid, NULL FROM asked JOIN pg_class k ON k.oid = t JOIN routine r ON ${returnsRow}
    JOIN routine c ON c.oid <> r.oid AND c.prosrc ~* (${spelled("r.proname")} || '"?\\s*\\(')
   WHERE c.oid NOT IN (SELECT f FROM called WHERE called.at = asked.at)),
object AS (
  SELECT at, CASE r.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind, r.oid::regprocedure::text AS label,
         r.pronamespace AS space, r.proname::text AS name, r.lanname::text AS language, r.prosrc AS body,
         pg_get_function_arguments(r.oid) AS arguments, COALESCE(pg_get_function_result(r.oid), '') AS returns,
         EXISTS (SELECT FROM pg_class k WHERE k.oid = t AND ${takesRow}) AS "takesRow",
         EXISTS (SELECT FROM pg_class k WHERE k.oid = t AND ${returnsRow}) AS "returnsRow",
         array_agg(root) AS roots, NULL::oid AS g
    FROM found JOIN asked USING (at) JOIN routine r ON r.oid = f GROUP BY at, t, r.oid, r.prokind, r.pronamespace, r.proname, r.lanname, r.prosrc, r.proargtypes, r.proallargtypes, r.prorettype
  UNION ALL
  SELECT at, 'trigger', NULL, p.pronamespace, fired.name, l.lanname, fired.definition, '', '', false, false, NULL, fired.oid
    FROM fired JOIN pg_proc p ON p.oid = f JOIN pg_language l ON l.oid = p.prolang WHERE f NOT IN (SELECT oid FROM routine)
  UNION ALL
  SELECT DISTINCT at, CASE v.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, v.oid::regclass::text,
         v.relnamespace, v.relname::text, 'sql', pg_get_viewdef(v.oid), '', '', false, false, NULL::oid[], NULL::oid
    FROM tree JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite w ON w.oid = d.objid JOIN pg_class v ON v.oid = w.ev_class WHERE v.relkind IN ('v', 'm') AND v.oid <> t)
SELECT object.at, kind, COALESCE(kind || ' ' || label, self.what) AS what, n.nspname::text AS schema, object.name, language, left(body, ${longestBody}) AS body,
       arguments, returns, "takesRow", "returnsRow", COALESCE(self.remove, format('DROP %s %s', upper(kind), label)) AS remove, triggers
  FROM object JOIN pg_namespace n ON n.oid = space LEFT JOIN fired self ON self.at = object.at AND self.oid = g, LATERAL (
    SELECT json_agg(json_build_object('what', what, 'name', name, 'timing', timing, 'events', events, 'isPerRow', "isPerRow",
             'columns', columns, 'definition', definition, 'remove', remove) ORDER BY what) AS triggers
      FROM fired WHERE fired.at = object.at AND (fired.f = ANY (object.roots) OR fired.oid = object.g)) own
 ORDER BY triggers IS NULL, object.at, what LIMIT ${mostRoutines}`;
