import { columnGrantText, triedDefault } from "../../../dialect/access.js";
import { type Check, type Finding, ok, warning } from "../../../dialect/check.js";
import { isSameTable } from "../../../model/index.js";
import { mayRefuseInserts } from "../../../sql/session-value.js";

export default {
  id: "application-roles",
  title: "privileges of application roles on planned columns",
  on: "target",
  // Evaluates defaults in a temporary table, in a transaction that is rolled back.
  isAlone: true,
  async run({ connection, tables, openPlans }) {
    const { columnGrants, tryDefault } = await connection.dialect.ops.access();
    const findings: Finding[] = [];
    for (const { table, label, oid, columns } of tables) {
      if (oid === undefined) continue;
      for (const grant of await columnGrants(connection, table, columns))
        findings.push(
          warning(columnGrantText(label, grant), {
            why: "Code that writes or reads the column with this role fails with a permission error.",
            next: `${grant.grant}   -- after expand is applied, before its code is deployed`,
          }),
        );
      const planned = openPlans.flatMap((plan) => plan.columns).filter((column) => isSameTable(column.table, table));
      for (const column of planned) {
        const { name, notNull, isRelaxed } = column;
        if (!mayRefuseInserts(column, connection.dialect.id, notNull && !isRelaxed)) continue;
        const trial = await tryDefault(connection, table, triedDefault(column));
        if (trial.kind !== "fails") continue;
        const [{ message } = { message: "" }] = trial.refusals;
        findings.push(
          warning(
            `the default of ${label}."${name}" fails in a plain session of ${trial.refusals.map(({ role }) => role).join(", ")}: ${message}`,
            {
              why: trial.refusals.some(({ by }) => by.includes("insert"))
                ? "An INSERT that omits the column fails, unless its session sets the missing setting first."
                : "The migration evaluates it for the rows that exist, so it fails.",
            },
          ),
        );
      }
    }
    return findings.length > 0 ? findings : [ok("every role with access to a planned table can use the new columns")];
  },
} satisfies Check;
