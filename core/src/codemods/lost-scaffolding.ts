import type { Place, PlannedEdit } from "../model/index.js";
import { fallbacksIn } from "./places/leftover-fallbacks.js";
import { bare } from "./property-edit.js";
import { keyStyles } from "./shape-types.js";
import { type SourceFile, textOf } from "./source-file.js";
import { filesFor, type Scaffolding, type Transform, type TransformContext } from "./transform.js";

/** Scaffolding of switch that contract did not take out, and where to look for it. */
export interface LostScaffolding {
  readonly edit: PlannedEdit;
  /** `possible` where the file does not name the field any more: the code went elsewhere, or with everything in it. */
  readonly certainty: Place["kind"];
  readonly reason: string;
  /** A fallback that stands in the same function; otherwise only the line of the edit is known. */
  readonly anchor?: { readonly file: SourceFile; readonly offset: number };
}

/**
 * What contract should have taken out and did not, because somebody has renamed, rewritten or moved it since. Nothing is lost where
 * a person has made of it what contract would have made.
 *
 * @param context over the files as contract leaves them; its earlier edits are those of contract, too
 */
export function* lostScaffolding(
  transforms: readonly Transform[],
  context: TransformContext,
): Iterable<LostScaffolding> {
  const anchored = new Set<string>();
  for (const transform of transforms) {
    const its = context.earlier.filter((edit) => edit.transform === transform.id);
    for (const edit of withoutReplaced(its)) {
      const scaffolding = edit.phase === "switch" ? transform.scaffoldingIn?.(edit.text) : undefined;
      if (scaffolding === undefined || isDoneByHand(transform, edit, scaffolding, its, context)) continue;
      const { dropped } = scaffolding;
      const lost = `Lockstep wrote \`${edit.text}\` here`;
      const file = filesFor(transform, context.project).find((each) => each.file === edit.file);
      if (standing(transform, edit, edit.text, context).length > 0) {
        yield {
          edit,
          certainty: "likely",
          reason: `${lost} and cannot edit it any more: take \`${dropped}\` out by hand`,
        };
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
}

/** The edits whose text no other edit replaced: first where it was written, then where the same text was moved to. */
function withoutReplaced(edits: readonly PlannedEdit[]): readonly PlannedEdit[] {
  const open = new Set(edits.filter((edit) => edit.replaces !== undefined));
  const replaces = (edit: PlannedEdit) => (other: PlannedEdit) =>
    other !== edit && bare(other.replaces ?? "") === bare(edit.text);
  // All of one place: what a person deleted may have been written anew, and stands there once.
  const taken = new Map(
    edits.map((edit) => {
      const here = edits.filter(replaces(edit)).filter((other) => isSamePlace(other, edit));
      for (const other of here) open.delete(other);
      return [edit, here.length > 0];
    }),
  );
  const isIn = (file: string) => (other: PlannedEdit) => other.file === file;
  return edits.filter((edit) => {
    if (edit.text === "" || taken.get(edit)) return false;
    const matching = [...open].filter(replaces(edit));
    const moved = matching.find(isIn(edit.file)) ?? matching[0];
    if (moved !== undefined) open.delete(moved);
    return moved === undefined;
  });
}

/** Whether the text that contract would have left stands there, and not because contract left it for another edit. */
function isDoneByHand(
  transform: Transform,
  edit: PlannedEdit,
  { left }: Scaffolding,
  its: readonly PlannedEdit[],
  context: TransformContext,
): boolean {
  const found = standing(transform, edit, left, context).filter((each) => each.what === edit.what);
  const claims = its.filter(
    ({ text, what, replaces }) => replaces !== undefined && what === edit.what && bare(text) === bare(left),
  );
  return found.length > claims.length;
}

/** Where a text stands as this transform writes it: an undo would take it out there. */
function standing(
  transform: Transform,
  edit: PlannedEdit,
  text: string,
  context: TransformContext,
): readonly { readonly file: string; readonly what: string }[] {
  const kept = new Map<string, unknown>();
  const probe: TransformContext = {
    ...context,
    earlier: [{ ...edit, text }],
    memo<T>(key: string, make: () => T): T {
      if (!kept.has(key)) kept.set(key, make());
      return kept.get(key) as T;
    },
  };
  // Most files do not have its words: looking for rows in all of them takes long.
  const words = text.match(/\w+/g) ?? [];
  const files = filesFor(transform, context.project).filter((file) => words.every((word) => file.text.includes(word)));
  return files.flatMap((file) =>
    [...(transform.undo?.(file, probe) ?? [])].flatMap((finding) =>
      finding.kind === "edit" && bare(finding.replaces ?? "") === bare(text)
        ? [{ file: file.file, what: finding.what }]
        : [],
    ),
  );
}

/** The first fallback of the field in the function that the edit was made in. */
function anchorOf(
  edit: PlannedEdit,
  file: SourceFile,
  context: TransformContext,
  anchored: Set<string>,
): (NonNullable<LostScaffolding["anchor"]> & { readonly text: string }) | undefined {
  for (const { outer, what } of fallbacksIn(file, context)) {
    const offset = outer.getStart(file.ast);
    const key = `${file.file}:${offset}`;
    if (anchored.has(key) || ownerOf(what) !== ownerOf(edit.what)) continue;
    anchored.add(key);
    return { file, offset, text: `?? ${textOf(outer.right, file)}` };
  }
  return undefined;
}

/** `toDto` of `toDto: copy of User` */
function ownerOf(what: string): string {
  return what.includes(": ") ? (what.split(": ")[0] ?? "") : "";
}

function isSamePlace(a: PlannedEdit, b: PlannedEdit): boolean {
  return a.file === b.file && a.what === b.what;
}
