import { typeInCode } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { lineAt } from "../ast/source-file.js";
import { memoized } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import type { GuardedValue } from "../flags/guarded-value.js";
import { isRequestName, requestUse } from "../inputs/request-use.js";
import type { Mapper } from "../mappers/object-mappers.js";
import { emptyInResponse } from "../shapes/empty-values.js";
import { memberType } from "../shapes/member-type.js";
import { type KeysShape, keyIn, keysOfShape, type ResolvedType, type ShapeNode } from "../shapes/shape-types.js";
import { zodType } from "../shapes/zod-types.js";
import { plainTypes } from "../types/plain-types.js";
import { referencesTo } from "../types/references.js";
import { dtoField } from "../write/dto-fields.js";
import { addFields } from "../write/field-edits.js";
import { builtByHand } from "./other-producers.js";
import { parsedRowsIn, placeOf } from "./parsed-rows.js";
import { type Producer, producersIn } from "./producers.js";
import type { ShapePlan } from "./responses.js";

/** Why a type would not get the field even if all code that fills it did; undefined if it would. */
export function blockerOfType(shape: ShapeNode, context: TransformContext): string | undefined {
  const all = filledNodes(context);
  const isFilled = producersIn(context).some(({ type }) => type.kind === "shape" && type.shape.node === shape.node);
  const of = shape.kind === "keys" && shape.of !== undefined ? new Map([[shape.of.node as ts.Node, shape.of]]) : none;
  return whyNotShape(shape, keyIn(shape, context), isFilled, all, of, context);
}

const filledNodes = memoized((context) => new Set(producersIn(context).flatMap(nodesOfProducer)));

const none: ReadonlyMap<ts.Node, ShapeNode> = new Map();

/** Why a copy would not get the field even if its type did; undefined if it would. */
export function blockerOfProducer({ kind, mapper, type }: Producer, context: TransformContext): string | undefined {
  const isResult = kind === "assigned" || mapper.isResult;
  const plans = new Map<ts.Node, Pick<ShapePlan, "reason">>();
  if (type.kind === "shape") plans.set(type.shape.node, { reason: blockerOfType(type.shape, context) });
  const isConverted = kind === "literal" && mapper.isConverted;
  return whyNotMapper({ isResult, key: mapper.key, isConverted }, { isLeftOut: false }, type, plans, context);
}

/** The nodes that a producer creates. Literals elsewhere that build the same type do not count. */
export function nodesOfProducer({ kind, mapper, type }: Producer): readonly ts.Node[] {
  if (kind === "assigned") return [mapper.filled];
  return type.kind === "unknown" ? [] : [mapper.literal];
}

/** @param mappers the nodes that are filled with the field */
export function whyNotShape(
  shape: ShapeNode,
  key: string,
  isFilled: boolean,
  mappers: ReadonlySet<ts.Node>,
  shapes: ReadonlyMap<ts.Node, ShapeNode>,
  context: TransformContext,
): string | undefined {
  // `whyNotField` covers classes.
  if (shape.kind !== "keys" && shape.kind !== "class" && typeIn(shape, context) === undefined)
    return "its value has to be converted for a response";
  if (shape.kind === "zod" && shape.name === undefined && !isFilled) return "it is part of another schema";
  if (isRequestName(shape.name ?? "")) return "it is named like a request";
  if (shape.kind === "keys") {
    const missing = whyNotKeys(shape, shapes, context);
    if (missing !== undefined) return missing;
  }
  const built = shape.kind === "zod" ? builtElsewhere(shape, context) : undefined;
  if (built !== undefined) return built;
  const isChecked = shape.kind === "zod" || shape.kind === "class";
  const request = isChecked ? requestUse(shape, key, context) : undefined;
  // A type's member may be optional there, so such literals compile unchanged.
  return (
    request ??
    (shape.kind === "members" ? undefined : builtByHand(shape, referencesTo(shape, context), mappers, context))
  );
}

/** Whether code that does not copy a row builds one: it has no value for the field. */
export function isBuiltByHand(shape: ShapeNode, context: TransformContext): boolean {
  return builtByHand(shape, referencesTo(shape, context), filledNodes(context), context) !== undefined;
}

/** The field's type in a shape; undefined if the value is not shown unchanged. */
function typeIn(shape: Exclude<ShapeNode, { kind: "keys" | "class" }>, context: TransformContext): string | undefined {
  return shape.kind === "members"
    ? memberType(shape.node, shape.file, context)?.text
    : zodType(shape.node, emptyInResponse(shape, context), shape.file, context);
}

/** A schema that requires more than is selected throws, so the selection must be in the project to be edited with it. */
function builtElsewhere(shape: ShapeNode, context: TransformContext): string | undefined {
  const found = parsedRowsIn(context).find(
    ({ part, rows: { select } }) =>
      part.shape.node === shape.node &&
      select !== undefined &&
      !ts.isObjectLiteralExpression(select) &&
      !ts.isArrayLiteralExpression(select),
  );
  return found && `${placeOf(found)} parses rows of a select that is built elsewhere`;
}

/** Whether the value is converted before it is sent: a date, a bigint. */
function isConverted({ field }: TransformContext): boolean {
  const type = typeInCode(field);
  return plainTypes[type] === undefined && type !== "enum" && type !== "json";
}

/** Why the name cannot be added to the picked ones: the base lacks it, or they have another use. */
function whyNotKeys(
  { node, file, of }: KeysShape,
  shapes: ReadonlyMap<ts.Node, ShapeNode>,
  context: TransformContext,
): string | undefined {
  if (of !== undefined && !shapes.has(of.node) && !keysOfShape(of).has(keyIn(of, context)))
    return `${of.name ?? "the type they are picked from"} does not have it`;
  const { parent } = node;
  if (!ts.isTypeAliasDeclaration(parent)) return undefined;
  const other = referencesTo({ name: parent.name.text, file }, context).find(({ node: use }) => {
    const type = use.parent.parent;
    const isPicked = ts.isTypeReferenceNode(type) && type.typeName.getText() === "Pick";
    return use.parent !== parent && !ts.isImportSpecifier(use.parent) && !ts.isExportSpecifier(use.parent) && !isPicked;
  });
  return (
    other && `${other.file.file}:${lineAt(other.file.text, other.node.getStart(other.file.ast))} uses the names, too`
  );
}

export function whyNotField(
  shape: ShapeNode,
  key: string,
  { isNullable, isOptional }: Pick<ShapePlan, "isNullable" | "isOptional">,
  context: TransformContext,
): string | undefined {
  if (shape.kind !== "class") return undefined;
  const field = dtoField(shape.node, key, "response", isNullable, shape.file, context, isOptional);
  if (typeof field === "string") return field;
  const isPossible = addFields([{ node: shape.node, field }], shape.file) !== undefined;
  return isPossible ? undefined : "what its decorators need is not imported";
}

export function whyNotMapper(
  mapper: Pick<Mapper, "isResult" | "key" | "isConverted">,
  { isLeftOut }: Pick<GuardedValue, "isLeftOut">,
  target: ResolvedType,
  plans: ReadonlyMap<ts.Node, Pick<ShapePlan, "reason">>,
  context: TransformContext,
): string | undefined {
  const isRaw = target.kind === "shape" && target.shape.kind === "keys";
  if (!isRaw && isConverted(context) && !mapper.isConverted) return "its value has to be converted for a response";
  if (!mapper.isResult) return "it is an argument of something else";
  if (target.kind === "unknown") return "the type it must have is not one that Lockstep edits";
  if (target.kind === "open") return undefined;
  if (keysOfShape(target.shape).has(mapper.key))
    return isLeftOut ? `the type it must have names ${mapper.key}, which is left out while the flag is off` : undefined;
  const plan = plans.get(target.shape.node);
  if (plan === undefined) return "the type it must have names only a part of the columns";
  return plan.reason === undefined ? undefined : `the type it must have is not edited: ${plan.reason}`;
}
