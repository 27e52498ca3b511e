import { ts } from "../ast/compiler.js";
import { describe } from "../ast/expressions.js";
import { lineAt, type SourceFile, textOf } from "../ast/source-file.js";
import type { Finding, TransformContext } from "../contract/transform.js";
import { bare } from "../write/property-edit.js";
import { foundScaffolding } from "./find.js";
import { whatOfExpression } from "./removal.js";

/** Takes what a transform wrote around reads out of a file. */
export function* dropScaffolding(transform: string, file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const { file: its, removal, edit, isCopy } of foundScaffolding(context)) {
    if (its !== file || edit.transform !== transform) continue;
    const { splices, what, text, replaces } = removal;
    const isChanged = !isCopy && bare(replaces) !== bare(edit.text);
    yield { kind: "edit", splices, what, text, replaces, ...(isChanged && { written: edit.text }) };
  }
}

/** Puts fallbacks back that stood in no literal and in no assignment. */
export function* restoreExpressions(transform: string, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const what = whatOfExpression(context);
  const taken = new Set<ts.Node>();
  for (const edit of context.earlier) {
    const { replaces } = edit;
    if (edit.transform !== transform || edit.file !== file.file || replaces === undefined || !edit.what.endsWith(what))
      continue;
    const text = bare(edit.text);
    const places = file
      .identifiers(context.field.name)
      .flatMap((name) => around(name, text, file) ?? [])
      .filter((node) => !taken.has(node) && describe(node, what) === edit.what);
    const distance = (node: ts.Node) => Math.abs(lineAt(file.text, node.getStart(file.ast)) - edit.line);
    const [nearest] = places.sort((a, b) => distance(a) - distance(b));
    if (nearest === undefined) continue;
    taken.add(nearest);
    const splices = [{ start: nearest.getStart(file.ast), end: nearest.end, text: replaces }];
    yield { kind: "edit", splices, what: edit.what, text: replaces, replaces: textOf(nearest, file) };
  }
}

/** The expression around a name that has the text. */
function around(name: ts.Identifier, text: string, file: SourceFile): ts.Node | undefined {
  let at: ts.Node = name;
  while (bare(textOf(at, file)) !== text) {
    if (at.parent === undefined || !ts.isExpression(at.parent) || textOf(at, file).length > text.length * 2)
      return undefined;
    at = at.parent;
  }
  return at;
}
