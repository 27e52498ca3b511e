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
import { annotatedLike } from "./like.js";

/** What code is planned with. */
export type CodeInput = NonNullable<Awaited<ReturnType<typeof inputOf>>>;

/** What code is planned with; undefined where there is nothing that edits could be made in. */
export async function inputOf(request: CodeRequest, intents: readonly CodeIntent[]) {
  const { plan, project, plugin } = request;
  const [{ readSourceFiles }, { codeRoots, workspacePackages }, { readDocuments }] = await Promise.all([
    import("../../code/sources/source-files.js"),
    import("../../code/sources/unread-packages.js"),
    import("../../code/documents/read-documents.js"),
  ]);
  const { toggle } = request.code;
  if (toggle !== undefined) {
    // In the first phase already: what is wrong with it is not found out when reads open.
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
    // Contract looks for what is left of the earlier phases wherever it was moved to; undo brings its intents.
    fields: intents.filter((intent) => phaseOf(intent) === "contract").map(({ field }) => field),
  };
  const [sources, documents] = await Promise.all([
    readSourceFiles(project.root, options),
    readDocuments(project.root, { ...options, migrationsFolder, dialect: project.dialect }),
  ]);
  const files = [...sources, ...documents];
  if (files.length === 0 && plan.state.edits.length === 0) return undefined;
  // The compiler costs 0.1 s: only here.
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
 * Writes know whether something in the database fills the column in the end: a default does, the fill's trigger is gone by then. All
 * know whether the column stays optional: it is optional in the model, and no phase makes it required; and whether it never was. Of a
 * mirror they know what it follows.
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
    // NULL is a value there: nothing takes its place.
    const value: WriteValue = staysOptional && intent.kind === "read" ? { kind: "none" } : intent.value;
    return {
      ...intent,
      value,
      ...(isCodeOnly && { isCodeOnly }),
      ...(follows && { follows }),
      ...(staysOptional && { staysOptional }),
      ...(neverNull && { neverNull }),
      ...(plan.fingerprint === "" && { isUnplanned: true }),
      ...(like && { like }),
    };
  });
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
