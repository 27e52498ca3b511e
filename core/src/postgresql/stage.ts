import { errorCode } from "../dialect/db/retry.js";
import type { StageDatabases } from "../dialect/stage.js";
import { quoteIdentifier, quoteLiteral } from "./quote.js";
import { splitStatements } from "./read/split-statements.js";

/**
 * What a superuser alone may create, and what then runs no program, reads no file and connects to nothing for whoever calls it. Not
 * among them: languages like plpython3u, dblink, file_fdw, postgres_fdw, adminpack.
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

/** Until 15 who may create roles may also grant the predefined ones. */
const powerOfSession = `SELECT rolsuper AS "isSuper",
    rolsuper OR (rolcreaterole AND current_setting('server_version_num')::int < 160000) OR EXISTS (
      SELECT FROM pg_roles p WHERE pg_has_role(r.oid, p.oid, 'MEMBER')
         AND p.rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')) AS "isPowerful"
  FROM pg_roles r WHERE rolname = current_user`;

/** Nothing of the database can stand in for what the server has. */
const withoutItsNames = "SET search_path = pg_catalog, pg_temp";

export const stage: StageDatabases = {
  // As most databases of development have it: migrations and dumps name this owner.
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
      // Rows of a table with FORCE ROW LEVEL SECURITY are filled and counted, as a superuser did.
      ...(isSuper ? ["BYPASSRLS"] : []),
      // From 16 on only over roles that it has made itself. They would stay on a server that is named.
      ...(isOwn && serverVersion >= 160_000 ? ["CREATEROLE"] : []),
    ];
    await connection.query(`CREATE ROLE ${role} ${attributes.join(" ")}`);
    // Only a member makes databases for another role.
    if (!isSuper) await connection.query(`GRANT ${role} TO CURRENT_USER`);
    // Dumps of rows without triggers.
    else if (serverVersion >= 150_000)
      await connection.query(`GRANT SET ON PARAMETER session_replication_role TO ${role}`);
    // How far a replica is behind.
    if (isOwn) await connection.query(`GRANT pg_read_all_stats TO ${role}`);
    return true;
  },
  async dropRole(connection, name) {
    await connection.query(`DROP OWNED BY ${quoteIdentifier(name)}; DROP ROLE ${quoteIdentifier(name)}`);
  },

  async create(connection, name, like, role) {
    const owner = role === undefined ? "" : ` OWNER ${quoteIdentifier(role)}`;
    const template = like === undefined ? "" : ` TEMPLATE ${quoteIdentifier(like)}`;
    // As files, which is quicker than through the WAL; before 15 there is no other way.
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

  /** In one transaction, or where a statement refuses that, each on its own. */
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
            // The first error is the one to report, but where rights are what is missing.
            if (!isNeedless(piece, reason)) throw [error, reason].some(isRefused) ? reason : error;
          });
    }
  },
  reset: "RESET ALL",
};

const isRefused = (error: unknown) => errorCode(error) === "42501";

/** Owners, rights and comments, and what other servers and administrators use: no table of the database is another one without it. */
const needless =
  /^(?:ALTER\s[^;]*\sOWNER\s+TO\s|(?:COMMENT|GRANT|REVOKE|SET|RESET|SECURITY\s+LABEL|ALTER\s+DEFAULT\s+PRIVILEGES)\s|(?:CREATE|ALTER|DROP)\s+(?:PUBLICATION|SUBSCRIPTION|EVENT\s+TRIGGER|ROLE|USER|GROUP|EXTENSION)\s|ALTER\s+TABLE\s[^;]*\s(?:DISABLE|ENABLE)\s+TRIGGER\s+ALL\b)/i;

/**
 * Whether a statement was refused for want of rights that its database does not need; or because it makes an extension that `makeAhead`
 * has made.
 *
 * @param statement without comments before it
 */
export function isNeedless(statement: string, error: unknown): boolean {
  if (errorCode(error) === "42710") return /^CREATE\s+EXTENSION\s/i.test(statement);
  return isRefused(error) && needless.test(statement);
}
