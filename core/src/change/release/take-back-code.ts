import { LockstepError } from "../../base/errors.js";
import { isImportEdit } from "../../code/write/named-imports.js";
import { addedBy, type DeployedPhase, type FileChange, type PlannedEdit } from "../../model/index.js";
import { answersIn, keptAnswers, withAnswers } from "./code-answers.js";
import { foreignChanges, fromDisk, mergeCodeFiles } from "./code-files.js";
import { inputOf } from "./code-input.js";
import { type CodeRequest, type CodeResult, nothingEdited } from "./code-request.js";
import { stillNamed } from "./still-named.js";

/**
 * Reverts the code edits of phases after `to`, and restores what they replaced or removed. For expand, this includes the option that
 * excludes the column from reads.
 *
 * @throws LS4001 if a file has uncommitted changes by others: half an undo would break the code
 */
export async function takeBackCode(
  request: CodeRequest,
  to: Exclude<DeployedPhase, "contract"> | "undone",
): Promise<CodeResult> {
  const { plan, project } = request;
  const phases = phasesAfter(to);
  const isTaken = (edit: PlannedEdit) => phases.includes(edit.phase);
  const { edits: earlier, codeFiles } = plan.state;
  const answers = answersIn(plan.state);
  const all = [...plan.intents.expand, ...plan.intents.switch, ...plan.intents.contract];
  const intents = withAnswers(all, answers);
  if (intents.length === 0) return nothingEdited({ ...plan.state, edits: [] });
  const input = await inputOf(request, intents);
  if (input === undefined) return nothingEdited({ ...plan.state, edits: [] });
  const [{ planCodeEdits }, { planCodeUndo }] = await Promise.all([
    import("../../code/run/plan-edits.js"),
    import("../../code/run/plan-undo.js"),
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
    intents: to === "expand" ? input.intents.filter((intent) => intent.kind === "keepFromReads") : [],
    earlier: kept,
  });
  const texts = new Map([...undone.changes, ...again.changes].map((change) => [change.file, change.after]));
  const planned = input.files.flatMap(({ file, text }): FileChange[] => {
    const now = texts.get(file);
    return now === undefined || now === text ? [] : [{ file, before: text, after: now }];
  });
  const changes = fromDisk(planned, request.edited);
  const foreign = foreignChanges(project, changes, request.edited);
  if (foreign.size > 0)
    throw new LockstepError("LS4001", `The undo edits files with uncommitted changes: ${[...foreign].join(", ")}.`);
  const places = [...undone.places, ...again.places];
  const declined = (plan.state.declined ?? []).filter(({ phase }) => !phases.includes(phase));
  const choices = (plan.state.choices ?? []).filter(({ phase }) => !phases.includes(phase));
  const written = new Map(changes.map(({ file, after = "" }) => [file, after]));
  const left = input.files.map(({ file, text }) => ({ file, text: written.get(file) ?? text }));
  return {
    changes,
    made: [...undone.edits, ...again.edits],
    places,
    ...(to === "undone" && { named: stillNamed(left, addedBy(plan), input.models) }),
    questions: [],
    isLeft: false,
    state: {
      edits: [...kept, ...again.edits],
      places,
      ...(choices.length === 0 ? {} : { choices }),
      ...(declined.length === 0 ? {} : { declined }),
      ...(to === "undone" ? {} : keptAnswers(answers)),
      codeFiles: mergeCodeFiles(codeFiles, changes),
    },
  };
}

/** The phases that an undo reverts. */
export function phasesAfter(to: Exclude<DeployedPhase, "contract"> | "undone"): readonly DeployedPhase[] {
  return (["expand", "switch", "contract"] as const).slice({ undone: 0, expand: 1, switch: 2 }[to]);
}

/** Excludes what a phase had removed: it is added again in the form that the current code requires. */
function withoutTakenAway(kept: readonly PlannedEdit[], taken: readonly PlannedEdit[]): readonly PlannedEdit[] {
  const key = ({ transform, model, field, file }: PlannedEdit, text: string | undefined) =>
    JSON.stringify([transform, model, field, file, text]);
  // An import is restored with the code that needs it.
  const gone = taken.filter((edit) => edit.text === "" && !isImportEdit(edit)).map((edit) => key(edit, edit.replaces));
  return kept.filter((edit) => {
    const at = gone.indexOf(key(edit, edit.text));
    if (at !== -1) gone.splice(at, 1);
    return at === -1;
  });
}
