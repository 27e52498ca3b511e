import type { Access, ColumnGrant } from "../dialects/access.js";
import type { Connection } from "../dialects/connection.js";
import type { TableName } from "../model/names.js";
import { quoteIdentifier, quoteTable } from "./quote.js";

/** `information_schema` shows grants on columns to accounts that may read the grants of others, and to the account itself. */
async function columnGrants(
  connection: Connection,
  on: TableName,
  columns: readonly string[],
): Promise<readonly ColumnGrant[]> {
  const { rows } = await connection.query<{ role: string; privilege: string; name: string }>(
    `SELECT c.GRANTEE AS role, c.PRIVILEGE_TYPE AS privilege, c.COLUMN_NAME AS name
       FROM information_schema.COLUMN_PRIVILEGES c
      WHERE c.TABLE_SCHEMA = coalesce(?, DATABASE()) AND c.TABLE_NAME = ? AND c.PRIVILEGE_TYPE IN ('SELECT', 'INSERT', 'UPDATE')
        AND NOT EXISTS (SELECT 1 FROM information_schema.TABLE_PRIVILEGES t WHERE t.GRANTEE = c.GRANTEE
              AND t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME AND t.PRIVILEGE_TYPE = c.PRIVILEGE_TYPE)
        AND NOT EXISTS (SELECT 1 FROM information_schema.SCHEMA_PRIVILEGES s WHERE s.GRANTEE = c.GRANTEE
              AND c.TABLE_SCHEMA LIKE s.TABLE_SCHEMA AND s.PRIVILEGE_TYPE = c.PRIVILEGE_TYPE)
      ORDER BY role, privilege, name`,
    [on.schema ?? null, on.name],
  );
  const list = columns.map(quoteIdentifier).join(", ");
  return [...new Set(rows.map(({ role }) => role))].flatMap((role): ColumnGrant[] => {
    const own = rows.filter((row) => row.role === role);
    const privileges = [...new Set(own.map(({ privilege }) => privilege))].filter((privilege) =>
      columns.some((column) => !own.some((row) => row.privilege === privilege && row.name === column)),
    );
    if (privileges.length === 0) return [];
    return [
      {
        role,
        privileges,
        grant: `GRANT ${privileges.map((each) => `${each} (${list})`).join(", ")} ON ${quoteTable(on)} TO ${role}`,
      },
    ];
  });
}

export const access: Access = { columnGrants };
