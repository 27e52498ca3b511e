import { type CodeInput, inputOf } from "./code-input.js";
import { intentsAt } from "./code-request.js";
import { editCode } from "./edit-code.js";
import { modelEdits } from "./model-edits.js";
import type { PhaseRequest, PlannedEdits } from "./prepare-phase.js";

export type EditsRequest = Omit<PhaseRequest, "moment" | "planned">;

/** What `planEdits` reads. */
export interface EditsRead extends Omit<PlannedEdits, "code"> {
  /** Undefined: no code to edit. */
  readonly input: CodeInput | undefined;
}

/** The edits of models and code of a phase. */
export async function planEdits(request: EditsRequest, read?: EditsRead): Promise<PlannedEdits> {
  const { models, modelChanges, input } = read ?? (await readForEdits(request));
  const code = await editCode(
    { ...request, models, edited: modelChanges },
    intentsAt(request.plan, request.phase),
    async () => input,
  );
  return { models, modelChanges, code };
}

/** What `planEdits` reads. */
export async function readForEdits(request: EditsRequest): Promise<EditsRead> {
  const { plan, plugin, project, phase } = request;
  const models = request.models ?? (await plugin.readModels(project));
  const modelChanges = await plugin.editModels(project, modelEdits(plan, phase));
  const intents = intentsAt(plan, phase);
  const code = { ...request, models, edited: modelChanges };
  return { models, modelChanges, input: intents.length === 0 ? undefined : await inputOf(code, intents) };
}
