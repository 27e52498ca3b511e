import { type Check, type Finding, ok, problem, type TargetFacts } from "../../dialect/check.js";
import { names } from "../../dialect/format-values.js";
import { type Grants, readGrants } from "../grants.js";
import { quoteIdentifier } from "../quote.js";

/** ALTER TABLE requires ALTER, CREATE and INSERT. */
const onTables = ["SELECT", "INSERT", "UPDATE", "ALTER", "CREATE", "TRIGGER"] as const;

export default {
  id: "rights",
  title: "privileges of the account on planned tables",
  on: "target",
  async run({ connection, tables }) {
    const grants = await readGrants(connection);
    const { account } = grants;
    const current = await currentDatabase(connection);
    const findings: Finding[] = [];
    const found = tables.filter(({ oid }) => oid !== undefined);
    const places = found.length === 0 ? [{ table: undefined, label: "the database" }] : found;
    for (const { table, label } of places) {
      const schema = table?.schema ?? current;
      const lacking = onTables.filter((each) => !grants.may(each, schema, table?.name));
      if (lacking.length > 0)
        findings.push(
          problem(`the account ${account} lacks ${lacking.join(", ")} on ${label}`, {
            why: "The migrations of a plan change the table, fill it, and create the triggers that fill new rows.",
            next: `GRANT ${lacking.join(", ")} ON ${quoteIdentifier(schema)}.* TO ${account}`,
          }),
        );
    }
    // MariaDB runs a unit as one anonymous block.
    if (connection.dialect.id === "mysql")
      for (const schema of new Set(places.map(({ table }) => table?.schema ?? current))) {
        const lacking = ["CREATE ROUTINE", "ALTER ROUTINE"].filter((each) => !grants.may(each, schema));
        if (lacking.length > 0)
          findings.push(
            problem(`the account ${account} lacks ${lacking.join(", ")} on the database ${schema}`, {
              why: "Each unit of a plan creates a procedure, calls it and drops it.",
              next: `GRANT ${lacking.join(", ")} ON ${quoteIdentifier(schema)}.* TO ${account}`,
            }),
          );
      }
    findings.push(...(await triggersForbidden(connection, grants)));
    if (findings.length > 0) return findings;
    const on = found.length === 0 ? "a table of this database" : names(found.map(({ label }) => label));
    return [ok(`the account ${account} can change ${on} and create triggers`)];
  },
} satisfies Check;

export async function currentDatabase(connection: TargetFacts["connection"]): Promise<string> {
  const { rows } = await connection.query<{ name: string | null }>("SELECT DATABASE() AS name");
  return rows[0]?.name ?? "";
}

/** Whether the binary log prevents an account without SUPER from creating triggers. */
export async function triggersForbidden(
  connection: TargetFacts["connection"],
  grants: Grants,
): Promise<readonly Finding[]> {
  if (grants.may("SUPER")) return [];
  const { rows } = await connection.query<{ refuses: string | number }>(
    "SELECT @@GLOBAL.log_bin AND NOT @@GLOBAL.log_bin_trust_function_creators AS refuses",
  );
  if (Number(rows[0]?.refuses) !== 1) return [];
  return [
    problem(`the account ${grants.account} cannot create triggers while the server writes a binary log`, {
      why: "It lacks SUPER, and log_bin_trust_function_creators is off. Expand creates triggers, so the server rejects it (1419).",
      next: "SET GLOBAL log_bin_trust_function_creators = 1   -- and in the server's configuration",
    }),
  ];
}
