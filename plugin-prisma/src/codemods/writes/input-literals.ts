import type { EntityField } from "@lockstep/core";
import {
  describe,
  fileOf,
  isWorthListing,
  type LiteralLookup,
  lookUp,
  mirrorSources,
  nameOf,
  type Project,
  pathOf,
  propertiesOf,
  type SourceFile,
  sourceAmong,
  type TransformContext,
  type Type,
  type TypeSymbol,
  targetOf,
  textOf,
  ts,
  writtenTypeOf,
} from "@lockstep/core/codemods";
import { methods, whyOther } from "../calls/client-calls.js";
import { originOfPath } from "../receivers/client-module.js";
import { isOwnName } from "../receivers/client-owner.js";
import { isPutOver } from "./put-over.js";

/** What the client makes of an input: a new row, or a change of one. */
export type InputKind = "create" | "update";

const forms: Readonly<Record<InputKind, string>> = {
  create: "Create(?:Many\\w*|Without\\w+)?Input",
  update: "Update(?:Many|ManyMutation|Without\\w+)?Input",
};

interface TypedInput {
  readonly value: ts.ObjectLiteralExpression;
  readonly what: string;
  readonly isChecked: boolean;
}

/** A literal whose declared type says that it becomes a row: `const input: Prisma.UserCreateInput = { … }`. */
export function* typedInputs(file: SourceFile, context: TransformContext): Iterable<TypedInput> {
  const isAnyNamed = isInputNamed("create", context);
  const isNamed = prefixes("create", context).some((prefix) => file.text.includes(prefix));
  for (const value of file.nodes(ts.SyntaxKind.ObjectLiteralExpression)) {
    const name =
      (isNamed ? annotatedInput(value, file, context) : undefined) ??
      (isRow(value, context) && (isAnyNamed || isNestedElsewhere(value))
        ? expectedInput(value, "create", context)
        : undefined);
    if (name === undefined || !isInputOf(name, "create", context)) continue;
    yield { value, what: describe(value, `literal typed as ${name}`), isChecked: isCheckedInput(name) };
  }
}

/**
 * The same of what is only offered: `users.rename({ name })` of `rename(data: Prisma.UserUpdateInput)` too, where nothing but the
 * method's name leads to it.
 */
export function* offeredInputs(file: SourceFile, kind: InputKind, context: TransformContext): Iterable<TypedInput> {
  if (!isInputNamed(kind, context)) return;
  for (const value of file.nodes(ts.SyntaxKind.ObjectLiteralExpression)) {
    const names = [...propertiesOf(value).keys()];
    const isFollowed = kind === "update" && sourceAmong(names, context) !== undefined;
    if (!isFollowed && !isWorthListing(names, file, context)) continue;
    const written = writtenTypeOf(value, file, context);
    const named = written && inputNamed(written.type, written.file, context, kind);
    const name = named ?? expectedInput(value, kind, context);
    if (name === undefined || !isInputOf(name, kind, context)) continue;
    yield { value, what: describe(value, `literal typed as ${name}`), isChecked: isCheckedInput(name) };
  }
}

/** The input that a literal is annotated as. */
function annotatedInput(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const target = targetOf(literal, file, context);
  if (target.kind !== "typed" || target.inside.some((nesting) => nesting === "property")) return undefined;
  return inputName(target.type, target.inside.length === 1, target.file, context);
}

/** The input that the compiler expects where a literal stands that names a column: `store.add({ … })` of `Store<Prisma.UserCreateInput>`. */
function expectedInput(
  literal: ts.ObjectLiteralExpression,
  kind: InputKind,
  { project }: TransformContext,
): string | undefined {
  const { types } = project;
  const expected = types?.expectedOf(literal);
  const symbol = expected && inputIn(expected, kind);
  const [declaration] = symbol?.declarations ?? [];
  const origin = originOfPath(declaration && types?.pathOf(declaration), project);
  return declaration === undefined || origin === "other" ? undefined : symbol?.name;
}

/** Whether a literal may be a new row: no column that must be there is missing. */
function isRow({ properties }: ts.ObjectLiteralExpression, { columns }: TransformContext): boolean {
  const given = new Set(properties.map((each) => nameOf(each.name)));
  return (
    columns.some(({ name }) => given.has(name)) &&
    (given.has(undefined) || columns.every((each) => mayBeMissing(each) || given.has(each.name)))
  );
}

/** Whether a literal is what a nested write creates, and no call of the client is around it: there it is found by its path. */
function isNestedElsewhere(literal: ts.ObjectLiteralExpression): boolean {
  let isCreated = false;
  for (let at: ts.Node = literal; ; at = at.parent) {
    if (ts.isPropertyAssignment(at)) isCreated ||= /^(?:create|data)$/.test(nameOf(at.name) ?? "");
    else if (ts.isCallExpression(at.parent))
      return isCreated && !methods.has(pathOf(at.parent.expression).at(-1) ?? "");
    else if (!ts.isExpression(at)) return isCreated;
  }
}

/** A column that a new row need not name, itself. */
function mayBeMissing({ isOptional, hasDefault, isForeignKey, isUpdatedAt, isList }: EntityField): boolean {
  return isOptional || hasDefault || isForeignKey || isUpdatedAt || isList;
}

/** What says that it takes an input without its name: `Prisma.Args<T, "create">`, `Parameters<typeof prisma.user.create>`. */
const ofAnyModel: Readonly<Record<InputKind, RegExp>> = {
  create: /\bPrisma\.Args\b|["']create["']\]|\btypeof [\w.]+\.create\b/,
  update: /\bPrisma\.Args\b|["']update["']\]|\btypeof [\w.]+\.update\b/,
};

/** Whether any code names the inputs of the model: only then something else than a call can expect one. */
function isInputNamed(kind: InputKind, context: TransformContext): boolean {
  return context.memo(isInputNamed, kind, () => {
    const named = [...prefixes(kind, context), `${context.model.name}Delegate`];
    return context.project.files.some(
      ({ text }) => named.some((each) => text.includes(each)) || ofAnyModel[kind].test(text),
    );
  });
}

/** How the names of inputs begin. */
function prefixes(kind: InputKind, { model: { name } }: TransformContext): readonly string[] {
  const verb = kind === "create" ? "Create" : "Update";
  return [`${name}${verb}`, `${name}Unchecked${verb}`];
}

/** The input that a type is, or is made of: `Prisma.Exact<A, Prisma.UserCreateInput>`. */
export function inputIn(type: Type, kind: InputKind = "create", depth = 0): TypeSymbol | undefined {
  if (depth > 4) return undefined;
  const isInput = new RegExp(`${forms[kind]}$`);
  const own = [type.aliasSymbol, type.getSymbol()].find((symbol) => symbol !== undefined && isInput.test(symbol.name));
  if (own !== undefined) return own;
  const parts = type.isUnionOrIntersection() ? type.types : [];
  for (const part of [...(type.aliasTypeArguments ?? []), ...parts]) {
    const found = inputIn(part, kind, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a type is the client's input of the model, with all that it takes: `Prisma.UserCreateInput`. */
export function isInput(type: Type, context: TransformContext): boolean {
  if (type.aliasSymbol?.name === "Pick") return false;
  const kinds: readonly InputKind[] = ["create", "update"];
  return kinds.some((kind) => {
    const symbol = inputIn(type, kind);
    const [declaration] = symbol?.declarations ?? [];
    const origin = originOfPath(declaration && context.project.types?.pathOf(declaration), context.project);
    return symbol !== undefined && isInputOf(symbol.name, kind, context) && origin !== undefined && origin !== "other";
  });
}

/** Types that are the input that is their first argument, or a part of it. */
const transparent = new Set(["Readonly", "Omit", "Required", "NonNullable"]);

/** The name of the client's input that a type is, or is a list of; under names that the app gives it, too. */
export function inputNamed(
  type: ts.TypeNode,
  file: SourceFile,
  context: TransformContext,
  kind: InputKind = "create",
  depth = 0,
): string | undefined {
  if (depth > 8) return undefined;
  const next = (inner: ts.TypeNode, its = file) => inputNamed(inner, its, context, kind, depth + 1);
  const name = inputName(type, false, file, context) ?? inputName(type, true, file, context);
  if (name !== undefined) return isInputOf(name, kind, context) ? name : undefined;
  if (ts.isArrayTypeNode(type)) return next(type.elementType);
  if (ts.isParenthesizedTypeNode(type) || ts.isTypeOperatorNode(type)) return next(type.type);
  if (ts.isIntersectionTypeNode(type)) return type.types.map((each) => next(each)).find((each) => each !== undefined);
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return undefined;
  const [first, keys] = type.typeArguments ?? [];
  if (first !== undefined && transparent.has(type.typeName.text))
    return keys !== undefined && textOf(keys, file).includes(context.field.name) ? undefined : next(first);
  const found = lookUp(context.project, file, type.typeName.text, "type");
  if (found?.kind !== "declaration" || !ts.isTypeAliasDeclaration(found.node)) return undefined;
  return next(found.node.type, found.file);
}

function isInputOf(name: string, kind: InputKind, { model }: TransformContext): boolean {
  return new RegExp(`^${model.name}(?:Unchecked)?${forms[kind]}$`).test(name);
}

/** Whether an input takes relations only, and not the fields that store their keys. */
export function isCheckedInput(name: string): boolean {
  return !/Unchecked|CreateMany/.test(name);
}

/** How constants that hold rows are told. */
export function literalLookup(context: TransformContext): LiteralLookup {
  const { project } = context;
  // A mirror follows its source in what is put over rows that exist as well.
  const isMirror = mirrorSources(context).length > 0;
  return { project, isGiven: (use) => isGiven(use, isMirror) && !isGivenElsewhere(use, project) };
}

/** Whether a use of a constant hands it to a write of new rows: `data`, `data: rows`, `create: row`. */
function isGiven(use: ts.Identifier, isMirror: boolean): boolean {
  const { parent } = use;
  if (!ts.isPropertyAssignment(parent) && !ts.isShorthandPropertyAssignment(parent)) return false;
  if (isMirror) return /^(?:data|create|update)$/.test(nameOf(parent.name) ?? "");
  return /^(?:data|create)$/.test(nameOf(parent.name) ?? "") && !isPutOver(use);
}

/** Whether the write may be another schema's, which does not take the column. */
function isGivenElsewhere(use: ts.Identifier, project: Project): boolean {
  if (project.clients === undefined) return false;
  const file = fileOf(use, project);
  for (let at: ts.Node = use; file !== undefined && !ts.isStatement(at); at = at.parent) {
    const why = ts.isCallExpression(at) ? whyOther(at.expression, file, project) : undefined;
    if (why !== undefined && why.kind !== "foreign") return true;
  }
  return false;
}

/** `UserCreateInput` of `Prisma.UserCreateInput`, and of a list of them where an element is meant. */
function inputName(
  type: ts.TypeNode,
  isElement: boolean,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const next = (inner: ts.TypeNode, isInside: boolean) => inputName(inner, isInside, file, context);
  if (ts.isTypeOperatorNode(type) || ts.isParenthesizedTypeNode(type)) return next(type.type, isElement);
  if (ts.isArrayTypeNode(type)) return isElement ? next(type.elementType, false) : undefined;
  if (!ts.isTypeReferenceNode(type)) return undefined;
  const { typeName } = type;
  if (ts.isQualifiedName(typeName)) {
    const isOwn = !isElement && isOwnName(typeName, context.model.name, file, context.project);
    return isOwn ? typeName.right.text : undefined;
  }
  const [argument] = type.typeArguments ?? [];
  if (typeName.text === "Promise" && argument !== undefined) return next(argument, isElement);
  const isList = /^(?:Readonly)?Array$/.test(typeName.text);
  return isList && isElement && argument !== undefined ? next(argument, false) : undefined;
}
