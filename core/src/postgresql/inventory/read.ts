import type { Inventory, Part } from "../../dialect/inventory.js";

/** Runs a query with the search path `pg_catalog`, so that definitions contain every schema. */
export type Ask = (sql: string, values: readonly unknown[]) => Promise<readonly Part[]>;

/**
 * Reads the catalog of some schemas. Leaves out remains of dropped columns, objects of extensions, statistics, and the stored value of rows
 * older than a default (attmissingval), because none of these changes what a statement does.
 */
export async function readInventory(ask: Ask, schemas: readonly string[]): Promise<Inventory> {
  const read = async (sql: string) => [...(await ask(sql, [schemas]))].sort(byName);
  const relations = await read(tablesSql);
  const views = await read(viewsSql);
  const parts = {
    columns: byTable(await ask(columnsSql, [schemas])),
    constraints: byTable(await read(constraintsSql)),
    indexes: byTable(await read(indexesSql)),
    triggers: byTable(await read(triggersSql)),
    policies: byTable(await read(policiesSql)),
  };
  const of = (part: keyof typeof parts, table: unknown) => parts[part].get(table) ?? [];
  return {
    schemas: [...schemas],
    extensions: await read(extensionsSql),
    tables: relations.map(({ name, schema, label, kind, ...options }) => ({
      name: String(name),
      schema: String(schema),
      label: String(label),
      kind: String(kind),
      options,
      columns: of("columns", name),
      constraints: of("constraints", name),
      indexes: of("indexes", name),
      triggers: of("triggers", name),
      policies: of("policies", name),
    })),
    views: views.map((view) => ({
      ...view,
      indexes: of("indexes", view.name),
      triggers: of("triggers", view.name),
    })),
    functions: await read(functionsSql),
    types: await read(typesSql),
    sequences: await read(sequencesSql),
  };
}

function byTable(rows: readonly Part[]): ReadonlyMap<unknown, readonly Part[]> {
  const tables = new Map<unknown, Part[]>();
  for (const { on, ...part } of rows) {
    const known = tables.get(on);
    if (known === undefined) tables.set(on, [part]);
    else known.push(part);
  }
  return tables;
}

/** Not sorted by the database, whose order depends on its locale. */
function byName(a: Part, b: Part): number {
  return String(a.name) < String(b.name) ? -1 : 1;
}

/** User schemas: not the server's, not an extension's, and not the ledger. */
export const schemasSql = `
  SELECT n.nspname::text AS name FROM pg_namespace n
   WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'lockstep', 'lockstep_stage')
     AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = n.oid AND deptype = 'e')
   ORDER BY n.nspname`;

const inSchemas = (schema: string) => `${schema} IN (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1))`;
const notOfExtension = (catalogue: string, object: string) =>
  `NOT EXISTS (SELECT FROM pg_depend WHERE classid = '${catalogue}'::regclass AND objid = ${object} AND deptype = 'e')`;

/** Extensions are in schemas but belong to the database, so `$1` does not filter them. */
const extensionsSql = `SELECT extname::text AS name FROM pg_extension WHERE $1::text[] IS NOT NULL`;

const tablesSql = `
  SELECT c.oid::regclass::text AS name, n.nspname::text AS schema,
         c.relname::text AS label, c.relkind AS kind, c.relpersistence AS persistence, c.reloptions AS storage,
         c.relrowsecurity AS rls, c.relforcerowsecurity AS "forcedRls", c.relreplident AS "replicaIdentity",
         c.relchecks AS checks,
         pg_get_partkeydef(c.oid) AS "partitionKey", pg_get_expr(c.relpartbound, c.oid) AS bound,
         c.relacl::text AS grants,
         (SELECT array_agg(inhparent::regclass::text ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid) AS parents,
         obj_description(c.oid, 'pg_class') AS comment
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p') AND ${notOfExtension("pg_class", "c.oid")}`;

const columnsSql = `
  SELECT a.attrelid::regclass::text AS on, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
         a.attnotnull AS "notNull",
         pg_get_expr(d.adbin, d.adrelid) AS "default", a.attidentity AS identity, a.attgenerated AS generated,
         nullif(a.attcollation, t.typcollation)::regcollation::text AS collation, a.attstorage AS storage,
         nullif(to_jsonb(a) ->> 'attcompression', '') AS compression, a.attacl::text AS grants, a.attoptions AS options,
         NOT a.attislocal AS "isInherited", col_description(a.attrelid, a.attnum) AS comment
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE ${inSchemas("c.relnamespace")} AND c.relkind IN ('r', 'p')
     AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`;

/** NOT NULL is stored with the column, even if a server keeps it as a constraint (18). */
const constraintsSql = `
  SELECT k.conrelid::regclass::text AS on, k.conname AS name, k.contype AS type,
         pg_get_constraintdef(k.oid) AS definition,
         k.convalidated AS "isValid", k.condeferrable AS "isDeferrable", k.condeferred AS "isDeferred",
         k.connoinherit AS "isLocal", NOT k.conislocal OR k.conparentid <> 0 AS "isInherited",
         nullif(k.conindid, 0)::regclass::text AS index
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
   WHERE ${inSchemas("c.relnamespace")} AND k.contype NOT IN ('n', 't')`;

const indexesSql = `
  SELECT i.indrelid::regclass::text AS on, x.relname AS name, pg_get_indexdef(i.indexrelid) AS definition,
         i.indisunique AS "isUnique",
         i.indisprimary AS "isPrimary", i.indisvalid AS "isValid", i.indisready AS "isReady", i.indislive AS "isLive",
         i.indimmediate AS "isImmediate", i.indisreplident AS "isReplicaIdentity", i.indisclustered AS "isClustered",
         EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid) AS "isInherited",
         EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')) AS "isOfConstraint",
         x.reloptions AS options
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
   WHERE ${inSchemas("c.relnamespace")} AND c.relkind IN ('r', 'p', 'm')`;

/** Partitions have clones of their table's triggers. Version 12 does not mark them. */
const triggersSql = `
  SELECT g.tgrelid::regclass::text AS on, g.tgname AS name, pg_get_triggerdef(g.oid) AS definition,
         g.tgenabled AS enabled, coalesce(to_jsonb(g) ->> 'tgparentid', '0') <> '0' AS "isInherited"
    FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
   WHERE ${inSchemas("c.relnamespace")} AND NOT g.tgisinternal`;

const policiesSql = `
  SELECT p.polrelid::regclass::text AS on, p.polname AS name, p.polcmd AS command, p.polpermissive AS "isPermissive",
         p.polroles::regrole[]::text AS roles, pg_get_expr(p.polqual, p.polrelid) AS using,
         pg_get_expr(p.polwithcheck, p.polrelid) AS "check"
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
   WHERE ${inSchemas("c.relnamespace")}`;

const viewsSql = `
  SELECT c.oid::regclass::text AS name, n.nspname::text AS schema, c.relname::text AS label, c.relkind AS kind,
         pg_get_viewdef(c.oid) AS definition, c.relacl::text AS grants
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = ANY ($1) AND c.relkind IN ('v', 'm') AND ${notOfExtension("pg_class", "c.oid")}`;

/**
 * Aggregates have no definition text. Hashed, because bodies are long and not displayed. Lockstep's functions keep the search path of the
 * session that created them, which differs between tools.
 */
const functionsSql = `
  SELECT p.oid::regprocedure::text AS name, n.nspname::text AS schema,
         p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS label, p.prokind AS kind,
         p.proacl::text AS grants,
         CASE WHEN p.prokind <> 'a' THEN encode(sha256(convert_to(
           CASE WHEN p.proname LIKE 'lockstep\\_%' THEN regexp_replace(pg_get_functiondef(p.oid), '\\n SET search_path TO [^\\n]*', '')
                ELSE pg_get_functiondef(p.oid) END, 'UTF8')), 'hex') END AS definition
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname = ANY ($1) AND ${notOfExtension("pg_proc", "p.oid")}`;

/** Without the row types of tables, views and sequences. */
const typesSql = `
  SELECT t.oid::regtype::text AS name, n.nspname::text AS schema, t.typname::text AS label, t.typtype AS kind,
         t.typnotnull AS "notNull", t.typdefault AS "default",
         CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS base,
         (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels,
         (SELECT array_agg(pg_get_constraintdef(k.oid) ORDER BY k.conname) FROM pg_constraint k WHERE k.contypid = t.oid) AS checks,
         (SELECT array_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum)
            FROM pg_attribute a WHERE a.attrelid = t.typrelid AND t.typtype = 'c' AND NOT a.attisdropped) AS fields
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
   WHERE n.nspname = ANY ($1)
     AND t.typcategory <> 'A' AND t.typtype <> 'm' AND (c.oid IS NULL OR c.relkind = 'c')
     AND ${notOfExtension("pg_type", "t.oid")}`;

const sequencesSql = `
  SELECT s.seqrelid::regclass::text AS name, n.nspname::text AS schema, c.relname::text AS label,
         format_type(s.seqtypid, NULL) AS type, s.seqstart::text AS start,
         s.seqincrement::text AS increment, s.seqmin::text AS min, s.seqmax::text AS max, s.seqcache::text AS cache,
         s.seqcycle AS cycle,
         (SELECT d.refobjid::regclass::text || '.' || a.attname FROM pg_depend d
            JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
           WHERE d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.refclassid = 'pg_class'::regclass
             AND d.deptype IN ('a', 'i')) AS "ownedBy"
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = ANY ($1) AND ${notOfExtension("pg_class", "s.seqrelid")}`;
