import type { EntityModel } from "@lockstep/core";
import {
  declarationOf,
  isWorthListing,
  propertiesOf,
  referencesTo,
  type SourceFile,
  type TransformContext,
  targetOf,
  ts,
  unwrap,
  valueAt,
} from "@lockstep/core/codemods";
import { clientCalls, unclearCalls, whyOther } from "../calls/client-calls.js";
import { isOwnName } from "../receivers/client-owner.js";

/** A literal of `field: true` entries that selects the fields of a model. */
export interface Selection {
  readonly literal: ts.ObjectLiteralExpression;
  readonly model: EntityModel;
  /** `select of prisma.user.findMany` */
  readonly what: string;
  /** The declared type of the constant: only the compiler can check whether it accepts another name. */
  readonly type?: ts.TypeNode | undefined;
}

/** All `select` literals: in calls, along relations, and in constants that are typed as one or passed to a call. */
export function* selectionsIn(file: SourceFile, context: TransformContext): Iterable<Selection> {
  const { models } = context;
  yield* givenConstants(file, context);
  for (const { args, model, label } of clientCalls(file, context)) {
    if (args !== undefined) yield* ofArgs(args, model, label, models);
  }
  for (const literal of file.nodes(ts.SyntaxKind.ObjectLiteralExpression)) {
    const typed = typeNameOf(literal, file, context);
    const match = typed && /^(\w+?)(Select|Include|DefaultArgs|Find\w+Args|Args)$/.exec(typed);
    const model = match && models.find((each) => each.name === match[1]);
    if (!match || !model) continue;
    const label = nameOf(literal) ?? typed;
    if (match[2] === "Select") yield* ofSelect(literal, model, label, models, label);
    else if (match[2] === "Include") yield* ofInclude(literal, model, label, models);
    else yield* ofArgs(literal, model, label, models);
  }
}

/** The `select` literals of calls that may read this model, or another schema's of the same name. */
export function* unclearSelections(file: SourceFile, { models, project }: TransformContext): Iterable<Selection> {
  for (const { args, model, label } of unclearCalls(file, { models, project }))
    if (args !== undefined) yield* ofArgs(args, model, label, models);
}

/** `const userSelect = { id: true, … }`, if calls in any file use it to read one model. */
function* givenConstants(file: SourceFile, context: TransformContext): Iterable<Selection> {
  for (const declaration of file.nodes(ts.SyntaxKind.VariableDeclaration)) {
    const { name, initializer } = declaration;
    const literal = initializer && unwrap(initializer);
    if (literal === undefined || !ts.isObjectLiteralExpression(literal) || !ts.isIdentifier(name)) continue;
    if (!isWorthListing([...propertiesOf(literal).keys()], file, context)) continue;
    const isTop = declaration.parent.parent.parent === file.ast;
    const uses = isTop
      ? referencesTo({ name: name.text, file }, context)
      : file.identifiers(name.text).flatMap((node) => (declarationOf(node) === declaration ? [{ node, file }] : []));
    // Another schema's client would reject the column.
    if (uses.some(({ node, file: its }) => isReadElsewhere(node, its, context))) continue;
    const read = uses.flatMap(({ node, file: its }) => modelReadBy(node, its, context) ?? []);
    const [model, ...others] = new Set(read);
    if (model !== undefined && others.length === 0)
      yield { literal, model, what: `${name.text}: select of ${model.name}`, type: typeOf(declaration) };
  }
}

/** `const columns: Record<Column, true> = …`, `{ … } satisfies Columns` */
function typeOf({ type, initializer }: ts.VariableDeclaration): ts.TypeNode | undefined {
  const given = initializer && ts.isSatisfiesExpression(initializer) ? initializer.type : undefined;
  return type ?? given;
}

/** The model of `prisma.user.findMany({ select: userSelect })`. */
function modelReadBy(name: ts.Identifier, file: SourceFile, context: TransformContext): EntityModel | undefined {
  if (!isSelect(name)) return undefined;
  return [...clientCalls(file, context)].find(({ args }) => args === name.parent.parent)?.model;
}

function isReadElsewhere(name: ts.Identifier, file: SourceFile, { project }: TransformContext): boolean {
  const call = project.clients && isSelect(name) ? ts.findAncestor(name, ts.isCallExpression) : undefined;
  const why = call && whyOther(call.expression, file, project);
  return why !== undefined && why.kind !== "foreign";
}

function isSelect(name: ts.Identifier): boolean {
  const { parent } = name;
  if (ts.isShorthandPropertyAssignment(parent)) return name.text === "select";
  return ts.isPropertyAssignment(parent) && parent.initializer === name && parent.name.getText() === "select";
}

function* ofArgs(
  args: ts.ObjectLiteralExpression,
  model: EntityModel,
  label: string,
  models: readonly EntityModel[],
): Iterable<Selection> {
  const select = literalAt(args, "select");
  const include = literalAt(args, "include");
  if (select !== undefined) yield* ofSelect(select, model, label, models, `select of ${label}`);
  if (include !== undefined) yield* ofInclude(include, model, label, models);
}

function* ofSelect(
  literal: ts.ObjectLiteralExpression,
  model: EntityModel,
  label: string,
  models: readonly EntityModel[],
  what: string,
): Iterable<Selection> {
  yield { literal, model, what };
  yield* ofInclude(literal, model, label, models);
}

/** Relations inside of a select or an include: `orders: { select: { … } }`. */
function* ofInclude(
  literal: ts.ObjectLiteralExpression,
  model: EntityModel,
  label: string,
  models: readonly EntityModel[],
): Iterable<Selection> {
  for (const relation of model.relations) {
    const args = literalAt(literal, relation.name);
    const target = models.find((each) => each.name === relation.model);
    if (args !== undefined && target !== undefined) yield* ofArgs(args, target, `${relation.name} in ${label}`, models);
  }
}

function literalAt(literal: ts.ObjectLiteralExpression, name: string): ts.ObjectLiteralExpression | undefined {
  const value = propertiesOf(literal).has(name) ? valueAt(literal, name) : undefined;
  const inner = value && unwrap(value);
  return inner !== undefined && ts.isObjectLiteralExpression(inner) ? inner : undefined;
}

/** `UserSelect` of `satisfies Prisma.UserSelect`, of a declared type, and of `Prisma.validator<Prisma.UserSelect>()`. */
function typeNameOf(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const call = literal.parent;
  if (ts.isCallExpression(call) && ts.isCallExpression(call.expression)) {
    const [type] = call.expression.typeArguments ?? [];
    return type === undefined ? undefined : prismaName(type, file, context);
  }
  // The outward search is for literals in a declaration: most are in a call or in another literal.
  if (ts.isPropertyAssignment(call) || ts.isCallExpression(call)) return undefined;
  const target = targetOf(literal, file, context);
  return target.kind === "typed" && target.inside.length === 0
    ? prismaName(target.type, target.file, context)
    : undefined;
}

function prismaName(type: ts.TypeNode, file: SourceFile, { model, project }: TransformContext): string | undefined {
  if (!ts.isTypeReferenceNode(type) || !ts.isQualifiedName(type.typeName)) return undefined;
  return isOwnName(type.typeName, model.name, file, project) ? type.typeName.right.text : undefined;
}

function nameOf(literal: ts.ObjectLiteralExpression): string | undefined {
  for (let at: ts.Node = literal.parent; at !== undefined && !ts.isFunctionLike(at); at = at.parent) {
    if (ts.isVariableDeclaration(at) && ts.isIdentifier(at.name)) return at.name.text;
  }
  return undefined;
}
