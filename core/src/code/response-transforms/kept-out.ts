import { ts } from "../ast/compiler.js";
import { describe, enclosingName, initializerOf, nameOf, pathOf, propertiesOf } from "../ast/expressions.js";
import { declarationFrom, declarationOf } from "../ast/scope.js";
import { quoted, type SourceFile, textOf } from "../ast/source-file.js";
import { candidateFor } from "../candidates/candidate-for.js";
import type { EditFinding, Finding, Transform, TransformContext } from "../contract/transform.js";
import { undoPatterns } from "../mappers/undo-destructuring.js";
import { renamed } from "../names/renamed.js";
import { lookUp } from "../project/project.js";
import type { Type } from "../project/type-facts.js";
import { keyStyles } from "../shapes/shape-types.js";
import { expectedTypeOf } from "../types/expected-type.js";
import { fieldsOf } from "../write/class-members.js";
import { withCurrentEdits } from "../write/current-edits.js";
import { addToPattern, restOf } from "../write/destructuring.js";
import { type Container, findWritten, findWrittenItems } from "../write/find-written.js";
import { addProperty, addToList, takeItem, takeType } from "../write/property-edit.js";
import { insertStatement, isAmongStatements, removeStatement } from "../write/statements.js";

const id = "kept-out";

/**
 * Code that excludes the column that the new one is like also excludes the new one: `omit: { … }`, `.omit({ … })`, `Omit<User, "…">`,
 * `omit(user, ["…"])`, `OmitType(User, ["…"])`, `const { …: _, ...rest } = user` and `delete user.…`.
 */
export const keptOut: Transform = {
  id,
  intents: ["read"],

  *find(file, context) {
    const lists = listsLike(file, context);
    for (const list of lists) {
      // The function's return type, and the code that removes the field from the value.
      const owner = functionAround(list);
      const needs = lists.filter((each) => each !== list && owner !== undefined && functionAround(each) === owner);
      yield* offered(
        list,
        needs.map(({ node }) => node),
        file,
        context,
      );
    }
  },

  *undo(file, context) {
    yield* undoPatterns(id, file, context);
    for (const { node, what } of findWrittenItems(id, containersIn, file, context)) {
      const edit = ts.isUnionTypeNode(node.parent)
        ? takeType(node, node.parent, what, file)
        : takeItem(node, what, file);
      if (edit !== undefined) yield edit;
    }
    const deletes = file.nodes(ts.SyntaxKind.ExpressionStatement).flatMap((node) => {
      return deletedBy(node)?.name.text === context.field.name ? [{ node, file, what: whatOfDelete(node) }] : [];
    });
    for (const { node, what } of findWritten(id, deletes, withCurrentEdits(id, context))) {
      yield { kind: "edit", splices: removeStatement(node, file), what, text: "", replaces: textOf(node, file) };
    }
  },
};

/** Whether a list of names excludes the columns that the new one is like. Then it is offered as such. */
export function isKeptOut(node: ts.Node, file: SourceFile, context: TransformContext): boolean {
  return listsLike(file, context).some((list) => list.node === node);
}

type OmitList = { readonly names: readonly string[]; readonly what: string } & (
  | { readonly kind: "mask"; readonly node: ts.ObjectLiteralExpression }
  | { readonly kind: "names"; readonly node: ts.TypeNode; readonly from: ts.TypeNode }
  | { readonly kind: "list"; readonly node: ts.ArrayLiteralExpression; readonly from: ts.Expression }
  | { readonly kind: "rest"; readonly node: ts.BindingElement; readonly pattern: ts.ObjectBindingPattern }
  | { readonly kind: "delete"; readonly node: ts.ExpressionStatement; readonly from: ts.Expression }
);

/** The lists that name all columns that the new one is like, and columns of its model. */
function listsLike(file: SourceFile, context: TransformContext): readonly OmitList[] {
  const { like = [] } = context.intent;
  if (like.length === 0) return [];
  return context.memo(listsLike, file, () =>
    listsIn(file).filter((list) => like.every((name) => list.names.includes(name)) && isOfModel(list, file, context)),
  );
}

function* offered(
  list: OmitList,
  needs: readonly ts.Node[],
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const { node, what, names } = list;
  const { name } = context.field;
  const family = list.kind === "mask" ? "select" : "names";
  const text = textFor(list, file, context);
  const isOpen = text !== undefined && context.takes(node, family) && !names.includes(name);
  const edit = isOpen ? editOf(list, text, file, context) : undefined;
  if (edit !== undefined) {
    yield edit;
    return;
  }
  const because = `keeps ${context.intent.like?.join(" and ")} out`;
  const advice = text === undefined ? `keep ${name} out as well` : `add \`${text}\` to keep it out as well`;
  const listed = {
    family,
    tie: "type",
    node,
    what,
    anchor: enclosingName(node),
    names,
    because,
    text,
    advice,
  } as const;
  const candidate = candidateFor({ ...listed, keepsOut: true }, file, context);
  if (candidate !== undefined) yield { ...candidate, needs };
}

/** Undefined for a read's `omit`, because each read is separate. */
function functionAround({ kind, node }: OmitList): ts.Node | undefined {
  return kind === "mask" ? undefined : ts.findAncestor(node, ts.isFunctionLike);
}

/** The text to write; undefined if a person must write it. */
function textFor(list: OmitList, file: SourceFile, context: TransformContext): string | undefined {
  const { name } = context.field;
  switch (list.kind) {
    case "mask":
      return `${name}: true`;
    case "names":
    case "list":
      return quoted(name, file.style);
    case "rest": {
      const local = localFor(list.node, context);
      return local === name ? name : local && `${name}: ${local}`;
    }
    case "delete":
      return isAmongStatements(list.node) ? `delete ${textOf(list.from, file)}.${name}` : undefined;
    default:
      return list satisfies never;
  }
}

function editOf(list: OmitList, text: string, file: SourceFile, context: TransformContext): EditFinding | undefined {
  const { what } = list;
  switch (list.kind) {
    case "mask":
      return addProperty(list.node, text, what, file);
    case "names": {
      const { end } = list.node;
      return { kind: "edit", splices: [{ start: end, end, text: ` | ${text}` }], what, text };
    }
    case "list":
      return addToList(list.node, text, what, file);
    case "rest": {
      const edit = addToPattern(list.pattern, what, file, context, localFor(list.node, context));
      return edit === "there" ? undefined : edit;
    }
    case "delete":
      return { kind: "edit", what, ...insertStatement(list.node, text, file) };
    default:
      return list satisfies never;
  }
}

/**
 * `_locale` beside `timeZone: _timeZone` and `timeZone: _`, `locale` beside `timeZone`; undefined if the name has another meaning there.
 */
function localFor(element: ts.BindingElement, { field }: TransformContext): string | undefined {
  const [before, after] = [sourceOf(element) ?? "", field.name];
  const given = element.name.getText();
  const own = renamed(given, before, after);
  const local = own === given ? `_${after}` : own;
  return declarationFrom(element, local) === undefined ? local : undefined;
}

/** Only types, and classes that declare the fields, show whose columns a list excludes. */
function isOfModel(list: OmitList, file: SourceFile, context: TransformContext): boolean {
  const type = typeOf(list, file, context);
  const named = type === undefined && list.kind === "list" ? fieldsOfClass(list.from, file, context) : undefined;
  const has = (name: string) => type?.getProperty(name) !== undefined || named?.has(name) === true;
  const held = context.columns.filter(({ name }) => keyStyles.some((keyOf) => has(keyOf(name))));
  const isEnough = held.length * 2 > context.columns.length;
  if (list.kind === "mask")
    return isEnough || isOfRead(list.node, file, context) || isOfClient(list.node, file, context);
  // A shape that does not get the column needs no exclusion: a request, unless callers may send the column.
  const { exposure } = context.intent;
  return isEnough && (list.kind === "names" || exposure === "exposed" || has(context.field.name));
}

/** The fields that a class declares: DTO classes are in files that are not always compiled. */
function fieldsOfClass(value: ts.Expression, file: SourceFile, { project }: TransformContext) {
  const found = ts.isIdentifier(value) ? lookUp(project, file, value.text, "value") : undefined;
  const isClass = found?.kind === "declaration" && ts.isClassDeclaration(found.node);
  return isClass ? fieldsOf(found.node as ts.ClassDeclaration) : undefined;
}

function typeOf(list: OmitList, file: SourceFile, context: TransformContext): Type | undefined {
  const { types } = context.project;
  switch (list.kind) {
    case "mask":
      return expectedTypeOf(list.node, file, context);
    case "names":
      return types?.of(list.from);
    case "list": {
      const type = types?.of(list.from);
      // For `OmitType(User, […])`, the instance type of the class.
      const [maker] = type?.getConstructSignatures() ?? [];
      return maker?.getReturnType() ?? type;
    }
    case "rest":
      return types?.of(list.pattern);
    case "delete":
      return types?.of(list.from);
    default:
      return list satisfies never;
  }
}

/** `prisma.user.findMany({ omit: { … } })`: the argument of a generic call has no type of its own. */
function isOfRead(mask: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): boolean {
  const call = mask.parent.parent.parent;
  if (!ts.isPropertyAssignment(mask.parent) || !ts.isCallExpression(call)) return false;
  return context.orm.rowsRead?.(call, file, context)?.some(({ path }) => path.length === 0) === true;
}

/** `new PrismaClient({ adapter, omit: { user: { … } } })`: the type of its options is inferred from the literal. */
function isOfClient({ parent }: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): boolean {
  const { name } = context.model;
  const isNamed =
    ts.isPropertyAssignment(parent) && nameOf(parent.name) === `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;
  const made = isNamed ? parent.parent.parent.parent.parent : undefined;
  return made !== undefined && ts.isNewExpression(made) && context.orm.canWriteModel?.(made, file, context) === true;
}

function listsIn(file: SourceFile): readonly OmitList[] {
  return [
    ...file.nodes(ts.SyntaxKind.ObjectLiteralExpression).flatMap((node): OmitList[] => {
      const isMask = node.properties.every((each) => initializerOf(each)?.kind === ts.SyntaxKind.TrueKeyword);
      if (node.properties.length === 0 || !isMask || !isOmitted(node)) return [];
      return [{ kind: "mask", node, names: [...propertiesOf(node).keys()], what: describe(node, "omit") }];
    }),
    ...file.nodes(ts.SyntaxKind.TypeReference).flatMap((reference): OmitList[] => {
      const [from, node] = reference.typeArguments ?? [];
      if (reference.typeName.getText(file.ast) !== "Omit" || from === undefined || node === undefined) return [];
      const parts = ts.isUnionTypeNode(node) ? node.types : [node];
      const names = parts.flatMap((each) =>
        ts.isLiteralTypeNode(each) && ts.isStringLiteral(each.literal) ? each.literal.text : [],
      );
      return names.length === parts.length ? [{ kind: "names", node, from, names, what: "Omit" }] : [];
    }),
    ...file.nodes(ts.SyntaxKind.CallExpression).flatMap(({ expression, arguments: [from, list] }): OmitList[] => {
      const callee = pathOf(expression).at(-1) ?? "";
      const node = list && ts.isAsExpression(list) ? list.expression : list;
      const isList = node !== undefined && ts.isArrayLiteralExpression(node) && /^(?:omit|OmitType)$/.test(callee);
      if (!isList || from === undefined) return [];
      const names = node.elements.flatMap((each) => (ts.isStringLiteralLike(each) ? each.text : []));
      return names.length === node.elements.length ? [{ kind: "list", node, from, names, what: callee }] : [];
    }),
    ...file.nodes(ts.SyntaxKind.ObjectBindingPattern).flatMap((pattern): OmitList[] => {
      const left = restOf(pattern) === undefined ? [] : pattern.elements.filter((each) => isLeftOut(each, file));
      const names = left.flatMap((each) => sourceOf(each) ?? []);
      const [node] = left;
      return node ? [{ kind: "rest", node, pattern, names, what: describe(pattern, "columns left out") }] : [];
    }),
    ...file.nodes(ts.SyntaxKind.ExpressionStatement).flatMap((node): OmitList[] => {
      const deleted = deletedBy(node);
      const [from, names] = [deleted?.expression, deleted === undefined ? [] : [deleted.name.text]];
      return from === undefined ? [] : [{ kind: "delete", node, from, names, what: whatOfDelete(node) }];
    }),
  ];
}

/** In `omit: { … }`, or in `omit: { user: { … } }` of a client. */
function isOmitted({ parent }: ts.ObjectLiteralExpression): boolean {
  const outer = parent.parent?.parent;
  if (ts.isPropertyAssignment(parent))
    return [parent, outer].some((each) => each && ts.isPropertyAssignment(each) && nameOf(each.name) === "omit");
  return (
    ts.isCallExpression(parent) &&
    ts.isPropertyAccessExpression(parent.expression) &&
    parent.expression.name.text === "omit"
  );
}

/** Whether a pattern excludes it from the rest and does not use it. */
function isLeftOut(element: ts.BindingElement, file: SourceFile): boolean {
  const { name, dotDotDotToken } = element;
  if (dotDotDotToken !== undefined || !ts.isIdentifier(name)) return false;
  return !file.identifiers(name.text).some((each) => each.parent !== element && declarationOf(each) === element);
}

function sourceOf({ name, propertyName }: ts.BindingElement): string | undefined {
  const source = propertyName ?? name;
  return ts.isIdentifier(source) ? source.text : undefined;
}

/** `user.email` of `delete user.email;` */
function deletedBy({ expression }: ts.ExpressionStatement): ts.PropertyAccessExpression | undefined {
  const deleted = ts.isDeleteExpression(expression) ? expression.expression : undefined;
  return deleted !== undefined && ts.isPropertyAccessExpression(deleted) ? deleted : undefined;
}

function whatOfDelete(statement: ts.ExpressionStatement): string {
  return describe(statement, "delete");
}

function* containersIn(file: SourceFile): Iterable<Container> {
  for (const { node, what } of listsIn(file)) {
    if (ts.isObjectLiteralExpression(node) || ts.isUnionTypeNode(node) || ts.isArrayLiteralExpression(node))
      yield { node, what };
  }
}
