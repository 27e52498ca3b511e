import { LockstepError } from "../../base/errors.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { InventoryReader } from "../../dialect/inventory.js";
import { readGrants } from "../grants.js";
import { quoteIdentifier } from "../quote.js";
import { readInventory } from "./read.js";

const limits = { statementTimeoutMs: 60_000, lockTimeoutMs: 5_000 };

/** Settings that change the meaning of a statement or a name. */
const settings = [
  "sql_mode",
  "explicit_defaults_for_timestamp",
  "lower_case_table_names",
  "character_set_server",
  "collation_server",
  "character_set_collations",
];

/** Without these privileges, the account cannot see all objects, and hidden objects would look deleted. */
const rights = ["SELECT", "TRIGGER", "SHOW VIEW", "EVENT", "EXECUTE"];

/** For MySQL and MariaDB: one database, under any name. */
export const inventory: InventoryReader = {
  async read(connection) {
    const { rows } = await connection.query<{ name: string }>("SELECT DATABASE() AS name");
    const database = rows[0]!.name;
    const grants = await readGrants(connection);
    const lacking = rights.filter((right) => !grants.may(right, database));
    if (lacking.length > 0) throw unseen(database, lacking, grants.account);
    return inTransaction(connection, { isReadOnly: true, isRepeatable: true, limits }, async () => {
      const ask = async (sql: string, values: readonly unknown[]) =>
        (await connection.query<Record<string, unknown>>(sql, values)).rows;
      const found = await readInventory(ask, database);
      if (found.isHidden) throw unseen(database, ["SHOW_ROUTINE"], grants.account);
      return found.inventory;
    });
  },

  async names(connection) {
    const { rows } = await connection.query<{ collation: string }>("SELECT @@collation_database AS collation");
    const known = await connection.query<{ Variable_name: string; Value: string }>(
      `SHOW GLOBAL VARIABLES WHERE Variable_name IN (${settings.map((name) => `'${name}'`).join(", ")})`,
    );
    const stated = known.rows.filter(({ Variable_name: name, Value: value }) => name === "sql_mode" || value !== "");
    return {
      // The inventory covers one database, and its name differs from server to server.
      defaultSchema: "",
      roles: [],
      collation: rows[0]!.collation,
      settings: Object.fromEntries(stated.map(({ Variable_name: name, Value: value }) => [name, value])),
    };
  },

  async prepare(connection, { collation }) {
    const { rows } = await connection.query<{ name: string }>("SELECT DATABASE() AS name");
    if (collation !== undefined)
      await connection.query(`ALTER DATABASE ${quoteIdentifier(rows[0]!.name)} COLLATE ${quoteIdentifier(collation)}`);
  },
};

function unseen(database: string, lacking: readonly string[], account: string): LockstepError {
  const isRoutine = lacking[0] === "SHOW_ROUTINE";
  return new LockstepError(
    "LS6704",
    isRoutine
      ? `${account} cannot read the procedures and functions of ${database}.`
      : `${account} lacks ${lacking.join(", ")} on ${database}.`,
    {
      hint: isRoutine
        ? `Run the statement of this server:\n  GRANT SHOW_ROUTINE ON *.* TO ${account}   -- MySQL\n  GRANT SELECT ON mysql.proc TO ${account}   -- MariaDB before 11.3\n  GRANT SHOW CREATE ROUTINE ON ${quoteIdentifier(database)}.* TO ${account}   -- MariaDB 11.3 or later`
        : `GRANT ${lacking.join(", ")} ON ${quoteIdentifier(database)}.* TO ${account}`,
      details: { database, lacking: lacking.join(", ") },
    },
  );
}
