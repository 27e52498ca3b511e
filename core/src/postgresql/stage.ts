import { errorCode } from "../dialect/db/retry.js";
import type { StageDatabases } from "../dialect/stage.js";
import { quoteIdentifier, quoteLiteral } from "./quote.js";
import { splitStatements } from "./read/split-statements.js";

/**
 * Extensions that require a superuser to create, but then run no program, read no file and open no connection for their users. Excludes
 * languages like plpython3u, dblink, file_fdw, postgres_fdw, adminpack.
 */
const harmlessExtensions = new Set(
  `address_standardizer amcheck autoinc bloom earthdistance h3 hll hypopg insert_username intagg ip4r moddatetime pageinspect pg_buffercache
   pg_freespacemap pg_ivm pg_partman pg_prewarm pg_stat_statements pg_uuidv7 pg_visibility pgaudit pgrouting pgrowlocks pgstattuple pgtap
   postgis postgis_sfcgal postgis_tiger_geocoder postgis_topology refint rum semver sslinfo temporal_tables vector`.split(
    /\s+/,
  ),
);
const extensionStatement =
  /\bCREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?("?)([\w-]+)\1(?:\s+WITH)?(?:\s+SCHEMA\s+("?)([\w-]+)\3)?/gi;

/** Before 16, a role with CREATEROLE can also grant predefined roles. */
const powerOfSession = `SELECT rolsuper AS "isSuper",
    rolsuper OR (rolcreaterole AND current_setting('server_version_num')::int < 160000) OR EXISTS (
      SELECT FROM pg_roles p WHERE pg_has_role(r.oid, p.oid, 'MEMBER')
         AND p.rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')) AS "isPowerful"
  FROM pg_roles r WHERE rolname = current_user`;

/** Prevents objects of the database from shadowing the server's. */
const withoutItsNames = "SET search_path = pg_catalog, pg_temp";

export const stage: StageDatabases = {
  // The owner in most development databases: migrations and dumps use this name.
  ownRole: "postgres",

  async makeRole(connection, { name, password }, isOwn) {
    const { rows } = await connection.query<{ isSuper: boolean; isPowerful: boolean }>(powerOfSession);
    const { isSuper, isPowerful } = rows[0]!;
    if (!isPowerful) return false;
    const { serverVersion } = connection;
    const role = quoteIdentifier(name);
    const attributes = [
      "LOGIN",
      ...(password === "" ? [] : [`PASSWORD ${quoteLiteral(password)}`]),
      // Fills and counts rows of a table with FORCE ROW LEVEL SECURITY, as a superuser did.
      ...(isSuper ? ["BYPASSRLS"] : []),
      // Since 16, CREATEROLE only covers roles that it created itself. On a given server, such roles would remain.
      ...(isOwn && serverVersion >= 160_000 ? ["CREATEROLE"] : []),
    ];
    await connection.query(`CREATE ROLE ${role} ${attributes.join(" ")}`);
    // Only a member can create databases for another role.
    if (!isSuper) await connection.query(`GRANT ${role} TO CURRENT_USER`);
    // For data-only dumps that disable triggers.
    else if (serverVersion >= 150_000)
      await connection.query(`GRANT SET ON PARAMETER session_replication_role TO ${role}`);
    // To read replica lag.
    if (isOwn) await connection.query(`GRANT pg_read_all_stats TO ${role}`);
    return true;
  },
  async dropRole(connection, name) {
    await connection.query(`DROP OWNED BY ${quoteIdentifier(name)}; DROP ROLE ${quoteIdentifier(name)}`);
  },

  async create(connection, name, like, role) {
    const owner = role === undefined ? "" : ` OWNER ${quoteIdentifier(role)}`;
    const template = like === undefined ? "" : ` TEMPLATE ${quoteIdentifier(like)}`;
    // Copies files, which is faster than through the WAL. Before 15, this is the only way.
    const strategy = template !== "" && connection.serverVersion >= 150_000 ? " STRATEGY FILE_COPY" : "";
    await connection.query(`CREATE DATABASE ${quoteIdentifier(name)}${owner}${template}${strategy}`);
  },
  async handOver(connection, role) {
    await connection.query(withoutItsNames);
    await connection.query(`DO $handover$ DECLARE change text;
      BEGIN FOR change IN
        WITH own AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'), of_users AS (
          SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
        SELECT format('SCHEMA %I', nspname) FROM pg_namespace n JOIN of_users USING (oid)
         WHERE nspowner::regrole::text <> 'pg_database_owner' AND ('pg_namespace'::regclass, n.oid) NOT IN (SELECT * FROM own)
        UNION ALL SELECT format('TABLE %s', c.oid::regclass) FROM pg_class c JOIN of_users n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND ('pg_class'::regclass, c.oid) NOT IN (SELECT * FROM own)
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE c.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i'))
        UNION ALL SELECT format('TYPE %s', t.oid::regtype) FROM pg_type t JOIN of_users n ON n.oid = t.typnamespace
         WHERE (t.typtype IN ('e', 'd', 'r') OR EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
           AND ('pg_type'::regclass, t.oid) NOT IN (SELECT * FROM own)
        UNION ALL SELECT format('ROUTINE %s', p.oid::regprocedure) FROM pg_proc p JOIN of_users n ON n.oid = p.pronamespace
         WHERE ('pg_proc'::regclass, p.oid) NOT IN (SELECT * FROM own)
      LOOP EXECUTE 'ALTER ' || change || ' OWNER TO ' || ${quoteLiteral(quoteIdentifier(role))}; END LOOP; END $handover$`);
  },
  async makeAhead(connection, text) {
    const { rows: of } = await connection.query<{ isSuper: boolean; owner: string }>(
      `SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "isSuper",
              (SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()) AS owner`,
    );
    const { isSuper, owner } = of[0]!;
    if (!isSuper) return;
    for (const [, , name = "", , schema] of text.replace(/--.*$/gm, "").matchAll(extensionStatement)) {
      if (!harmlessExtensions.has(name.toLowerCase())) continue;
      const { rows } = await connection.query(
        "SELECT FROM pg_available_extensions WHERE name = $1 AND installed_version IS NULL",
        [name.toLowerCase()],
      );
      if (rows.length === 0) continue;
      const place = schema === undefined ? undefined : quoteIdentifier(schema);
      if (place !== undefined) await connection.query(`CREATE SCHEMA IF NOT EXISTS ${place} AUTHORIZATION ${owner}`);
      const within = place === undefined ? "" : `SCHEMA ${place} `;
      await connection.query(`CREATE EXTENSION ${quoteIdentifier(name.toLowerCase())} ${within}CASCADE`);
    }
  },
  async drop(connection, name) {
    await connection.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`);
  },

  /** Runs statements in one transaction, or separately if a statement does not allow that. */
  async run(connection, text) {
    try {
      await connection.query(text);
    } catch (error) {
      if (connection.isLost) throw error;
      await connection.query("ROLLBACK");
      const pieces = splitStatements(text).map(({ lead, end }) => text.slice(lead, end));
      if (pieces.length < 2 && !isNeedless(text.trim(), error)) throw error;
      for (const piece of pieces)
        if (piece.trim() !== "")
          await connection.query(piece).catch((reason: unknown) => {
            // Reports the first error, unless missing privileges are the cause.
            if (!isNeedless(piece, reason)) throw [error, reason].some(isRefused) ? reason : error;
          });
    }
  },
  reset: "RESET ALL",
};

const isRefused = (error: unknown) => errorCode(error) === "42501";

/** Owners, privileges, comments, and objects for other servers and administrators: none of these changes a table. */
const needless =
  /^(?:ALTER\s[^;]*\sOWNER\s+TO\s|(?:COMMENT|GRANT|REVOKE|SET|RESET|SECURITY\s+LABEL|ALTER\s+DEFAULT\s+PRIVILEGES)\s|(?:CREATE|ALTER|DROP)\s+(?:PUBLICATION|SUBSCRIPTION|EVENT\s+TRIGGER|ROLE|USER|GROUP|EXTENSION)\s|ALTER\s+TABLE\s[^;]*\s(?:DISABLE|ENABLE)\s+TRIGGER\s+ALL\b)/i;

/**
 * Whether a statement failed because of privileges that its database does not need, or because it creates an extension that `makeAhead` has
 * already created.
 *
 * @param statement without comments before it
 */
export function isNeedless(statement: string, error: unknown): boolean {
  if (errorCode(error) === "42710") return /^CREATE\s+EXTENSION\s/i.test(statement);
  return isRefused(error) && needless.test(statement);
}
