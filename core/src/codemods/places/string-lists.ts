import { ts } from "../compiler.js";
import { isAsserted } from "../expressions.js";
import type { Transform } from "../transform.js";
import { isTestFile, listing } from "./listing.js";

/** Lists of column names: `["id", "email", "name"]`, `"email" | "name"` in Pick and Omit. */
export const stringLists: Transform = {
  id: "string-lists",
  intents: ["read"],
  isChecklist: true,

  *find(file, context) {
    if (isTestFile(file)) return;
    const advice = `add "${context.field.name}" if it belongs there`;
    for (const node of file.nodes(ts.SyntaxKind.ArrayLiteralExpression)) {
      const names = node.elements.flatMap((element) => (ts.isStringLiteralLike(element) ? [element.text] : []));
      if (names.length !== node.elements.length || isAsserted(node)) continue;
      const found = listing(names, node.getStart(file.ast), nameOfList(node), advice, context);
      if (found !== undefined) yield found;
    }
    for (const node of file.nodes(ts.SyntaxKind.UnionType)) {
      const names = node.types.flatMap((type) =>
        ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal) ? [type.literal.text] : [],
      );
      if (names.length !== node.types.length) continue;
      const found = listing(names, node.getStart(file.ast), nameOfList(node), advice, context);
      if (found !== undefined) yield found;
    }
  },
};

function nameOfList(node: ts.Node): string {
  for (let at: ts.Node = node.parent; at !== undefined && !ts.isFunctionLike(at); at = at.parent) {
    if (ts.isVariableDeclaration(at) && ts.isIdentifier(at.name)) return `list of names ${at.name.text}`;
    if (ts.isTypeAliasDeclaration(at)) return `list of names ${at.name.text}`;
  }
  return "list of names";
}
