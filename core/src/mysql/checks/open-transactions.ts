import { type Check, type Finding, ok, type TargetFacts, warning } from "../../dialect/check.js";
import { duration } from "../../dialect/format-values.js";
import { inTheWay } from "../sessions.js";

/** Shorter transactions end soon, and units wait for them. */
const limits = { longSeconds: 60 };

export default {
  id: "open-transactions",
  title: "sessions that currently block changes",
  on: "target",
  run: (facts) => openTransactions(facts, limits),
} satisfies Check;

/** Transactions older than the limit. */
export async function openTransactions(
  { connection, tables }: Pick<TargetFacts, "connection" | "tables">,
  { longSeconds }: typeof limits,
): Promise<readonly Finding[]> {
  const planned = tables.map(({ table }) => table);
  const rows = await inTheWay(connection, { tables: planned, olderThanSeconds: longSeconds });
  const findings = rows.map(({ id, who, tables: held, seconds, doing }) =>
    warning(
      `session ${id} (${who}) ${held === undefined ? "has had a transaction open" : `has held "${held}"`} for ${duration(seconds)}: ${doing}`,
      {
        why:
          held === undefined
            ? "Changes to a table that it has read or written cannot get their lock before it ends."
            : `Changes to "${held}" cannot get their lock before it ends.`,
        next: `KILL ${id}   -- or wait until it ends`,
      },
    ),
  );
  return findings.length > 0
    ? findings
    : [ok(`no visible session holds a planned table for longer than ${duration(longSeconds)}`)];
}
