import { momentText } from "../model/moment.js";
import { tableLabel } from "../model/names.js";
import { isOfLabel } from "../model/old-labels.js";
import { readTable } from "../target/facts/table.js";
import { readEvidence } from "../target/ledger/evidence.js";
import type { Gate, GateAnswer, GateFacts, OpenWriter } from "./gate.js";

/**
 * A gate that no query can answer: a person or a pipeline confirms it, and the ledger of the target remembers who and when.
 * @param question what has to be true, in words: `all running builds write the column`
 * @param covers the places of the code that it is asked of as well, by name; what comes later is asked about anew. Default: none
 * @param command what `--confirm` is given to. Default: `next`
 */
export function confirmed(
  question: string,
  covers: NonNullable<Gate["covers"]> = () => [],
  command: (facts: GateFacts) => string = ({ plan }) => `next ${plan}`,
): Gate {
  const ask: Gate["ask"] = async (step, facts) => {
    const { gate, table, column } = step;
    const { connection, plan, evidence = plan, target, deploy } = facts;
    const name = `"${tableLabel(table)}"."${column}"`;
    const found = await readTable(connection, table);
    if (found === undefined) {
      return {
        gate,
        isOpen: false,
        statement: `"${tableLabel(table)}" does not exist on ${target}`,
        help: `Deploy to ${target} first: ${deploy}`,
      };
    }
    const writers = await covers(step, facts);
    const about = { gate, subject: name };
    const said = await readEvidence(connection, { plan: evidence, gate, table: found, column });
    const news = without(writers, said?.places ?? []);
    if (said !== undefined && news.length === 0) {
      const note = said.note === undefined ? "" : `: ${said.note}`;
      return {
        ...about,
        ...named(writers),
        isOpen: true,
        statement: `${said.who} confirmed on ${momentText(said.at)} for ${target} that ${question} (${name})${and(writers)}${note}`,
      };
    }
    const open =
      said === undefined
        ? `${question} (${name})${and(writers)}`
        : `${written(news)} ${name} (${said.who} confirmed the rest on ${momentText(said.at)})`;
    return {
      ...about,
      ...named(news),
      isOpen: false,
      statement: `Not confirmed for ${target}: ${open}`,
      unconfirmed: open,
      help: confirmHelp(command(facts), gate),
      needsConfirmation: true,
    };
  };
  return { isConfirmed: true, covers, ask };
}

/**
 * What opens a gate that a person confirms. The command asks who that is where no terminal does.
 *
 * @param command that takes `--confirm`: `next 20261120093000_add_handle`
 */
export function confirmHelp(command: string, gate: string): string {
  return `When it is so, at a terminal: npx lockstep ${command} --confirm ${gate}. Elsewhere add --by with the person's name.`;
}

/** What an answer says of places, without their ids. */
export function named(writers: readonly OpenWriter[]): Pick<GateAnswer, "writers"> {
  return writers.length === 0
    ? {}
    : { writers: writers.map(({ file, line, what, reason }) => ({ file, line, what, reason })) };
}

function and(writers: readonly OpenWriter[]): string {
  return writers.length === 0 ? "" : `, and that ${written(writers)} it`;
}

/** `the rows written at 2 places have` */
export function written({ length }: readonly OpenWriter[]): string {
  return `the rows written at ${length === 1 ? "1 place" : `${length} places`} have`;
}

/** Those that were not confirmed: lines move, words change, and the id of a place has its code. */
export function without(writers: readonly OpenWriter[], known: readonly OpenWriter[]): readonly OpenWriter[] {
  const left = [...known];
  return writers.filter((writer) => {
    const at = left.findIndex((each) =>
      each.id === undefined ? isOfLabel(each, writer) : each.file === writer.file && each.id === writer.id,
    );
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
