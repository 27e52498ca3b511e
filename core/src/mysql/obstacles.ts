import type { Finding } from "../dialect/check.js";
import { problem } from "../dialect/check.js";
import type { Connection } from "../dialect/connection.js";
import { tableLabel } from "../model/names.js";
import type { UnitSpec } from "../model/plan.js";
import { currentDatabase, triggersForbidden } from "./checks/rights.js";
import { lookAt } from "./checks/tables.js";
import { readGrants } from "./grants.js";
import { quoteIdentifier } from "./quote.js";

/** Obstacles on the tables that units change, including a missing privilege for triggers that some units create after their ALTER. */
export async function obstacles(connection: Connection, units: readonly UnitSpec[]): Promise<readonly Finding[]> {
  const found = new Map<string, Finding>();
  const add = (findings: readonly Finding[]) => {
    for (const finding of findings) if (finding.level === "problem") found.set(finding.what, finding);
  };
  const grants = await readGrants(connection);
  for (const spec of units) {
    if (!/^(?:expand|enforce|undo-contract|drop-not-null)$/.test(spec.kind) || !("columns" in spec)) continue;
    const { table, columns } = spec;
    const label = `"${tableLabel(table)}"`;
    add(await lookAt(connection, { table, label, columns: columns.map(({ name }) => name) }));
    if (spec.kind === "enforce" || columns.every(({ fill }) => fill === undefined)) continue;
    add(await triggersForbidden(connection, grants));
    const schema = table.schema ?? (await currentDatabase(connection));
    if (!grants.may("TRIGGER", schema, table.name))
      add([
        problem(`the account ${grants.account} lacks TRIGGER on ${label}`, {
          why: "The triggers that fill new rows are created after the column.",
          next: `GRANT TRIGGER ON ${quoteIdentifier(schema)}.* TO ${grants.account}`,
        }),
      ]);
  }
  return [...found.values()];
}
