import { ts } from "../ast/compiler.js";
import { enclosingName } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import { asManual, candidateFor, isWorthListing } from "../candidates/candidate-for.js";
import type { Finding, TransformContext } from "../contract/transform.js";
import { emptyInRequest, emptyInResponse } from "../shapes/empty-values.js";
import { inlineTypeOf, isPartOfType } from "../shapes/inline-types.js";
import { memberType } from "../shapes/member-type.js";
import { familyOf, keyIn, keysOfShape, type ShapeNode } from "../shapes/shape-types.js";
import { typesIn } from "../shapes/shapes-in.js";
import { dtoField } from "../write/dto-fields.js";
import { blockerOfType, isBuiltByHand } from "./blockers.js";
import { responses } from "./responses.js";
import { roleOf } from "./shape-roles.js";

/** A type or a class. */
export type TypeShape = Extract<ShapeNode, { kind: "members" | "class" }>;

/** The types and DTO classes of a file, for requests or responses, that name fields of the model and were not chosen. */
export function* typeCandidates(file: SourceFile, ofRequests: boolean, context: TransformContext): Iterable<Finding> {
  if (context.intent.exposure === "internal" && !ofRequests) return;
  for (const shape of typesIn(file)) {
    const { node, name: anchor = enclosingName(shape.node) } = shape;
    const names = [...keysOfShape(shape)];
    const isPart = isPartOfType(node);
    if (!isWorthListing(names, file, context) || (!ofRequests && isPart)) continue;
    const family = familyOf(shape);
    if (context.takes(node, family) || context.orm.isModel?.(node, file, context)) continue;
    // Places that must change with others are decided there.
    if (
      ofRequests
        ? context.orm.isWritten?.(node, context)
        : responses(context).shapes.some((its) => its.shape.node === node)
    )
      continue;
    if ((roleOf(shape, names, context) !== "response") !== ofRequests) continue;
    const text = textOfField(shape, ofRequests, file, context);
    const what = whatOfType(shape);
    const advice = `add ${text === undefined ? context.field.name : `\`${text}\``} if it belongs there`;
    const candidate = candidateFor({ family, tie: "names", node, what, anchor, names, text, advice }, file, context);
    if (candidate === undefined) continue;
    const found = asManual(candidate, ofRequests ? undefined : blockerOfType(shape, context));
    yield isPart ? { ...found, isOnlyNeeded: true } : found;
  }
}

/** `interface UserView` */
export function whatOfType({ kind, node, name }: TypeShape): string {
  const inline = ts.isTypeLiteralNode(node) && name === undefined ? inlineTypeOf(node) : undefined;
  if (inline !== undefined) return inline.what;
  const word = kind === "class" ? "class" : "heritageClauses" in node ? "interface" : "type";
  return `${word} ${name ?? ""}`.trimEnd();
}

/** The member on one line; undefined if a person must decide it. */
function textOfField(
  shape: TypeShape,
  ofRequests: boolean,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const key = keyIn(shape, context);
  const { isNullable, isOptional } = ofRequests ? emptyInRequest(shape, context) : emptyInResponse(shape, context);
  if (shape.kind === "class") {
    const use = ofRequests ? "request" : "response";
    const field = dtoField(shape.node, key, use, isNullable, file, context, !ofRequests && isOptional);
    return typeof field === "string" ? undefined : field.text.replaceAll(/\s+/g, " ");
  }
  const type = memberType(shape.node, file, context)?.text;
  const mark = isOptional || (!ofRequests && isBuiltByHand(shape, context)) ? "?" : "";
  return type && `${key}${mark}: ${type}${isNullable ? " | null" : ""}`;
}
