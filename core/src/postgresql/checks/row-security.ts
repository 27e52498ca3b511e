import { type Check, ok, problem } from "../../dialect/check.js";
import { labelOf, oidsOf } from "../planned-tables.js";
import { quoteIdentifier } from "../quote.js";

export default {
  id: "row-security",
  title: "rows that policies hide from the role",
  on: "target",
  async run({ connection, tables }) {
    const { rows } = await connection.query<{ oid: number; role: string; forced: boolean }>(
      `SELECT oid, current_user AS role, relforcerowsecurity AS forced FROM pg_class
        WHERE oid = ANY ($1) AND row_security_active(oid) ORDER BY oid`,
      [oidsOf(tables)],
    );
    if (rows.length === 0) return [ok("no policy hides rows of a planned table")];
    return rows.map(({ oid, role, forced }) =>
      problem(`row-level security hides rows of ${labelOf(tables, oid)} from the role ${role}`, {
        why: "Backfills and gates do not run, because rows that they cannot see would stay without a value.",
        next: `ALTER ROLE ${quoteIdentifier(role)} BYPASSRLS${forced ? "" : "   -- or connect as the owner of the table"}`,
      }),
    );
  },
} satisfies Check;
