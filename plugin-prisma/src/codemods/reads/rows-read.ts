import type { EntityModel } from "@lockstep/core";
import {
  constantOf,
  propertiesOf,
  type RowsPart,
  type SourceFile,
  spreadsOf,
  type TransformContext,
  ts,
  unwrap,
  valueAt,
} from "@lockstep/core/codemods";
import { givingRows, methods, modelsByAccessor, whyOther } from "../calls/client-calls.js";
import { clientPathOf } from "../receivers/client-paths.js";
import { isOmittedByClient } from "./client-omit.js";

/** The rows of the model that a client call reads: its own, and those of relations that are included or selected. */
export function rowsRead(
  call: ts.CallExpression,
  file: SourceFile,
  context: TransformContext,
): readonly RowsPart[] | undefined {
  const path = clientPathOf(call.expression, context.project);
  const model = path && modelsByAccessor(context.models).get(path.accessor);
  if (path === undefined || model === undefined || !methods.has(path.method)) return undefined;
  const why = whyOther(call.expression, file, context.project)?.kind;
  if (why !== undefined && why !== "unclear") return undefined;
  const where = { ...context, isOmitted: isOmittedByClient(call, file, context) };
  const parts = givingRows.has(path.method) ? [...ofArgs(call.arguments[0], model, [], file, where)] : [];
  return why === undefined ? parts : parts.map((part) => ({ ...part, isAssumed: true }));
}

interface Where extends TransformContext {
  /** The client itself omits the field, unless a read overrides it. */
  readonly isOmitted: boolean;
}

function* ofArgs(
  given: ts.Expression | undefined,
  model: EntityModel,
  path: readonly string[],
  file: SourceFile,
  where: Where,
): Iterable<RowsPart> {
  const isOfModel = model === where.model;
  const whole = { path, select: undefined } as const;
  if (given === undefined || given.kind === ts.SyntaxKind.TrueKeyword) {
    if (isOfModel && !where.isOmitted) yield whole;
    return;
  }
  if (isNothing(given)) return;
  const args = literalBehind(given, file, where);
  if (args === undefined) {
    if (isOfModel && !where.isOmitted) yield { ...whole, isAssumed: true };
    return;
  }
  const { literal, file: its } = args;
  const select = valueAt(literal, "select");
  if (select !== undefined) {
    const selected = literalBehind(select, its, where);
    if (isOfModel) yield { path, select: selected?.literal ?? select };
    if (selected !== undefined) yield* ofRelations(selected.literal, model, path, selected.file, where);
    return;
  }
  const omit = valueAt(literal, "omit");
  if (isOfModel && !omits(omit, where)) yield { ...whole, ...(spreadsOf(literal).length > 0 && { isAssumed: true }) };
  const include = valueAt(literal, "include");
  const included = include && literalBehind(include, its, where);
  if (included !== undefined) yield* ofRelations(included.literal, model, path, included.file, where);
}

function* ofRelations(
  literal: ts.ObjectLiteralExpression,
  model: EntityModel,
  path: readonly string[],
  file: SourceFile,
  where: Where,
): Iterable<RowsPart> {
  for (const relation of model.relations) {
    const args = propertiesOf(literal).has(relation.name) ? valueAt(literal, relation.name) : undefined;
    const target = where.models.find(({ name }) => name === relation.model);
    if (args !== undefined && target !== undefined) yield* ofArgs(args, target, [...path, relation.name], file, where);
  }
}

/** A literal, or the one that a constant holds, also as `Prisma.validator<…>()({ … })`. */
function literalBehind(
  value: ts.Expression,
  file: SourceFile,
  { project }: Where,
): { readonly literal: ts.ObjectLiteralExpression; readonly file: SourceFile } | undefined {
  const inner = unwrap(value);
  const constant = ts.isIdentifier(inner) ? constantOf(inner, file, project) : { value: inner, file };
  const held = constant && unwrap(constant.value);
  const given = held !== undefined && ts.isCallExpression(held) ? held.arguments[0] : held;
  const literal = given && unwrap(given);
  if (constant === undefined || literal === undefined || !ts.isObjectLiteralExpression(literal)) return undefined;
  return { literal, file: constant.file };
}

function omits(omit: ts.Expression | undefined, { field, isOmitted }: Where): boolean {
  const literal = omit && unwrap(omit);
  const value = literal && ts.isObjectLiteralExpression(literal) ? valueAt(literal, field.name) : undefined;
  return value === undefined ? isOmitted : value.kind === ts.SyntaxKind.TrueKeyword;
}

/** `include: { user: false }` */
function isNothing(value: ts.Expression): boolean {
  return value.kind === ts.SyntaxKind.FalseKeyword || (ts.isIdentifier(value) && value.text === "undefined");
}
