import type { Connection } from "../dialects/connection.js";
import { type Plan, tableLabel, type UnitColumn } from "../model/index.js";
import { releasedUnits } from "../plan/migration-of.js";
import { quoteIdentifier, quoteTable, scaffoldNames } from "../sql/postgres/quote.js";
import { framedChange, type Locked } from "../sql/postgres/units/block.js";
import { createFillTrigger } from "../sql/postgres/units/fill-trigger.js";
import type { Finding, Repair } from "./repair.js";

/** The trigger that fills new rows is switched off or gone: rows are written without a value, and contract never comes. */
export const fillTrigger: Repair = {
  id: "fill-trigger",
  async find({ plan, connection, state }) {
    const findings: Finding[] = [];
    for (const { locked, column } of guardedColumns(plan, state.applied)) {
      const { table } = locked;
      const { trigger } = scaffoldNames(table, column.name);
      const { rows } = await connection.query<{ column: boolean; trigger: string | null }>(
        `SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2 AND NOT attisdropped) AS column,
                (SELECT tgenabled::text FROM pg_trigger WHERE tgrelid = to_regclass($1) AND tgname = $3) AS trigger`,
        [quoteTable(table), column.name, trigger],
      );
      const [found] = rows;
      if (found === undefined || !found.column || found.trigger === "O" || found.trigger === "A") continue;
      const name = `"${tableLabel(table)}"."${column.name}"`;
      const state = found.trigger === null ? "is gone" : "is switched off";
      findings.push({
        what: `The trigger "${trigger}" ${state}: new rows get no ${name} from it.`,
        action: found.trigger === null ? "make it again" : "switch it on again",
        fix: () => restore(connection, locked, column, found.trigger !== null, plan.id),
      });
    }
    return findings;
  },
};

interface Guarded {
  readonly locked: Locked;
  readonly column: UnitColumn;
}

/** Columns that a trigger has to fill on this target now: what its migrations made and took away, in their order. */
function guardedColumns(plan: Plan, applied: readonly string[]): readonly Guarded[] {
  const guarded = new Map<string, Guarded>();
  for (const { unit, migration } of releasedUnits([plan])) {
    const { spec } = unit;
    if (!applied.includes(migration) || !("columns" in spec) || spec.kind === "prove") continue;
    const { table, columns, hasChildren } = spec;
    const isMade = spec.kind === "expand" || spec.kind === "undo-contract";
    for (const column of columns.filter(({ fill }) => fill !== undefined)) {
      const key = JSON.stringify([table, column.name]);
      if (isMade) guarded.set(key, { locked: hasChildren ? { table, hasChildren } : { table }, column });
      else guarded.delete(key);
    }
  }
  return [...guarded.values()];
}

async function restore(
  connection: Connection,
  locked: Locked,
  column: UnitColumn,
  isThere: boolean,
  plan: string,
): Promise<string> {
  const { table } = locked;
  const { trigger } = scaffoldNames(table, column.name);
  const enable = `    ALTER TABLE ${quoteTable(table)} ENABLE TRIGGER ${quoteIdentifier(trigger)};\n`;
  await connection.query(framedChange(locked, isThere ? enable : createFillTrigger(locked, column)));
  return `the trigger "${trigger}" fills again; rows written meanwhile: npx lockstep backfill run ${plan}`;
}
