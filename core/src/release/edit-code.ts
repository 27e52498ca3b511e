import type { HistoryQuestion } from "../codemods/code-request.js";
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
  PlannedEdit,
  PlanState,
} from "../model/index.js";
import { phasesOf } from "../plan/build-plan.js";
import { followNames, namedColumns } from "../plan/follow-names.js";
import { sha256 } from "../plan/hash.js";
import { isOpen, listPlans } from "../plan/store.js";
import type { OrmPlugin, Project } from "../plugin.js";

/** What of an ORM's plugin the files of a phase are made with. */
export type ReleasingPlugin = Pick<
  OrmPlugin,
  | "words"
  | "readModels"
  | "editModels"
  | "modelFiles"
  | "fieldsIn"
  | "stamps"
  | "migrationName"
  | "migrationPath"
  | "migrationText"
  | "migrationSql"
  | "listMigrations"
  | "transforms"
>;

export interface CodeRequest {
  readonly plan: Plan;
  readonly project: Project;
  readonly plugin: ReleasingPlugin;
  /** The models with the new column; read from the files when absent. */
  readonly models?: readonly EntityModel[];
  /** `code.include` and `code.exclude` of the config. */
  readonly code: CodeGlobs;
  /** What the same phase does to the models, which may stand in files of code: its edits are made over these. Default: nothing. */
  readonly edited?: readonly FileChange[];
}

export interface CodeResult {
  readonly changes: readonly FileChange[];
  /** Made now, or taken back. */
  readonly made: readonly PlannedEdit[];
  /** All that stand in the code after this. */
  readonly edits: readonly PlannedEdit[];
  readonly places: readonly Place[];
  readonly codeFiles: PlanState["codeFiles"];
}

/** What the code needs in a phase. Write sites are looked after in every one: new ones come while a plan is open. */
export function intentsAt(plan: Plan, phase: DeployedPhase): readonly CodeIntent[] {
  if (phase === "expand") return plan.intents.expand;
  const writes = plan.intents.expand.filter((intent) => intent.kind !== "keepFromReads");
  const reads = phase === "contract" && !phasesOf(plan).includes("switch") ? plan.intents.switch : [];
  return [...writes, ...reads, ...plan.intents[phase]];
}

/**
 * Makes the edits that intents ask for. Used by every phase, and again by `lockstep code`. Files with uncommitted changes of
 * somebody else are listed, not edited.
 */
export async function editCode(request: CodeRequest, intents: readonly CodeIntent[]): Promise<CodeResult> {
  const { plan, project } = request;
  const { edits: earlier, codeFiles } = plan.state;
  if (intents.length === 0) return { changes: [], made: [], edits: earlier, places: [], codeFiles };
  const { planCodeEdits } = await import("../codemods/plan-edits.js");
  const result = await planCodeEdits(await inputOf(request, intents));
  const planned = fromDisk(result.changes, request.edited);
  const foreign = foreignChanges(project, planned);
  const changes = planned.filter((change) => !foreign.has(change.file));
  const made = result.edits.filter((edit) => !foreign.has(edit.file));
  const waiting = result.edits
    .filter((edit) => foreign.has(edit.file))
    .map(
      (edit): Place => ({
        file: edit.file,
        line: edit.line,
        kind: "required",
        what: edit.what,
        reason: `the file has uncommitted changes: commit or stash them, then run npx lockstep code ${plan.id}`,
        model: edit.model,
        field: edit.field,
      }),
    );
  return {
    changes,
    made,
    edits: [...earlier, ...made],
    places: [...waiting, ...result.places],
    codeFiles: mergeCodeFiles(codeFiles, changes),
  };
}

/**
 * Takes the code edits back that belong to a phase after `to`; what they had replaced or taken away comes back. Back in expand
 * that is the option that keeps reads away.
 *
 * @throws LS4001 when a file has uncommitted changes of somebody else: half an undo would break the code
 */
export async function takeBackCode(
  request: CodeRequest,
  to: Exclude<DeployedPhase, "contract"> | "undone",
): Promise<CodeResult> {
  const { plan, project } = request;
  const phases = (["expand", "switch", "contract"] as const).slice({ undone: 0, expand: 1, switch: 2 }[to]);
  const isTaken = (edit: PlannedEdit) => phases.includes(edit.phase);
  const intents = [...plan.intents.expand, ...plan.intents.switch, ...plan.intents.contract];
  const { edits: earlier, codeFiles } = plan.state;
  if (intents.length === 0) return { changes: [], made: [], edits: [], places: [], codeFiles };
  const [{ planCodeEdits }, { planCodeUndo }] = await Promise.all([
    import("../codemods/plan-edits.js"),
    import("../codemods/plan-undo.js"),
  ]);
  const input = await inputOf(request, intents);
  const undone = await planCodeUndo(input, phases);
  const kept = withoutTakenAway(
    earlier.filter((edit) => !isTaken(edit)),
    earlier.filter(isTaken),
  );
  const after = new Map(undone.changes.map((change) => [change.file, change.after ?? ""]));
  const again = await planCodeEdits({
    ...input,
    files: input.files.map((each) => ({ ...each, text: after.get(each.file) ?? each.text })),
    intents: to === "expand" ? plan.intents.expand.filter((intent) => intent.kind === "keepFromReads") : [],
    earlier: kept,
  });
  const texts = new Map([...undone.changes, ...again.changes].map((change) => [change.file, change.after]));
  const planned = input.files.flatMap(({ file, text }): FileChange[] => {
    const now = texts.get(file);
    return now === undefined || now === text ? [] : [{ file, before: text, after: now }];
  });
  const changes = fromDisk(planned, request.edited);
  const foreign = foreignChanges(project, changes);
  if (foreign.size > 0)
    throw new LockstepError("LS4001", `The undo edits files with uncommitted changes: ${[...foreign].join(", ")}.`);
  return {
    changes,
    made: [...undone.edits, ...again.edits],
    edits: [...kept, ...again.edits],
    places: [...undone.places, ...again.places],
    codeFiles: mergeCodeFiles(codeFiles, changes),
  };
}

async function inputOf(request: CodeRequest, intents: readonly CodeIntent[]) {
  const { plan, project, plugin } = request;
  // ts-morph costs a quarter of a second: only here.
  const [{ readSourceFiles }, { readDocuments }, { coreTransforms }] = await Promise.all([
    import("../codemods/source-files.js"),
    import("../codemods/documents/read-documents.js"),
    import("../codemods/index.js"),
  ]);
  const models = request.models ?? (await plugin.readModels(project));
  const names = new Set(intents.map((intent) => intent.model));
  const { migrationsFolder } = project;
  const options = {
    include: request.code.include,
    exclude: [...request.code.exclude, ...project.generatedFolders, migrationsFolder, "lockstep"],
    models: models.filter((model) => names.has(model.name)),
  };
  const fields = intents.map((intent) => intent.field);
  const [code, documents] = await Promise.all([
    readSourceFiles(project.root, { ...options, fields }),
    readDocuments(project.root, { ...options, migrationsFolder }),
  ]);
  const edited = new Map(request.edited?.map((change) => [change.file, change.after]));
  return {
    root: project.root,
    files: [...code, ...documents].map((each) => ({ ...each, text: edited.get(each.file) ?? each.text })),
    models,
    intents,
    transforms: [...(await plugin.transforms()), ...coreTransforms],
    readHistory: (asked: HistoryQuestion) => readHistory(project, plugin, asked),
    earlier: plan.state.edits,
    alsoPlanned: listPlans(project.root)
      .filter((other) => other.id !== plan.id && isOpen(other))
      .flatMap((other) => followNames(other, namedColumns(models)).columns),
  };
}

/** What git knows of a model. It is an aid: where it takes long the ranking does without. */
async function readHistory(project: Project, plugin: ReleasingPlugin, { model, ...asked }: HistoryQuestion) {
  const [{ readColumnHistory }, modelFiles, fieldsIn] = await Promise.all([
    import("../codemods/ranking/history.js"),
    plugin.modelFiles(project, model),
    plugin.fieldsIn(),
  ]);
  return readColumnHistory(project.root, { ...asked, model, modelFiles, fieldsIn }, new AbortController().signal);
}

/** Changes to what is on disk, where they were made over the models' own. */
function fromDisk(changes: readonly FileChange[], edited: readonly FileChange[] = []): readonly FileChange[] {
  const before = new Map(edited.map((change) => [change.file, change.before]));
  return changes.map((change) => (before.has(change.file) ? { ...change, before: before.get(change.file) } : change));
}

/** The changes of models and code together; a file that has both is changed once. */
export function mergeChanges(models: readonly FileChange[], code: readonly FileChange[]): readonly FileChange[] {
  return [...models.filter(({ file }) => !code.some((change) => change.file === file)), ...code];
}

/** Without what a phase had taken away: that is made again, in the form that the code of today asks for. */
function withoutTakenAway(kept: readonly PlannedEdit[], taken: readonly PlannedEdit[]): readonly PlannedEdit[] {
  const key = ({ transform, model, field, file }: PlannedEdit, text: string | undefined) =>
    JSON.stringify([transform, model, field, file, text]);
  const gone = taken.filter((edit) => edit.text === "").map((edit) => key(edit, edit.replaces));
  return kept.filter((edit) => {
    const at = gone.indexOf(key(edit, edit.text));
    if (at !== -1) gone.splice(at, 1);
    return at === -1;
  });
}

/** Files whose uncommitted changes are not Lockstep's own; plans share files, so any plan's count. */
function foreignChanges(project: Project, changes: readonly FileChange[]): ReadonlySet<string> {
  const own = new Set(
    listPlans(project.root).flatMap((plan) => plan.state.codeFiles.map((entry) => `${entry.file} ${entry.sha256}`)),
  );
  const dirty = dirtyFiles(
    project.root,
    changes.map((change) => change.file),
  );
  return new Set(
    changes
      .filter(({ file, before }) => dirty.has(file) && !own.has(`${file} ${sha256(before ?? "")}`))
      .map((change) => change.file),
  );
}

function mergeCodeFiles(earlier: PlanState["codeFiles"], changes: readonly FileChange[]): PlanState["codeFiles"] {
  const merged = new Map(earlier.map((entry) => [entry.file, entry.sha256]));
  for (const { file, after } of changes) if (after !== undefined) merged.set(file, sha256(after));
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, hash]) => ({ file, sha256: hash }));
}
