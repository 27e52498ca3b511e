import {
  declarationOf,
  initializerOf,
  lookUp,
  nameOf,
  type Project,
  propertiesOf,
  returnedBy,
  type SourceFile,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import type { Value } from "./model.js";

/** Resolves names to expressions: constants, also imported ones, members of enums and of constant objects. Runs no code. */
export function resolveValue(node: ts.Expression, file: SourceFile, project: Project, depth = 0): Value {
  const inner = unwrap(node);
  const here = { node: inner, file };
  if (depth > 8) return here;
  if (ts.isIdentifier(inner)) {
    const found = declared(inner, file, project);
    if (found === undefined || !ts.isVariableDeclaration(found.node)) return here;
    const { initializer } = found.node;
    return initializer === undefined ? here : resolveValue(initializer, found.file, project, depth + 1);
  }
  if (ts.isCallExpression(inner)) {
    const returned = returnedByCall(inner, file, project);
    return returned === undefined ? here : resolveValue(returned.node, returned.file, project, depth + 1);
  }
  if (!ts.isPropertyAccessExpression(inner) || !ts.isIdentifier(inner.expression)) return here;
  const owner = lookUp(project, file, inner.expression.text, "value");
  if (owner?.kind !== "declaration") return here;
  const value = memberValue(owner.node, inner.name.text, owner.file, project, depth);
  return value === undefined ? here : resolveValue(value, owner.file, project, depth + 1);
}

/** What a name resolves to. Undefined for parameters, whose values depend on the call. */
function declared(name: ts.Identifier, file: SourceFile, project: Project) {
  const local = declarationOf(name);
  const isInside = local !== undefined && !ts.isSourceFile(scopeOf(local));
  if (isInside) return ts.isVariableDeclaration(local) ? { node: local, file } : undefined;
  const found = lookUp(project, file, name.text, "value");
  return found?.kind === "declaration" ? found : undefined;
}

function scopeOf(node: ts.Node): ts.Node {
  let scope = node.parent;
  while (scope.parent !== undefined && !ts.isFunctionLike(scope) && !ts.isBlock(scope)) scope = scope.parent;
  return scope;
}

/** The return value of a project function, if that is one expression. */
function returnedByCall(call: ts.CallExpression, file: SourceFile, project: Project): Value | undefined {
  if (!ts.isIdentifier(call.expression)) return undefined;
  const found = declared(call.expression, file, project);
  const maker = found && ts.isVariableDeclaration(found.node) ? found.node.initializer : found?.node;
  if (found === undefined || maker === undefined) return undefined;
  if (!ts.isFunctionDeclaration(maker) && !ts.isArrowFunction(maker) && !ts.isFunctionExpression(maker))
    return undefined;
  const [node, ...others] = returnedBy(maker);
  return node === undefined || others.length > 0 ? undefined : { node, file: found.file };
}

function memberValue(
  owner: ts.Node,
  name: string,
  file: SourceFile,
  project: Project,
  depth: number,
): ts.Expression | undefined {
  if (ts.isEnumDeclaration(owner)) return owner.members.find((member) => nameOf(member.name) === name)?.initializer;
  if (ts.isClassDeclaration(owner)) {
    const found = owner.members.find((member) => ts.isPropertyDeclaration(member) && nameOf(member.name) === name);
    return found !== undefined && ts.isPropertyDeclaration(found) ? found.initializer : undefined;
  }
  if (!ts.isVariableDeclaration(owner) || owner.initializer === undefined) return undefined;
  const literal = resolveValue(owner.initializer, file, project, depth + 1).node;
  return ts.isObjectLiteralExpression(literal) ? initializerOf(propertiesOf(literal).get(name)) : undefined;
}

/** The text of a string, or of a constant that holds one. */
export function stringOf(node: ts.Expression | undefined, file: SourceFile, project: Project): string | undefined {
  if (node === undefined) return undefined;
  const value = resolveValue(node, file, project).node;
  return ts.isStringLiteralLike(value) ? value.text : undefined;
}

/** The values of the options, including spreads and constants. A missing name is `unknown` if a part could not be read. */
export interface Options {
  get(name: string): Value | undefined;
  readonly isComplete: boolean;
}

/** Reads an object of options: a literal, a constant, or both mixed by spreads. */
export function readOptions(node: ts.Expression | undefined, file: SourceFile, project: Project): Options {
  const values = new Map<string, Value>();
  const isComplete = node === undefined || collect(node, file, project, values, 0);
  return { get: (name) => values.get(name), isComplete };
}

function collect(
  node: ts.Expression,
  file: SourceFile,
  project: Project,
  values: Map<string, Value>,
  depth: number,
): boolean {
  const { node: literal, file: at } = resolveValue(node, file, project);
  if (!ts.isObjectLiteralExpression(literal) || depth > 8) return false;
  let isComplete = true;
  for (const property of literal.properties) {
    if (ts.isSpreadAssignment(property)) {
      isComplete = collect(property.expression, at, project, values, depth + 1) && isComplete;
      continue;
    }
    const name = nameOf(property.name);
    const value = initializerOf(property);
    if (name === undefined || value === undefined) isComplete &&= name !== undefined;
    else values.set(name, resolveValue(value, at, project));
  }
  return isComplete;
}

/** Whether an option is `true`. Undefined if it cannot be read. */
export function flag(options: Options, name: string): boolean | undefined {
  const value = options.get(name)?.node;
  if (value === undefined) return options.isComplete ? false : undefined;
  if (value.kind === ts.SyntaxKind.TrueKeyword) return true;
  return value.kind === ts.SyntaxKind.FalseKeyword ? false : undefined;
}
