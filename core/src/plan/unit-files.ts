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

/** The SQL of units that share a file. A held file contains the same with the plan's mark on each line. */
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
    fileOf(
      file,
      `${planFolder(plan.id)}/held/${file[0].id}.sql`,
      unitsText(plan, file, file[0].phase).replaceAll(/^(?=.)/gm, markOf(plan)),
    ),
  );
}

/**
 * Begins each line of a held file. Git pairs a deleted file with an added one if half of their lines are the same, and a merge then writes
 * the change of one plan into another. The frames of two plans are the same.
 */
function markOf({ fingerprint }: Pick<Plan, "fingerprint">): string {
  return `/* ${fingerprint.slice(0, 12)} */ `;
}

/** A held file as the migration that it becomes. Earlier plans have no marks. */
export function withoutMarks(plan: Plan, text: string): string {
  const mark = markOf(plan);
  return text
    .split("\n")
    .map((line) => (line.startsWith(mark) ? line.slice(mark.length) : line))
    .join("\n");
}

/**
 * The text of a held or an undo file that plan.json describes.
 *
 * @returns undefined if this version of Lockstep renders another text
 */
export function fileText(plan: Plan, { file, sha256 }: Pick<WrittenUnit, "file" | "sha256">): string | undefined {
  const all = file.includes("/undo/") ? undoFiles(plan) : pendingUnitFiles(plan, plan.units);
  const derived = all.find((each) => each.file === file);
  const texts = derived === undefined ? [] : [derived.text, withoutMarks(plan, derived.text)];
  return texts.find((text) => fileHash(file, text) === sha256);
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
