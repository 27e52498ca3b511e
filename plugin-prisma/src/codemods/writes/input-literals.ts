import type { EntityField } from "@lockstep/core";
import {
  describe,
  expectedTypeOf,
  fileOf,
  isWorthListing,
  type LiteralLookup,
  mirrorSources,
  nameOf,
  namesIn,
  type Project,
  pathOf,
  propertiesOf,
  type SourceFile,
  sourceAmong,
  type TransformContext,
  type Type,
  type TypeSymbol,
  ts,
} from "@lockstep/core/codemods";
import { methods, whyOther } from "../calls/client-calls.js";
import { originOfPath } from "../receivers/client-module.js";
import { isPutOver } from "./upserts.js";

/** What the client does with an input: it creates a row, or updates one. */
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

/** A literal whose declared type makes it a row: `const input: Prisma.UserCreateInput = { … }`. */
export function* typedInputs(file: SourceFile, context: TransformContext): Iterable<TypedInput> {
  const isAnyNamed = isInputNamed("create", context);
  const isNamed = prefixes("create", context).some((prefix) => file.text.includes(prefix));
  for (const value of file.nodes(ts.SyntaxKind.ObjectLiteralExpression)) {
    // The compiler's answer costs a thousand times as much.
    if (hasOtherKeys(value, context)) continue;
    const isPossible = isNamed || (isRow(value, context) && (isAnyNamed || isNestedElsewhere(value)));
    const name = isPossible ? expectedInput(value, "create", file, context) : undefined;
    if (name === undefined) continue;
    yield { value, what: describe(value, `literal typed as ${name}`), isChecked: isCheckedInput(name) };
  }
}

/**
 * The same for places that are only offered: also `users.rename({ name })` of `rename(data: Prisma.UserUpdateInput)`, which only the
 * method's name connects.
 */
export function* offeredInputs(file: SourceFile, kind: InputKind, context: TransformContext): Iterable<TypedInput> {
  if (!isInputNamed(kind, context)) return;
  for (const value of file.nodes(ts.SyntaxKind.ObjectLiteralExpression)) {
    const names = [...propertiesOf(value).keys()];
    const isFollowed = kind === "update" && sourceAmong(names, context) !== undefined;
    if (!isFollowed && !isWorthListing(names, file, context)) continue;
    const name = expectedInput(value, kind, file, context);
    if (name === undefined) continue;
    yield { value, what: describe(value, `literal typed as ${name}`), isChecked: isCheckedInput(name) };
  }
}

/** The required input type of a literal: `store.add({ … })` of `Store<Prisma.UserCreateInput>`. */
function expectedInput(
  literal: ts.ObjectLiteralExpression,
  kind: InputKind,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const type = expectedTypeOf(literal, file, context);
  return type && inputOf(type, kind, context);
}

/** Whether a literal has a property that the model lacks: then it is not an input of it. */
function hasOtherKeys({ properties }: ts.ObjectLiteralExpression, context: TransformContext): boolean {
  const { fields, relations } = context.model;
  const known = context.memo(hasOtherKeys, undefined, () => new Set([...fields, ...relations].map(({ name }) => name)));
  return properties.some((each) => {
    const name = nameOf(each.name);
    return name !== undefined && !known.has(name);
  });
}

/** Whether a literal may be a new row: it has all required columns. */
function isRow({ properties }: ts.ObjectLiteralExpression, { columns }: TransformContext): boolean {
  const given = new Set(properties.map((each) => nameOf(each.name)));
  return (
    columns.some(({ name }) => given.has(name)) &&
    (given.has(undefined) || columns.every((each) => mayBeMissing(each) || given.has(each.name)))
  );
}

/** Whether a literal is created by a nested write without a client call around it. With a call, it is found by its path. */
function isNestedElsewhere(literal: ts.ObjectLiteralExpression): boolean {
  let isCreated = false;
  for (let at: ts.Node = literal; ; at = at.parent) {
    if (ts.isPropertyAssignment(at)) isCreated ||= /^(?:create|data)$/.test(nameOf(at.name) ?? "");
    else if (ts.isCallExpression(at.parent))
      return isCreated && !methods.has(pathOf(at.parent.expression).at(-1) ?? "");
    else if (!ts.isExpression(at)) return isCreated;
  }
}

/** A column that is optional in a new row. */
function mayBeMissing({ isOptional, hasDefault, isForeignKey, isUpdatedAt, isList }: EntityField): boolean {
  return isOptional || hasDefault || isForeignKey || isUpdatedAt || isList;
}

/** Types that take an input without its name: `Prisma.Args<T, "create">`, `Parameters<typeof prisma.user.create>`. */
const ofAnyModel: Readonly<Record<InputKind, RegExp>> = {
  create: /\bPrisma\.Args\b|["']create["']\]|\btypeof [\w.]+\.create\b/,
  update: /\bPrisma\.Args\b|["']update["']\]|\btypeof [\w.]+\.update\b/,
};

/** Whether any code names the inputs of the model: only then can something other than a call expect one. */
function isInputNamed(kind: InputKind, context: TransformContext): boolean {
  return context.memo(isInputNamed, kind, () => {
    const named = [...prefixes(kind, context), `${context.model.name}Delegate`];
    return context.project.files.some(
      ({ text }) => named.some((each) => text.includes(each)) || ofAnyModel[kind].test(text),
    );
  });
}

/** The prefixes of input names. */
function prefixes(kind: InputKind, { model: { name } }: TransformContext): readonly string[] {
  const verb = kind === "create" ? "Create" : "Update";
  return [`${name}${verb}`, `${name}Unchecked${verb}`];
}

/** The inputs that a type is or contains: `Prisma.Exact<A, Prisma.UserCreateInput>`. */
export function inputsIn(type: Type, kind: InputKind = "create", depth = 0): readonly TypeSymbol[] {
  if (depth > 4) return [];
  const isInput = new RegExp(`${forms[kind]}$`);
  const own = [type.aliasSymbol, type.getSymbol()].find((symbol) => symbol !== undefined && isInput.test(symbol.name));
  if (own !== undefined) return [own];
  const parts = type.isUnionOrIntersection() ? type.types : [];
  return [...(type.aliasTypeArguments ?? []), ...parts].flatMap((part) => inputsIn(part, kind, depth + 1));
}

/** Whether a type is the client's complete input of the model: `Prisma.UserCreateInput`. */
export function isInput(type: Type, context: TransformContext): boolean {
  const kinds: readonly InputKind[] = ["create", "update"];
  return type.aliasSymbol?.name !== "Pick" && kinds.some((kind) => inputOf(type, kind, context) !== undefined);
}

/** The name of the client's input that a type is, or is a list of. Resolves aliases of the app. */
export function inputNamed(node: ts.TypeNode, context: TransformContext): string | undefined {
  const { types } = context.project;
  const type = types?.of(node);
  const isList = type !== undefined && types?.checker.isArrayType(type) === true;
  const [element] = isList ? types.checker.getTypeArguments(type as never) : [type];
  const { aliasSymbol, aliasTypeArguments: [, keys] = [] } = element ?? {};
  const isLeftOut = aliasSymbol?.name === "Omit" && namesIn(keys).has(context.field.name);
  return element && !isLeftOut ? inputOf(element, "create", context) : undefined;
}

/** Where both forms are allowed, `XOR<OrderCreateInput, OrderUncheckedCreateInput>`: the one that takes keys. */
function inputOf(type: Type, kind: InputKind, { model, project }: TransformContext): string | undefined {
  const isOfModel = new RegExp(`^${model.name}(?:Unchecked)?${forms[kind]}$`);
  const names = inputsIn(type, kind).flatMap(({ name, declarations: [declaration] = [] }) => {
    const origin = originOfPath(declaration && project.types?.pathOf(declaration), project);
    return isOfModel.test(name) && origin !== undefined && origin !== "other" ? [name] : [];
  });
  return names.find((name) => !isCheckedInput(name)) ?? names[0];
}

/** Whether an input takes only relations, and not the fields that store their keys. */
export function isCheckedInput(name: string): boolean {
  return !/Unchecked|CreateMany/.test(name);
}

/** Identifies constants that hold rows. */
export function literalLookup(context: TransformContext): LiteralLookup {
  const { project } = context;
  // A mirror also follows its source in updates of existing rows.
  const isMirror = mirrorSources(context).length > 0;
  return { project, isGiven: (use) => isGiven(use, isMirror) && !isGivenElsewhere(use, project) };
}

/** Whether a use of a constant passes it to a write of new rows: `data`, `data: rows`, `create: row`. */
function isGiven(use: ts.Identifier, isMirror: boolean): boolean {
  const { parent } = use;
  if (!ts.isPropertyAssignment(parent) && !ts.isShorthandPropertyAssignment(parent)) return false;
  if (isMirror) return /^(?:data|create|update)$/.test(nameOf(parent.name) ?? "");
  return /^(?:data|create)$/.test(nameOf(parent.name) ?? "") && !isPutOver(use);
}

/** Whether the write may be another schema's, which does not accept the column. */
function isGivenElsewhere(use: ts.Identifier, project: Project): boolean {
  if (project.clients === undefined) return false;
  const file = fileOf(use, project);
  for (let at: ts.Node = use; file !== undefined && !ts.isStatement(at); at = at.parent) {
    const why = ts.isCallExpression(at) ? whyOther(at.expression, file, project) : undefined;
    if (why !== undefined && why.kind !== "foreign") return true;
  }
  return false;
}
