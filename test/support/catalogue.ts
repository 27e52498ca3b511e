/**
 * What a database consists of, as a plain object: for comparing the end state of a plan with what the ORM would have
 * made.
 */

/** A `pg.Client`, or whatever asks like one. */
export interface CatalogueClient {
  query(sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

export interface CatalogueOptions {
  readonly schemas: readonly string[];
}

/**
 * All lists are ordered: columns as the table has them, everything else by name. Names are qualified by their schema.
 */
export interface Catalogue {
  readonly tables: readonly CatalogueTable[];
  readonly views: readonly Row[];
  /** Functions and procedures, trigger functions included, with their whole definition. */
  readonly functions: readonly Row[];
  /** Enums with their labels, domains, ranges, composite types; not the row types of tables. */
  readonly types: readonly Row[];
  readonly sequences: readonly Row[];
}

export interface CatalogueTable {
  readonly name: string;
  /** "r" a table, "p" partitioned */
  readonly kind: string;
  readonly options: Row;
  readonly columns: readonly Row[];
  readonly constraints: readonly Row[];
  readonly indexes: readonly Row[];
  /** The users' own: those of foreign keys are in `constraints`. */
  readonly triggers: readonly Row[];
  readonly policies: readonly Row[];
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Reads the catalogue of some schemas. Left out: what a dropped column leaves behind, statistics, and the stored value
 * of
 * rows older than a default (attmissingval), because none of them changes what a statement does.
 *
 * @example expect(await readCatalogue(client, { schemas: ["public"] })).toEqual(expected)
 */
export async function readCatalogue(client: CatalogueClient, { schemas }: CatalogueOptions): Promise<Catalogue> {
  const {
    rows: [before],
  } = await client.query("SELECT current_setting('search_path') AS path");
  // Definitions name a schema only when the search path does not find the object: with this one they always do.
  await client.query("SELECT set_config('search_path', 'pg_catalog', false)");
  try {
    const read = async (sql: string) => (await client.query(sql, [schemas])).rows.sort(byName);
    const tables = await read(tablesSql);
    const parts = {
      columns: (await client.query(columnsSql, [schemas])).rows,
      constraints: await read(constraintsSql),
      indexes: await read(indexesSql),
      triggers: await read(triggersSql),
      policies: await read(policiesSql),
    };
    const of = (part: keyof typeof parts, table: unknown): Row[] =>
      parts[part].filter((row) => row.on === table).map(({ on: _, ...rest }) => rest);
    return {
      tables: tables.map(({ name, kind, ...options }) => ({
        name: String(name),
        kind: String(kind),
        options,
        columns: of("columns", name),
        constraints: of("constraints", name),
        indexes: of("indexes", name),
        triggers: of("triggers", name),
        policies: of("policies", name),
      })),
      views: await read(viewsSql),
      functions: await read(functionsSql),
      types: await read(typesSql),
      sequences: await read(sequencesSql),
    };
  } finally {
    await client.query("SELECT set_config('search_path', $1, false)", [before?.path]);
  }
}

/** Not by the database: its order depends on its locale. */
function byName(a: Row, b: Row): number {
  return String(a.name) < String(b.name) ? -1 : 1;
}

const tablesSql = `
  SELECT c.oid::regclass::text AS name, c.relkind AS kind, c.relpersistence AS persistence, c.reloptions AS storage,
         c.relrowsecurity AS rls, c.relforcerowsecurity AS "forcedRls", c.relreplident AS "replicaIdentity",
         c.relchecks AS checks,
         pg_get_partkeydef(c.oid) AS "partitionKey", pg_get_expr(c.relpartbound, c.oid) AS bound,
         c.relacl::text AS grants,
         (SELECT array_agg(inhparent::regclass::text ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid) AS parents,
         obj_description(c.oid, 'pg_class') AS comment
    FROM pg_class c WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1))
     AND c.relkind IN ('r', 'p')`;

const columnsSql = `
  SELECT a.attrelid::regclass::text AS on, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
         a.attnotnull AS "notNull",
         pg_get_expr(d.adbin, d.adrelid) AS "default", a.attidentity AS identity, a.attgenerated AS generated,
         nullif(a.attcollation, t.typcollation)::regcollation::text AS collation, a.attstorage AS storage,
         nullif(to_jsonb(a) ->> 'attcompression', '') AS compression, a.attacl::text AS grants, a.attoptions AS options,
         col_description(a.attrelid, a.attnum) AS comment
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1)) AND c.relkind IN ('r', 'p')
     AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`;

const constraintsSql = `
  SELECT k.conrelid::regclass::text AS on, k.conname AS name, k.contype AS type,
         pg_get_constraintdef(k.oid) AS definition,
         k.convalidated AS "isValid", k.condeferrable AS "isDeferrable", k.condeferred AS "isDeferred",
         k.connoinherit AS "isLocal",
         nullif(k.conindid, 0)::regclass::text AS index
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
   WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1))`;

const indexesSql = `
  SELECT i.indrelid::regclass::text AS on, x.relname AS name, pg_get_indexdef(i.indexrelid) AS definition,
         i.indisunique AS "isUnique",
         i.indisprimary AS "isPrimary", i.indisvalid AS "isValid", i.indisready AS "isReady", i.indislive AS "isLive",
         i.indimmediate AS "isImmediate", i.indisreplident AS "isReplicaIdentity", i.indisclustered AS "isClustered",
         x.reloptions AS options
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
   WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1)) AND c.relkind IN ('r', 'p')`;

const triggersSql = `
  SELECT g.tgrelid::regclass::text AS on, g.tgname AS name, pg_get_triggerdef(g.oid) AS definition,
         g.tgenabled AS enabled
    FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
   WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1)) AND NOT g.tgisinternal`;

const policiesSql = `
  SELECT p.polrelid::regclass::text AS on, p.polname AS name, p.polcmd AS command, p.polpermissive AS "isPermissive",
         p.polroles::regrole[]::text AS roles, pg_get_expr(p.polqual, p.polrelid) AS using,
         pg_get_expr(p.polwithcheck, p.polrelid) AS "check"
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
   WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1))`;

const viewsSql = `
  SELECT c.oid::regclass::text AS name, c.relkind AS kind, pg_get_viewdef(c.oid) AS definition, c.relacl::text AS grants
    FROM pg_class c WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1))
     AND c.relkind IN ('v', 'm')`;

/** Aggregates have no definition text. Functions of extensions belong to the extension. */
const functionsSql = `
  SELECT p.oid::regprocedure::text AS name, p.prokind AS kind, p.proacl::text AS grants,
         CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END AS definition
    FROM pg_proc p WHERE p.pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1))
     AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')`;

const typesSql = `
  SELECT t.oid::regtype::text AS name, t.typtype AS kind, t.typnotnull AS "notNull", t.typdefault AS "default",
         CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS base,
         (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels,
         (SELECT array_agg(pg_get_constraintdef(k.oid) ORDER BY k.conname) FROM pg_constraint k WHERE k.contypid = t.oid) AS checks,
         (SELECT array_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum)
            FROM pg_attribute a WHERE a.attrelid = t.typrelid AND t.typtype = 'c' AND NOT a.attisdropped) AS fields
    FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
   WHERE t.typnamespace IN (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1))
     AND t.typcategory <> 'A' AND t.typtype <> 'm' AND (c.oid IS NULL OR c.relkind = 'c')
     AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_type'::regclass AND objid = t.oid AND deptype = 'e')`;

const sequencesSql = `
  SELECT s.seqrelid::regclass::text AS name, format_type(s.seqtypid, NULL) AS type, s.seqstart::text AS start,
         s.seqincrement::text AS increment, s.seqmin::text AS min, s.seqmax::text AS max, s.seqcache::text AS cache,
         s.seqcycle AS cycle,
         (SELECT d.refobjid::regclass::text || '.' || a.attname FROM pg_depend d
            JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
           WHERE d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.refclassid = 'pg_class'::regclass
             AND d.deptype IN ('a', 'i')) AS "ownedBy"
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
   WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1))`;
