import { refused } from "../dialect/db/refused.js";
import { errorCode } from "../dialect/db/retry.js";
import { isValuesFault } from "../dialect/db/value-fault.js";
import { textWithoutValues } from "../dialect/db/without-values.js";
import type { TableFacts } from "../dialect/table.js";
import { momentText } from "../model/moment.js";
import { isSameTable, tableLabel } from "../model/names.js";
import type { GateStep, PlannedColumn } from "../model/plan.js";
import { readTable } from "../target/facts/table.js";
import { readEvidence } from "../target/ledger/evidence.js";
import { confirmHelp, notConfirmed, without } from "./confirmed.js";
import type { Gate, GateAbout, GateAnswer, GateFacts, OpenWriter } from "./gate.js";

/** Rows that may be intended or wrong. */
export interface Doubt {
  readonly rows: readonly OpenWriter[];
  /** The part of a confirmation about these rows: `code chose 2 values …: id=5 …` */
  meant(rows: readonly OpenWriter[]): string;
  /** What to do if the rows are wrong. @param confirmed whether other rows were confirmed before; these stay unchanged */
  otherwise(rows: readonly OpenWriter[], confirmed: boolean): string;
}

/** The result for a column: an answer, or rows that a person has to review. */
export type RowsAnswer = Pick<GateAnswer, "isOpen" | "statement" | "help"> | Doubt;

/** A column of the plan that has a fill. */
export type FilledColumn = PlannedColumn & Required<Pick<PlannedColumn, "fill">>;

/** A planned column of a target whose rows are checked. */
export interface Subject {
  /** `"User"."email_key"`, for sentences. */
  readonly name: string;
  readonly column: FilledColumn;
  readonly table: TableFacts;
  /** Timeout of the check in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * A gate about the values of rows. A difference may be intended: a person confirms it row by row. The target's ledger keeps the rows with
 * their values, so later differences need a new confirmation.
 *
 * @param about the gate itself
 * @param other what the values are compared with, for sentences: `its source`
 */
export function rowsInDoubt(
  about: GateAbout,
  other: string,
  look: (subject: Subject, facts: GateFacts) => Promise<RowsAnswer>,
): Gate {
  const find = async (step: GateStep, facts: GateFacts): Promise<RowsAnswer> => {
    const { connection, target, deploy, scanTimeoutMs: timeoutMs = 600_000 } = facts;
    const name = `"${tableLabel(step.table)}"."${step.column}"`;
    const column = facts.columns.find((each) => each.name === step.column && isSameTable(each.table, step.table));
    if (column?.fill === undefined) throw new Error(`the plan has no fill of ${name}`);
    try {
      const table = await readTable(connection, step.table, Math.min(timeoutMs, 5000));
      if (!table?.columns.some((each) => each.name === step.column))
        return {
          isOpen: false,
          statement: `${name} does not exist on ${target}`,
          help: `${deploy}   # on ${target} first`,
        };
      return await look({ name, column: { ...column, fill: column.fill }, table, timeoutMs }, facts);
    } catch (error) {
      if (errorCode(error) !== "57014" && errorCode(error) !== "55P03")
        throw refused(error, `Comparing the rows of ${name} with ${other} on ${connection.label}`);
      return {
        isOpen: false,
        statement: `${name} on ${target} could not be compared with ${other} within ${timeoutMs / 1000} s, so nothing is proved`,
        help: "Ask again at a quieter time.",
      };
    }
  };
  const ask: Gate["ask"] = async (step, facts) => {
    const { gate, table, column } = step;
    const { connection, plan, evidence = plan, target } = facts;
    const about = { gate, subject: `"${tableLabel(table)}"."${column}"` };
    const found = await find(step, facts);
    if (!("rows" in found)) return { ...about, ...found };
    const facing = await readTable(connection, table);
    const said = facing && (await readEvidence(connection, { plan: evidence, gate, table: facing, column }));
    const news = without(found.rows, said?.places ?? []);
    if (said !== undefined && news.length === 0)
      return {
        ...about,
        isOpen: true,
        statement: `${said.who} confirmed on ${momentText(said.at)} for ${target} that ${found.meant(found.rows)}`,
      };
    return {
      ...about,
      isOpen: false,
      statement: `${notConfirmed(gate, target)}: ${found.meant(news)}`,
      unconfirmed: found.meant(news),
      help: confirmHelp(`next ${plan}`, gate),
      otherwise: found.otherwise(news, news.length < found.rows.length),
      needsConfirmation: true,
    };
  };
  const covers: Gate["covers"] = async (step, facts) => {
    const found = await find(step, facts);
    return "rows" in found ? found.rows : [];
  };
  return { about, isConfirmed: true, covers, ask };
}

/** The row whose value the database cannot compute; undefined: the error has another cause. */
export function notComputed(error: unknown, file: string, isWithoutValues: boolean): OpenWriter | undefined {
  if (!isValuesFault(error)) return undefined;
  const { message } = error as Error;
  return {
    file,
    line: 0,
    what: "a row",
    reason: `cannot be compared: ${isWithoutValues ? textWithoutValues(error) : message}`,
    id: JSON.stringify(["not-computed", message]),
  };
}

/** A value for display, distinct from others that look the same: `"i\u{307}"`. */
export function spelling(value: string): string {
  return JSON.stringify(value).replace(
    /[\p{C}\p{M}\p{Zl}\p{Zp}]/gu,
    (each) => `\\u{${each.codePointAt(0)!.toString(16)}}`,
  );
}

/** The first rows by name, and whether more exist. */
export function sample(rows: readonly OpenWriter[]): string {
  const shown = rows.slice(0, 3).map(({ what, reason }) => `${what} ${reason}`);
  return [...shown, ...(rows.length > shown.length ? ["…"] : [])].join(", ");
}
