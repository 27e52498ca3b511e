import type { ts } from "../ast/compiler.js";
import { enclosingName, propertiesOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import type { Finding, TransformContext } from "../contract/transform.js";
import { addProperty } from "../write/property-edit.js";
import { candidateFor } from "./candidate-for.js";

/**
 * A literal of `field: true` entries that selects fields of the model. A chosen literal also reads the new column, the others are ranked.
 */
export function widenSelection(
  literal: ts.ObjectLiteralExpression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Finding | undefined {
  const { field } = context;
  const text = `${field.name}: true`;
  if (context.takes(literal, "select")) {
    const edit = propertiesOf(literal).has(field.name) ? undefined : addProperty(literal, text, what, file);
    if (edit !== undefined) return edit;
  }
  const names = [...propertiesOf(literal).keys()];
  const advice = `add \`${text}\` if it is used there`;
  const anchor = enclosingName(literal);
  return candidateFor(
    { family: "select", tie: "orm", node: literal, what, anchor, names, text, advice },
    file,
    context,
  );
}
