import { type Check, type Finding, ok, problem } from "../../dialect/check.js";
import { names } from "../../dialect/format-values.js";
import { oidsOf } from "../planned-tables.js";
import { quoteIdentifier } from "../quote.js";

export default {
  id: "rights",
  title: "privileges of the role on planned tables",
  on: "target",
  async run({ connection, tables }) {
    const { rows: roles } = await connection.query<{ name: string; superuser: boolean; readonly: string }>(
      "SELECT current_user AS name, rolsuper AS superuser FROM pg_roles WHERE rolname = current_user",
    );
    const role = roles[0]?.name ?? "";
    if (roles[0]?.superuser) return [ok(`the role ${role} is a superuser: more than Lockstep needs`)];
    const { rows } = await connection.query<TableRights>(
      `SELECT c.oid, c.oid::regclass::text AS name, pg_get_userbyid(c.relowner) AS owner, n.nspname AS schema,
              pg_has_role(c.relowner, 'USAGE') AS is_owner, has_schema_privilege(n.oid, 'CREATE') AS may_create
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ANY ($1) ORDER BY 2`,
      [oidsOf(tables)],
    );
    const findings = rows
      .filter((row) => !row.is_owner)
      .map(
        (row): Finding =>
          problem(`the role ${role} does not own ${row.name}: ${row.owner} does`, {
            why: "PostgreSQL lets only the owner change a table, so the migrations of the plan would fail.",
            next: `GRANT ${quoteIdentifier(row.owner)} TO ${quoteIdentifier(role)}   -- or deploy as ${row.owner}`,
          }),
      );
    for (const schema of await schemasWithoutCreate(rows, connection))
      findings.push(
        problem(`the role ${role} cannot create objects in schema ${schema}`, {
          why: "Expand creates the fill function and indexes there.",
          next: `GRANT CREATE ON SCHEMA ${quoteIdentifier(schema)} TO ${quoteIdentifier(role)}`,
        }),
      );
    if (findings.length > 0) return findings;
    const owned = rows.length === 0 ? "no table is planned" : `it owns ${names(rows.map((row) => row.name))}`;
    return [ok(`the role ${role} can create objects, and ${owned}`)];
  },
} satisfies Check;

interface TableRights {
  readonly oid: number;
  readonly name: string;
  readonly owner: string;
  readonly schema: string;
  readonly is_owner: boolean;
  readonly may_create: boolean;
}

/** The schemas of the planned tables, or the schema where the next table would be created. */
async function schemasWithoutCreate(
  rows: readonly TableRights[],
  connection: { query<R extends object>(sql: string): Promise<{ readonly rows: readonly R[] }> },
): Promise<readonly string[]> {
  if (rows.length > 0) return [...new Set(rows.filter((row) => !row.may_create).map((row) => row.schema))];
  const current = await connection.query<{ schema: string }>(
    "SELECT current_schema() AS schema WHERE NOT has_schema_privilege(current_schema(), 'CREATE')",
  );
  return current.rows.map((row) => row.schema);
}
