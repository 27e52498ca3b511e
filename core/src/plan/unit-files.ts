import { unitsOf } from "../databases/units.js";
import { inFiles, type Plan, type Unit, type WrittenUnit } from "../model/index.js";
import { fileHash } from "./hash.js";
import { planFolder } from "./plan-file.js";

/** Units with the file that they share: path from the root and the bytes. */
export interface UnitFile extends WrittenUnit {
  readonly units: UnitsOfFile;
  readonly text: string;
}

export type UnitsOfFile = readonly [Unit, ...Unit[]];

/** The SQL of units that share a file, as it stands in held files and, the same bytes, in the released migration. */
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

/** What a plugin makes a migration of. @param sql of these units, as `unitsText` says it or as it was reviewed */
export function contentOf({ dialect, id }: Pick<Plan, "dialect" | "id">, units: UnitsOfFile, sql: string) {
  const { autocommitted, downOf } = unitsOf(dialect);
  const statements = autocommitted(sql);
  return { units, sql, down: downOf(units, id), ...(statements && { autocommitted: statements }) };
}

/** The unit that a file is called after: what it is made for. */
export function mainUnit(units: UnitsOfFile): Unit {
  return units.find(({ spec }) => spec.kind !== "original" && spec.kind !== "assert-index") ?? units.at(-1) ?? units[0];
}

/** Units of the phases to come, beside the plan. */
export function pendingUnitFiles(plan: Plan, units: readonly Unit[]): UnitFile[] {
  return inFiles(units).map((file) =>
    fileOf(file, `${planFolder(plan.id)}/held/${file[0].id}.sql`, unitsText(plan, file, file[0].phase)),
  );
}

/** Units that take a phase back, beside the plan. */
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
