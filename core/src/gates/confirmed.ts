import { momentText } from "../model/moment.js";
import { objectLabel, tableLabel } from "../model/names.js";
import { isOfLabel } from "../model/old-labels.js";
import { readTable } from "../target/facts/table.js";
import { readEvidence } from "../target/ledger/evidence.js";
import type { Gate, GateAnswer, GateFacts, OpenWriter } from "./gate.js";

/**
 * A gate that no query can answer: a person or a pipeline confirms it, and the target's ledger records who and when.
 * @param question the condition as text: `all running builds write the column`
 * @param covers the call sites that the confirmation includes, by name; later ones need a new confirmation. Default: none
 * @param command the command that takes `--confirm`. Default: `next`
 */
export function confirmed(
  question: string,
  covers: NonNullable<Gate["covers"]> = () => [],
  command: (facts: GateFacts) => string = ({ plan }) => `next ${plan}`,
): Omit<Gate, "about"> {
  const ask: Gate["ask"] = async (step, facts) => {
    const { gate, table, column } = step;
    const { connection, plan, evidence = plan, target, deploy } = facts;
    const name = objectLabel(step);
    const found = await readTable(connection, table);
    if (found === undefined) {
      return {
        gate,
        isOpen: false,
        statement: `"${tableLabel(table)}" does not exist on ${target}`,
        help: `${deploy}   # on ${target} first`,
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
      statement: `${notConfirmed(gate, target)}: ${open}`,
      unconfirmed: open,
      help: confirmHelp(command(facts), gate),
      needsConfirmation: true,
    };
  };
  return { isConfirmed: true, covers, ask };
}

/**
 * How to open a gate that a person confirms. Without a terminal, the command requires the person's name.
 *
 * @param command that takes `--confirm`: `next 20261120093000_add_handle`
 */
export function confirmHelp(command: string, gate: string): string {
  return `npx lockstep ${command} --confirm ${gate}   # once this is true, at a terminal; elsewhere add --by with the person's name`;
}

/** Returns the beginning of a statement. It names the gate, because `--confirm` requires the name. */
export function notConfirmed(gate: string, target: string): string {
  return `${gate} is not confirmed for ${target}`;
}

/** The call sites of an answer, without their ids. */
export function named(writers: readonly OpenWriter[]): Pick<GateAnswer, "writers"> {
  return writers.length === 0
    ? {}
    : { writers: writers.map(({ file, line, what, reason }) => ({ file, line, what, reason })) };
}

function and(writers: readonly OpenWriter[]): string {
  return writers.length === 0 ? "" : `, and that ${written(writers)} it`;
}

/** `the rows written at 2 listed places have`: Lockstep lists the code that it cannot see through, and counts nothing else. */
export function written({ length }: readonly OpenWriter[]): string {
  return `the rows written at ${length === 1 ? "1 listed place" : `${length} listed places`} have`;
}

/** The writers that are not confirmed yet. Lines and messages may change; the id of a call site depends on its code. */
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
