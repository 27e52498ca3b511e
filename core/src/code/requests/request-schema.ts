import type { ts } from "../ast/compiler.js";
import { propertiesOf } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { candidateFor, isWorthListing } from "../candidates/candidate-for.js";
import { requiredFindings } from "../candidates/make-required.js";
import type { EditFinding, EmptyValues, Finding, Transform, TransformContext } from "../contract/transform.js";
import { isLedByBase, roleOf, type ShapeRole } from "../responses/shape-roles.js";
import { emptyInRequest, emptyInResponse } from "../shapes/empty-values.js";
import { keyIn, keysOfShape, type ShapeNode } from "../shapes/shape-types.js";
import { zodLiteralsIn, zodShapesIn } from "../shapes/shapes-in.js";
import { nameOfSchema, whatOfSchema, zodType } from "../shapes/zod-types.js";
import { withCurrentEdits } from "../write/current-edits.js";
import { findWrittenItems, removeWritten } from "../write/find-written.js";
import { addProperty } from "../write/property-edit.js";
import { restored } from "../write/restored.js";

const id = "request-schema";

/** Adds the new field to zod objects of requests. It stays optional until the user requires it, because old callers do not send it. */
export const requestSchema: Transform = {
  id,
  intents: ["acceptInRequests", "requireInRequests"],

  *find(file, context) {
    if (context.intent.kind === "requireInRequests") {
      yield* requirable(file, context);
      return;
    }
    for (const shape of zodShapesIn(file, context.project)) {
      const { node } = shape;
      const names = [...keysOfShape(shape)];
      if (!isWorthListing(names, file, context)) continue;
      const anchor = nameOfSchema(node);
      const role = roleOf(shape, names, context);
      if (role === "response" || isLedByBase(shape, role, context)) continue;
      const key = keyIn(shape, context);
      const type = zodType(node, emptyOf(shape, role, context), file, context);
      const text = type && `${key}: ${type}`;
      const what = whatOfSchema(node);
      const isOpen = context.takes(node, "zod") && !names.includes(key);
      const edit = isOpen && text ? addProperty(node, text, what, file) : undefined;
      if (edit !== undefined) {
        yield edit;
        continue;
      }
      const advice = `add \`${text ?? key}\` if callers may choose it`;
      const listed = { family: "zod", tie: "names", node, what, anchor, names, text, advice } as const;
      const candidate = candidateFor(listed, file, context);
      if (candidate !== undefined) yield candidate;
    }
  },

  undo: (file, context) => removeWritten(id, (each) => zodLiteralsIn(each, context), file, context),

  *restore(file, context) {
    for (const { node, what } of findWrittenItems(id, (each) => zodLiteralsIn(each, context), file, context)) {
      const edit = restored(id, node, what, file, context);
      if (edit !== undefined) yield edit;
    }
  },
};

/** A schema that responses use too is nullable, whatever its other keys accept. */
function emptyOf(shape: ShapeNode, role: ShapeRole, context: TransformContext): EmptyValues {
  const empty = emptyInRequest(shape, context);
  return role === "both" ? { ...empty, isNullable: emptyInResponse(shape, context).isNullable } : empty;
}

function* requirable(file: SourceFile, context: TransformContext): Iterable<Finding> {
  const live = withCurrentEdits(id, context);
  for (const { node, what } of findWrittenItems(id, (each) => zodLiteralsIn(each, context), file, live)) {
    const replaces = textOf(node, file);
    const text = replaces.replace(/\s*\.optional\(\)$/, "");
    if (text === replaces) continue;
    const literal = node.parent as ts.ObjectLiteralExpression;
    const required = [...propertiesOf(literal)]
      .filter(([, property]) => !/\.(?:optional|nullish|default|catch)\(/.test(textOf(property, file)))
      .map(([name]) => name);
    const splice = { start: node.getStart(file.ast) + text.length, end: node.end, text: "" };
    const edit: EditFinding = { kind: "edit", splices: [splice], what, text, replaces };
    yield* requiredFindings({ node: literal, what, anchor: nameOfSchema(literal), required, text }, [edit], context);
  }
}
