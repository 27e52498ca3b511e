import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commandsInRepository } from "../../base/files/commands-here.js";
import { Formatting, type Unformatted } from "../../code/formatters/formatting.js";
import {
  type DeployedPhase,
  type EntityModel,
  type FileChange,
  inFiles,
  type MissingTypes,
  madeRequiredBy,
  type Place,
  type Plan,
  type PlannedEdit,
  type Unchecked,
  type Unit,
} from "../../model/index.js";
import { followNames, namedColumns } from "../../plan/follow-names.js";
import { withUnixLines } from "../../plan/hash.js";
import { planFolder, planText } from "../../plan/plan-file.js";
import {
  contentOf,
  fileOf,
  mainUnit,
  pendingUnitFiles,
  recordOf,
  type UnitFile,
  type UnitsOfFile,
  undoFiles,
  unitsText,
  withoutMarks,
} from "../../plan/unit-files.js";
import type { Project, Unlisted } from "../../plugin/plugin.js";
import { planReadme } from "../../review/markdown.js";
import { mergeChanges } from "./code-files.js";
import { type CodeRequest, type CodeResult, withCode } from "./code-request.js";
import type { FailingStatements } from "./failing-statements.js";
import { layOut, withFormatted } from "./layout.js";
import { withMergedEdits } from "./merged-edits.js";
import { laterAnnotations } from "./model-edits.js";
import { planEdits } from "./plan-edits.js";
import { type NamedLine, readStillNamed } from "./still-named.js";

/** A phase's edits of models and code, which need no name of the plan. */
export interface PlannedEdits {
  readonly models: readonly EntityModel[];
  readonly modelChanges: readonly FileChange[];
  readonly code: CodeResult;
}

export interface PhaseRequest extends CodeRequest {
  readonly phase: DeployedPhase;
  /** Default: they are planned now. */
  readonly planned?: PlannedEdits | undefined;
  /** The earliest timestamp of the migrations to write. */
  readonly moment: Date;
}

/** Everything that one phase changes in the repository. Not written yet: `writeFiles` does that. */
export interface PhaseFiles {
  readonly plan: Plan;
  readonly changes: readonly FileChange[];
  readonly migrations: readonly { readonly name: string; readonly unit: UnitFile }[];
  readonly edits: readonly PlannedEdit[];
  readonly places: readonly Place[];
  /** The statements that fail after expand. Default: none */
  readonly failing?: FailingStatements | undefined;
  /** Code that still contains the name of a removed field. */
  readonly named?: readonly NamedLine[];
  /** Migrations that the ORM will not find until they are registered. */
  readonly unlisted: readonly Unlisted[];
  /** No code edits were requested: required changes are among the places. */
  readonly isCodeLeft?: boolean;
  /** Chosen edits that were not compiled first. */
  readonly unchecked?: Unchecked | undefined;
  /** Why values were identified by name only. Absent if the compiler provided types. */
  readonly missingTypes?: MissingTypes | undefined;
  /** The compiler could not check which code may write NULL to a column that becomes required. */
  readonly isNullUnchecked?: boolean;
  /** The formatter that should have formatted the files, and did not. */
  readonly unformatted?: Unformatted | undefined;
}

/**
 * Computes the files of a phase: migrations, model, code, and the plan's own folder.
 *
 * @throws LS2011 if the edited model is not valid · LS4002 if the model no longer exists
 */
export async function preparePhase(request: PhaseRequest): Promise<PhaseFiles> {
  const formatting = new Formatting(request.project.root, request.code.format);
  void formatting.warmUp();
  try {
    return await prepare(request, formatting);
  } finally {
    formatting.close();
  }
}

async function prepare(request: PhaseRequest, formatting: Formatting): Promise<PhaseFiles> {
  const { project, plugin, phase } = request;
  const models = request.planned?.models ?? request.models ?? (await plugin.readModels(project));
  const plan =
    phase === "expand" ? request.plan : followNames(withMergedEdits(request.plan, project.root), namedColumns(models));
  const released = releaseUnits(
    request,
    plan.units.filter((unit) => unit.phase === phase),
  );
  const migrations = await layOutMigrations(formatting, released);
  const { modelChanges, code } = request.planned ?? (await planEdits({ ...request, plan, models }));
  const laidOut = await layOut(formatting, phase, mergeChanges(modelChanges, code.changes), code, {
    earlier: plan.state.formatted ?? [],
  });
  const isFirst = phase === "expand";
  const pending = isFirst
    ? pendingUnitFiles(
        plan,
        plan.units.filter((unit) => unit.phase === "contract"),
      )
    : [];
  const undo = isFirst ? undoFiles(plan) : [];
  const stillPending = plan.state.held.filter((unit) => !migrations.some(({ unit: moved }) => moved.id === unit.id));
  const after: Plan = {
    ...plan,
    state: {
      ...withFormatted(withCode(plan.state, laidOut.code.state), laidOut.formatted),
      released: phase,
      written: [...plan.state.written, ...migrations.map(({ unit }) => recordOf(unit))],
      held: isFirst ? pending.map(recordOf) : stillPending,
      undo: isFirst ? undo.map(recordOf) : plan.state.undo,
      ...laterAnnotations(plan, phase, models),
    },
  };
  const named = await readStillNamed(plan, request, laidOut.changes);
  const changes = [
    ...migrations.map(({ unit }) => replaced(project, unit.file, unit.text)),
    ...[...pending, ...undo].map((unit) => replaced(project, unit.file, unit.text)),
    ...(isFirst ? [replaced(project, `${planFolder(plan.id)}/original.sql`, plan.source.sql)] : []),
    ...(await formatting.apply(planFiles(after, request, named))),
    ...plan.state.held
      .filter((unit) => !stillPending.includes(unit))
      .map(({ file }) => replaced(project, file, undefined)),
  ];
  const registered = await withRegistration(formatting, request, { migrations, removed: [] }, laidOut.changes);
  return {
    plan: after,
    changes: [...changes, ...registered.changes],
    unlisted: registered.unlisted,
    migrations,
    edits: laidOut.code.made,
    places: laidOut.code.places,
    failing: laidOut.code.failing,
    ...(named.length > 0 && { named }),
    isCodeLeft: code.isLeft,
    unchecked: code.unchecked,
    missingTypes: code.missingTypes,
    isNullUnchecked: code.isUndemanded === true && madeRequiredBy(plan).length > 0,
    unformatted: formatting.unformatted,
  };
}

/** The edits of models and code, and those that register or remove migrations in the ORM. */
export async function withRegistration(
  formatting: Formatting,
  { project, plugin }: Pick<CodeRequest, "project" | "plugin">,
  { migrations, removed }: Pick<PhaseFiles, "migrations"> & { readonly removed: readonly string[] },
  edited: readonly FileChange[],
): Promise<Pick<PhaseFiles, "changes" | "unlisted">> {
  const added = migrations.map(({ unit: { file, text } }) => ({ file, text }));
  const registered = await plugin.register?.(project, { added, removed }, edited);
  if (registered === undefined) return { changes: edited, unlisted: [] };
  return { changes: mergeChanges(edited, await formatting.apply(registered.changes)), unlisted: registered.unlisted };
}

/**
 * A plan's files for people and for Lockstep: its README and `plan.json`.
 *
 * @param named for the README. Default: none
 */
export function planFiles(
  plan: Plan,
  { project, plugin }: Pick<CodeRequest, "project" | "plugin">,
  named: readonly NamedLine[] = [],
): FileChange[] {
  const folder = planFolder(plan.id);
  const readme = commandsInRepository(planReadme(plan, plugin.words, named), project.root);
  return [replaced(project, `${folder}/README.md`, readme), replaced(project, `${folder}/plan.json`, planText(plan))];
}

/** The ORM's migration files of units, after every existing migration. Reviewed units are released with the same bytes. */
export function releaseUnits(
  { plan, project, plugin, phase, moment }: Omit<PhaseRequest, "phase"> & { phase: DeployedPhase | "undo" },
  units: readonly Unit[],
): PhaseFiles["migrations"] {
  const files = inFiles(units);
  const stamps = plugin.stamps(moment, plugin.listMigrations(project), files.length);
  return files.map((file, index) => {
    // The first file of expand is the ORM's own: the user requested it under this name.
    const isOwn = phase === "expand" && index === 0;
    const name = isOwn ? plan.id : plugin.migrationName(plan, stamps[index] ?? "", mainUnit(file).spec.kind);
    const sql = reviewedText(project, plan, file, phase) ?? unitsText(plan, file, phase);
    const text = plugin.migrationText(project, name, contentOf(plan, file, sql));
    return { name, unit: fileOf(file, plugin.migrationPath(project, name), text) };
  });
}

/** Migrations in code, formatted by the project's formatter: they still do what was reviewed. */
export async function layOutMigrations(
  formatting: Formatting,
  migrations: PhaseFiles["migrations"],
): Promise<PhaseFiles["migrations"]> {
  const texts = await formatting.apply(
    migrations.map(({ unit: { file, text } }) => ({ file, before: undefined, after: text })),
  );
  return migrations.map(({ name, unit }, index) => {
    const laidOut = fileOf(unit.units, unit.file, texts[index]?.after ?? unit.text);
    return { name, unit: laidOut.sha256 === unit.sha256 ? laidOut : unit };
  });
}

/** The bytes in the plan's folder: a later version of Lockstep may render the same unit differently. */
function reviewedText(
  project: Project,
  plan: Plan,
  [unit]: UnitsOfFile,
  phase: DeployedPhase | "undo",
): string | undefined {
  const records = phase === "undo" ? plan.state.undo : plan.state.held;
  const suffix = phase === "undo" ? `/undo/${unit.phase}-${unit.id}.sql` : `/held/${unit.id}.sql`;
  const record = records.find(({ file }) => file.endsWith(suffix));
  const text = record && read(project, record.file);
  return text && withoutMarks(plan, withUnixLines(text));
}

/** A file that gets this text, or is deleted. */
export function replaced(project: Project, file: string, text: string | undefined): FileChange {
  return { file, before: read(project, file), after: text };
}

/** A file of the project on disk; undefined if it does not exist. */
export function read(project: Project, file: string): string | undefined {
  const path = join(project.root, file);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
