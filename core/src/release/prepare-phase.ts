import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CodeGlobs } from "../config/code-globs.js";
import { LockstepError } from "../errors.js";
import { dirtyFiles } from "../files/git.js";
import type {
  CodeIntent,
  DeployedPhase,
  EntityModel,
  FileChange,
  Place,
  Plan,
  PlannedColumn,
  PlannedEdit,
  Unit,
} from "../model/index.js";
import { sha256 } from "../plan/hash.js";
import { planFolder, planText } from "../plan/plan-file.js";
import { type ModelEdit, migrationName, type OrmPlugin, type Project } from "../plugin.js";
import { planReadme } from "../review/markdown.js";
import { nextTimestamps } from "./timestamps.js";
import { fileOf, heldFiles, recordOf, type UnitFile, undoFiles, unitText } from "./unit-files.js";

export interface PhaseRequest {
  readonly plan: Plan;
  readonly project: Project;
  readonly plugin: OrmPlugin;
  /** `undo` takes back what was released so far. */
  readonly phase: DeployedPhase | "undo";
  /** `20261120093000`: the earliest name of the migrations to write. */
  readonly timestamp: string;
  /** The models with the new column, for code edits; read from the files when absent. */
  readonly models?: readonly EntityModel[];
  /** `code.include` and `code.exclude` of the config. */
  readonly code: CodeGlobs;
}

/** Everything that one phase changes in the repository. Nothing is written yet: `writeFiles` does that. */
export interface PhaseFiles {
  readonly plan: Plan;
  readonly changes: readonly FileChange[];
  readonly migrations: readonly { readonly name: string; readonly unit: UnitFile }[];
  readonly edits: readonly PlannedEdit[];
  readonly places: readonly Place[];
}

/**
 * Computes the files of a phase: migrations, model, code, and the plan's own folder.
 *
 * @throws LS2011 when the edited model is not valid · LS4002 when the model is gone
 */
export async function preparePhase(request: PhaseRequest): Promise<PhaseFiles> {
  const { plan, project, plugin, phase } = request;
  const migrations = releaseUnits(request);
  const modelChanges = await plugin.editModels(project, modelEdits(plan, phase));
  const code = await codeChanges(request);
  const released = phase === "undo" ? "undone" : phase;
  const isFirst = plan.state.held.length === 0 && plan.state.written.length === 0;
  const held =
    phase === "expand"
      ? heldFiles(
          plan,
          plan.units.filter((unit) => unit.phase === "contract"),
        )
      : [];
  const undo = phase === "expand" ? undoFiles(plan) : [];
  const stillHeld = plan.state.held.filter(
    (unit) => phase === "switch" || (phase !== "undo" && !migrations.some(({ unit: moved }) => moved.id === unit.id)),
  );
  const after: Plan = {
    ...plan,
    state: {
      released,
      written: [...plan.state.written, ...migrations.map(({ unit }) => recordOf(unit))],
      held: phase === "expand" ? held.map(recordOf) : stillHeld,
      undo: phase === "expand" ? undo.map(recordOf) : phase === "undo" ? [] : plan.state.undo,
      edits: code.edits,
      places: code.places,
      codeFiles: code.codeFiles,
    },
  };
  const folder = planFolder(plan.id);
  const gone =
    phase === "undo"
      ? [...plan.state.held, ...plan.state.undo]
      : plan.state.held.filter((unit) => !stillHeld.includes(unit));
  const changes = [
    ...migrations.map(({ unit }) => created(project, unit.file, unit.text)),
    ...[...held, ...undo].map((unit) => created(project, unit.file, unit.text)),
    ...(isFirst ? [created(project, `${folder}/original.sql`, plan.source.sql)] : []),
    created(project, `${folder}/README.md`, planReadme(after, plugin.words)),
    created(project, `${folder}/plan.json`, planText(after)),
    ...gone.map(({ file }) => ({ file, before: read(project, file), after: undefined })),
    ...modelChanges,
    ...code.changes,
  ];
  return { plan: after, changes, migrations, edits: code.made, places: code.places };
}

/** The ORM's migration files of the phase. Held units are released with the bytes that were reviewed. */
function releaseUnits({ plan, project, plugin, phase, timestamp }: PhaseRequest): PhaseFiles["migrations"] {
  const units = phase === "undo" ? plan.undo.expand : plan.units.filter((unit) => unit.phase === phase);
  const existing = plugin.listMigrations(project);
  const stamps = nextTimestamps(timestamp, existing, units.length);
  return units.map((unit, index) => {
    // The first file of expand is the ORM's own: it was asked for by this name.
    const isOwn = phase === "expand" && index === 0;
    const name = isOwn ? plan.id : migrationName(plan, stamps[index] ?? timestamp, slugOf(unit, phase));
    const text = reviewedText(project, plan, unit, phase) ?? unitText(plan, unit, phase);
    const { file } = plugin.migrationFile(project, name, text);
    return { name, unit: fileOf(unit, file, text) };
  });
}

/** The bytes that stand beside the plan: a later version of Lockstep may render the same unit differently. */
function reviewedText(project: Project, plan: Plan, unit: Unit, phase: PhaseRequest["phase"]): string | undefined {
  const records = phase === "undo" ? plan.state.undo : plan.state.held;
  const suffix = phase === "undo" ? `/undo/${unit.phase}-${unit.id}.sql` : `/held/${unit.id}.sql`;
  const record = records.find(({ file }) => file.endsWith(suffix));
  return record && read(project, record.file);
}

function slugOf(unit: Unit, phase: PhaseRequest["phase"]): string {
  if (phase === "undo") return "undo";
  return unit.spec.kind.replaceAll("-", "_");
}

function modelEdits(plan: Plan, phase: PhaseRequest["phase"]): ModelEdit[] {
  const edit = (kind: ModelEdit["kind"]) => (column: PlannedColumn) => ({
    kind,
    column,
    original: plan.originalModels.find((original) => original.model === column.model)?.text,
  });
  if (phase === "undo") return plan.columns.map(edit("removeField"));
  const relaxed = plan.columns.filter((column) => column.isRelaxed);
  if (phase === "expand") return relaxed.map(edit("makeOptional"));
  return phase === "contract" ? relaxed.map(edit("makeRequired")) : [];
}

interface CodeResult {
  readonly changes: readonly FileChange[];
  /** Made now. */
  readonly made: readonly PlannedEdit[];
  /** All that stand in the code after this phase. */
  readonly edits: readonly PlannedEdit[];
  readonly places: readonly Place[];
  readonly codeFiles: Plan["state"]["codeFiles"];
}

/** The code edits of a phase. Files with uncommitted changes of somebody else are listed, not edited. */
async function codeChanges(request: PhaseRequest): Promise<CodeResult> {
  const { plan, phase } = request;
  return editCode(
    request,
    phase === "undo" ? [...plan.intents.expand, ...plan.intents.switch] : intentsAt(plan, phase),
  );
}

/** What the code needs in a phase. Write sites are looked after in every one: new ones come while a plan is open. */
export function intentsAt(plan: Plan, phase: DeployedPhase): readonly CodeIntent[] {
  if (phase === "expand") return plan.intents.expand;
  const writes = plan.intents.expand.filter((intent) => intent.kind !== "keepFromReads");
  return [...writes, ...plan.intents[phase]];
}

/** Makes the edits that intents ask for. Used by every phase, and again by `lockstep code`. */
export async function editCode(request: PhaseRequest, intents: readonly CodeIntent[]): Promise<CodeResult> {
  const { plan, project, plugin, phase } = request;
  const { edits: earlier, codeFiles } = plan.state;
  if (intents.length === 0) return { changes: [], made: [], edits: earlier, places: [], codeFiles };
  // ts-morph costs a quarter of a second: only here.
  const [{ planCodeEdits, planCodeUndo }, { readSourceFiles }, { coreTransforms }] = await Promise.all([
    import("../codemods/plan-edits.js"),
    import("../codemods/source-files.js"),
    import("../codemods/index.js"),
  ]);
  const models = request.models ?? (await plugin.readModels(project));
  const names = new Set(intents.map((intent) => intent.model));
  const input = {
    root: project.root,
    files: await readSourceFiles(project.root, {
      include: request.code.include,
      exclude: [...request.code.exclude, ...project.generatedFolders, project.migrationsFolder, "lockstep"],
      models: models.filter((model) => names.has(model.name)),
      fields: intents.map((intent) => intent.field),
    }),
    models,
    intents,
    transforms: [...(await plugin.transforms()), ...coreTransforms],
    earlier,
  };
  const result = await (phase === "undo" ? planCodeUndo(input) : planCodeEdits(input));
  const foreign = foreignChanges(project, plan, result.changes);
  if (phase === "undo" && foreign.size > 0)
    throw new LockstepError("LS4001", `The undo edits files with uncommitted changes: ${[...foreign].join(", ")}.`);
  const isForeign = (file: string) => foreign.has(file);
  const changes = result.changes.filter((change) => !isForeign(change.file));
  const made = result.edits.filter((edit) => !isForeign(edit.file));
  const waiting = result.edits
    .filter((edit) => isForeign(edit.file))
    .map(
      (edit): Place => ({
        file: edit.file,
        line: edit.line,
        kind: "required",
        what: edit.what,
        reason: "the file has uncommitted changes: commit or stash them, then run npx lockstep code",
        model: edit.model,
        field: edit.field,
      }),
    );
  return {
    changes,
    made,
    edits: phase === "undo" ? [] : [...earlier, ...made],
    places: phase === "undo" ? [] : [...waiting, ...result.places],
    codeFiles: mergeCodeFiles(codeFiles, changes),
  };
}

/** Files whose uncommitted changes are not Lockstep's own. */
function foreignChanges(project: Project, plan: Plan, changes: readonly FileChange[]): ReadonlySet<string> {
  const own = new Map(plan.state.codeFiles.map((entry) => [entry.file, entry.sha256]));
  const dirty = dirtyFiles(
    project.root,
    changes.map((change) => change.file),
  );
  return new Set(
    changes
      .filter(({ file, before }) => dirty.has(file) && own.get(file) !== sha256(before ?? ""))
      .map((change) => change.file),
  );
}

function mergeCodeFiles(
  earlier: Plan["state"]["codeFiles"],
  changes: readonly FileChange[],
): Plan["state"]["codeFiles"] {
  const merged = new Map(earlier.map((entry) => [entry.file, entry.sha256]));
  for (const { file, after } of changes) if (after !== undefined) merged.set(file, sha256(after));
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, hash]) => ({ file, sha256: hash }));
}

function created(project: Project, file: string, text: string): FileChange {
  return { file, before: read(project, file), after: text };
}

function read(project: Project, file: string): string | undefined {
  const path = join(project.root, file);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
