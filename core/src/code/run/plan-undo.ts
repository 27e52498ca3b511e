import type { CodeIntent, Place, PlannedEdit } from "../../model/index.js";
import { compact } from "../contract/transform.js";
import { isImportEdit } from "../write/named-imports.js";
import { createContext, loadParsers } from "./code-context.js";
import type { CodeRequest, CodeResult } from "./code-request.js";
import { compilerOf } from "./compiler-of.js";
import { runPass } from "./run-pass.js";
import { Workspace } from "./workspace.js";

/**
 * Reverts the edits of phases: removes what they added and restores what they replaced. Lists edits whose text has changed.
 *
 * @param phases the last ones of the plan; an edit of an earlier phase that one of them removed is not made again here
 */
export async function planCodeUndo(
  request: CodeRequest,
  phases: readonly PlannedEdit["phase"][] = ["expand", "switch", "contract"],
): Promise<CodeResult> {
  await loadParsers(request);
  const types = compilerOf(request);
  const workspace = new Workspace(request.files, request.clients, types.compile);
  const ofPhases = request.earlier.filter((edit) => phases.includes(edit.phase));
  const replacing = replacementsOf(ofPhases);
  const narrow = ofPhases.filter((edit) => !replacing.includes(edit) && edit.text !== "");
  // Restored code also gets back the imports that were removed with it.
  const takenImports = ofPhases.filter((edit) => edit.text === "" && isImportEdit(edit));
  // The reverse of the order in which the columns were added: each undo finds the literal as its edit left it.
  for (const intent of oncePerField(request.intents).reverse()) {
    const able = request.transforms.filter((transform) => !transform.isChecklist);
    const restore = able.filter((transform) => transform.restore !== undefined);
    const undo = able.filter((transform) => transform.undo !== undefined);
    if (replacing.length > 0) {
      const earlier = [...replacing, ...takenImports];
      const context = createContext(workspace, { ...request, earlier }, intent);
      runPass(workspace, intent, restore, (transform, file, at) => transform.restore?.(file, at) ?? [], context);
    }
    if (narrow.length > 0) {
      const context = createContext(workspace, { ...request, earlier: narrow }, intent);
      // Without the edits that this undo has restored.
      const taking = context && { ...context, earlier: context.earlier.filter((edit) => narrow.includes(edit)) };
      runPass(workspace, intent, undo, (transform, file, at) => transform.undo?.(file, at) ?? [], taking);
    }
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

/** Edits that changed the text of an edit in a phase that stays. */
function replacementsOf(edits: readonly PlannedEdit[]): readonly PlannedEdit[] {
  const texts = new Set(edits.map((edit) => `${edit.transform} ${compact(edit.text)}`));
  return edits.filter(
    (edit) =>
      edit.text !== "" &&
      edit.replaces !== undefined &&
      !texts.has(`${edit.transform} ${compact(edit.written ?? edit.replaces)}`),
  );
}

function oncePerField(intents: readonly CodeIntent[]): CodeIntent[] {
  const seen = new Map(intents.map((intent) => [`${intent.model}.${intent.field}`, intent]));
  return [...seen.values()];
}

/** Matches the removals with the earlier edits. A text that a later edit replaced is no longer expected. */
function matchRemoved(
  earlier: readonly PlannedEdit[],
  removals: readonly PlannedEdit[],
): { removed: readonly PlannedEdit[]; missing: readonly PlannedEdit[] } {
  const key = (edit: PlannedEdit, text: string) => `${edit.transform} ${edit.model}.${edit.field} ${compact(text)}`;
  const replaced = countBy(
    earlier.flatMap((edit) => (edit.replaces ? [key(edit, edit.written ?? edit.replaces)] : [])),
  );
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
