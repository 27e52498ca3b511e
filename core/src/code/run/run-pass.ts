import { type CodeIntent, phaseOf } from "../../model/index.js";
import type { SourceFile } from "../ast/source-file.js";
import { isTestFile } from "../candidates/candidate-for.js";
import { declinedAs, declinedId } from "../candidates/declined-id.js";
import {
  type CandidateFinding,
  type EditFinding,
  type Finding,
  filesFor,
  isPath,
  type PlaceFinding,
  type Transform,
  type TransformContext,
} from "../contract/transform.js";
import { identityOf } from "../write/identity.js";
import type { About, Workspace } from "./workspace.js";

export type Find = (transform: Transform, file: SourceFile, context: TransformContext) => Iterable<Finding>;

/** Handles a place that was not chosen. */
export type ListCandidate = (file: SourceFile, finding: CandidateFinding, about: About) => void;

export interface PassOptions {
  /** The key of the chosen place that contains an edit. */
  readonly keyOf?: ((file: SourceFile, finding: EditFinding) => string | undefined) | undefined;
  readonly list?: ListCandidate;
  /** See `CodeRequest.declined`. */
  readonly declined?: ReadonlyMap<string, number> | undefined;
  /** See `CodeRequest.broken`. */
  readonly broken?: ReadonlyMap<string, string> | undefined;
}

/** One pass: all transforms read the same snapshot, then their edits are applied together. */
export function runPass(
  workspace: Workspace,
  intent: CodeIntent,
  transforms: readonly Transform[],
  find: Find,
  context: TransformContext | undefined,
  { list, keyOf, declined = new Map(), broken = new Map() }: PassOptions = {},
): void {
  if (context === undefined || transforms.length === 0) return;
  const edits = new Map<SourceFile, { finding: EditFinding; about: About }[]>();
  const rest: { file: SourceFile; finding: Exclude<Finding, EditFinding>; about: About }[] = [];
  for (const transform of transforms) {
    if (isPath(context) && !transform.servesPaths) continue;
    const phase = phaseOf(intent);
    const about = { transform: transform.id, phase, model: intent.model, field: intent.field };
    for (const file of filesFor(transform, context.project)) {
      for (const finding of find(transform, file, context)) {
        if (finding.kind !== "edit") rest.push({ file, finding, about });
        else edits.set(file, [...(edits.get(file) ?? []), { finding, about }]);
      }
    }
  }
  // Places before edits: their offsets refer to the snapshot and are moved.
  for (const { file, finding, about } of rest) {
    if (finding.kind === "place") workspace.addPlace(file, asked(finding, file, intent), about);
    else list?.(file, finding, about);
  }
  for (const [file, found] of edits) {
    const units = unitsOf(file, found, intent);
    const refused = refusedOf(file, found, units, declined, broken);
    const made = found.filter((each) => !refused.has(each) && !isOnlyForRefused(each, found, refused));
    for (const [{ finding, about }, why] of refused)
      workspace.addPlace(file, asked(asPlace(finding, file, why), file, intent), about);
    workspace.applyEdits(
      file,
      made.map((each) => ({ ...each, key: keyOf?.(file, each.finding), unit: units.get(each) })),
    );
  }
}

type FoundEdit = { readonly finding: EditFinding; readonly about: About };

/**
 * The ids of the edits that add a text: several of one name have numbers. They stay the same when others are not made, and begin with
 * `declinedId`.
 */
function unitsOf<E extends FoundEdit>(
  file: SourceFile,
  found: readonly E[],
  { kind }: CodeIntent,
): ReadonlyMap<E, string> {
  const counts = new Map<string, number>();
  const added = found.filter(({ finding }) => isAdded(finding));
  const startOf = ({ finding }: E) => finding.splices[0]?.start ?? 0;
  return new Map(
    added
      .toSorted((a, b) => startOf(a) - startOf(b))
      .map((each) => {
        const base = `${declinedId(placeOf(each, file))}\n${kind} ${each.about.transform}`;
        const count = (counts.get(base) ?? 0) + 1;
        counts.set(base, count);
        return [each, `${base} ${count}`];
      }),
  );
}

function placeOf({ finding, about }: FoundEdit, file: SourceFile) {
  return { ...about, ...identityOf(finding, file), file: file.file, what: finding.what };
}

/**
 * The edits of a file that are not made, with the reason unless a person declined them: edits that would not compile, and declined ones, as
 * long as there are no more of a place than before.
 */
function refusedOf<E extends FoundEdit>(
  file: SourceFile,
  found: readonly E[],
  units: ReadonlyMap<E, string>,
  declined: ReadonlyMap<string, number>,
  broken: ReadonlyMap<string, string>,
): ReadonlyMap<E, string | undefined> {
  if (declined.size + broken.size === 0) return new Map();
  const ids = found
    .filter((each) => units.has(each))
    .map((each): [E, string, string | undefined] => [
      each,
      declinedAs(placeOf(each, file), declined),
      broken.get(units.get(each) ?? ""),
    ]);
  const isDeclined = (id: string) => ids.filter(([, other]) => other === id).length <= (declined.get(id) ?? 0);
  return new Map(ids.flatMap(([each, id, why]) => (isDeclined(id) || why !== undefined ? [[each, why]] : [])));
}

/** Whether an edit only serves others of its transform in the file, such as an import, and none of these is made. */
function isOnlyForRefused<E extends FoundEdit>(
  { finding, about }: E,
  found: readonly E[],
  refused: ReadonlyMap<E, unknown>,
): boolean {
  if (refused.size === 0 || finding.role === undefined) return false;
  const served = found.filter((each) => each.finding.role === undefined && each.about.transform === about.transform);
  return served.length > 0 && served.every((each) => refused.has(each));
}

/** Whether an edit adds a text rather than replaces one. */
export function isAdded({ text, replaces }: Pick<EditFinding, "text" | "replaces">): boolean {
  return text !== "" && replaces === undefined;
}

/** An edit that is not made, as a place. */
function asPlace(finding: EditFinding, file: SourceFile, why: string | undefined): PlaceFinding {
  const { splices, what, text } = finding;
  const identity = identityOf(finding, file);
  const offset = splices[0]?.start ?? 0;
  return {
    kind: "place",
    certainty: "required",
    offset,
    what,
    identity,
    reason: `${why ? `${why}; ` : ""}to write: ${text}`,
  };
}

/** Asks about a write that omits the column if that fails at the end. Tests need no question, and required places only once declined. */
function asked({ mayLeaveOut, ...finding }: PlaceFinding, file: SourceFile, intent: CodeIntent): PlaceFinding {
  if (intent.isCodeOnly !== true || isTestFile(file)) return finding;
  if (finding.certainty === "required") return { ...finding, isWrite: true };
  return mayLeaveOut ? { ...finding, mayLeaveOut } : finding;
}
