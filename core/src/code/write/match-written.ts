import type { Owner, PlannedEdit } from "../../model/index.js";
import { type Site, siteAround } from "../ast/site.js";
import { lineAt, type PlaceNode, type SourceFile, startOf, textOf } from "../ast/source-file.js";
import { bare } from "./property-edit.js";

/** A node that an edit may have written. */
export interface FoundNode {
  readonly node: PlaceNode;
  readonly file: SourceFile;
  /** For a part of a document, where there is no syntax tree. */
  readonly owner?: Owner;
}

/**
 * Matches each edit with one node that has its text: in its original position, in code of that name, in its file, or elsewhere; of several,
 * the nearest. People may have written the same text again, so further nodes do not match.
 *
 * @param isInPlace only in its original position, or in code of that name in its file
 */
export function matchWritten<T extends FoundNode>(
  edits: readonly PlannedEdit[],
  candidates: readonly T[],
  isInPlace = false,
): ReadonlyMap<T, PlannedEdit> {
  const byText = new Map<string, T[]>();
  for (const each of candidates) {
    const text = bare(textOf(each.node, each.file));
    byText.set(text, [...(byText.get(text) ?? []), each]);
  }
  const sites = new Map<T, Site>();
  const siteOf = (each: T): Site => {
    const known = sites.get(each) ?? {
      ...siteAround(startOf(each.node, each.file), each.file),
      ...(each.owner && { owner: each.owner }),
    };
    sites.set(each, known);
    return known;
  };
  const isIn = (edit: PlannedEdit, each: T) => each.file.file === edit.file;
  const isSame = (edit: PlannedEdit, each: T) => edit.site !== undefined && siteOf(each).site === edit.site;
  const rules = [
    (edit: PlannedEdit, each: T) => isIn(edit, each) && isSame(edit, each),
    (edit: PlannedEdit, each: T) => isIn(edit, each) && siteOf(each).owner?.name === edit.owner?.name,
    ...(isInPlace ? [] : [isIn, isSame, () => true]),
  ];
  const found = new Map<T, PlannedEdit>();
  let open = edits;
  for (const fits of rules) {
    open = open.filter((edit) => {
      const fitting = (byText.get(bare(edit.text)) ?? []).filter((each) => !found.has(each) && fits(edit, each));
      const distance = ({ node, file }: T) => Math.abs(lineAt(file.text, startOf(node, file)) - edit.line);
      const [nearest] = fitting.sort((a, b) => distance(a) - distance(b));
      if (nearest !== undefined) found.set(nearest, edit);
      return nearest === undefined;
    });
  }
  return found;
}
