import { gates } from "../gates/index.js";
import { objectLabel } from "../model/names.js";
import type { GateId, GateStep } from "../model/plan.js";

/** What opens a gate of a column, as a sentence without a full stop. */
export function gateText({ gate, table, column }: GateStep): string {
  return (words[gate] ?? ((label) => `the gate ${gate} is open for ${label}`))(objectLabel({ table, column }));
}

/** Whether a person or a pipeline has to confirm it, because nothing measures it. */
export function isConfirmedGate(gate: GateId): boolean {
  return gates[gate]?.isConfirmed === true;
}

const words: Readonly<Record<GateId, (label: string) => string>> = {
  "phase-applied": () => "the released migrations have run on the target",
  "no-missing-values": (label) => `no row lacks a value in ${label}`,
  "mirror-agrees": (label) => `${label} has the value of its source in every row, or one that code chose`,
  "translation-agrees": (label) => `the code that writes ${label} computes what the database does`,
  "backfill-done": (label) => `the one pass over ${label} is done`,
  "column-unused": (label) => `no running build uses ${label}`,
  "table-unused": (label) => `no running build uses ${label}`,
  "inserts-allowed": (label) => `INSERTs of running code can evaluate the default of ${label}`,
  "writers-aware": (label) => `every service that writes the table runs a build that fills ${label}`,
  "reads-steady": (label) => `reads of ${label} run no slower than before`,
};
