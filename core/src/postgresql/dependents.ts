import type { Connection } from "../dialect/connection.js";
import { type Dependent, ofRoutine, type Taken } from "../dialect/system-catalog.js";
import { useOfTaken } from "../sql/body.js";
import { quoteTable } from "./quote.js";
import { loadParser } from "./read/parser.js";
import { bodyOf } from "./read/read-body.js";
import { routinesOf } from "./routines.js";

/**
 * The objects that depend on a table, a column, its NOT NULL, or an index, including child tables. PostgreSQL silently drops objects that only
 * belong to the column (`a` in pg_depend), and refuses to drop what other objects need (`n`).
 */
export async function dependentsOf(
  connection: Connection,
  { kind, table, name }: Taken,
): Promise<readonly Dependent[]> {
  const own = kind === "not-null" ? requiredSql : dependsSql(kind);
  const { rows } = await connection.query<DependentRow>(own, [quoteTable(table), name]);
  const recorded = rows.map(({ what, name: object, on, schema, columns, goes, remove }) => ({
    what: on === null ? what : `${what} on ${on}`,
    name: object,
    ...(schema === null ? {} : { schema }),
    columns: columns ?? [],
    effect: goes ? ("goes" as const) : ("refuses" as const),
    ...(remove === null ? {} : { remove }),
  }));
  if (kind !== "column" && kind !== "table") return recorded;
  const isRecorded = ({ schema, name: object }: Dependent) =>
    recorded.some((each) => each.schema === schema && each.name === object);
  return [...recorded, ...(await texts(connection, { kind, table, name })).filter((each) => !isRecorded(each))];
}

/** Bodies are text for PostgreSQL: it records no dependencies of them. It does for views. */
async function texts(connection: Connection, taken: Taken): Promise<readonly Dependent[]> {
  const routines = (await routinesOf(connection, [taken.table])).filter(({ kind }) => !/view$/.test(kind));
  if (routines.length === 0) return [];
  const parser = await loadParser();
  const reading = { readBody: (text: string) => bodyOf(text, parser), dialect: connection.dialect.id };
  return routines.flatMap((routine) => {
    const effect = useOfTaken(routine, taken, reading);
    return effect === undefined ? [] : [ofRoutine(routine, effect)];
  });
}

interface DependentRow {
  readonly what: string;
  readonly name: string;
  readonly on: string | null;
  readonly schema: string | null;
  readonly columns: readonly string[] | null;
  readonly goes: boolean;
  readonly remove: string | null;
}

const tree = `tree(t) AS (SELECT to_regclass($1)::oid UNION SELECT inhrelid FROM pg_inherits JOIN tree ON inhparent = t),
columns AS (SELECT attrelid, attnum FROM tree JOIN pg_attribute ON attrelid = t AND attname = $2 AND NOT attisdropped)`;

/** The dropped objects in pg_depend's terms. */
const taken = {
  table: "SELECT 'pg_class'::regclass::oid, t, 0 FROM tree WHERE t = to_regclass($1)",
  column: "SELECT 'pg_class'::regclass::oid AS c, attrelid AS o, attnum::int AS s FROM columns",
  index: `SELECT 'pg_class'::regclass::oid, indexrelid, 0 FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indrelid IN (SELECT t FROM tree) AND relname = $2
    UNION SELECT 'pg_constraint'::regclass, oid, 0 FROM pg_constraint WHERE conrelid IN (SELECT t FROM tree) AND conname = $2`,
};

/** Includes what depends on objects that are dropped with it. The default and the sequence of a column count as the column itself. */
const dependsSql = (kind: keyof typeof taken) => `
WITH RECURSIVE ${tree},
taken(c, o, s) AS (${taken[kind]}),
found(c, o, s, how) AS (
  SELECT d.classid, d.objid, d.objsubid, d.deptype::text FROM taken JOIN pg_depend d ON d.refclassid = c AND d.refobjid = o AND (s = 0 OR d.refobjsubid = s)
  UNION
  SELECT d.classid, d.objid, d.objsubid, d.deptype::text FROM found JOIN pg_depend d
      ON d.refclassid = c AND d.refobjid = o AND (s = 0 OR d.refobjsubid = s) WHERE how IN ('a', 'i')),
objects AS (
  SELECT c, o, s, bool_or(how = 'a') AS goes FROM found f
   WHERE how IN ('a', 'n') AND NOT EXISTS (SELECT FROM taken t WHERE t.c = f.c AND t.o = f.o AND t.s = f.s) GROUP BY c, o, s)
SELECT DISTINCT what, name, "on", schema, columns, goes, remove FROM objects, LATERAL (
  SELECT CASE WHEN x.indisunique THEN 'unique index ' ELSE 'index ' END || i.oid::regclass AS what, i.relname::text AS name,
         i.relnamespace AS "namespace", x.indrelid AS owner, 'DROP INDEX CONCURRENTLY ' || i.oid::regclass AS remove,
         ARRAY(SELECT attname::text FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(n, at) JOIN pg_attribute ON attrelid = x.indrelid AND attnum = n ORDER BY at) AS columns
    FROM pg_class i JOIN pg_index x ON x.indexrelid = i.oid
   WHERE c = 'pg_class'::regclass AND i.oid = o AND s = 0 AND NOT i.relispartition
  UNION ALL
  SELECT CASE k.contype WHEN 'c' THEN 'check constraint ' WHEN 'f' THEN 'foreign key ' WHEN 'u' THEN 'unique constraint '
           WHEN 'p' THEN 'primary key ' WHEN 'x' THEN 'exclusion constraint ' ELSE 'constraint ' END || quote_ident(k.conname),
         k.conname, k.connamespace, k.conrelid, format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname),
         ARRAY(SELECT attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, at) JOIN pg_attribute ON attrelid = k.conrelid AND attnum = n ORDER BY at)
    FROM pg_constraint k WHERE c = 'pg_constraint'::regclass AND k.oid = o AND k.contype NOT IN ('n', 't') AND k.conparentid = 0 AND k.conislocal
  UNION ALL
  SELECT 'generated column ' || quote_ident(a.attname), a.attname, NULL, a.attrelid, format('ALTER TABLE %s DROP COLUMN %I', a.attrelid::regclass, a.attname), NULL
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE (c = 'pg_attrdef'::regclass AND d.oid = o OR c = 'pg_class'::regclass AND a.attrelid = o AND a.attnum = s AND s > 0)
     AND a.attgenerated <> '' AND NOT EXISTS (SELECT FROM taken t WHERE t.o = a.attrelid AND t.s = a.attnum)
  UNION ALL
  SELECT 'default of ' || a.attrelid::regclass || '.' || quote_ident(a.attname), a.attname, NULL, NULL, format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', a.attrelid::regclass, a.attname), NULL
    FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
   WHERE c = 'pg_attrdef'::regclass AND d.oid = o AND a.attgenerated = '' AND NOT EXISTS (SELECT FROM taken t WHERE t.o = a.attrelid AND t.s = a.attnum)
  UNION ALL
  SELECT CASE v.relkind WHEN 'm' THEN 'materialized view ' WHEN 'v' THEN 'view ' ELSE 'rule ' || quote_ident(r.rulename) || ' of ' END || v.oid::regclass,
         CASE WHEN v.relkind IN ('m', 'v') THEN v.relname ELSE r.rulename END, v.relnamespace, NULL,
         CASE v.relkind WHEN 'm' THEN 'DROP MATERIALIZED VIEW ' || v.oid::regclass WHEN 'v' THEN 'DROP VIEW ' || v.oid::regclass
           ELSE format('DROP RULE %I ON %s', r.rulename, v.oid::regclass) END, NULL
    FROM pg_rewrite r JOIN pg_class v ON v.oid = r.ev_class WHERE c = 'pg_rewrite'::regclass AND r.oid = o
  UNION ALL
  SELECT 'trigger ' || quote_ident(g.tgname), g.tgname, NULL, g.tgrelid, format('DROP TRIGGER %I ON %s', g.tgname, g.tgrelid::regclass), NULL
    FROM pg_trigger g WHERE c = 'pg_trigger'::regclass AND g.oid = o AND NOT g.tgisinternal
  UNION ALL
  SELECT 'policy ' || quote_ident(p.polname), p.polname, NULL, p.polrelid, format('DROP POLICY %I ON %s', p.polname, p.polrelid::regclass), NULL
    FROM pg_policy p WHERE c = 'pg_policy'::regclass AND p.oid = o
  UNION ALL
  SELECT 'publication ' || quote_ident(p.pubname), p.pubname, NULL, r.prrelid, format('ALTER PUBLICATION %I SET TABLE … without the column', p.pubname), NULL
    FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE c = 'pg_publication_rel'::regclass AND r.oid = o
  UNION ALL
  SELECT 'statistics ' || quote_ident(e.stxname), e.stxname, e.stxnamespace, e.stxrelid, format('DROP STATISTICS %I.%I', e.stxnamespace::regnamespace::text, e.stxname), NULL
    FROM pg_statistic_ext e WHERE c = 'pg_statistic_ext'::regclass AND e.oid = o
  UNION ALL
  SELECT 'table ' || o::regclass, k.relname, k.relnamespace, NULL, 'DROP TABLE ' || o::regclass, NULL
    FROM pg_class k WHERE c = 'pg_class'::regclass AND k.oid = o AND s = 0 AND k.relkind IN ('r', 'p', 'f')
  UNION ALL
  SELECT 'column ' || quote_ident(a.attname), a.attname, NULL, a.attrelid, format('ALTER TABLE %s DROP COLUMN %I', a.attrelid::regclass, a.attname), NULL
    FROM pg_attribute a WHERE c = 'pg_class'::regclass AND a.attrelid = o AND a.attnum = s AND s > 0 AND a.attgenerated = ''
     AND NOT EXISTS (SELECT FROM taken t WHERE t.o = a.attrelid)
  UNION ALL
  SELECT routine || ' ' || o::regprocedure, p.proname, p.pronamespace, NULL, format('DROP %s %s', upper(routine), o::regprocedure), NULL
    FROM pg_proc p, LATERAL (SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS routine) r
   WHERE c = 'pg_proc'::regclass AND p.oid = o
  UNION ALL
  SELECT pg_describe_object(c, o, s), pg_describe_object(c, o, s), NULL, NULL, NULL, NULL
   WHERE c NOT IN ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_constraint'::regclass, 'pg_attrdef'::regclass, 'pg_rewrite'::regclass, 'pg_trigger'::regclass,
                   'pg_policy'::regclass, 'pg_publication_rel'::regclass, 'pg_statistic_ext'::regclass, 'pg_type'::regclass)
) object(what, name, "namespace", owner, remove, columns),
LATERAL (SELECT owner::regclass::text AS "on", (SELECT nspname::text FROM pg_namespace WHERE oid = "namespace") AS schema) place
${kind === "column" ? "" : "WHERE NOT goes"} ORDER BY what, "on"`;

/** PostgreSQL does not allow a column in these to become nullable. */
const requiredSql = `
WITH RECURSIVE ${tree}
SELECT CASE WHEN x.indisprimary THEN 'primary key ' ELSE 'replica identity ' END || quote_ident(i.relname) AS what, i.relname::text AS name,
       x.indrelid::regclass::text AS "on", NULL AS schema, NULL::text[] AS columns, false AS goes,
       CASE WHEN x.indisprimary THEN format('ALTER TABLE %s DROP CONSTRAINT %I', x.indrelid::regclass, i.relname)
         ELSE format('ALTER TABLE %s REPLICA IDENTITY DEFAULT', x.indrelid::regclass) END AS remove
  FROM columns JOIN pg_index x ON x.indrelid = attrelid AND attnum = ANY (x.indkey::int2[]) JOIN pg_class i ON i.oid = x.indexrelid
 WHERE (x.indisprimary OR x.indisreplident) AND NOT i.relispartition ORDER BY what`;
