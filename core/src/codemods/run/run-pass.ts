import { type CodeIntent, phaseOf } from "../../model/index.js";
import type { SourceFile } from "../ast/source-file.js";
import { isTestFile } from "../candidates/candidate-for.js";
import { declinedAs } from "../candidates/declined-id.js";
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

/** What is done with places that were not chosen. */
export type ListCandidate = (file: SourceFile, finding: CandidateFinding, about: About) => void;

export interface PassOptions {
  readonly list?: ListCandidate;
  /** See `CodeRequest.declined`. */
  readonly declined?: ReadonlyMap<string, number> | undefined;
}

/** One pass: all transforms look at the same snapshot, then their edits are applied together. */
export function runPass(
  workspace: Workspace,
  intent: CodeIntent,
  transforms: readonly Transform[],
  find: Find,
  context: TransformContext | undefined,
  { list, declined }: PassOptions = {},
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
  // Places before edits: their offsets are those of the snapshot and move along.
  for (const { file, finding, about } of rest) {
    if (finding.kind === "place") workspace.addPlace(file, asked(finding, file, intent), about);
    else list?.(file, finding, about);
  }
  for (const [file, found] of edits) {
    const refused = declined === undefined ? new Set() : declinedOf(file, found, declined);
    for (const each of found) if (refused.has(each)) workspace.addPlace(file, asPlace(each.finding, file), each.about);
    workspace.applyEdits(
      file,
      found.filter((each) => !refused.has(each)),
    );
  }
}

/** The edits of a file that somebody will not have: none where there are more of a place than there were. */
function declinedOf<E extends { readonly finding: EditFinding; readonly about: About }>(
  file: SourceFile,
  found: readonly E[],
  declined: ReadonlyMap<string, number>,
): ReadonlySet<E> {
  const ids = found
    .filter(({ finding }) => isAdded(finding))
    .map((each): [E, string] => {
      const { finding, about } = each;
      const place = { ...about, ...identityOf(finding, file), file: file.file, what: finding.what };
      return [each, declinedAs(place, declined)];
    });
  const isDeclined = (id: string) => ids.filter(([, other]) => other === id).length <= (declined.get(id) ?? 0);
  return new Set(ids.flatMap(([each, id]) => (isDeclined(id) ? [each] : [])));
}

/** Whether the edit writes what nobody wrote before. */
function isAdded({ text, replaces }: EditFinding): boolean {
  return text !== "" && replaces === undefined;
}

/** An edit that somebody will not have. */
function asPlace(finding: EditFinding, file: SourceFile): PlaceFinding {
  const { splices, what, text } = finding;
  const identity = identityOf(finding, file);
  const offset = splices[0]?.start ?? 0;
  return { kind: "place", certainty: "required", offset, what, identity, reason: `to write: ${text}` };
}

/** What leaves the column out is asked about where that fails in the end; what must change anyway, and tests, need no question. */
function asked({ mayLeaveOut, ...finding }: PlaceFinding, file: SourceFile, intent: CodeIntent): PlaceFinding {
  const isAsked = mayLeaveOut && intent.isCodeOnly && finding.certainty !== "required" && !isTestFile(file);
  return isAsked ? { ...finding, mayLeaveOut } : finding;
}
