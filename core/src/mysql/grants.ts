import type { Connection } from "../dialect/connection.js";

/** The privileges of the session's account, including those of its active roles. */
export interface Grants {
  /** In the form that GRANT takes: `'app'@'%'`. */
  readonly account: string;
  /** @param schema absent: all databases @param table absent: all tables of the database */
  may(privilege: string, schema?: string, table?: string): boolean;
}

export async function readGrants(connection: Connection): Promise<Grants> {
  const { rows } = await connection.query<{ account: string; roles: string | null }>(
    "SELECT CURRENT_USER() AS account, CURRENT_ROLE() AS roles",
  );
  const [{ account, roles } = { account: "", roles: null }] = rows;
  // MySQL lists the roles, but only lists their privileges with USING.
  const using = connection.dialect.id === "mysql" && roles !== null && roles !== "NONE";
  const shown = await connection.query(using ? `SHOW GRANTS FOR CURRENT_USER() USING ${roles}` : "SHOW GRANTS");
  const grants = shown.rows.flatMap((row) => readGrant(String(Object.values(row)[0])));
  return {
    account: quoteAccount(account),
    may: (privilege, schema, table) =>
      grants.some(
        (grant) =>
          (grant.privileges.includes(privilege) || grant.privileges.includes("ALL PRIVILEGES")) &&
          (grant.schema === undefined || (schema !== undefined && grant.schema.test(schema))) &&
          (grant.table === undefined || grant.table === table),
      ),
  };
}

interface Grant {
  readonly privileges: readonly string[];
  /** Absent: all databases. */
  readonly schema: RegExp | undefined;
  /** Absent: all tables. */
  readonly table: string | undefined;
}

/** ANSI_QUOTES changes the quotes. Column and routine privileges are not needed. */
const grantLine = /^GRANT (.+?) ON (\*|[`"].*?[`"])\.(\*|[`"].*?[`"]) TO /;

function readGrant(line: string): Grant[] {
  const [, privileges = "", schema = "", table = ""] = grantLine.exec(line) ?? [];
  if (privileges === "") return [];
  const whole = privileges.split(/, ?(?![^(]*\))/).filter((each) => !each.includes("("));
  const isTable = table !== "*";
  return [
    {
      privileges: whole,
      schema: schema === "*" ? undefined : patternOf(unquoted(schema), isTable),
      table: isTable ? unquoted(table) : undefined,
    },
  ];
}

function unquoted(name: string): string {
  const quote = name[0] ?? "";
  return name.slice(1, -1).replaceAll(quote + quote, quote);
}

/** In a grant on a database, the name is a LIKE pattern. */
function patternOf(name: string, isLiteral: boolean): RegExp {
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  if (isLiteral) return new RegExp(`^${escaped(name)}$`);
  const source = name.replace(/\\(.)|([_%])|([^\\_%]+)/g, (_, literal, wild, text) =>
    wild === undefined ? escaped(literal ?? text) : wild === "%" ? ".*" : ".",
  );
  return new RegExp(`^${source}$`);
}

/** `app@%` → `'app'@'%'`; a host contains no @. */
function quoteAccount(account: string): string {
  const at = account.lastIndexOf("@");
  return [account.slice(0, at), account.slice(at + 1)].map((part) => `'${part.replaceAll("'", "''")}'`).join("@");
}
