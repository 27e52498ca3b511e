import { type CodeIntent, phaseOf } from "../model/index.js";
import { isPath } from "./code-context.js";
import { isTestFile } from "./places/listing.js";
import type { SourceFile } from "./source-file.js";
import {
  type CandidateFinding,
  type EditFinding,
  type Finding,
  filesFor,
  type PlaceFinding,
  type Transform,
  type TransformContext,
} from "./transform.js";
import type { About, Workspace } from "./workspace.js";

export type Find = (transform: Transform, file: SourceFile, context: TransformContext) => Iterable<Finding>;

/** What is done with places that were not chosen. */
export type ListCandidate = (file: SourceFile, finding: CandidateFinding, about: About) => void;

/** One pass: all transforms look at the same snapshot, then their edits are applied together. */
export function runPass(
  workspace: Workspace,
  intent: CodeIntent,
  transforms: readonly Transform[],
  find: Find,
  context: TransformContext | undefined,
  list?: ListCandidate,
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
  for (const [file, found] of edits) workspace.applyEdits(file, found);
}

/** What leaves the column out is asked about where that fails in the end; what must change anyway, and tests, need no question. */
function asked({ mayLeaveOut, ...finding }: PlaceFinding, file: SourceFile, intent: CodeIntent): PlaceFinding {
  const isAsked = mayLeaveOut && intent.isCodeOnly && finding.certainty !== "required" && !isTestFile(file);
  return isAsked ? { ...finding, mayLeaveOut } : finding;
}
