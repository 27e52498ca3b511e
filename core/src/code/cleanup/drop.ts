import { ts } from "../ast/compiler.js";
import { describe } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { Finding, TransformContext } from "../contract/transform.js";
import { matchWritten } from "../write/match-written.js";
import { bare } from "../write/property-edit.js";
import { foundScaffolding } from "./find.js";
import { whatOfExpression } from "./removal.js";

/** Removes the scaffolding that a transform added to reads in a file. */
export function* dropScaffolding(transform: string, file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const { file: its, removal, edit, isCopy } of foundScaffolding(context)) {
    if (its !== file || edit.transform !== transform) continue;
    const { splices, what, role, text, replaces } = removal;
    const isChanged = !isCopy && bare(replaces) !== bare(edit.text);
    yield { kind: "edit", splices, what, role, text, replaces, ...(isChanged && { written: edit.text }) };
  }
}

/** Restores fallbacks that were not part of a literal or an assignment. */
export function* restoreExpressions(transform: string, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const edits = context.earlier.filter(
    (edit) =>
      edit.transform === transform &&
      edit.file === file.file &&
      edit.replaces !== undefined &&
      edit.role === "fallback",
  );
  const found = edits.flatMap((edit) =>
    file.identifiers(context.field.name).flatMap((name) => around(name, bare(edit.text), file) ?? []),
  );
  const places = [...new Set(found)].map((node) => ({ node, file }));
  for (const [{ node }, { replaces = "", role }] of matchWritten(edits, places)) {
    const splices = [{ start: node.getStart(file.ast), end: node.end, text: replaces }];
    const what = describe(node, whatOfExpression(context));
    yield { kind: "edit", splices, what, role, text: replaces, replaces: textOf(node, file) };
  }
}

/** The expression around a name that has this text. */
function around(name: ts.Identifier, text: string, file: SourceFile): ts.Node | undefined {
  let at: ts.Node = name;
  while (bare(textOf(at, file)) !== text) {
    if (at.parent === undefined || !ts.isExpression(at.parent) || textOf(at, file).length > text.length * 2)
      return undefined;
    at = at.parent;
  }
  return at;
}
