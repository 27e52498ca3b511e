import { ts } from "../ast/compiler.js";
import { describe } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import type { Transform } from "../contract/transform.js";
import { responses } from "../responses/responses.js";
import { type Container, removeWritten } from "../write/find-written.js";
import { addProperty } from "../write/property-edit.js";

const id = "built-by-hand";

/** Literals that are typed or validated as a response and copy no row: samples, placeholders. They change with its type. */
export const builtByHand: Transform = {
  id,
  intents: ["read"],

  *find(file, context) {
    for (const { key, built } of responses(context).shapes) {
      for (const { literal, file: its, value } of built) {
        const edit = its === file && value ? addProperty(literal, `${key}: ${value}`, what(literal), file) : undefined;
        if (edit !== undefined) yield edit;
      }
    }
  },

  undo: (file, context) => removeWritten(id, literalsIn, file, context),
};

function* literalsIn(file: SourceFile): Iterable<Container> {
  for (const node of file.nodes(ts.SyntaxKind.ObjectLiteralExpression)) yield { node, what: what(node) };
}

function what(literal: ts.ObjectLiteralExpression): string {
  return describe(literal, "literal of a response");
}
