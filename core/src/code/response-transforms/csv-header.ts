import { ts } from "../ast/compiler.js";
import { enclosingName, isAsserted } from "../ast/expressions.js";
import { candidateFor } from "../candidates/candidate-for.js";
import type { Transform } from "../contract/transform.js";
import { isHeaderOfCells } from "./column-positions.js";

/** Names of columns in one string: `"id,email,name"`. Its purpose is unknown. */
export const csvHeader: Transform = {
  id: "csv-header",
  intents: ["read"],

  *find(file, context) {
    const { StringLiteral, NoSubstitutionTemplateLiteral } = ts.SyntaxKind;
    for (const node of [...file.nodes(StringLiteral), ...file.nodes(NoSubstitutionTemplateLiteral)]) {
      const list = /^\s*\w+(?:\s*([,;\t])\s*\w+)+\s*$/.exec(node.text);
      if (list === null || isAsserted(node) || isHeaderOfCells(node, context)) continue;
      const [, separator = ","] = list;
      const names = node.text.split(separator).map((name) => name.trim());
      const anchor = nameOfText(node);
      const what = anchor === undefined ? "names in a string" : `names in the string ${anchor}`;
      const text = context.field.name;
      const advice = `add \`${text}\` if it belongs there, and see that what follows the order of the names does, too`;
      const listed = { family: "names", tie: "names", node, what, anchor, names, text, advice } as const;
      const candidate = candidateFor(listed, file, context);
      if (candidate !== undefined) yield candidate;
    }
  },
};

function nameOfText(node: ts.Node): string | undefined {
  const { parent } = node;
  const isNamed = (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && ts.isIdentifier(parent.name);
  return isNamed ? (parent.name as ts.Identifier).text : enclosingName(node);
}
