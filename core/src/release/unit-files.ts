import type { Plan, Unit, WrittenUnit } from "../model/index.js";
import { fileHash } from "../plan/hash.js";
import { planFolder } from "../plan/plan-file.js";
import { renderUnit } from "../sql/postgres/units/index.js";

/** A unit with its file: path from the root and the bytes. */
export interface UnitFile extends WrittenUnit {
  readonly unit: Unit;
  readonly text: string;
}

/** The SQL of a unit, as it stands in held files and, the same bytes, in the released migration. */
export function unitText(plan: Plan, unit: Unit, phase: Unit["phase"] | "undo"): string {
  const siblings =
    phase === "undo"
      ? plan.undo[unit.phase === "contract" ? "contract" : "expand"]
      : plan.units.filter((other) => other.phase === phase);
  const position = `unit ${siblings.findIndex((other) => other.id === unit.id) + 1}/${siblings.length}`;
  const rules = [...new Set(plan.hazards.map((hazard) => hazard.rule))];
  return renderUnit(unit, { plan: plan.id, fingerprint: plan.fingerprint, phase, position, rules });
}

/** Units of the phases to come, beside the plan. */
export function heldFiles(plan: Plan, units: readonly Unit[]): UnitFile[] {
  return units.map((unit) =>
    fileOf(unit, `${planFolder(plan.id)}/held/${unit.id}.sql`, unitText(plan, unit, unit.phase)),
  );
}

/** Units that take a phase back, beside the plan. */
export function undoFiles(plan: Plan): UnitFile[] {
  return (["expand", "contract"] as const).flatMap((phase) =>
    plan.undo[phase].map((unit) =>
      fileOf(unit, `${planFolder(plan.id)}/undo/${phase}-${unit.id}.sql`, unitText(plan, unit, "undo")),
    ),
  );
}

export function fileOf(unit: Unit, file: string, text: string): UnitFile {
  return { id: unit.id, unit, file, text, sha256: fileHash(file, text) };
}

export function recordOf({ id, file, sha256: hash }: UnitFile): WrittenUnit {
  return { id, file, sha256: hash };
}
