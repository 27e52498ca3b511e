import { ts } from "../ast/compiler.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { type EditFinding, earlierOf, type TransformContext } from "../contract/transform.js";
import { matchWritten } from "./match-written.js";
import { bare } from "./property-edit.js";

/** Restores the text that an edit of this place replaced; undefined if no edit did, or the text has changed since. */
export function restored(
  transform: string,
  node: ts.Node,
  what: string,
  file: SourceFile,
  context: TransformContext,
): EditFinding | undefined {
  const text = textOf(node, file);
  const edits = earlierOf(transform, context).filter(
    (each) => each.file === file.file && bare(each.text) === bare(text),
  );
  if (edits.length === 0) return undefined;
  const alike: { readonly node: ts.Node; readonly file: SourceFile }[] = [];
  const visit = (each: ts.Node): void => {
    if (each.kind === node.kind && bare(textOf(each, file)) === bare(text)) alike.push({ node: each, file });
    ts.forEachChild(each, visit);
  };
  visit(file.ast);
  const own = alike.find((each) => each.node === node);
  const edit = own && matchWritten(edits, alike).get(own);
  if (edit?.replaces === undefined) return undefined;
  const splice = { start: node.getStart(file.ast), end: node.end, text: edit.replaces };
  return { kind: "edit", splices: [splice], what, text: edit.replaces, replaces: text };
}
