import type { Connection } from "../../dialect/connection.js";
import type { SpecOf } from "../../dialect/units.js";
import type { Plan, Unit } from "../../model/index.js";
import { smallTable } from "../../model/unit-spec.js";
import { confirm, readEvidence } from "../../target/ledger/evidence.js";
import { readOriginal } from "./preconditions.js";

/** The tables that may need a copy by a tool in the released phases of the plan, forwards or back. */
export function onlineUnits({ state, units, undo }: Plan): readonly SpecOf<"online-copy">[] {
  if (state.released !== "undone")
    return copiesOf(units.filter(({ phase }) => phase !== "contract" || state.released === "contract"));
  // Changes that only drop something do not block writes.
  return copiesOf(undo.expand).filter(({ changes }) => !changes.every(({ clause }) => /^DROP\s/i.test(clause)));
}

function copiesOf(units: readonly Unit[]): SpecOf<"online-copy">[] {
  return units.flatMap(({ spec }) => (spec.kind === "online-copy" ? [spec] : []));
}

/** Records in the target's ledger that a table was copied. `status` reads it there and creates no table. */
export async function recordCopy(
  connection: Connection,
  plan: Plan,
  spec: SpecOf<"online-copy">,
  who: string,
): Promise<void> {
  const key = await keyOf(connection, plan, spec);
  if (key !== undefined) await confirm(connection, key, who);
}

/** The tables of a plan that are too large to change in place and that no run has copied yet. */
export async function openCopies(connection: Connection, plan: Plan): Promise<readonly SpecOf<"online-copy">[]> {
  const open: SpecOf<"online-copy">[] = [];
  for (const spec of onlineUnits(plan)) {
    const original = await readOriginal(connection, spec.table);
    const key = await keyOf(connection, plan, spec);
    if (original === undefined || key === undefined) continue;
    const isLarge = original.rows > smallTable.rows || original.bytes > smallTable.bytes;
    if (isLarge && (await readEvidence(connection, key)) === undefined) open.push(spec);
  }
  return open;
}

async function keyOf(connection: Connection, plan: Plan, { table }: SpecOf<"online-copy">) {
  const original = await readOriginal(connection, table);
  if (original === undefined) return undefined;
  const undone = plan.state.released === "undone" ? " undone" : "";
  return {
    plan: plan.id,
    gate: `online-copy${undone}`,
    table: { oid: 0, schema: original.database, name: original.name },
    column: "",
  };
}
