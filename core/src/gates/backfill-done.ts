import { madeAgain } from "../backfill/made-again.js";
import { backfillHelp, processedText, readBackfillNow, stateText } from "../backfill/state.js";
import { refused } from "../dialect/db/refused.js";
import { isSameTable, tableLabel } from "../model/names.js";
import { readTable } from "../target/facts/table.js";
import type { Gate, GateAbout } from "./gate.js";

/**
 * The single pass over a column that stays optional is complete. Code may have chosen its NULLs, so no query can answer this: the gate
 * reads the target's ledger, by the table's OID and the column's number. A recreated table or column has no history, and so no pass.
 */
const ask: Gate["ask"] = async (step, facts) => {
  const { gate } = step;
  const { connection, target, plan, deploy, scanTimeoutMs = 600_000 } = facts;
  const name = `"${tableLabel(step.table)}"."${step.column}"`;
  try {
    const table = await readTable(connection, step.table);
    if (table === undefined || !table.columns.some((column) => column.name === step.column))
      return {
        gate,
        isOpen: false,
        subject: name,
        statement: `${name} does not exist on ${target}`,
        help: `${deploy}   # on ${target} first`,
      };
    const now = await readBackfillNow(connection, { plan, table, once: true });
    const { record } = now;
    const isDone = record?.status === "done" && record.work.columns.includes(step.column);
    const columns = facts.columns.filter((each) => each.name === step.column && isSameTable(each.table, step.table));
    const again = isDone
      ? await madeAgain(connection, record, table, { table, key: record.work.key, columns }, { scanTimeoutMs })
      : undefined;
    if (isDone && again === undefined)
      return { gate, isOpen: true, subject: name, statement: `The backfill of ${name} on ${target} is done` };
    const state =
      record === undefined
        ? "has not begun"
        : again === undefined
          ? `is not done: ${processedText(record)}, ${stateText(now)}`
          : `was done as of ${record.updatedAt}. ${again}`;
    return {
      gate,
      isOpen: false,
      subject: name,
      statement: `The backfill of ${name} on ${target} ${state}`,
      help: backfillHelp(plan, now),
    };
  } catch (error) {
    throw refused(error, `Asking whether the backfill of ${name} on ${connection.label} is done`);
  }
};

const about: GateAbout = {
  before: "switch",
  opens: "the ledger records the single backfill pass of a column that stays optional as done",
  command: "next",
};

export default { about, isConfirmed: false, ask } satisfies Gate;
