import type { HistoryQuestion } from "../../code/run/code-request.js";
import {
  type CodeIntent,
  type EntityModel,
  type Plan,
  phaseOf,
  type Toggle,
  type WriteValue,
} from "../../model/index.js";
import { followNames, namedColumns } from "../../plan/follow-names.js";
import { isOpen, listPlans } from "../../plan/store.js";
import type { CodeRequest } from "./code-request.js";
import { annotatedLike, annotatedWrite } from "./like.js";

/** The input for planning code edits. */
export type CodeInput = NonNullable<Awaited<ReturnType<typeof inputOf>>>;

/** The input for planning code edits; undefined if there are no files to edit. */
export async function inputOf(request: CodeRequest, intents: readonly CodeIntent[]) {
  const { plan, project, plugin } = request;
  const [{ readSourceFiles }, { codeRoots, workspacePackages }, { readDocuments }] = await Promise.all([
    import("../../code/sources/source-files.js"),
    import("../../code/sources/unread-packages.js"),
    import("../../code/documents/read-documents.js"),
  ]);
  const { toggle } = request.code;
  if (toggle !== undefined) {
    // In the first phase already, so that an error is not only found when reads open.
    const { readToggle } = await import("../../code/flags/template.js");
    readToggle(toggle);
  }
  const models = request.models ?? (await plugin.readModels(project));
  const names = new Set(intents.map((intent) => intent.model));
  const { migrationsFolder } = project;
  const options = {
    include: request.code.include,
    roots: await codeRoots(project.root, request.code, async () => models),
    exclude: [...request.code.exclude, ...project.generatedFolders, migrationsFolder, "lockstep"],
    models: models.filter((model) => names.has(model.name)),
    all: models,
    planned: intents,
    // Contract searches for leftovers of earlier phases wherever they were moved to; undo passes its own intents.
    fields: intents.filter((intent) => phaseOf(intent) === "contract").map(({ field }) => field),
  };
  const [sources, documents] = await Promise.all([
    readSourceFiles(project.root, options),
    readDocuments(project.root, { ...options, migrationsFolder, dialect: project.dialect }),
  ]);
  const files = [...sources, ...documents];
  if (files.length === 0 && plan.state.edits.length === 0) return undefined;
  // Loading the compiler takes 0.1 s, so it is only loaded here.
  const [{ coreTransforms }, { scorecardOf }, clients] = await Promise.all([
    import("../../code/index.js"),
    import("../../code/ranking/configured-scorecard.js"),
    plugin.readClients?.(project, { roots: options.roots, files: sources }),
  ]);
  const others = listPlans(project.root).filter((other) => other.id !== plan.id);
  const edited = new Map(request.edited?.map((change) => [change.file, change.after]));
  return {
    root: project.root,
    dialect: project.dialect,
    files: files.map((each) => ({ ...each, text: edited.get(each.file) ?? each.text })),
    models,
    workspacePackages: await workspacePackages(project.root, sources, options.models),
    clients,
    intents: withEnd(toggle === undefined ? intents : behindToggle(intents, toggle, plan), plan, models),
    transforms: [...(await plugin.transforms()), ...coreTransforms],
    readHistory: (asked: HistoryQuestion) => readHistory(request, asked),
    earlier: plan.state.edits,
    scorecard: scorecardOf({ targets: {}, code: { scorecard: request.code.scorecard } }),
    alsoPlanned: others.filter(isOpen).flatMap((other) => followNames(other, namedColumns(models)).columns),
    editsOfOthers: others.flatMap(({ state }) => state.edits),
  };
}

/**
 * Adds facts about the final state. For writes: whether the database fills the column in the end, which a default does; the fill's trigger
 * is dropped by then. For all: whether the column stays optional (it is optional in the model, and no phase makes it required), and whether
 * it always was. For a mirror: its source columns. `@lockstep.write` in the current model decides the value: a person adds it if the plan's
 * value cannot be translated.
 */
function withEnd(intents: readonly CodeIntent[], plan: Plan, models: readonly EntityModel[]): readonly CodeIntent[] {
  return intents.map((intent) => {
    const isOf = ({ model, field }: Pick<CodeIntent, "model" | "field">) =>
      model === intent.model && field === intent.field;
    const column = plan.columns.find(isOf);
    const isCodeOnly = intent.kind === "write" && column?.isRelaxed === true && column.defaultSql === undefined;
    const model = models.find(({ name }) => name === intent.model);
    const isOptional = model?.fields.find(({ name }) => name === intent.field)?.isOptional;
    const staysOptional = isOptional === true && column?.isRelaxed !== true;
    const neverNull = isOptional === false && column?.isRelaxed === false;
    const like = model && annotatedLike(model, intent.field);
    const follows = column?.fill?.kind === "mirror" ? column.fill.reads : undefined;
    const written = model && annotatedWrite(model, intent.field);
    const planned: WriteValue = written === undefined ? intent.value : { kind: "typescript", text: written };
    // NULL is a valid value there: reads need no fallback.
    const value: WriteValue = staysOptional && intent.kind === "read" ? { kind: "none" } : planned;
    return {
      ...intent,
      value,
      ...(isCodeOnly && { isCodeOnly }),
      ...(follows && { follows }),
      ...(staysOptional && { staysOptional }),
      ...(neverNull && { neverNull }),
      ...(column?.becomesRequired && intent.kind === "write" && { becomesRequired: true as const }),
      ...(plan.fingerprint === "" && { isUnplanned: true }),
      ...(like && { like }),
    };
  });
}

/** Puts reads behind the flag between switch and a later contract; without a later contract, nothing would remove the flag. */
function behindToggle(intents: readonly CodeIntent[], toggle: Toggle, plan: Plan): readonly CodeIntent[] {
  const isAmong = (among: readonly CodeIntent[], { model, field }: CodeIntent) =>
    among.some((each) => each.kind === "dropFallback" && each.model === model && each.field === field);
  return intents.map((intent) =>
    intent.kind === "read" && isAmong(plan.intents.contract, intent) && !isAmong(intents, intent)
      ? { ...intent, toggle }
      : intent,
  );
}

/** The git history of a model. It is optional: if git is slow, the ranking works without it. */
async function readHistory({ project, plugin, signal }: CodeRequest, { model, ...asked }: HistoryQuestion) {
  const [{ readColumnHistory }, modelFiles, fieldsIn] = await Promise.all([
    import("../../code/ranking/history.js"),
    plugin.modelFiles(project, model),
    plugin.fieldsIn(),
  ]);
  return readColumnHistory(
    project.root,
    { ...asked, model, modelFiles, fieldsIn },
    signal ?? new AbortController().signal,
  );
}
