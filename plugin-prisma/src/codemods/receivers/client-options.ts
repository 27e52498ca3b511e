import {
  declarationOf,
  fileOf,
  lookUp,
  type Project,
  pathOf,
  propertiesOf,
  returnedBy,
  type SourceFile,
  spreadsOf,
  textOf,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import { localName, ownImports } from "./client-module.js";

/** Whether a value that goes into a client's options holds an omit: no; maybe, and then of this type; nobody knows. */
export type HeldOmit = { readonly kind: "none" | "unknown" } | { readonly kind: "typed"; readonly path: string };

const none: HeldOmit = { kind: "none" };
const unknown: HeldOmit = { kind: "unknown" };

/**
 * What `...value` brings along, of options that are built elsewhere: the literal behind a constant, of another file too, what a
 * function gives back, or a value that is declared as the client's options.
 */
export function heldOmit(value: ts.Expression, file: SourceFile, project: Project): HeldOmit {
  if (isWithoutOmit(value, file, project)) return none;
  const inner = unwrap(value);
  const path = pathOf(inner);
  if (path.includes("…")) return unknown;
  // JavaScript has no types to break; there, too, a call is not made twice.
  if (file.isJavaScript) return { kind: "typed", path: `${textOf(inner, file)}?.omit` };
  const declaration = ts.isIdentifier(inner) ? declarationOf(inner) : undefined;
  if (declaration === undefined || !(ts.isVariableDeclaration(declaration) || ts.isParameter(declaration)))
    return unknown;
  const { type } = declaration;
  if (type === undefined || !isOptionsType(type, file, project)) return unknown;
  const isOptional =
    (ts.isParameter(declaration) && declaration.questionToken !== undefined) || ts.isUnionTypeNode(type);
  return { kind: "typed", path: `${textOf(inner, file)}${isOptional ? "?." : "."}omit` };
}

/** So far constants and functions are followed; a function may call itself. */
const mostSteps = 6;

function isWithoutOmit(value: ts.Expression, file: SourceFile, project: Project, steps = 0): boolean {
  if (steps > mostSteps) return false;
  const all = (...values: ts.Expression[]) => values.every((each) => isWithoutOmit(each, file, project, steps + 1));
  const inner = unwrap(value);
  if (ts.isObjectLiteralExpression(inner)) {
    const isNamed = inner.properties.every(({ name }) => name === undefined || !ts.isComputedPropertyName(name));
    return isNamed && !propertiesOf(inner).has("omit") && all(...spreadsOf(inner).map(({ expression }) => expression));
  }
  if (ts.isAwaitExpression(inner)) return all(inner.expression);
  if (ts.isConditionalExpression(inner)) return all(inner.whenTrue, inner.whenFalse);
  if (ts.isBinaryExpression(inner)) {
    const { kind } = inner.operatorToken;
    if (kind === ts.SyntaxKind.AmpersandAmpersandToken) return all(inner.right);
    const isEither = kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken;
    return isEither && all(inner.left, inner.right);
  }
  if (ts.isCallExpression(inner)) {
    const made = ts.isIdentifier(inner.expression) ? behind(inner.expression, file, project) : undefined;
    const maker = made && ts.isVariableDeclaration(made) && made.initializer ? unwrap(made.initializer) : made;
    const home = maker && fileOf(maker, project);
    if (maker === undefined || home === undefined) return false;
    if (!(ts.isFunctionDeclaration(maker) || ts.isArrowFunction(maker) || ts.isFunctionExpression(maker))) return false;
    const returned = returnedBy(maker);
    return returned.length > 0 && returned.every((each) => isWithoutOmit(each, home, project, steps + 1));
  }
  if (!ts.isIdentifier(inner))
    return inner.kind === ts.SyntaxKind.NullKeyword || inner.kind === ts.SyntaxKind.FalseKeyword;
  if (inner.text === "undefined") return true;
  const held = behind(inner, file, project);
  const home = held && fileOf(held, project);
  if (held === undefined || home === undefined || !ts.isVariableDeclaration(held)) return false;
  const isConstant = (held.parent.flags & ts.NodeFlags.Const) !== 0;
  if (held.initializer === undefined || !isConstant || !ts.isIdentifier(held.name)) return false;
  return isOnlyExtended(held.name, home) && isWithoutOmit(held.initializer, home, project, steps + 1);
}

/** The declaration behind a name: a constant or a function, of whichever file. */
function behind(name: ts.Identifier, file: SourceFile, project: Project): ts.Node | undefined {
  const own = declarationOf(name);
  if (own !== undefined && !ts.isImportSpecifier(own) && !ts.isImportClause(own)) return own;
  const found = lookUp(project, file, name.text, "value");
  return found?.kind === "declaration" ? found.node : undefined;
}

/** Whether nobody puts an omit into a constant later: it is read, spread and given to clients, and other options are set. */
function isOnlyExtended(name: ts.Identifier, file: SourceFile): boolean {
  return file.identifiers(name.text).every((use) => {
    const { parent } = use;
    if (use === name || ts.isExportSpecifier(parent)) return true;
    const taken = takerOf(use);
    if (ts.isSpreadAssignment(taken) || ts.isNewExpression(taken)) return true;
    if (ts.isPropertyAccessExpression(parent)) return parent.name === use || parent.name.text !== "omit";
    if (ts.isPropertyAssignment(parent) && parent.name === use) return true;
    return declarationOf(use) !== declarationOf(name);
  });
}

/** What takes a value that is one of several: the spread of `...(isTest ? quiet : loud)`. */
function takerOf(value: ts.Node): ts.Node {
  const { parent } = value;
  return ts.isParenthesizedExpression(parent) || ts.isConditionalExpression(parent) || ts.isBinaryExpression(parent)
    ? takerOf(parent)
    : parent;
}

/** `Prisma.PrismaClientOptions`, or undefined with it */
function isOptionsType(type: ts.TypeNode, file: SourceFile, project: Project): boolean {
  if (ts.isUnionTypeNode(type)) {
    const [first, second, ...more] = type.types;
    if (first === undefined || second?.kind !== ts.SyntaxKind.UndefinedKeyword || more.length > 0) return false;
    return isOptionsType(first, file, project);
  }
  const imports = ownImports(file, project);
  const namespace = localName(imports, "Prisma");
  const all = imports.flatMap((each) => (each.namespace === undefined ? [] : [`${each.namespace}.Prisma`]));
  const names = [...(namespace === undefined ? [] : [namespace]), ...all].map((each) => `${each}.PrismaClientOptions`);
  return names.includes(textOf(type, file));
}
