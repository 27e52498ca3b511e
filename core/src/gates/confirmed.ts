import { readTable } from "../facts/table.js";
import { readEvidence } from "../ledger/evidence.js";
import { tableLabel } from "../model/names.js";
import type { Gate } from "./gate.js";

/**
 * A gate that no query can answer: a person or a pipeline confirms it, and the ledger of the target remembers who and when.
 * @param question what has to be true, in words: `all running builds write the column`
 */
export function confirmed(question: string): Gate {
  const ask: Gate["ask"] = async ({ gate, table, column }, { connection, plan, evidence = plan, target, deploy }) => {
    const name = `"${tableLabel(table)}"."${column}"`;
    const facts = await readTable(connection, table);
    if (facts === undefined) {
      return {
        gate,
        isOpen: false,
        statement: `"${tableLabel(table)}" does not exist on ${target}`,
        help: `Deploy first: ${deploy}`,
      };
    }
    const said = await readEvidence(connection, { plan: evidence, gate, table: facts, column });
    if (said !== undefined) {
      const note = said.note === undefined ? "" : `: ${said.note}`;
      return {
        gate,
        isOpen: true,
        subject: name,
        statement: `${said.who} confirmed on ${moment(said.at)} for ${target} that ${question} (${name})${note}`,
      };
    }
    return {
      gate,
      isOpen: false,
      subject: name,
      statement: `Nobody has confirmed for ${target} that ${question} (${name})`,
      help: `When it is so: npx lockstep next ${plan} --confirm ${gate}`,
      needsConfirmation: true,
    };
  };
  return { isConfirmed: true, ask };
}

/** `2026-11-20 10:23 UTC` */
function moment(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}
