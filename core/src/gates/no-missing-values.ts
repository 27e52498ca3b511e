import { backfillHelp, readBackfillNow, stateOf } from "../backfill/state.js";
import type { Connection } from "../dialect/connection.js";
import { refused } from "../dialect/db/refused.js";
import { errorCode } from "../dialect/db/retry.js";
import type { TableFacts } from "../dialect/table.js";
import { isFilled } from "../model/fill.js";
import { isSameTable, tableLabel } from "../model/names.js";
import type { GateStep } from "../model/plan.js";
import { drawsFromSequence } from "../sql/fill-kinds.js";
import { countedRows, findMissing } from "../target/facts/missing-values.js";
import { refusalsText } from "../target/facts/refused-rows.js";
import { readTable } from "../target/facts/table.js";
import type { Gate, GateAbout, GateFacts } from "./gate.js";

/** No row lacks a value. Reads every row in the database: the ledger is no proof. */
const ask: Gate["ask"] = async (step, facts) => {
  const { gate } = step;
  const { connection, target, plan, deploy, scanTimeoutMs = 600_000 } = facts;
  const name = `"${tableLabel(step.table)}"."${step.column}"`;
  try {
    const table = await readTable(connection, step.table, Math.min(scanTimeoutMs, 5000));
    const column = table?.columns.find((each) => each.name === step.column);
    if (table === undefined || column === undefined) {
      return {
        gate,
        isOpen: false,
        subject: name,
        statement: `${name} does not exist on ${target}`,
        help: `${deploy}   # on ${target} first`,
      };
    }
    if (!column.isNullable) return { gate, isOpen: true, subject: name, statement: `${name} is NOT NULL on ${target}` };
    const missing = await findMissing(connection, table, step.column, scanTimeoutMs);
    if (missing === undefined)
      return { gate, isOpen: true, subject: name, statement: `No row of ${name} on ${target} lacks a value` };
    const left = await whatIsLeft(connection, table, step, facts);
    const now = await readBackfillNow(connection, { plan, table });
    const planned = facts.columns.find((each) => each.name === step.column && isSameTable(each.table, step.table));
    const isOn = ["running", "waiting", "paused"].includes(stateOf(now));
    return {
      gate,
      isOpen: false,
      subject: name,
      statement: `${missing.count} of ${name} on ${target} ${missing.count === "1 row" ? "lacks" : "lack"} a value${facts.isWithoutKeys ? "" : `, for example ${missing.sample}`}${left.statement}`,
      ...(left.isRefused ? { isRefused: true } : {}),
      help:
        planned?.becomesRequired && !isFilled(planned)
          ? `Correct these rows.\nnpx lockstep abandon ${plan}   # or plan again with @lockstep.backfill(<sql>) above the field`
          : left.isRefused && !isOn
            ? `Correct these rows, or give them a value.\nnpx lockstep backfill run ${plan}`
            : backfillHelp(plan, now),
    };
  } catch (error) {
    if (errorCode(error) !== "57014" && errorCode(error) !== "55P03")
      throw refused(error, `Counting the rows of ${name} without a value on ${connection.label}`);
    return {
      gate,
      isOpen: false,
      subject: name,
      statement: `${name} on ${target} could not be read within ${scanTimeoutMs / 1000} s, so nothing is proved`,
      help: "Ask again at a quieter time.",
    };
  }
};

/** The rows without a value that the backfill cannot fill, and why. */
async function whatIsLeft(
  connection: Connection,
  table: TableFacts,
  step: GateStep,
  { columns, scanTimeoutMs = triedMs, isWithoutKeys = false }: GateFacts,
): Promise<{ readonly statement: string /** All of them are rejected. */; readonly isRefused: boolean }> {
  const column = columns.find((each) => each.name === step.column && isSameTable(each.table, step.table));
  if (column?.fill === undefined || drawsFromSequence(column.fill)) return { statement: "", isRefused: false };
  const { fill, uniqueKeys, foreignKeys = [] } = column;
  const found = await connection.dialect.live.rows.refused(connection, {
    table,
    column,
    fill,
    columnExists: true,
    uniqueKeys,
    foreignKeys,
    limit: countedRows,
    timeoutMs: Math.min(scanTimeoutMs, triedMs),
  });
  if (found.kind === "not-tried")
    return { statement: `. Which of them the backfill can fill was not found out: ${found.why}`, isRefused: false };
  const refused = found.refusals.reduce((sum, { rows }) => sum + rows, 0);
  if (refused === 0) return { statement: "", isRefused: false };
  const of = found.looked === countedRows ? ` of the ${countedRows} that were tried` : "";
  const many = refused === 1 ? "1 row" : `${refused} rows`;
  return {
    statement: `. The backfill has no value for ${many}${of}${isWithoutKeys ? "" : `: ${refusalsText(found.refusals)}`}`,
    isRefused: refused === found.looked,
  };
}

/** Tests row by row, so the time is limited to what a person waits. */
const triedMs = 20_000;

const about: GateAbout = {
  before: "switch, contract",
  opens: "every row has a value",
  command: "next",
};

export default { about, isConfirmed: false, ask } satisfies Gate;
