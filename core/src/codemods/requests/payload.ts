import { ts } from "../ast/compiler.js";
import { describe, enclosingName, isAsserted, propertiesOf, spreadsOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import { candidateFor, isWorthListing } from "../candidates/candidate-for.js";
import type { Finding, Transform, TransformContext } from "../contract/transform.js";
import { withCallerValue } from "../inputs/caller-value.js";
import { shapeOfLiteral } from "../inputs/literal-shape.js";
import { siblingSource } from "../inputs/sibling-source.js";
import { withSourcePattern } from "../inputs/source-pattern.js";
import { undoPatterns } from "../mappers/undo-destructuring.js";
import { producersOf } from "../responses/producers.js";
import { roleOf } from "../responses/shape-roles.js";
import { familyOf, keyIn, keysOfShape, type ShapeNode } from "../shapes/shape-types.js";
import { removeWritten } from "../write/find-written.js";
import { addProperty } from "../write/property-edit.js";

const id = "payload";

/** Literals that must have a type of the app which lists fields of the model: they get the new one from where the others come from. */
export const payload: Transform = {
  id,
  intents: ["acceptInRequests", "read"],

  *find(file, context) {
    const copies = new Set(
      producersOf(file, context).map(({ mapper }) => ("literal" in mapper ? mapper.literal : mapper.last)),
    );
    for (const literal of file.nodes(ts.SyntaxKind.ObjectLiteralExpression))
      if (!copies.has(literal)) yield* offered(literal, file, context);
  },

  *undo(file, context) {
    const written = file
      .nodes(ts.SyntaxKind.ObjectLiteralExpression)
      .map((node) => ({ node, what: whatOf(node, undefined) }));
    yield* removeWritten(id, () => written, file, context);
    yield* undoPatterns(id, file, context);
  },
};

function* offered(literal: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const names = [...propertiesOf(literal).keys()];
  if (literal.properties.length < 2 || !isWorthListing(names, file, context) || isAsserted(literal)) return;
  if (spreadsOf(literal).length > 0) return;
  const shape = shapeOfLiteral(literal, file, context);
  if (shape === undefined || shape.kind === "keys" || context.orm.isModel?.(shape.node, shape.file, context)) return;
  const isOfRequests = context.intent.kind === "acceptInRequests";
  if ((roleOf(shape, [...keysOfShape(shape)], context) !== "response") !== isOfRequests) return;
  const key = keyIn(shape, context);
  const isLacking = !keysOfShape(shape).has(key);
  const isTaken = (its: ShapeNode) => context.takes(its.node, familyOf(its));
  const isOpen = !isLacking || isTaken(shape);
  const source = siblingSource(literal, file, context);
  const isSourced = source?.lacking === undefined || isTaken(source.lacking);
  const text = source && (source.text === key ? key : `${key}: ${source.text}`);
  // Where nothing says its value it is filled with its type, or left as it is.
  if (text === undefined && isTaken(shape)) return;
  const what = whatOf(literal, shape.name);
  if (context.takes(literal, "mapper") && text !== undefined && isOpen && isSourced) {
    const edit = names.includes(key) ? undefined : addProperty(literal, text, what, file);
    if (edit !== undefined) {
      yield* withCallerValue(edit, source, file, context);
      return;
    }
  }
  const anchor = enclosingName(literal);
  const advice = `add ${text === undefined ? key : `\`${text}\``} if it belongs there`;
  const listed = { family: "mapper", tie: "names", node: literal, what, anchor, names, text, advice } as const;
  for (const found of withSourcePattern(candidateFor(listed, file, context), source, file, context))
    yield isLacking ? { ...found, needs: [...(found.needs ?? []), shape.node] } : found;
}

function whatOf(literal: ts.ObjectLiteralExpression, type: string | undefined): string {
  return describe(literal, type === undefined ? "payload" : `payload of ${type}`);
}
