import { doing } from "../../base/at-work.js";
import type { CodeIntent, Place } from "../../model/index.js";
import { findingsOf } from "../contract/transform.js";
import { CodeContexts, loadParsers } from "./code-context.js";
import type { CodeRequest, CodeResult } from "./code-request.js";
import { listLostScaffolding } from "./list-lost-scaffolding.js";
import { planStart } from "./plan-start.js";
import { runPass } from "./run-pass.js";
import { surveyPlaces } from "./survey.js";
import { Workspace } from "./workspace.js";

/**
 * Plans the code edits of a phase: the required ones, and the chosen ones among similar places. Files in, changed files out. Idempotent: a
 * run on its own result changes nothing.
 *
 * @example const { changes } = await planCodeEdits({ root, files, models, intents, transforms, earlier: [] });
 */
export async function planCodeEdits(request: CodeRequest): Promise<CodeResult> {
  doing("looking for places to edit");
  await loadParsers(request);
  const start = planStart(request);
  const workspace = Workspace.from(start, request.clients);
  const contexts = new CodeContexts(workspace, request, start);
  const survey = await surveyPlaces(request, contexts);
  const lost: Place[] = [];
  for (const intent of typesFirst(request.intents)) {
    const serving = request.transforms.filter((transform) => transform.intents.includes(intent.kind));
    const edits = serving.filter((transform) => !transform.isChecklist);
    const { context, listCandidate, keyOf } = survey.contextFor(intent, workspace, contexts);
    runPass(workspace, intent, edits, findingsOf, context, {
      list: listCandidate,
      keyOf,
      declined: request.declined,
      broken: request.broken,
    });
    const after = contexts.of(intent);
    if (intent.kind === "dropFallback" && after !== undefined)
      lost.push(...listLostScaffolding(workspace, after, serving));
    const checklists = serving.filter((transform) => transform.isChecklist);
    runPass(workspace, intent, checklists, findingsOf, contexts.of(intent));
  }
  const result = workspace.result();
  return { ...result, places: [...result.places, ...lost], missingTypes: start.types.missing() };
}

/** Request and row types come first, because rows are built from them. */
function typesFirst(intents: readonly CodeIntent[]): readonly CodeIntent[] {
  const isOfRequests = ({ kind }: CodeIntent) => /InRequests$/.test(kind);
  const turnOf = (intent: CodeIntent) =>
    isOfRequests(intent) ? 0 : intent.kind === "keepFromReads" ? 1 : intent.kind === "read" ? 2 : 3;
  return intents.toSorted((a, b) => turnOf(a) - turnOf(b));
}
