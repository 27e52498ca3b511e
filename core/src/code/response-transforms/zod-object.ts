import { ts } from "../ast/compiler.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { asManual, candidateFor, isWorthListing } from "../candidates/candidate-for.js";
import { compact, type Finding, type Transform, type TransformContext, writtenTexts } from "../contract/transform.js";
import { blockerOfType } from "../responses/blockers.js";
import { responses } from "../responses/responses.js";
import { isLedByBase, roleOf } from "../responses/shape-roles.js";
import { whyThrows } from "../responses/strict-schemas.js";
import { emptyInResponse, zodEmpty } from "../shapes/empty-values.js";
import { keyIn, keysOfShape, namesWholeModel } from "../shapes/shape-types.js";
import { zodLiteralsIn, zodShapesIn } from "../shapes/shapes-in.js";
import { nameOfSchema, whatOfSchema, zodType } from "../shapes/zod-types.js";
import { removeWritten } from "../write/find-written.js";
import { addProperty } from "../write/property-edit.js";
import { restored } from "../write/restored.js";

const id = "zod-object";

/** Zod objects that name the whole model are responses and get the new field. */
export const zodObject: Transform = {
  id,
  intents: ["read", "dropFallback"],

  *find(file, context) {
    if (context.intent.kind === "dropFallback") yield* tighten(file, context);
    else {
      yield* show(file, context);
      yield* candidates(file, context);
    }
  },

  undo: (file, context) => removeWritten(id, (each) => zodLiteralsIn(each, context), file, context),

  scaffoldingIn(text) {
    const left = required(text);
    return left === text ? undefined : { dropped: text.slice(left.length).trim(), left };
  },

  *restore(file, context) {
    for (const literal of objectsIn(file, context)) {
      for (const property of literal.properties) {
        const edit = restored(id, property, whatOfSchema(literal), file, context);
        if (edit !== undefined) yield edit;
      }
    }
  },
};

function* show(file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const { shape, key, isNullable, isOptional, reason } of responses(context).shapes) {
    if (shape.kind !== "zod" || shape.file !== file) continue;
    // Schemas that requests share must never require it.
    const isShared = reason !== undefined && roleOf(shape, [...keysOfShape(shape)], context) !== "response";
    const empty = { isNullable, isOptional: isOptional || isShared };
    const type = zodType(shape.node, empty, file, context);
    const text = `${key}: ${type ?? `…${zodEmpty(empty)}`}`;
    const edit =
      reason === undefined && type ? addProperty(shape.node, text, whatOfSchema(shape.node), file) : undefined;
    const cause = reason ?? "its type is not known here";
    const throws = whyThrows(shape, context);
    const named = `it names ${namesWholeModel(shape, context) ? "every column" : "columns"} of ${context.model.name}`;
    const why = `${throws ?? named}; ${cause}: add \`${text}\``;
    const offset = shape.node.getStart(file.ast);
    const certainty = throws === undefined ? "likely" : "required";
    yield edit ?? { kind: "place", certainty, offset, what: whatOfSchema(shape.node), reason: why };
  }
}

/** Removes `.nullable()`, which was for rows without a value: there are none any more. */
function* tighten(file: SourceFile, context: TransformContext): Iterable<Finding> {
  const written = writtenTexts(id, context);
  for (const literal of objectsIn(file, context)) {
    for (const property of literal.properties) {
      const text = textOf(property, file);
      const tight = required(text);
      if (!ts.isPropertyAssignment(property) || tight === text || !written.has(compact(text))) continue;
      const splice = { start: property.end - (text.length - tight.length), end: property.end, text: "" };
      yield { kind: "edit", splices: [splice], what: whatOfSchema(literal), text: tight, replaces: text };
    }
  }
}

function required(text: string): string {
  return text.replace(/\s*\.(?:nullable|nullish|optional)\(\)$/, "");
}

/** Response schemas that were not chosen. */
function* candidates(file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (context.intent.exposure === "internal") return;
  for (const shape of zodShapesIn(file, context.project)) {
    const names = [...keysOfShape(shape)];
    const name = nameOfSchema(shape.node);
    const because = whyThrows(shape, context);
    if (because === undefined && !isWorthListing(names, file, context)) continue;
    const role = context.takes(shape.node, "zod") ? undefined : roleOf(shape, names, context);
    if (role === undefined || (because === undefined && role !== "response")) continue;
    if (isLedByBase(shape, "response", context)) continue;
    const key = keyIn(shape, context);
    const empty = emptyInResponse(shape, context);
    const isOptional = empty.isOptional || role !== "response";
    const type = zodType(shape.node, { ...empty, isOptional }, file, context);
    const text = type && `${key}: ${type}`;
    const advice = `add \`${text ?? key}\` ${because === undefined ? "if it is shown there" : "to what it takes"}`;
    const what = whatOfSchema(shape.node);
    const about = { what, anchor: name, names, because, isRequired: because === undefined ? undefined : true } as const;
    const listed = { family: "zod", tie: "names", node: shape.node, ...about, text, advice } as const;
    const candidate = candidateFor(listed, file, context);
    const shared = role === "response" ? undefined : "requests are read with it, too";
    if (candidate !== undefined) yield asManual(candidate, shared ?? blockerOfType(shape, context));
  }
}

function objectsIn(file: SourceFile, context: TransformContext): readonly ts.ObjectLiteralExpression[] {
  return zodShapesIn(file, context.project).map(({ node }) => node);
}
