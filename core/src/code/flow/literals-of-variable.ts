import { ts } from "../ast/compiler.js";
import { pathOf, unwrap } from "../ast/expressions.js";
import { literalsOf } from "../ast/literals.js";
import { type Declaration, declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { lookUp } from "../project/project.js";
import { isParsing } from "../shapes/derived-shapes.js";
import { referencesTo } from "../types/references.js";

/** Decides whether an identifier is used as a row. */
export interface LiteralLookup extends Pick<TransformContext, "project"> {
  /** Whether this use of a name passes it to a write. */
  isGiven(use: ts.Identifier): boolean;
  /** Whether a declared type of the app gets the field together with the model. Default: no. */
  isRow?(node: ts.Node, file: SourceFile): boolean;
}

/**
 * The literals that a name passes to a write: `const data = { email, name }`, values pushed to a list, the elements of a list in a loop.
 * Undefined if the value is also used elsewhere, where the new property would appear too.
 */
export function literalsOfVariable(
  value: ts.Expression,
  file: SourceFile,
  behind: LiteralLookup,
): readonly ts.Expression[] | undefined {
  const inner = unwrap(value);
  const declaration = ts.isIdentifier(inner) ? declarationOf(inner) : undefined;
  if (!ts.isIdentifier(inner) || declaration === undefined) return undefined;
  const list = listOf(declaration);
  const found =
    list === undefined
      ? heldBy(inner, declaration, file, behind)
      : usesOf(inner, declaration, file).every((use) => isRead(use) || behind.isGiven(use))
        ? elementsOf(list, file, behind)
        : undefined;
  return found?.flatMap((each) => [...literalsOf(each)]);
}

export interface ImportedLiteral {
  readonly value: ts.ObjectLiteralExpression;
  readonly file: SourceFile;
}

/**
 * The literal of a constant that another file exports: `import { defaultUser } from "./defaults"`. Undefined if any code does more with it
 * than read its fields and write it.
 */
export function importedLiteral(
  value: ts.Expression,
  file: SourceFile,
  behind: LiteralLookup,
): ImportedLiteral | undefined {
  const inner = unwrap(value);
  const declaration = ts.isIdentifier(inner) ? declarationOf(inner) : undefined;
  if (!ts.isIdentifier(inner) || declaration === undefined || !ts.isImportSpecifier(declaration)) return undefined;
  const found = lookUp(behind.project, file, inner.text, "value");
  if (found?.kind !== "declaration" || !ts.isVariableDeclaration(found.node)) return undefined;
  const { name, type, initializer, parent } = found.node;
  const literal = initializer && unwrap(initializer);
  const isConstant = (parent.flags & ts.NodeFlags.Const) !== 0;
  if (literal === undefined || !ts.isObjectLiteralExpression(literal) || !isConstant || !ts.isIdentifier(name))
    return undefined;
  if (type !== undefined && isOther(type, found.file, behind)) return undefined;
  const uses = referencesTo({ name: name.text, file: found.file }, behind).map(({ node }) => node);
  const isNamed = ({ parent: at }: ts.Identifier) => ts.isImportSpecifier(at) || ts.isExportSpecifier(at);
  const isOnlyWritten = uses.every(
    (use) => use === name || isNamed(use) || isKey(use) || isRead(use) || behind.isGiven(use),
  );
  return isOnlyWritten ? { value: literal, file: found.file } : undefined;
}

/** The elements of a resolved list that only the loop uses. */
function elementsOf(
  list: ts.Expression,
  file: SourceFile,
  behind: LiteralLookup,
): readonly ts.Expression[] | undefined {
  const inner = unwrap(list);
  if (ts.isArrayLiteralExpression(inner)) return [inner];
  const declaration = ts.isIdentifier(inner) ? declarationOf(inner) : undefined;
  if (!ts.isIdentifier(inner) || declaration === undefined || isExported(declaration)) return undefined;
  const values = heldBy(inner, declaration, file, { ...behind, isGiven: (use) => use === inner });
  const literals = values?.flatMap((each) => [...literalsOf(each)]);
  return literals?.every(ts.isObjectLiteralExpression) ? values : undefined;
}

/** The value of a constant, and the values pushed to it. */
function heldBy(
  name: ts.Identifier,
  declaration: Declaration,
  file: SourceFile,
  behind: LiteralLookup,
): readonly ts.Expression[] | undefined {
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return undefined;
  const initializer = unwrap(declaration.initializer);
  const isList = ts.isArrayLiteralExpression(initializer);
  const isConstant = (declaration.parent.flags & ts.NodeFlags.Const) !== 0 || isList;
  if (!isConstant || !(isList || ts.isObjectLiteralExpression(initializer) || ts.isCallExpression(initializer)))
    return undefined;
  // The output of a schema is edited where it is used: `{ ...input, handle: … }`.
  if (ts.isCallExpression(initializer) && isParsing(pathOf(initializer.expression).at(-1) ?? "")) return undefined;
  if (declaration.type !== undefined && isOther(declaration.type, file, behind)) return undefined;
  const pushed: ts.Expression[] = [];
  for (const use of usesOf(name, declaration, file)) {
    const values = isList ? pushedBy(use) : undefined;
    if (values !== undefined) pushed.push(...values);
    else if (!isRead(use) && !behind.isGiven(use)) return undefined;
  }
  return [initializer, ...pushed];
}

/** The list whose element a name is: `for (const row of rows)`, `rows.map((row) => …)`. */
function listOf(declaration: Declaration): ts.Expression | undefined {
  if (ts.isVariableDeclaration(declaration)) {
    const loop = declaration.parent.parent;
    return ts.isForOfStatement(loop) ? loop.expression : undefined;
  }
  if (!ts.isParameter(declaration) || declaration.type !== undefined) return undefined;
  const callback = declaration.parent;
  const call = callback.parent;
  if (!ts.isCallExpression(call) || call.arguments[0] !== callback || callback.parameters[0] !== declaration)
    return undefined;
  const { expression } = call;
  const isEach = ts.isPropertyAccessExpression(expression) && /^(?:map|forEach|flatMap)$/.test(expression.name.text);
  return isEach ? expression.expression : undefined;
}

/**
 * The literal of a constant that is spread into a row: `{ ...values, id }`. Undefined if it is used anywhere except in the same call and in
 * reads of its fields: the compiler accepts excess keys from a spread, and no other code should receive the new key.
 */
export function literalOfSpread(
  { expression }: ts.SpreadAssignment,
  file: SourceFile,
): ts.ObjectLiteralExpression | undefined {
  const declaration = ts.isIdentifier(expression) ? declarationOf(expression) : undefined;
  if (!ts.isIdentifier(expression) || declaration === undefined || !ts.isVariableDeclaration(declaration))
    return undefined;
  const literal = declaration.initializer && unwrap(declaration.initializer);
  const call = ts.findAncestor(expression, ts.isCallExpression);
  if (literal === undefined || !ts.isObjectLiteralExpression(literal) || call === undefined || isExported(declaration))
    return undefined;
  const isInside = (use: ts.Identifier) => call.pos <= use.pos && use.end <= call.end;
  return usesOf(expression, declaration, file).every((use) => isRead(use) || isInside(use)) ? literal : undefined;
}

function usesOf(name: ts.Identifier, declaration: Declaration, file: SourceFile): readonly ts.Identifier[] {
  return file
    .identifiers(name.text)
    .filter((use) => use !== declaration.name && !isKey(use) && declarationOf(use) === declaration);
}

/** A name that is only a key: `{ data: … }`, `other.data` */
function isKey(use: ts.Identifier): boolean {
  const { parent } = use;
  return (ts.isPropertyAssignment(parent) || ts.isPropertyAccessExpression(parent)) && parent.name === use;
}

/** `rows.push({ … })` */
function pushedBy({ parent: access }: ts.Identifier): readonly ts.Expression[] | undefined {
  if (!ts.isPropertyAccessExpression(access) || access.name.text !== "push") return undefined;
  const call = access.parent;
  return ts.isCallExpression(call) && call.expression === access ? call.arguments : undefined;
}

/** `data.email`, `data.length` */
function isRead({ parent }: ts.Identifier): boolean {
  return ts.isPropertyAccessExpression(parent) && !/^(?:push|map|flatMap|forEach)$/.test(parent.name.text);
}

/** Whether the app declares the type with its members, so it accepts no further ones. */
function isOther(type: ts.TypeNode, file: SourceFile, behind: LiteralLookup): boolean {
  if (ts.isArrayTypeNode(type)) return isOther(type.elementType, file, behind);
  if (ts.isTypeOperatorNode(type) || ts.isParenthesizedTypeNode(type)) return isOther(type.type, file, behind);
  if (ts.isTypeLiteralNode(type)) return true;
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return false;
  const [first] = type.typeArguments ?? [];
  if (first !== undefined) return /Array$/.test(type.typeName.text) && isOther(first, file, behind);
  const found = lookUp(behind.project, file, type.typeName.text, "type");
  if (found?.kind !== "declaration" || behind.isRow?.(found.node, found.file)) return false;
  if (ts.isTypeAliasDeclaration(found.node)) return ts.isTypeLiteralNode(found.node.type);
  return ts.isInterfaceDeclaration(found.node) || ts.isClassDeclaration(found.node);
}

function isExported(declaration: Declaration): boolean {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : undefined;
  if (statement === undefined || !ts.isVariableStatement(statement)) return false;
  return statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
}
