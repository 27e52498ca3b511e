import { ts } from "../ast/compiler.js";
import { unwrap } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { lookUp, type Project } from "../project/project.js";
import { referencesTo } from "../types/references.js";
import { resolveDeclared, resolveExpression } from "../types/resolve-expression.js";

/** A value that a call passes to a parameter. */
export interface PassedArgument {
  readonly value: ts.Expression;
  readonly call: ts.CallExpression;
  readonly file: SourceFile;
}

/** The values that calls of a function pass to one of its parameters, in all files. */
export interface Callers {
  /** The function's name: `createUser`. */
  readonly name: string;
  readonly given: readonly PassedArgument[];
}

type Where = Pick<TransformContext, "project">;

/**
 * The callers of the function whose parameter a value is: `createUser(data)` for the `data` of `create({ data })`. Undefined if the value
 * is not a plain parameter, and if there may be unknown callers: the function itself is passed on, or called on an unresolved receiver.
 */
export function callersOf(value: ts.Expression, file: SourceFile, context: Where): Callers | undefined {
  const parameter = parameterOf(value);
  const owner = parameter?.parent;
  const name = owner && functionName(owner);
  if (parameter === undefined || owner === undefined || name === undefined) return undefined;
  const index = owner.parameters.indexOf(parameter);
  const calls = callsOf(owner, file, context);
  if (calls === undefined || calls.length === 0) return undefined;
  const given = calls.flatMap(({ call, file: its }) => {
    const argument = call.arguments[index];
    return argument === undefined || call.arguments.slice(0, index).some(ts.isSpreadElement)
      ? []
      : [{ value: argument, call, file: its }];
  });
  return given.length === calls.length ? { name: name.text, given } : undefined;
}

/** All calls of a function; undefined if there may be unknown callers, as for `callersOf`. */
export function callsOf(owner: ts.SignatureDeclaration, file: SourceFile, context: Where): readonly Call[] | undefined {
  const name = functionName(owner);
  if (name === undefined) return undefined;
  const holder = ts.findAncestor(owner, (node) => ts.isClassLike(node) || ts.isObjectLiteralExpression(node));
  return isMember(owner)
    ? callsOfMember(owner, name.text, holder, context)
    : callsOfFunction(owner, name, file, context);
}

/** The function that a call invokes: by the compiler, which resolves inherited and static members, or by names. */
export function functionCalledBy(
  call: ts.CallExpression,
  file: SourceFile,
  { project }: Where,
): { readonly node: ts.SignatureDeclaration; readonly file: SourceFile } | undefined {
  const declared = project.types?.calledBy(call);
  const its = declared && project.types?.fileOf(declared);
  if (declared !== undefined && its !== undefined && "body" in declared && declared.body !== undefined)
    return { node: declared, file: its };
  return functionOf(call.expression, file, project);
}

function functionOf(callee: ts.Expression, file: SourceFile, project: Project) {
  const found = resolveDeclared(resolveExpression(callee, file, project), project);
  return found?.kind === "function" ? found : undefined;
}

/** Whether a subclass overrides a method. */
export function isOverridden(owner: ts.SignatureDeclaration, { project }: Where): boolean {
  const name = functionName(owner)?.text;
  const known = ts.findAncestor(owner, ts.isClassLike)?.name?.text;
  if (name === undefined || known === undefined || !isMember(owner)) return false;
  return project.files.some((file) =>
    file.identifiers(name).some(({ parent }) => {
      const isMethod = ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent);
      return isMethod && ts.isClassLike(parent.parent) && basesOf(parent.parent).includes(known);
    }),
  );
}

/** The parameter that a name refers to. */
export function parameterOf(value: ts.Expression): ts.ParameterDeclaration | undefined {
  const inner = unwrap(value);
  const declaration = ts.isIdentifier(inner) ? declarationOf(inner) : undefined;
  if (declaration === undefined || !ts.isParameter(declaration) || declaration.dotDotDotToken) return undefined;
  return declaration;
}

export interface Call {
  readonly call: ts.CallExpression;
  readonly file: SourceFile;
}

/** The name that calls of a function use: its own, or that of the constant or property that holds it. */
export function functionName(owner: ts.SignatureDeclaration): ts.Identifier | undefined {
  const holder = ts.isArrowFunction(owner) || ts.isFunctionExpression(owner) ? holderOf(owner) : owner;
  const isNamed =
    ts.isFunctionDeclaration(holder) ||
    ts.isMethodDeclaration(holder) ||
    ts.isVariableDeclaration(holder) ||
    ts.isPropertyDeclaration(holder) ||
    ts.isPropertyAssignment(holder);
  return isNamed && holder.name !== undefined && ts.isIdentifier(holder.name) ? holder.name : undefined;
}

function holderOf(owner: ts.Node): ts.Node {
  let { parent } = owner;
  while (ts.isParenthesizedExpression(parent) || ts.isSatisfiesExpression(parent)) parent = parent.parent;
  return parent;
}

function isMember(owner: ts.SignatureDeclaration): boolean {
  const holder = ts.isArrowFunction(owner) || ts.isFunctionExpression(owner) ? holderOf(owner) : owner;
  return !ts.isFunctionDeclaration(holder) && !ts.isVariableDeclaration(holder);
}

function callsOfFunction(
  owner: ts.SignatureDeclaration,
  name: ts.Identifier,
  file: SourceFile,
  context: Where,
): readonly Call[] | undefined {
  const isTop = ts.findAncestor(name, ts.isStatement)?.parent === file.ast;
  const uses = isTop
    ? referencesTo({ name: name.text, file }, context)
    : file.identifiers(name.text).map((node) => ({ node, file }));
  const declared = declarationOf(name);
  const calls: Call[] = [];
  for (const { node, file: its } of uses) {
    const { parent } = node;
    if (isOnlyNamed(node)) continue;
    if (ts.isPropertyAccessExpression(parent) && parent.name === node && !isOfNamespace(parent)) continue;
    if (its === file && !ts.isPropertyAccessExpression(parent) && declarationOf(node) !== declared) continue;
    const call = callAt(node);
    if (call !== undefined) calls.push({ call, file: its });
    else if (ts.isShorthandPropertyAssignment(parent)) {
      // `export const users = { createUser }`
      const ofMember = callsOfMember(owner, name.text, parent.parent, context);
      if (ofMember === undefined) return undefined;
      calls.push(...ofMember);
    } else return undefined;
  }
  return calls;
}

/** Whether a name is only declared, imported, or the key of something else. */
function isOnlyNamed(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isTypeQueryNode(parent)) return true;
  const isDeclared =
    ts.isFunctionDeclaration(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isPropertyDeclaration(parent);
  return isDeclared && parent.name === node;
}

/** `users.createUser` after `import * as users from "./users"` */
function isOfNamespace({ expression }: ts.PropertyAccessExpression): boolean {
  const owner = ts.isIdentifier(expression) ? declarationOf(expression) : undefined;
  return owner !== undefined && ts.isNamespaceImport(owner);
}

/**
 * Calls on objects that are the one with the member, or are declared as an interface that its class implements.
 *
 * @param holder the class or literal
 */
function callsOfMember(
  owner: ts.SignatureDeclaration,
  name: string,
  holder: ts.Node | undefined,
  context: Where,
): readonly Call[] | undefined {
  const known = holder && nameOfHolder(holder);
  const calls: Call[] = [];
  for (const file of context.project.files) {
    for (const node of file.identifiers(name)) {
      const call = callAt(node);
      const { parent } = node;
      const isHandedOn = call === undefined && ts.isPropertyAccessExpression(parent) && parent.name === node;
      // `rows.map(this.toRow)`
      if (isHandedOn && functionOf(parent, file, context.project)?.node === owner) return undefined;
      if (call === undefined || !ts.isPropertyAccessExpression(call.expression)) continue;
      const found = functionCalledBy(call, file, context);
      if (found !== undefined) {
        if (found.node === owner || isImplementedBy(found.node, found.file, holder, context))
          calls.push({ call, file });
      } else if (
        resolveDeclared(resolveExpression(call.expression, file, context.project), context.project) === undefined &&
        mayBe(call.expression.expression, known, file, context)
      )
        return undefined;
    }
  }
  return calls;
}

function nameOfHolder(holder: ts.Node): string | undefined {
  if (ts.isClassLike(holder)) return holder.name?.text;
  const declaration = holderOf(holder);
  return ts.isVariableDeclaration(declaration) && ts.isIdentifier(declaration.name) ? declaration.name.text : undefined;
}

function callAt(node: ts.Identifier): ts.CallExpression | undefined {
  const { parent } = node;
  const callee = ts.isPropertyAccessExpression(parent) && parent.name === node ? parent : node;
  return ts.isCallExpression(callee.parent) && callee.parent.expression === callee ? callee.parent : undefined;
}

/** Whether a method of an interface is implemented by this class. */
function isImplementedBy(
  signature: ts.SignatureDeclaration,
  file: SourceFile,
  holder: ts.Node | undefined,
  { project }: Where,
): boolean {
  const owner = signature.parent;
  if (holder === undefined || !ts.isClassLike(holder) || !ts.isInterfaceDeclaration(owner)) return false;
  const its = project.files.find(({ ast }) => ast === holder.getSourceFile());
  return basesOf(holder).some((base) => {
    const found = its && lookUp(project, its, base, "type");
    return found?.kind === "declaration" && found.node === owner && found.file === file;
  });
}

/** Whether an unresolved receiver may be an instance of the class: its file names the class, or it extends it. */
function mayBe(receiver: ts.Expression, known: string | undefined, file: SourceFile, { project }: Where): boolean {
  if (known === undefined) return true;
  const found = resolveDeclared(resolveExpression(receiver, file, project), project);
  if (found === undefined) return file.identifiers(known).length > 0;
  return found.kind === "object" && ts.isClassLike(found.node) && basesOf(found.node).includes(known);
}

/** The names of the types that a class extends and implements. */
function basesOf(node: ts.ClassLikeDeclaration): readonly string[] {
  const types = node.heritageClauses?.flatMap((clause) => [...clause.types]) ?? [];
  return types.flatMap(({ expression }) => (ts.isIdentifier(expression) ? [expression.text] : []));
}
