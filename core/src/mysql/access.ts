import type { Access, ColumnGrant, DefaultTrial, TriedDefault } from "../dialect/access.js";
import type { Connection } from "../dialect/connection.js";
import type { TableName } from "../model/names.js";
import { readGrants } from "./grants.js";
import { quoteIdentifier, quoteTable } from "./quote.js";
import { Scanner, type Token } from "./read/scan.js";

/**
 * In MariaDB, a default that takes its number from a sequence requires the inserting account to have privileges on that sequence. Other
 * defaults only call built-in functions, so they work for every account. The default is not evaluated, because a used sequence number is
 * lost.
 */
async function tryDefault(
  connection: Connection,
  on: TableName,
  { defaultSql, by = ["insert"] }: Pick<TriedDefault, "defaultSql" | "by">,
): Promise<DefaultTrial> {
  const sequence = sequenceIn(defaultSql);
  if (sequence === undefined || !by.includes("insert")) return { kind: "works", roles: [] };
  const label = quoteTable(sequence);
  const { rows: found } = await connection.query(
    "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = coalesce(?, DATABASE()) AND TABLE_NAME = ? AND TABLE_TYPE = 'SEQUENCE'",
    [sequence.schema ?? null, sequence.name],
  );
  if (found.length === 0) return { kind: "untried", why: `the sequence ${label} does not exist`, isMadeLater: true };
  const { account, may } = await readGrants(connection);
  if (!may("SELECT", "mysql"))
    return {
      kind: "untried",
      why: `${account} cannot read the privileges of other accounts: GRANT SELECT ON mysql.* TO ${account}`,
    };
  const writers = await granted(connection, on, { withColumns: true });
  const users = await granted(connection, sequence, { withColumns: false });
  const roles = [...new Set(writers.filter(({ privilege }) => privilege === "INSERT").map(({ role }) => role))];
  const refusals = roles.flatMap((role) => {
    const lacking = ["SELECT", "INSERT"].filter(
      (each) => !users.some((user) => user.role === role && user.privilege === each),
    );
    const grant = `GRANT ${lacking.join(", ")} ON ${label} TO ${role}`;
    return lacking.length === 0
      ? []
      : [{ role, by: ["insert"] as const, message: `${lacking.join(", ")} denied for sequence ${label}: ${grant}` }];
  });
  return refusals.length > 0 ? { kind: "fails", refusals } : { kind: "works", roles };
}

/** Accounts and roles with privileges on a table or sequence. Leaves out privileges that come through a role. */
async function granted(
  connection: Connection,
  { schema = null, name }: { readonly schema?: string | null; readonly name: string },
  { withColumns }: { readonly withColumns: boolean },
): Promise<readonly { readonly role: string; readonly privilege: string }[]> {
  const own = "TABLE_SCHEMA = coalesce(?, DATABASE()) AND TABLE_NAME = ?";
  const { rows } = await connection.query<{ role: string; privilege: string }>(
    `SELECT GRANTEE AS role, PRIVILEGE_TYPE AS privilege FROM information_schema.USER_PRIVILEGES
      UNION SELECT GRANTEE, PRIVILEGE_TYPE FROM information_schema.SCHEMA_PRIVILEGES WHERE coalesce(?, DATABASE()) LIKE TABLE_SCHEMA
      UNION SELECT GRANTEE, PRIVILEGE_TYPE FROM information_schema.TABLE_PRIVILEGES WHERE ${own}
      ${withColumns ? `UNION SELECT GRANTEE, PRIVILEGE_TYPE FROM information_schema.COLUMN_PRIVILEGES WHERE ${own}` : ""}
      ORDER BY role, privilege`,
    [schema, schema, name, ...(withColumns ? [schema, name] : [])],
  );
  // A role has no host.
  return rows.map(({ role, privilege }) => ({ role: role.replace(/@''$/, ""), privilege }));
}

/** The sequence of a default such as `nextval(`shop`.`numbers`)` or `NEXT VALUE FOR numbers`. */
function sequenceIn(defaultSql: string): TableName | undefined {
  const scanner = new Scanner(defaultSql);
  const tokens: Token[] = [];
  for (let token = scanner.next(); token !== undefined; token = scanner.next()) tokens.push(token);
  const at = tokens.findIndex(({ kind, text }, index) => {
    const [next, last] = [tokens[index + 1]?.text, tokens[index + 2]?.text];
    return (
      kind === "word" && (text === "NEXTVAL" ? next === "(" : text === "NEXT" && next === "VALUE" && last === "FOR")
    );
  });
  if (at === -1) return undefined;
  const from = tokens[at]!.text === "NEXTVAL" ? at + 2 : at + 3;
  const nameOf = (token: Token | undefined) =>
    token === undefined ? "" : token.kind === "name" ? token.text : defaultSql.slice(token.start, token.end);
  const first = nameOf(tokens[from]);
  return tokens[from + 1]?.text === "." ? { schema: first, name: nameOf(tokens[from + 2]) } : { name: first };
}

/** `information_schema` shows column grants only to the account itself and to accounts that can read other accounts' grants. */
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

export const access: Access = { tryDefault, columnGrants };
