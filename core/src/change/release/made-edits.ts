import { choiceId } from "../../code/candidates/choose.js";
import { declinedId } from "../../code/candidates/declined-id.js";
import { withoutNeeds } from "../../code/candidates/dependencies.js";
import { compact } from "../../code/contract/transform.js";
import type { CodeRequest, WrittenEdit } from "../../code/run/code-request.js";
import { planCodeEdits } from "../../code/run/plan-edits.js";
import { planCodeUndo } from "../../code/run/plan-undo.js";
import type { PlaceChoice, PlannedEdit } from "../../model/index.js";
import { placeName } from "./place-names.js";

/** What a person removes to decline edits that are made. */
export interface MadeEdits {
  /** These edits, and those that Lockstep would not make, or not like this, without them. At their current lines. */
  readonly edits: readonly PlannedEdit[];
  /** What `--not` accepts once the texts are removed. */
  readonly names: readonly string[];
  /** Declining them requires a reason. */
  readonly isRequired: boolean;
}

/**
 * Finds the edits that are linked with made ones: takes all edits back in memory, and plans them again with and without these.
 *
 * @param choices `plan.state.choices`
 */
export async function linkedWith(
  made: readonly PlannedEdit[],
  request: CodeRequest,
  choices: readonly PlaceChoice[],
): Promise<MadeEdits> {
  const undone = await planCodeUndo(request);
  const texts = new Map(undone.changes.map(({ file, after }) => [file, after ?? ""]));
  const files = request.files.map((each) => ({ ...each, text: texts.get(each.file) ?? each.text }));
  const yes = choices.filter(({ choice }) => choice === "yes").map((each) => choiceId(each, each.key));
  const plan = async (not: ReadonlySet<string>, declined: ReadonlyMap<string, number>) => {
    const { written = [] } = await planCodeEdits({
      ...request,
      files,
      earlier: [],
      declined: new Map([...(request.declined ?? []), ...declined]),
      choose: async (questions) => {
        const ranked = questions.flatMap((question) => question.ranked);
        const lost = withoutNeeds(ranked, not);
        const left = (key: string) => !not.has(key) && !lost.has(key);
        const open = questions.flatMap(({ intent, ranked }) =>
          ranked.flatMap(({ candidate: { key } }) => (left(key) ? [choiceId(intent, key)] : [])),
        );
        return new Set(open.filter((id) => yes.includes(id)));
      },
    });
    return written.filter(({ text }) => text !== "");
  };
  const all = await plan(new Set(), new Map());
  const own = all.filter((each) => made.some((edit) => isSame(each, edit)));
  const required = own.filter(({ key }) => key === undefined);
  const keys = new Set(own.flatMap(({ key }) => key ?? []));
  const rest = await plan(keys, new Map(required.map((each) => [declinedId(each), Number.POSITIVE_INFINITY])));
  const live = request.earlier.filter((edit) => edit.text !== "" && !made.includes(edit));
  const linked = new Set<PlannedEdit>();
  for (const each of all.filter((edit) => !take(rest, edit) && !own.includes(edit))) {
    const edit = live.find((other) => isSame(each, other) && !linked.has(other));
    if (edit !== undefined) linked.add(edit);
  }
  const places = required.filter(({ role }) => role === undefined);
  return {
    edits: [...made, ...linked].flatMap((edit) => here(edit, request)),
    names: [...new Set([...keys, ...places.map(placeName)])],
    isRequired: places.length > 0,
  };
}

function isSame(planned: WrittenEdit, made: PlannedEdit): boolean {
  return planned.transform === made.transform && declinedId(planned) === declinedId(made);
}

/** Removes an equal edit from a list, if it is there. */
function take(edits: WrittenEdit[], edit: WrittenEdit): boolean {
  const at = edits.findIndex(
    (each) => each.transform === edit.transform && declinedId(each) === declinedId(edit) && each.text === edit.text,
  );
  if (at !== -1) edits.splice(at, 1);
  return at !== -1;
}

/** The edit at the nearest line of its file that begins with its text; nothing if the file has it no more. */
function here(edit: PlannedEdit, { files }: Pick<CodeRequest, "files">): readonly PlannedEdit[] {
  const text = files.find(({ file }) => file === edit.file)?.text ?? "";
  if (!compact(text).includes(compact(edit.text))) return [];
  const [first = ""] = edit.text.split("\n");
  const lines = text.split("\n").flatMap((line, at) => (line.includes(first.trim()) ? [at + 1] : []));
  const [line = edit.line] = lines.sort((a, b) => Math.abs(a - edit.line) - Math.abs(b - edit.line));
  return [{ ...edit, line }];
}
