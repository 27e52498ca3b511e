import { momentText } from "../model/moment.js";
import { tableLabel } from "../model/names.js";
import type { GateStep } from "../model/plan.js";
import { readTable } from "../target/facts/table.js";
import { readEvidence } from "../target/ledger/evidence.js";
import { confirmed, confirmHelp, notConfirmed, without } from "./confirmed.js";
import type { Gate, GateAbout, GateAnswer, GateFacts, OpenWriter } from "./gate.js";
import { measureReads } from "./reads/measure-reads.js";
import { faultsOf, listText, measuredText, unknownsOf, unmeasuredText } from "./reads/messages.js";

const byWord = confirmed("reads of the column run without errors and without getting slower");

const about: GateAbout = {
  before: "contract",
  opens:
    "reads of the column did not get slower. Lockstep measures it if the server collects statement statistics; otherwise you confirm it",
  page: "[Reads](reads.md)",
  command: "next",
};

/**
 * Production code reads the column, and neither errors nor query times increased: compares the server's statistics with those before
 * switch. If they cannot be measured, a person confirms the gate. A person can also overrule the measurement.
 */
export default { about, isConfirmed: true, covers, ask } satisfies Gate;

async function ask(step: GateStep, facts: GateFacts): Promise<GateAnswer> {
  const { connection, plan, evidence = plan, target } = facts;
  const { gate, column } = step;
  const table = await readTable(connection, step.table);
  if (table === undefined) return byWord.ask(step, facts);
  const word = await readEvidence(connection, { plan: evidence, gate, table, column });
  const reads = await measureReads(step, facts, table);
  const name = `"${tableLabel(step.table)}"."${column}"`;
  const about = { gate, subject: name, reads };
  const faults = faultsOf(reads);
  const news = without(faults, word?.places ?? []);
  if (news.length > 0)
    return {
      ...about,
      isOpen: false,
      statement: `Reads of ${name} became worse on ${target}: ${listText(news)}`,
      help: `Find the cause, or undo switch.\nnpx lockstep undo ${plan}   # undoes switch`,
      mayOverrule: true,
      comesFirst: true,
    };
  const unknown = without(unknownsOf(reads), word?.places ?? []);
  const unmeasured = unmeasuredText(reads);
  if (word !== undefined && (unknown.length === 0 || unmeasured !== undefined)) {
    const said = await byWord.ask(step, facts);
    const although = faults.length === 0 ? "" : `, although ${listText(faults)}`;
    return { ...said, reads, statement: `${said.statement}${although}` };
  }
  if (unmeasured === undefined && unknown.length === 0)
    return { ...about, isOpen: true, statement: `Reads are steady on ${target}: ${measuredText(reads, name)}` };
  const said = await byWord.ask(step, facts);
  const question = word === undefined ? said : asked(step, facts, word.who, word.at);
  const why = [
    unmeasured ?? measuredText(reads, name),
    ...(unknown.length > 0 ? [`cannot be compared: ${listText(unknown)}`] : []),
  ];
  return {
    ...question,
    reads,
    statement: `${question.statement}. ${unmeasured === undefined ? "Measured" : "It was not measured"}: ${why.join("; ")}`,
  };
}

/** The slower statements and those that could not be compared, by name: later ones need a new confirmation. */
async function covers(step: GateStep, facts: GateFacts): Promise<readonly OpenWriter[]> {
  const table = await readTable(facts.connection, step.table);
  if (table === undefined) return [];
  const reads = await measureReads(step, facts, table);
  return [...faultsOf(reads), ...unknownsOf(reads)];
}

/** The gate was confirmed, and new statements appeared since that cannot be compared. */
function asked({ gate, table, column }: GateStep, { plan, target }: GateFacts, who: string, at: string): GateAnswer {
  const name = `"${tableLabel(table)}"."${column}"`;
  const open = `the reads that came since ${who} confirmed it on ${momentText(at)} are as quick as they should be (${name})`;
  return {
    gate,
    subject: name,
    isOpen: false,
    statement: `${notConfirmed(gate, target)}: ${open}`,
    unconfirmed: open,
    help: confirmHelp(`next ${plan}`, gate),
    needsConfirmation: true,
  };
}
