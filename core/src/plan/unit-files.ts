import { unitsOf } from "../databases/units.js";
import { inFiles, type Plan, type Unit, type WrittenUnit } from "../model/index.js";
import { fileHash } from "./hash.js";
import { planFolder } from "./plan-file.js";

/** Units with their shared file: its path relative to the root, and its bytes. */
export interface UnitFile extends WrittenUnit {
  readonly units: UnitsOfFile;
  readonly text: string;
}

export type UnitsOfFile = readonly [Unit, ...Unit[]];

/** The SQL of units that share a file. Held files and the released migration contain the same bytes. */
export function unitsText(plan: Plan, units: UnitsOfFile, phase: Unit["phase"] | "undo"): string {
  const [unit] = units;
  const siblings = inFiles(
    phase === "undo"
      ? plan.undo[unit.phase === "contract" ? "contract" : "expand"]
      : plan.units.filter((other) => other.phase === phase),
  );
  const position = `file ${siblings.findIndex(([first]) => first.id === unit.id) + 1}/${siblings.length}`;
  const rules = [...new Set(plan.hazards.map((hazard) => hazard.rule))];
  return unitsOf(plan.dialect).renderFile(units, {
    plan: plan.id,
    fingerprint: plan.fingerprint,
    phase,
    position,
    rules,
  });
}

/** The input from which a plugin writes a migration. @param sql of these units, from `unitsText` or as reviewed */
export function contentOf({ dialect, id }: Pick<Plan, "dialect" | "id">, units: UnitsOfFile, sql: string) {
  const { autocommitted, downOf } = unitsOf(dialect);
  const statements = autocommitted(sql);
  return { units, sql, down: downOf(units, id), ...(statements && { autocommitted: statements }) };
}

/** The unit that names the file: its main purpose. */
export function mainUnit(units: UnitsOfFile): Unit {
  return units.find(({ spec }) => spec.kind !== "original" && spec.kind !== "assert-index") ?? units.at(-1) ?? units[0];
}

/** The files of units of later phases, in the plan's folder. */
export function pendingUnitFiles(plan: Plan, units: readonly Unit[]): UnitFile[] {
  return inFiles(units).map((file) =>
    fileOf(file, `${planFolder(plan.id)}/held/${file[0].id}.sql`, unitsText(plan, file, file[0].phase)),
  );
}

/** The files of undo units, in the plan's folder. */
export function undoFiles(plan: Plan): UnitFile[] {
  return (["expand", "contract"] as const).flatMap((phase) =>
    inFiles(plan.undo[phase]).map((file) =>
      fileOf(file, `${planFolder(plan.id)}/undo/${phase}-${file[0].id}.sql`, unitsText(plan, file, "undo")),
    ),
  );
}

export function fileOf(units: UnitsOfFile, file: string, text: string): UnitFile {
  return { id: units[0].id, units, file, text, sha256: fileHash(file, text) };
}

export function recordOf({ id, file, sha256: hash }: UnitFile): WrittenUnit {
  return { id, file, sha256: hash };
}
