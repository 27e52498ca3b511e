import { LockstepError } from "../../base/errors.js";
import { committedText } from "../../base/files/git.js";
import { Formatting } from "../../code/formatters/formatting.js";
import {
  type Consent,
  type DeployedPhase,
  type EntityModel,
  isFilled,
  type Plan,
  type PlannedColumn,
  type Unit,
} from "../../model/index.js";
import { followNames, namedColumns } from "../../plan/follow-names.js";
import { withUnixLines } from "../../plan/hash.js";
import { phasesOf } from "../../plan/phases.js";
import { planFolder } from "../../plan/plan-file.js";
import { releasesOf } from "../../plan/releases.js";
import { fileOf, pendingUnitFiles, recordOf, type UnitFile } from "../../plan/unit-files.js";
import type { ModelEdit } from "../../plugin/plugin.js";
import { columnLabel } from "../../review/messages.js";
import { mergeChanges } from "./code-files.js";
import { type CodeRequest, withCode } from "./code-request.js";
import { layOut, textsBefore, withFormatted } from "./layout.js";
import { withMergedEdits } from "./merged-edits.js";
import { filledOptionals, modelEdit, uniqueEdits } from "./model-edits.js";
import {
  layOutMigrations,
  type PhaseFiles,
  planFiles,
  read,
  releaseUnits,
  replaced,
  withRegistration,
} from "./prepare-phase.js";
import { readStillNamed } from "./still-named.js";
import { phasesAfter, takeBackCode } from "./take-back-code.js";

export interface UndoRequest extends Omit<CodeRequest, "models"> {
  /** The phase of the plan afterwards; `undone` reverts everything. */
  readonly to: Exclude<DeployedPhase, "contract"> | "undone";
  /** The earliest timestamp of the migrations to write. */
  readonly moment: Date;
  /** No database has run these migrations of the plan: deletes them instead of reverting them with new ones. Default: none */
  readonly removes?: "all" | "contract" | undefined;
  /** Consent to losing values. Default: no agent is involved */
  readonly consent?: Consent | undefined;
}

/**
 * Computes the files that undo phases: forward migrations, the original model and code, and the plan's own folder. Writes nothing.
 *
 * @throws LS4001 code with uncommitted changes · LS4002 if the field of a plan whose contract is released no longer exists
 */
export async function prepareUndo(request: UndoRequest): Promise<PhaseFiles> {
  const formatting = new Formatting(request.project.root, request.code.format);
  void formatting.warmUp();
  try {
    return await prepare(request, formatting);
  } finally {
    formatting.close();
  }
}

async function prepare(request: UndoRequest, formatting: Formatting): Promise<PhaseFiles> {
  const { project, plugin, to } = request;
  const models = await plugin.readModels(project);
  const plan = followNames(withMergedEdits(request.plan, project.root), namedColumns(models));
  if (plan.state.released === "contract") assertFields(plan, models, plugin.words.develop);
  const units = request.removes === "all" ? [] : unitsToTakeBack(request);
  const migrations = await layOutMigrations(formatting, releaseUnits({ ...request, phase: "undo" }, units));
  const isEnd = to === "undone";
  const modelChanges = await plugin.editModels(project, modelEdits(plan, to));
  const code = await takeBackCode(
    { ...request, plan, models: models.map((model) => relaxed(model, plan)), edited: modelChanges },
    to,
  );
  const phases = phasesAfter(to);
  const { formatted = [], annotations: _, ...state } = plan.state;
  const undone = mergeChanges(modelChanges, code.changes);
  const laidOut = await layOut(formatting, "expand", undone, code, {
    known: textsBefore(formatted, phases, undone),
    // Not of models: before the phases they have the field that the undo removes.
    earlier: formatted.filter(
      ({ phase, file }) => phases.includes(phase) && modelChanges.every((change) => change.file !== file),
    ),
  });
  const pending = isEnd || plan.state.released !== "contract" ? [] : pendingAgain(request);
  const gone = isEnd ? [...plan.state.held, ...plan.state.undo] : [];
  const removed = removedFiles(plan, request.removes);
  const after: Plan = {
    ...plan,
    state: {
      ...withFormatted(
        withCode(state, laidOut.code.state),
        formatted.filter(({ phase }) => !phases.includes(phase)),
      ),
      released: to,
      written: [...plan.state.written, ...migrations.map(({ unit }) => recordOf(unit))].filter(
        (record) => !removed.includes(record),
      ),
      held: isEnd ? [] : [...plan.state.held, ...pending.map(recordOf)],
      undo: isEnd ? [] : plan.state.undo,
      undos: (plan.state.undos ?? 0) + 1,
      ...(request.consent && { consents: [...(plan.state.consents ?? []), request.consent] }),
      places: isEnd ? [] : laidOut.code.places,
    },
  };
  const named = code.named ?? (isEnd ? [] : await readStillNamed(after, request, laidOut.changes));
  const record = planFiles(after, request, named);
  const forget = [`${planFolder(plan.id)}/original.sql`, ...record.map(({ file }) => file)].map((file) =>
    replaced(project, file, undefined),
  );
  const changes = [
    ...[...migrations.map(({ unit }) => unit), ...pending].map(({ file, text }) => replaced(project, file, text)),
    ...[...gone, ...removed].map(({ file }) => replaced(project, file, undefined)),
    ...(isUnknown(plan, request) ? forget : await formatting.apply(record)),
  ];
  const registered = await withRegistration(
    formatting,
    request,
    { migrations, removed: removed.map(({ file }) => file) },
    laidOut.changes,
  );
  const { made: edits, places } = laidOut.code;
  return {
    plan: after,
    changes: [...changes, ...registered.changes],
    unlisted: registered.unlisted,
    migrations,
    edits,
    places,
    ...(code.named && { named: code.named }),
    unformatted: formatting.unformatted,
  };
}

/** Whether neither a database nor a commit has the plan: then nobody needs its record. */
function isUnknown({ id }: Plan, { removes, project, consent }: UndoRequest): boolean {
  return (
    removes === "all" &&
    consent === undefined &&
    committedText(project.root, `${planFolder(id)}/plan.json`) === undefined
  );
}

function removedFiles(plan: Plan, removes: UndoRequest["removes"]): Plan["state"]["written"] {
  if (removes === undefined) return [];
  return removes === "all" ? plan.state.written : writtenForContract(plan);
}

/** The migrations of a released contract. */
export function writtenForContract(plan: Plan): Plan["state"]["written"] {
  const files = releasesOf(plan).flatMap(({ kind, phase, isPast, file }) =>
    kind === "phase" && phase === "contract" && !isPast ? [file] : [],
  );
  return plan.state.written.filter(({ file }) => files.includes(file));
}

/** The original declarations. A unique constraint that contract dropped is restored while its replacement exists. */
function modelEdits(plan: Plan, to: UndoRequest["to"]): ModelEdit[] {
  const kept = plan.state.released === "contract" ? uniqueEdits("keepUnique", plan) : [];
  if (to === "undone")
    return [...kept, ...plan.columns.flatMap((column) => takenBack(plan, column)), ...typeEdits(plan)];
  const relaxed = plan.columns.filter((column) => column.isRelaxed);
  const closed = (columns: readonly PlannedColumn[]) =>
    to === "expand"
      ? columns.filter(({ becomesRequired }) => !becomesRequired).map((column) => modelEdit("closeReads", plan, column))
      : [];
  if (plan.state.released !== phasesOf(plan).at(-1)) return closed([...relaxed, ...filledOptionals(plan)]);
  const reopened = plan.columns.flatMap((column) => {
    if (isFilled(column)) return [modelEdit("reopen", plan, column)];
    return column.becomesRequired ? [modelEdit("makeOptional", plan, column)] : [];
  });
  return [
    ...reopened,
    ...(to === "switch" ? relaxed.map((column) => modelEdit("openReads", plan, column)) : []),
    // After the annotations: they return to the property as it was in switch.
    ...closed(filledOptionals(plan)),
    ...kept,
  ];
}

/** An existing column is optional, as before the plan. */
function takenBack(plan: Plan, column: PlannedColumn): ModelEdit[] {
  if (!column.becomesRequired) return [modelEdit("removeField", plan, column)];
  return [modelEdit("makeOptional", plan, column), modelEdit("dropAnnotations", plan, column)];
}

/** What the undo migrations drop besides the columns. */
function typeEdits(plan: Plan): ModelEdit[] {
  return plan.undo.expand.flatMap(({ spec }) =>
    spec.kind === "undo-expand" ? (spec.types ?? []).map((type) => ({ kind: "removeType" as const, type })) : [],
  );
}

/**
 * The units whose migrations undo the released phases, last phase first. A squashed history no longer contains a migration that creates the
 * fill triggers; the undo of contract creates them, and the undo of expand requires them.
 */
export function unitsToTakeBack({
  plan,
  project,
  to,
  removes,
}: Pick<UndoRequest, "plan" | "project" | "to" | "removes">): readonly Unit[] {
  const standing = releasesOf(plan).filter(({ kind, isPast }) => kind === "phase" && !isPast);
  const isSquashed = standing.some(({ phase, file }) => phase === "expand" && read(project, file) === undefined);
  const hasContract = plan.state.released === "contract" && removes !== "contract";
  if (to !== "undone") return hasContract ? plan.undo.contract : [];
  return [...(hasContract || isSquashed ? plan.undo.contract : []), ...plan.undo.expand];
}

/** The units of contract are pending again, with the reviewed bytes of the migrations. */
function pendingAgain({ plan, project, plugin }: UndoRequest): UnitFile[] {
  const standing = releasesOf(plan).filter(({ phase, isPast }) => phase === "contract" && !isPast);
  return pendingUnitFiles(
    plan,
    plan.units.filter((unit) => unit.phase === "contract"),
  ).map((pending) => {
    const migration = standing.find(({ id }) => id === pending.id);
    const reviewed = migration && read(project, migration.file);
    return fileOf(
      pending.units,
      pending.file,
      (reviewed && plugin.migrationSql(withUnixLines(reviewed))) ?? pending.text,
    );
  });
}

/** The column of a finished plan is an ordinary one, and may have been removed. */
function assertFields(plan: Plan, models: readonly EntityModel[], develop: string): void {
  const gone = plan.columns.find(
    (column) =>
      !models.some(({ name, fields }) => name === column.model && fields.some((field) => field.name === column.field)),
  );
  if (gone === undefined) return;
  throw new LockstepError(
    "LS4002",
    `${gone.model}.${gone.field} was removed from the model since, so the plan has nothing to undo for ${columnLabel(gone)}.`,
    { hint: `${develop}   # drops the column with an ordinary migration` },
  );
}

/** The model in the phase that the plan returns to: the code's fallbacks depend on it. */
function relaxed(model: EntityModel, plan: Plan): EntityModel {
  const isRelaxed = (field: string) =>
    plan.columns.some((column) => column.isRelaxed && column.model === model.name && column.field === field);
  return {
    ...model,
    fields: model.fields.map((field) =>
      isRelaxed(field.name) && !field.isList ? { ...field, isOptional: true } : field,
    ),
  };
}
