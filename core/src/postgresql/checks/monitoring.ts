import { type Check, ok, warning } from "../../dialect/check.js";
import { quoteIdentifier } from "../quote.js";

export default {
  id: "monitoring",
  title: "visibility of other sessions",
  on: "target",
  async run({ connection }) {
    const { rows } = await connection.query<{ role: string; sees: boolean }>(
      "SELECT current_user AS role, pg_has_role('pg_read_all_stats', 'USAGE') AS sees",
    );
    const role = rows[0]?.role ?? "";
    if (rows[0]?.sees) return [ok(`the role ${role} sees the statements of other sessions`)];
    return [
      warning(`the role ${role} cannot see the statements of other sessions`, {
        why: "Lockstep can report the process of a blocking session, but not its statement or how long it has run.",
        next: `GRANT pg_read_all_stats TO ${quoteIdentifier(role)}`,
      }),
    ];
  },
} satisfies Check;
