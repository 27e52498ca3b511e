import { duringCleanUp } from "../base/expected-errors.js";
import type { Access, ColumnGrant, DefaultRefusal, DefaultTrial, Evaluation, TriedDefault } from "../dialect/access.js";
import { type Finding, type PlannedTable, warning } from "../dialect/check.js";
import type { Connection } from "../dialect/connection.js";
import { isDatabaseError } from "../dialect/db/retry.js";
import { names } from "../dialect/format-values.js";
import type { TableName } from "../model/names.js";
import { isSetting, sessionValueIn } from "../sql/session-value.js";
import { closed } from "../sql/unit-words.js";
import { labelOf, oidsOf } from "./planned-tables.js";
import { quoteIdentifier, quoteLiteral, quoteTable, regclassLiteral } from "./quote.js";

/** Enough for the applications that share a table. Databases with a role per customer grant all of them the same privileges. */
const maxRoles = 20;

const table = "pg_temp.lockstep_try_default";

interface Role {
  readonly name: string;
  /** The session can switch to this role. */
  readonly isOpen: boolean;
  /** `{app.tenant=eu}`: settings of the role, of the database, and of both, the most specific last. */
  readonly settings: readonly string[];
}

async function tryDefault(connection: Connection, on: TableName, tried: TriedDefault): Promise<DefaultTrial> {
  const { defaultSql, isRequired = false, by = ["insert"], makers = [] } = tried;
  const { roles, own, isWhole } = await readRoles(connection, on);
  const inserting = !by.includes("insert") ? [] : roles.length === 0 ? [own] : roles;
  const migrating = by.includes("migration") ? own.name : undefined;
  const sessions =
    migrating === undefined || inserting.some(({ name }) => name === migrating) ? inserting : [own, ...inserting];
  // Settings are inserted into the default as literals, so no session of the role is needed.
  const setting = sessionValueIn(defaultSql);
  const isOfSettings = setting?.mayFail === true || (isRequired && isSetting(setting));
  const refusals: DefaultRefusal[] = [];
  let untried: Extract<DefaultTrial, { kind: "untried" }> | undefined;
  await connection.begin({ limits: { statementTimeoutMs: 5000, lockTimeoutMs: 1000 } });
  try {
    for (const sql of makers) await make(connection, sql);
    const [, sequence] = /\bnextval\s*\(\s*('(?:[^']|'')+')/i.exec(defaultSql) ?? [];
    // Evaluating the default would use up a sequence number.
    if (sequence !== undefined) return await trySequence(connection, roles, sequence);
    for (const role of sessions) {
      if (!role.isOpen && !isOfSettings) {
        untried ??= { kind: "untried", why: `the role ${own.name} cannot use SET ROLE ${role.name}` };
        continue;
      }
      const result = await insertAs(connection, role, own, tried);
      if (result === undefined) continue;
      const { message, isUntried, isMadeLater } = result;
      if (isUntried) return { kind: "untried", why: message, ...(isMadeLater ? { isMadeLater: true } : {}) };
      const evaluations: readonly Evaluation[] = [
        ...(role.name === migrating ? ["migration" as const] : []),
        ...(inserting.includes(role) ? ["insert" as const] : []),
      ];
      refusals.push({ role: role.name, message, by: evaluations });
    }
  } finally {
    if (!connection.isLost) await connection.rollback().catch(duringCleanUp);
  }
  if (refusals.length > 0) return { kind: "fails", refusals };
  if (untried !== undefined) return untried;
  return {
    kind: "works",
    roles: [...roles.map(({ name }) => name), ...(isWhole ? [] : ["more roles, which were not tried,"])],
  };
}

/** If the object exists already or cannot be created here, the default is tested against the current state. */
async function make(connection: Connection, sql: string): Promise<void> {
  await connection.query("SAVEPOINT lockstep_make");
  try {
    await connection.query(sql);
  } catch (error) {
    if (!isDatabaseError(error) || connection.isLost) throw error;
    await connection.query("ROLLBACK TO lockstep_make");
  }
}

/** A function, type, relation or schema that this deployment creates. */
const notThere: ReadonlySet<string> = new Set(["42883", "42704", "42P01", "3F000"]);

async function trySequence(connection: Connection, roles: readonly Role[], literal: string): Promise<DefaultTrial> {
  const { rows } = await connection.query<{ role: string; isUsable: boolean | null }>(
    `SELECT role, has_sequence_privilege(role, to_regclass(${literal}), 'USAGE, UPDATE') AS "isUsable" FROM unnest($1::text[]) role`,
    [roles.map(({ name }) => name)],
  );
  if (rows.some(({ isUsable }) => isUsable === null))
    return { kind: "untried", why: `the sequence ${literal} does not exist`, isMadeLater: true };
  const refusals = rows
    .filter(({ isUsable }) => !isUsable)
    .map(({ role }) => ({
      role,
      by: ["insert"] as const,
      message: `permission denied for sequence ${literal}: GRANT USAGE ON SEQUENCE … TO ${quoteIdentifier(role)}`,
    }));
  if (refusals.length > 0) return { kind: "fails", refusals };
  return { kind: "works", roles: rows.map(({ role }) => role) };
}

interface Refused {
  readonly message: string;
  /** The default itself failed, before any role was tested. */
  readonly isUntried: boolean;
  readonly isMadeLater: boolean;
}

/** @returns undefined: the row was inserted */
async function insertAs(
  connection: Connection,
  role: Role,
  own: Role,
  { type, defaultSql, isRequired = false }: TriedDefault,
): Promise<Refused | undefined> {
  // A session keeps its initial settings, so the connection's own role may provide a setting that this role lacks.
  const lacking = settingsOf(own).find(
    ([name]) => !settingsOf(role).some(([each]) => each === name) && defaultSql.includes(name),
  );
  if (lacking !== undefined)
    return { message: `"${lacking[0]}" is set for the role ${own.name} only`, isUntried: false, isMadeLater: false };
  let isMade = false;
  await connection.query("SAVEPOINT lockstep_role");
  try {
    await connection.query(
      `CREATE TEMPORARY TABLE lockstep_try_default (value ${type} DEFAULT ${closed(asSetFor(role, defaultSql))}${isRequired ? " NOT NULL" : ""})`,
    );
    isMade = true;
    await setPath(connection, role, own);
    if (role.isOpen && role.name !== own.name) {
      await connection.query(`GRANT INSERT ON ${table} TO ${quoteIdentifier(role.name)}`);
      await connection.query(`SET LOCAL ROLE ${quoteIdentifier(role.name)}`);
    }
    await connection.query(`INSERT INTO ${table} DEFAULT VALUES`);
    return undefined;
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    const message = error.code === "23502" ? "it is NULL there, and the column is required" : error.message;
    return { message, isUntried: !isMade, isMadeLater: notThere.has(error.code) };
  } finally {
    if (!connection.isLost) await connection.query("ROLLBACK TO lockstep_role").catch(duringCleanUp);
  }
}

/** Functions resolve names by the session's search path. A path set by the connection comes from its URL, which applications share. */
async function setPath(connection: Connection, role: Role, own: Role): Promise<void> {
  const pathOf = ({ settings }: Role) => settings.findLast((each) => each.startsWith("search_path="))?.slice(12);
  const path = pathOf(role) ?? (pathOf(own) === undefined ? undefined : '"$user", public');
  if (path === undefined) return;
  await connection.query(
    "SELECT set_config('search_path', $1, true) FROM pg_settings WHERE name = 'search_path' AND source NOT IN ('session', 'client')",
    [path],
  );
}

/** The default with the role's settings inserted. A SET in this session would define the setting permanently. */
function asSetFor(role: Role, defaultSql: string): string {
  return settingsOf(role).reduce((sql, [name, value]) => {
    const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const call = new RegExp(`\\bcurrent_setting\\s*\\(\\s*'${escaped}'(?:::text)?\\s*(?:,[^()]*)?\\)`, "gi");
    return sql.replace(call, () => `${quoteLiteral(value)}::text`);
  }, defaultSql);
}

/** Settings of extensions and applications only: server settings do not affect the value of a default. */
function settingsOf({ settings }: Role): readonly (readonly [string, string])[] {
  return settings.flatMap((setting) => {
    const at = setting.indexOf("=");
    const name = setting.slice(0, at);
    return name.includes(".") ? [[name, setting.slice(at + 1)] as const] : [];
  });
}

/** The table, and the views that insert into it. A default is evaluated as the inserting role, which may have no privilege on the table. */
function ways(on: TableName): string {
  return `WITH RECURSIVE way AS (
       SELECT oid FROM pg_class WHERE oid = to_regclass(${regclassLiteral(on)})
        UNION SELECT r.ev_class FROM way JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = way.oid
          JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid AND r.ev_class <> way.oid
         WHERE pg_relation_is_updatable(r.ev_class, true) & 8 = 8)`;
}

/** Login roles that can insert, without superusers, plus the connection's role. */
async function readRoles(
  connection: Connection,
  on: TableName,
): Promise<{ roles: readonly Role[]; own: Role; isWhole: boolean }> {
  const settings = `ARRAY(SELECT unnest(s.setconfig) FROM pg_db_role_setting s JOIN pg_database d ON d.datname = current_database()
      WHERE s.setrole IN (r.oid, 0) AND s.setdatabase IN (d.oid, 0) ORDER BY s.setrole <> 0, s.setdatabase <> 0)`;
  const { rows } = await connection.query<Role & { readonly isOwn: boolean; readonly isWriter: boolean }>(
    `${ways(on)}
     SELECT * FROM (
       SELECT r.rolname AS name, pg_has_role(r.oid, 'MEMBER') AS "isOpen", ${settings} AS settings,
              r.rolname = current_user AS "isOwn",
              r.rolcanlogin AND NOT r.rolsuper AND EXISTS (SELECT FROM way WHERE has_any_column_privilege(r.oid, way.oid, 'INSERT')) AS "isWriter"
         FROM pg_roles r) x
      WHERE "isOwn" OR "isWriter" ORDER BY "isOwn" DESC, name LIMIT ${maxRoles + 2}`,
  );
  const own = rows.find(({ isOwn }) => isOwn) ?? { name: "", isOpen: true, settings: [] };
  const roles = rows.filter(({ isWriter }) => isWriter);
  return { roles: roles.slice(0, maxRoles), own, isWhole: roles.length <= maxRoles };
}

async function columnGrants(
  connection: Connection,
  on: TableName,
  columns: readonly string[],
): Promise<readonly ColumnGrant[]> {
  const { rows } = await connection.query<{ role: string; privileges: string[] }>(
    `SELECT role, array_agg(privilege ORDER BY privilege) AS privileges
       FROM (SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS role,
                    a.privilege_type AS privilege, a.grantee
               FROM pg_attribute c, aclexplode(c.attacl) a
              WHERE c.attrelid = to_regclass(${regclassLiteral(on)}) AND NOT c.attisdropped AND c.attnum > 0
                AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE')) g
      WHERE NOT EXISTS (SELECT FROM pg_class t, aclexplode(t.relacl) a
                         WHERE t.oid = to_regclass(${regclassLiteral(on)}) AND a.privilege_type = g.privilege
                           AND a.grantee IN (g.grantee, 0))
        AND EXISTS (SELECT FROM unnest($1::text[]) planned
                     WHERE NOT EXISTS (SELECT FROM pg_attribute c, aclexplode(c.attacl) a
                                        WHERE c.attrelid = to_regclass(${regclassLiteral(on)}) AND c.attname = planned
                                          AND NOT c.attisdropped AND a.grantee = g.grantee AND a.privilege_type = g.privilege))
      GROUP BY role ORDER BY role`,
    [columns],
  );
  const list = columns.map(quoteIdentifier).join(", ");
  return rows.map(({ role, privileges }) => ({
    role,
    privileges,
    grant: `GRANT ${privileges.map((each) => `${each} (${list})`).join(", ")} ON ${quoteTable(on)} TO ${role}`,
  }));
}

async function published(connection: Connection, tables: readonly PlannedTable[]): Promise<readonly Finding[]> {
  // With a column list (PostgreSQL 15), the publication excludes a new column automatically.
  const listed =
    connection.serverVersion < 150_000
      ? ""
      : `AND NOT EXISTS (SELECT FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid
           WHERE p.pubname = t.pubname AND r.prrelid = c.oid AND r.prattrs IS NOT NULL)`;
  const { rows } = await connection.query<{ oid: number; publications: string[] }>(
    `SELECT c.oid, array_agg(t.pubname::text ORDER BY t.pubname) AS publications
       FROM pg_publication_tables t JOIN pg_namespace n ON n.nspname = t.schemaname
       JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
      WHERE c.oid = ANY ($1) ${listed} GROUP BY c.oid ORDER BY c.oid`,
    [oidsOf(tables)],
  );
  return rows.map(({ oid, publications }) => {
    const columns = tables.find((each) => each.oid === oid)?.columns.map((name) => `"${name}"`) ?? [];
    return warning(`${labelOf(tables, oid)} is published by ${names(publications)}`, {
      why: "A subscriber without the column stops at the first row that has it.",
      next: `add ${names(columns)} to the table on every subscriber first`,
    });
  });
}

export const access: Access = { tryDefault, columnGrants, published };
