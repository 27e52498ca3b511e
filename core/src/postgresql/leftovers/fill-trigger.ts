import type { Connection } from "../../dialect/connection.js";
import type { FilledColumn, Leftovers } from "../../dialect/leftovers.js";
import { tableLabel } from "../../model/names.js";
import { quoteIdentifier, quoteTable, scaffoldNames } from "../quote.js";
import { framedChange } from "../units/block.js";
import { createFillTrigger } from "../units/fill-trigger.js";

/** A disabled or missing trigger: rows are written without a value. */
export const fillTrigger: Leftovers["fillTrigger"] = async (connection, filled) => {
  const { table, column } = filled;
  const { trigger } = scaffoldNames(table, column.name);
  const { rows } = await connection.query<{ column: boolean; trigger: string | null }>(
    `SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2 AND NOT attisdropped) AS column,
            (SELECT tgenabled::text FROM pg_trigger WHERE tgrelid = to_regclass($1) AND tgname = $3) AS trigger`,
    [quoteTable(table), column.name, trigger],
  );
  const [found] = rows;
  if (found === undefined || !found.column || found.trigger === "O" || found.trigger === "A") return undefined;
  const name = `"${tableLabel(table)}"."${column.name}"`;
  const state = found.trigger === null ? "is missing" : "is disabled";
  return {
    what: `The trigger "${trigger}" ${state}: it no longer fills ${name} in new rows.`,
    action: found.trigger === null ? "recreate it" : "enable it",
    fix: () => restore(connection, filled, found.trigger !== null),
  };
};

/** Its function has the same body. */
export const triggerOf: Leftovers["triggerOf"] = async (connection, { table, column, ...locked }) => {
  const { rows } = await connection.query<{ body: string }>(
    "SELECT prosrc AS body FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid WHERE tgrelid = to_regclass($1) AND tgname = $2",
    [quoteTable(table), scaffoldNames(table, column.name).trigger],
  );
  const [found] = rows;
  if (found === undefined) return "missing";
  return createFillTrigger({ table, ...locked }, column).includes(found.body) ? "plan" : "other";
};

async function restore(
  connection: Connection,
  { plan, column, ...locked }: FilledColumn,
  isThere: boolean,
): Promise<string> {
  const { table } = locked;
  const { trigger } = scaffoldNames(table, column.name);
  const enable = `    ALTER TABLE ${quoteTable(table)} ENABLE TRIGGER ${quoteIdentifier(trigger)};\n`;
  await connection.query(framedChange(locked, isThere ? enable : createFillTrigger(locked, column)));
  return `the trigger "${trigger}" fills rows again. To fill rows written meanwhile: npx lockstep backfill run ${plan}`;
}
