import {
  type CodeIntent,
  type EntityField,
  type EntityModel,
  type FileChange,
  type Place,
  type PlannedEdit,
  phaseOfIntent,
} from "../model/index.js";
import { lostScaffolding } from "./lost-scaffolding.js";
import { isPlumbing } from "./plumbing.js";
import type { SourceFile } from "./source-file.js";
import { loadSql, parseSqlExpression } from "./sql-expression.js";
import {
  compact,
  type EditFinding,
  type Finding,
  type OrmCode,
  type Transform,
  type TransformContext,
} from "./transform.js";
import { type About, Workspace } from "./workspace.js";

export interface CodeRequest {
  /** Absolute path of the project; for messages only, nothing is read. */
  readonly root: string;
  /** Candidates, see `readSourceFiles`. */
  readonly files: readonly { readonly file: string; readonly text: string }[];
  /** All models of the schema: nested writes lead from one to the other. */
  readonly models: readonly EntityModel[];
  readonly intents: readonly CodeIntent[];
  readonly transforms: readonly Transform[];
  /** Edits of earlier phases: `plan.state.edits`. */
  readonly earlier: readonly PlannedEdit[];
  /** Columns of other open plans: a place need not name them to count as a copy of the whole model. */
  readonly alsoPlanned?: readonly { readonly model: string; readonly field: string }[];
}

export interface CodeResult {
  readonly changes: readonly FileChange[];
  /** `planCodeEdits`: edits made. `planCodeUndo`: earlier edits that were taken back. */
  readonly edits: readonly PlannedEdit[];
  /** What a person has to look at. */
  readonly places: readonly Place[];
  /** Places that name less than a third of the model: only their number. */
  readonly silent: number;
}

/**
 * Plans the code edits of a phase. Pure: files in, changed files out; run again on its own result it changes nothing.
 *
 * @example const { changes } = await planCodeEdits({ root, files, models, intents, transforms, earlier: [] });
 */
export async function planCodeEdits(request: CodeRequest): Promise<CodeResult> {
  await loadSqlFor(request.intents);
  const workspace = new Workspace(request.files);
  const lost: Place[] = [];
  for (const intent of request.intents) {
    const serving = request.transforms.filter((transform) => transform.intents.includes(intent.kind));
    const find = (transform: Transform, file: SourceFile, context: TransformContext) => transform.find(file, context);
    run(
      workspace,
      request,
      intent,
      serving.filter((transform) => !transform.isChecklist),
      find,
    );
    if (intent.kind === "dropFallback") lost.push(...listLost(workspace, request, intent, serving));
    run(
      workspace,
      request,
      intent,
      serving.filter((transform) => transform.isChecklist),
      find,
    );
  }
  const result = workspace.result();
  return { ...result, places: [...result.places, ...lost] };
}

/** Lists scaffolding that contract does not find: before the checklists, which would say less of the same place. */
function listLost(
  workspace: Workspace,
  request: CodeRequest,
  intent: CodeIntent,
  transforms: readonly Transform[],
): readonly Place[] {
  const context = createContext(workspace, request, intent);
  if (context === undefined) return [];
  return [...lostScaffolding(transforms, context)].flatMap(({ edit, certainty, reason, anchor }): Place[] => {
    const { transform, phase, file, line, what, model, field } = edit;
    if (anchor === undefined) return [{ file, line, kind: certainty, what, reason, model, field }];
    const finding = { kind: "place", certainty, offset: anchor.offset, what, reason } as const;
    workspace.addPlace(anchor.file, finding, { transform, phase, model, field });
    return [];
  });
}

/**
 * Takes the edits of phases back, and lists what is no longer there as it was written: what they added goes, and what they
 * replaced comes back in its place.
 *
 * @param phases the last ones of the plan; an edit of an earlier phase that one of them took away is not made again here
 */
export async function planCodeUndo(
  request: CodeRequest,
  phases: readonly PlannedEdit["phase"][] = ["expand", "switch", "contract"],
): Promise<CodeResult> {
  await loadSqlFor(request.intents);
  const workspace = new Workspace(request.files);
  const ofPhases = request.earlier.filter((edit) => phases.includes(edit.phase));
  const replacing = replacementsOf(ofPhases);
  const narrow = { ...request, earlier: ofPhases.filter((edit) => !replacing.includes(edit)) };
  // The reverse of the order in which the columns were added: each finds the literal as it left it.
  for (const intent of oncePerField(request.intents).reverse()) {
    const able = request.transforms.filter((transform) => !transform.isChecklist);
    const restore = able.filter((transform) => transform.restore !== undefined);
    const undo = able.filter((transform) => transform.undo !== undefined);
    const wider = { ...request, earlier: replacing };
    if (replacing.length > 0)
      run(workspace, wider, intent, restore, (transform, file, context) => transform.restore?.(file, context) ?? []);
    if (narrow.earlier.length > 0)
      run(workspace, narrow, intent, undo, (transform, file, context) => transform.undo?.(file, context) ?? []);
  }
  const { changes, edits, places, silent } = workspace.result();
  const { removed, missing } = matchRemoved(ofPhases, edits);
  const mayStay = (edit: PlannedEdit) =>
    request.transforms.some(({ id, mayStay }) => id === edit.transform && mayStay?.(edit) === true);
  const lost = missing
    .filter((edit) => !mayStay(edit))
    .map((edit): Place => {
      const { file, line, what, model, field, text, replaces } = edit;
      const byHand = replacing.includes(edit) ? `put \`${replaces}\` back by hand` : `take ${field} out by hand`;
      const reason = `Lockstep wrote \`${text}\` here and does not find it any more: ${byHand}`;
      return { file, line, kind: "required", what, reason, model, field };
    });
  return { changes, edits: removed, places: [...places, ...lost], silent };
}

/** Edits that changed what an edit of a phase that stays had written. */
function replacementsOf(edits: readonly PlannedEdit[]): readonly PlannedEdit[] {
  const texts = new Set(edits.map((edit) => `${edit.transform} ${compact(edit.text)}`));
  return edits.filter(
    (edit) =>
      edit.text !== "" && edit.replaces !== undefined && !texts.has(`${edit.transform} ${compact(edit.replaces)}`),
  );
}

/** One pass: all transforms look at the same snapshot, then their edits are applied together. */
function run(
  workspace: Workspace,
  request: CodeRequest,
  intent: CodeIntent,
  transforms: readonly Transform[],
  find: (transform: Transform, file: SourceFile, context: TransformContext) => Iterable<Finding>,
): void {
  const context = createContext(workspace, request, intent);
  if (context === undefined || transforms.length === 0) return;
  const edits = new Map<SourceFile, { finding: EditFinding; about: About }[]>();
  const rest: { file: SourceFile; finding: Exclude<Finding, EditFinding>; about: About }[] = [];
  for (const transform of transforms) {
    if (isPath(context) && !transform.servesPaths) continue;
    const phase = phaseOfIntent[intent.kind];
    const about = { transform: transform.id, phase, model: intent.model, field: intent.field };
    for (const file of context.project.files) {
      for (const finding of find(transform, file, context)) {
        if (finding.kind !== "edit") rest.push({ file, finding, about });
        else edits.set(file, [...(edits.get(file) ?? []), { finding, about }]);
      }
    }
  }
  // Places before edits: their offsets are those of the snapshot and move along.
  for (const { file, finding, about } of rest) {
    if (finding.kind === "place") workspace.addPlace(file, finding, about);
    else workspace.addSilent(file, finding.offset);
  }
  for (const [file, found] of edits) workspace.applyEdits(file, found);
}

function createContext(workspace: Workspace, request: CodeRequest, intent: CodeIntent): TransformContext | undefined {
  const model = request.models.find((each) => each.name === intent.model);
  if (model === undefined) return undefined;
  const field = model.fields.find((each) => each.name === intent.field) ?? unknownField(intent.field);
  const all = [...request.intents, ...request.earlier, ...(request.alsoPlanned ?? [])];
  const planned = new Set(all.filter((each) => each.model === model.name).map((each) => each.field));
  const columns = model.fields.filter((each) => !planned.has(each.name));
  const { project } = workspace;
  const kept = new Map<string, unknown>();
  return {
    project,
    models: request.models,
    intent,
    model,
    field,
    columns,
    core: columns.filter((each) => !isPlumbing(each)),
    sql: valueSql(intent),
    earlier: [...request.earlier, ...workspace.made].filter((e) => e.model === model.name && e.field === intent.field),
    orm: request.transforms.find((transform) => transform.orm !== undefined)?.orm ?? noOrm,
    memo<T>(key: string, make: () => T): T {
      if (!kept.has(key)) kept.set(key, make());
      return kept.get(key) as T;
    },
  };
}

const parsed = new WeakMap<CodeIntent, ReturnType<typeof parseSqlExpression>>();

/** The value's SQL; each intent is looked at several times. */
function valueSql(intent: CodeIntent): ReturnType<typeof parseSqlExpression> {
  if (intent.value.kind !== "sql") return undefined;
  const known = parsed.has(intent) ? parsed.get(intent) : parseSqlExpression(intent.value.sql);
  parsed.set(intent, known);
  return known;
}

/** Whether code does not reach the field as a property of a row that holds its value. */
function isPath({ model, field: { name } }: TransformContext): boolean {
  return name.includes(".") || model.relations.some((each) => each.name === name && each.fields?.includes(name));
}

/** The parser's WebAssembly costs 60 ms: only for values that are SQL. */
async function loadSqlFor(intents: readonly CodeIntent[]): Promise<void> {
  if (intents.some((intent) => intent.value.kind === "sql")) await loadSql();
}

/** When a plan is undone its field may be gone from the model already. */
function unknownField(name: string): EntityField {
  const flags = { isList: false, isOptional: true, isId: false, isUnique: false, hasDefault: false };
  return { name, column: name, type: "string", ...flags, isForeignKey: false, isUpdatedAt: false, documentation: "" };
}

function oncePerField(intents: readonly CodeIntent[]): CodeIntent[] {
  const seen = new Map(intents.map((intent) => [`${intent.model}.${intent.field}`, intent]));
  return [...seen.values()];
}

/** Which of the earlier edits the removals took back. A text that a later edit replaced is not expected any more. */
function matchRemoved(
  earlier: readonly PlannedEdit[],
  removals: readonly PlannedEdit[],
): { removed: readonly PlannedEdit[]; missing: readonly PlannedEdit[] } {
  const key = (edit: PlannedEdit, text: string) => `${edit.transform} ${edit.model}.${edit.field} ${compact(text)}`;
  const replaced = countBy(earlier.flatMap((edit) => (edit.replaces ? [key(edit, edit.replaces)] : [])));
  const live = earlier.filter((edit) => edit.text !== "" && !take(replaced, key(edit, edit.text)));
  const gone = countBy(removals.map((edit) => key(edit, edit.replaces ?? "")));
  const removed = live.filter((edit) => take(gone, key(edit, edit.text)));
  return { removed, missing: live.filter((edit) => !removed.includes(edit)) };
}

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function take(counts: Map<string, number>, key: string): boolean {
  const count = counts.get(key) ?? 0;
  if (count > 0) counts.set(key, count - 1);
  return count > 0;
}

const noOrm: OrmCode = {
  isClientModule: () => false,
  isRowType: () => false,
  isOther: () => false,
  readsRows: () => undefined,
};
