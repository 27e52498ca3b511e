import { type Check, ok, warning } from "../../dialect/check.js";
import { quoteIdentifier } from "../quote.js";

export default {
  id: "monitoring",
  title: "sight of other sessions",
  on: "target",
  async run({ connection }) {
    const { rows } = await connection.query<{ role: string; sees: boolean }>(
      "SELECT current_user AS role, pg_has_role('pg_read_all_stats', 'USAGE') AS sees",
    );
    const role = rows[0]?.role ?? "";
    if (rows[0]?.sees) return [ok(`the role ${role} sees the statements of other sessions`)];
    return [
      warning(`the role ${role} does not see what other sessions run`, {
        why: "When one is in the way, Lockstep can name its process but not its statement, nor since when.",
        next: `GRANT pg_read_all_stats TO ${quoteIdentifier(role)}`,
      }),
    ];
  },
} satisfies Check;
