import type { Since } from "../dialect/rows.js";
import type { GateStep } from "../model/plan.js";
import { readTable } from "../target/facts/table.js";
import { readAnnouncements } from "../target/ledger/announcements.js";
import { readEvidence } from "../target/ledger/evidence.js";
import type { GateFacts } from "./gate.js";
import { serviceStates } from "./service-states.js";

/** Since when all writers of a table are confirmed to write a column, by a person or by all services. @returns undefined: not confirmed */
export async function updatedSince(
  step: Pick<GateStep, "table" | "column">,
  facts: Pick<GateFacts, "connection" | "plan" | "evidence" | "services" | "writtenFrom">,
): Promise<Since | undefined> {
  const { connection, plan, evidence = plan, services = [], writtenFrom } = facts;
  const table = await readTable(connection, step.table);
  if (table === undefined) return undefined;
  const gate = "writers-aware";
  const word = await readEvidence(connection, { plan: evidence, gate, table, column: step.column });
  if (word !== undefined || services.length === 0) return word;
  const phase = writtenFrom?.({ ...step, gate }) ?? "expand";
  const states = serviceStates(services, await readAnnouncements(connection), plan, phase);
  const since = states.map(({ awareSince }) => awareSince);
  return since.some((at) => at === undefined) ? undefined : { at: since.sort().at(-1)! };
}
