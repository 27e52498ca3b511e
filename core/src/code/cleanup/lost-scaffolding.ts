import type { Place, PlaceIdentity, PlannedEdit } from "../../model/index.js";
import { siteAt } from "../ast/site.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { memory } from "../contract/memoized.js";
import { filesFor, type Scaffolding, type Transform, type TransformContext } from "../contract/transform.js";
import { keyStyles } from "../names/key-styles.js";
import { identityOf } from "../write/identity.js";
import { bare } from "../write/property-edit.js";
import { isSameOwner } from "../write/same-place.js";
import { flagNamesIn } from "./flag-tests.js";
import { fallbacksIn } from "./leftover-fallbacks.js";
import { withoutReplaced } from "./open-edits.js";

/** Scaffolding of switch that contract did not remove, and where to search for it. */
export interface LostScaffolding {
  readonly edit: PlannedEdit;
  /** `possible` if the file no longer names the field: the code was moved or deleted. */
  readonly certainty: Place["kind"];
  readonly reason: string;
  /** A fallback in the same function; otherwise only the line of the edit is known. */
  readonly anchor?: { readonly file: SourceFile; readonly offset: number };
}

/**
 * Scaffolding that contract should have removed and did not, because somebody renamed, rewrote or moved it. Not reported if a person made
 * the same change by hand.
 *
 * @param context over the files after contract; its earlier edits include those of contract
 */
export function* lostScaffolding(
  transforms: readonly Transform[],
  context: TransformContext,
): Iterable<LostScaffolding> {
  const anchored = new Set<string>();
  for (const transform of transforms) {
    const its = context.earlier.filter((edit) => edit.transform === transform.id);
    for (const edit of withoutReplaced(its)) {
      const scaffolding = edit.phase === "switch" ? transform.scaffoldingIn?.(edit.text, context) : undefined;
      if (scaffolding === undefined || isDoneByHand(transform, edit, scaffolding, its, context)) continue;
      const { dropped } = scaffolding;
      const lost = `Lockstep wrote \`${edit.text}\` here`;
      const file = filesFor(transform, context.project).find((each) => each.file === edit.file);
      if (standing(transform, edit, edit.text, context).length > 0) {
        yield {
          edit,
          certainty: "likely",
          reason: `${lost}, and it is still there: remove \`${dropped}\` by hand`,
        };
        continue;
      }
      const asked = edit.flag === undefined ? undefined : anchorOfFlag(edit.flag, context, anchored);
      if (asked !== undefined) {
        const reason = `${lost}, and the flag is checked in another way now: remove \`${dropped}\` by hand`;
        yield { edit, certainty: "likely", reason, anchor: asked };
      } else if (file === undefined || !keyStyles.some((keyOf) => file.text.includes(keyOf(context.field.name)))) {
        const where = `${lost}, and the file names ${context.field.name} no more`;
        yield {
          edit,
          certainty: "possible",
          reason: `${where}: if the code went elsewhere, take \`${dropped}\` out by hand`,
        };
      } else {
        const anchor = dropped.startsWith("??") ? anchorOf(edit, file, context, anchored) : undefined;
        const reason = `${lost} and does not find it any more: take \`${anchor?.text ?? dropped}\` out by hand`;
        yield { edit, certainty: "likely", reason, ...(anchor && { anchor }) };
      }
    }
  }
  yield* leftFlags(context.earlier, context, anchored);
}

/** Other places that name the field's flags: the list of flags, tests. */
function* leftFlags(
  edits: readonly PlannedEdit[],
  context: TransformContext,
  anchored: Set<string>,
): Iterable<LostScaffolding> {
  const { model, field } = context;
  for (const edit of edits) {
    const { flag } = edit;
    for (let at = flag && anchorOfFlag(flag, context, anchored); at; at = anchorOfFlag(flag ?? "", context, anchored)) {
      const reason = `\`${flag}\` was the flag of ${model.name}.${field.name}, which is always shown now: no code of Lockstep checks it any more`;
      yield { edit: { ...edit, what: "feature flag" }, certainty: "possible", reason, anchor: at };
    }
  }
}

/** The next unreported place that names a flag. */
function anchorOfFlag(
  flag: string,
  context: TransformContext,
  anchored: Set<string>,
): LostScaffolding["anchor"] | undefined {
  for (const file of context.project.files) {
    for (const name of flagNamesIn(file, flag)) {
      const offset = name.getStart(file.ast);
      const key = `${file.file}:${offset}`;
      if (anchored.has(key)) continue;
      anchored.add(key);
      return { file, offset };
    }
  }
  return undefined;
}

/** Whether the code already has the text that contract would leave, and contract did not leave it for another edit. */
function isDoneByHand(
  transform: Transform,
  edit: PlannedEdit,
  { left }: Scaffolding,
  its: readonly PlannedEdit[],
  context: TransformContext,
): boolean {
  if (isStillAsked(edit, context)) return false;
  const found = standing(transform, edit, left, context).filter((each) => isSameOwner(each, edit));
  const claims = its.filter(
    (each) => each.replaces !== undefined && isSameOwner(each, edit) && bare(each.text) === bare(left),
  );
  return found.length > claims.length;
}

/** Whether the function that was edited still names the flag. */
function isStillAsked({ flag, file, owner }: PlannedEdit, { project }: TransformContext): boolean {
  const its = project.files.find((each) => each.file === file);
  if (flag === undefined || its === undefined) return false;
  return [...flagNamesIn(its, flag)].some((name) => siteAt(name.getStart(its.ast), its).owner?.name === owner?.name);
}

/** The places with this text, as the transform writes it: an undo would remove it there. */
function standing(
  transform: Transform,
  edit: PlannedEdit,
  text: string,
  context: TransformContext,
): readonly PlaceIdentity[] {
  const probe: TransformContext = {
    ...context,
    earlier: [{ ...edit, text }],
    memo: memory(),
  };
  // Most files lack these words, and finding rows in all files is slow.
  const words = text.match(/\w+/g) ?? [];
  const files = filesFor(transform, context.project).filter((file) => words.every((word) => file.text.includes(word)));
  return files.flatMap((file) =>
    [...(transform.undo?.(file, probe) ?? [])].flatMap((finding) =>
      finding.kind === "edit" && bare(finding.replaces ?? "") === bare(text) ? [identityOf(finding, file)] : [],
    ),
  );
}

/** The first fallback of the field in the function that was edited. */
function anchorOf(
  edit: PlannedEdit,
  file: SourceFile,
  context: TransformContext,
  anchored: Set<string>,
): (NonNullable<LostScaffolding["anchor"]> & { readonly text: string }) | undefined {
  for (const { outer } of fallbacksIn(file, context)) {
    const offset = outer.getStart(file.ast);
    const key = `${file.file}:${offset}`;
    if (anchored.has(key) || !isSameOwner(siteAt(offset, file), edit)) continue;
    anchored.add(key);
    return { file, offset, text: `?? ${textOf(outer.right, file)}` };
  }
  return undefined;
}
