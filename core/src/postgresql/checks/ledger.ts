import { type Check, ok, problem } from "../../dialect/check.js";
import { hasLedger } from "../../target/ledger/schema.js";
import { quoteIdentifier } from "../quote.js";

export default {
  id: "ledger",
  title: "schema lockstep, which stores progress",
  on: "target",
  async run({ connection }) {
    const { rows } = await connection.query<LedgerRights>(
      `SELECT current_user AS role, current_database() AS database,
              has_database_privilege(current_database(), 'CREATE') AS may_create,
              n.oid IS NOT NULL AS is_there, coalesce(has_schema_privilege(n.oid, 'USAGE'), false) AS may_use,
              coalesce((SELECT bool_and(has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE')) FROM pg_class c
                         WHERE c.relnamespace = n.oid AND c.relkind = 'r'), true) AS may_write
         FROM (SELECT 1) one LEFT JOIN pg_namespace n ON n.nspname = 'lockstep'`,
    );
    const [rights] = rows;
    if (rights === undefined) return [];
    const role = quoteIdentifier(rights.role);
    if (!rights.is_there) {
      if (rights.may_create) return [ok("the schema lockstep does not exist yet; the role can create it")];
      return [
        problem(`the role ${rights.role} cannot create the schema lockstep`, {
          why: "A backfill stores its position there, so that it can resume after an interruption.",
          next: `CREATE SCHEMA lockstep AUTHORIZATION ${role}`,
        }),
      ];
    }
    if (!rights.may_use || !rights.may_write)
      return [
        problem(`the role ${rights.role} cannot use the ledger in schema lockstep`, {
          why: "A backfill stores its position there, so that it can resume after an interruption.",
          next: `GRANT USAGE, CREATE ON SCHEMA lockstep TO ${role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA lockstep TO ${role}`,
        }),
      ];
    // Throws LS7003 if a newer version created the ledger.
    return [ok((await hasLedger(connection)) ? "the ledger exists and is writable" : "the schema lockstep is empty")];
  },
} satisfies Check;

interface LedgerRights {
  readonly role: string;
  readonly database: string;
  readonly may_create: boolean;
  readonly is_there: boolean;
  readonly may_use: boolean;
  readonly may_write: boolean;
}
