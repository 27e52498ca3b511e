import type { Candidate } from "../codemods/candidates/candidate.js";
import { type Choose, choiceId, type Question } from "../codemods/candidates/choose.js";
import type { HistoryQuestion } from "../codemods/code-request.js";
import type { CodeSettings } from "../config/code-settings.js";
import { LockstepError } from "../errors.js";
import { dirtyFiles } from "../files/git.js";
import {
  type CodeIntent,
  type DeployedPhase,
  type EntityModel,
  type FileChange,
  type Place,
  type Plan,
  type PlannedEdit,
  type PlanState,
  phaseOfIntent,
  type Toggle,
} from "../model/index.js";
import { phasesOf } from "../plan/build-plan.js";
import { followNames, namedColumns } from "../plan/follow-names.js";
import { sha256 } from "../plan/hash.js";
import { isOpen, listPlans } from "../plan/store.js";
import type { OrmPlugin, Project } from "../plugin.js";
import type { CodePolicy, Decided } from "./choices.js";
import { lineBefore } from "./line-before.js";

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
  /** What the config says about code. */
  readonly code: CodeSettings;
  /** Who decides about ranked places. Default: what the config says, without a person. */
  readonly policy?: CodePolicy;
  /** What the same phase does to the models, which may stand in files of code: its edits are made over these. Default: nothing. */
  readonly edited?: readonly FileChange[];
}

export interface CodeResult {
  readonly changes: readonly FileChange[];
  /** Made now, or taken back. */
  readonly made: readonly PlannedEdit[];
  readonly places: readonly Place[];
  /** What of the plan's state the code decides: for `plan.state`. */
  readonly state: Pick<PlanState, "edits" | "places" | "silent" | "choices" | "exposure" | "codeFiles">;
  /** The ranked places that were decided about. */
  readonly questions: readonly Question[];
  /** Why chosen edits were not checked by the compiler, where they were not. */
  readonly unchecked?: string | undefined;
  /** Nothing was to be edited: what must change is among the places. */
  readonly isLeft: boolean;
}

/** What the code needs in a phase. Write sites are looked after in every one: new ones come while a plan is open. */
export function intentsAt(plan: Plan, phase: DeployedPhase): readonly CodeIntent[] {
  if (phase === "expand") return plan.intents.expand;
  const writes = plan.intents.expand.filter((intent) => intent.kind !== "keepFromReads");
  const reads = phase === "contract" && !phasesOf(plan).includes("switch") ? plan.intents.switch : [];
  return [...writes, ...reads, ...plan.intents[phase]];
}

/**
 * Makes the edits that intents ask for, and those that were chosen. Used by every phase, and again by `lockstep code`. Files with
 * uncommitted changes of somebody else are listed, not edited.
 *
 * @throws LS4003 `policy` names a place that there is not; whatever `policy.ask` throws
 */
export async function editCode(request: CodeRequest, intents: readonly CodeIntent[]): Promise<CodeResult> {
  const { plan, project, code } = request;
  const { edits: earlier, codeFiles } = plan.state;
  const policy: CodePolicy = { level: code.level, accept: code.accept, decline: code.decline, ...request.policy };
  if (intents.length === 0) return nothingEdited(plan.state);
  const input = await inputOf(request, intents);
  // No file names the model, and none was edited before: the compiler is not even loaded.
  if (input === undefined) return nothingEdited(plan.state);
  const [{ planCodeEdits }, { decidePlaces }, { planVerifiedEdits }] = await Promise.all([
    import("../codemods/plan-edits.js"),
    import("./choices.js"),
    import("./verified-edits.js"),
  ]);
  const exposure = await exposureOf(plan, policy, input);
  let decided: Decided = { chosen: new Set(), choices: plan.state.choices ?? [] };
  let questions: readonly Question[] = [];
  const answered = { ...input, intents: withAnswers(input.intents, exposure) };
  const choose: Choose = async (found) => {
    questions = found;
    if (policy.level !== "none") decided = await decidePlaces(found, decided.choices, policy);
    return decided.chosen;
  };
  const scope = { generated: project.generatedFolders, edited: request.edited ?? [] };
  const result =
    code.verify === "off"
      ? { ...(await planCodeEdits({ ...answered, choose })), unchecked: undefined }
      : await planVerifiedEdits(answered, choose, scope);
  const planned = fromDisk(result.changes, request.edited);
  const foreign = foreignChanges(project, planned);
  const isLeft = (file: string) => policy.level === "none" || foreign.has(file);
  const changes = planned.filter((change) => !isLeft(change.file));
  const made = result.edits.filter((edit) => !isLeft(edit.file));
  const waiting = result.edits
    .filter((edit) => isLeft(edit.file))
    .map((edit): Place => {
      const { file, what, text, model, field } = edit;
      const change = planned.find((each) => each.file === file);
      const line = lineBefore(change, edit.line);
      const ranked = rankedOf({ ...edit, line }, questions, decided.chosen);
      const reason =
        policy.level === "none"
          ? `${text === "" ? "take away what an earlier phase wrote" : "to write"}; not made: the level of code edits is none`
          : `the file has uncommitted changes: commit or stash them, then run npx lockstep code ${plan.id}`;
      const known = ranked === undefined ? {} : { key: ranked.key, family: ranked.family };
      const kind = ranked === undefined ? "required" : "likely";
      return { file, line, kind, what, reason, model, field, ...known, ...(text === "" ? {} : { text }) };
    });
  const places = [...waiting, ...result.places];
  return {
    changes,
    made,
    places,
    questions,
    unchecked: result.unchecked,
    isLeft: policy.level === "none",
    state: {
      edits: [...earlier, ...made],
      places,
      ...(result.silent === 0 ? {} : { silent: result.silent }),
      ...(decided.choices.length === 0 ? {} : { choices: decided.choices }),
      ...(Object.keys(exposure).length === 0 ? {} : { exposure }),
      codeFiles: mergeCodeFiles(codeFiles, changes),
    },
  };
}

/** The chosen place that an edit was made for; undefined where the edit is required. */
function rankedOf(
  edit: PlannedEdit,
  questions: readonly Question[],
  chosen: ReadonlySet<string>,
): Candidate | undefined {
  const of = questions.filter(({ intent }) => intent.model === edit.model && intent.field === edit.field);
  return of
    .flatMap(({ ranked }) => ranked.map(({ candidate }) => candidate))
    .find(
      ({ file, what, key, line, lastLine }) =>
        file === edit.file &&
        chosen.has(choiceId(edit, key)) &&
        (what === edit.what || (line <= edit.line && edit.line <= lastLine)),
    );
}

/** A plan's state with what the code decides: what that leaves out is gone. */
export function withCode(state: PlanState, code: CodeResult["state"]): PlanState {
  const { silent: _1, choices: _2, exposure: _3, ...rest } = state;
  return { ...rest, ...code };
}

function nothingEdited({ edits, choices, exposure, codeFiles }: PlanState): CodeResult {
  const kept = { ...(choices === undefined ? {} : { choices }), ...(exposure === undefined ? {} : { exposure }) };
  return {
    changes: [],
    made: [],
    places: [],
    questions: [],
    isLeft: false,
    state: { edits, places: [], codeFiles, ...kept },
  };
}

/** The intents with what was answered about their columns. */
export function withAnswers(
  intents: readonly CodeIntent[],
  exposure: NonNullable<PlanState["exposure"]>,
): readonly CodeIntent[] {
  return intents.map((intent) => {
    const answer = exposure[`${intent.model}.${intent.field}`];
    return answer === undefined ? intent : { ...intent, exposure: answer };
  });
}

/** What is known about who sees the columns: a person is asked once, where there is a response that could show one. */
async function exposureOf(plan: Plan, policy: CodePolicy, input: Input): Promise<NonNullable<PlanState["exposure"]>> {
  const known = { ...plan.state.exposure };
  if (policy.exposure !== undefined)
    for (const { model, field } of plan.columns) known[`${model}.${field}`] = policy.exposure;
  if (policy.level !== "ask" || policy.ask === undefined) return known;
  const { questionsIn } = await import("../codemods/candidates/survey.js");
  const open = input.intents.filter(
    ({ kind, model, field, exposure }) =>
      kind === "read" && exposure === undefined && known[`${model}.${field}`] === undefined,
  );
  for (const { intent, ranked } of open.length === 0 ? [] : await questionsIn({ ...input, intents: open })) {
    const isShown = ranked.some(({ candidate, kind }) => kind !== "silent" && responses.has(candidate.family));
    if (isShown) known[`${intent.model}.${intent.field}`] = await policy.ask.exposure(intent.model, intent.field);
  }
  return known;
}

/** Kinds of code that decide what others than the application see. */
const responses: ReadonlySet<string> = new Set(["mapper", "zod", "dto", "type", "graphql", "schema"]);

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
  const { edits: earlier, codeFiles, exposure = {} } = plan.state;
  const all = [...plan.intents.expand, ...plan.intents.switch, ...plan.intents.contract];
  const intents = withAnswers(all, exposure);
  if (intents.length === 0) return nothingEdited({ ...plan.state, edits: [] });
  const input = await inputOf(request, intents);
  if (input === undefined) return nothingEdited({ ...plan.state, edits: [] });
  const [{ planCodeEdits }, { planCodeUndo }] = await Promise.all([
    import("../codemods/plan-edits.js"),
    import("../codemods/plan-undo.js"),
  ]);
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
  const places = [...undone.places, ...again.places];
  const choices = (plan.state.choices ?? []).filter(({ phase }) => !phases.includes(phase));
  return {
    changes,
    made: [...undone.edits, ...again.edits],
    places,
    questions: [],
    isLeft: false,
    state: {
      edits: [...kept, ...again.edits],
      places,
      ...(choices.length === 0 ? {} : { choices }),
      ...(to === "undone" || plan.state.exposure === undefined ? {} : { exposure }),
      codeFiles: mergeCodeFiles(codeFiles, changes),
    },
  };
}

type Input = NonNullable<Awaited<ReturnType<typeof inputOf>>>;

/** What code is planned with; undefined where there is nothing that edits could be made in. */
export async function inputOf(request: CodeRequest, intents: readonly CodeIntent[]) {
  const { plan, project, plugin } = request;
  const [{ readSourceFiles }, { readDocuments }] = await Promise.all([
    import("../codemods/source-files.js"),
    import("../codemods/documents/read-documents.js"),
  ]);
  const { toggle } = request.code;
  if (toggle !== undefined) {
    // In the first phase already: what is wrong with it is not found out when reads open.
    const { readToggle } = await import("../codemods/toggles/template.js");
    readToggle(toggle);
  }
  const models = request.models ?? (await plugin.readModels(project));
  const names = new Set(intents.map((intent) => intent.model));
  const { migrationsFolder } = project;
  const options = {
    include: request.code.include,
    roots: request.code.roots ?? [],
    exclude: [...request.code.exclude, ...project.generatedFolders, migrationsFolder, "lockstep"],
    models: models.filter((model) => names.has(model.name)),
    all: models,
    planned: intents,
    // Contract looks for what is left of the earlier phases wherever it was moved to; undo brings its intents.
    fields: intents.filter(({ kind }) => phaseOfIntent[kind] === "contract").map(({ field }) => field),
  };
  const [sources, documents] = await Promise.all([
    readSourceFiles(project.root, options),
    readDocuments(project.root, { ...options, migrationsFolder }),
  ]);
  const files = [...sources, ...documents];
  if (files.length === 0 && plan.state.edits.length === 0) return undefined;
  // ts-morph costs a quarter of a second: only here.
  const [{ coreTransforms }, { scorecardOf }] = await Promise.all([
    import("../codemods/index.js"),
    import("../codemods/ranking/configured-scorecard.js"),
  ]);
  const edited = new Map(request.edited?.map((change) => [change.file, change.after]));
  return {
    root: project.root,
    files: files.map((each) => ({ ...each, text: edited.get(each.file) ?? each.text })),
    models,
    intents: toggle === undefined ? intents : behindToggle(intents, toggle, plan),
    transforms: [...(await plugin.transforms()), ...coreTransforms],
    readHistory: (asked: HistoryQuestion) => readHistory(project, plugin, asked),
    earlier: plan.state.edits,
    scorecard: scorecardOf({ targets: {}, code: { scorecard: request.code.scorecard } }),
    alsoPlanned: listPlans(project.root)
      .filter((other) => other.id !== plan.id && isOpen(other))
      .flatMap((other) => followNames(other, namedColumns(models)).columns),
  };
}

/** Reads stand behind the flag between switch and a later contract; without that nothing would take the flag out again. */
function behindToggle(intents: readonly CodeIntent[], toggle: Toggle, plan: Plan): readonly CodeIntent[] {
  const isAmong = (among: readonly CodeIntent[], { model, field }: CodeIntent) =>
    among.some((each) => each.kind === "dropFallback" && each.model === model && each.field === field);
  return intents.map((intent) =>
    intent.kind === "read" && isAmong(plan.intents.contract, intent) && !isAmong(intents, intent)
      ? { ...intent, toggle }
      : intent,
  );
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
