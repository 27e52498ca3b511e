import { isBuiltin } from "node:module";
import { ts } from "../ast/compiler.js";
import { describe, nameOf, pathOf, unwrap, valueAt } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { isTestFile } from "../candidates/candidate-for.js";
import type { Transform, TransformContext } from "../contract/transform.js";
import { lookUp } from "../project/project.js";
import { resolveExpression } from "../types/resolve-expression.js";

/**
 * Packages that receive a client or a repository and insert rows themselves: `PrismaAdapter(prisma)` of an authentication library, an admin
 * panel. No code in the project writes those rows.
 */
export const handedClients: Transform = {
  id: "handed-clients",
  intents: ["write"],
  isChecklist: true,

  *find(file, context) {
    const { orm, intent, field, model } = context;
    if (orm.canWriteModel === undefined || intent.value.kind === "none" || isTestFile(file)) return;
    const calls = [...file.nodes(ts.SyntaxKind.CallExpression), ...file.nodes(ts.SyntaxKind.NewExpression)];
    for (const call of calls) {
      const given = call.arguments?.length ? packageOfCallee(call, file, context) : undefined;
      const handle = given === undefined ? undefined : clientIn(call.arguments ?? [], file, context);
      if (given === undefined || handle === undefined || isForProject(call, handle, file, context)) continue;
      const what = describe(call, `${textOf(handle, file)} given to ${nameOfCallee(call)}`);
      const reason =
        `"${given}" may insert ${model.name} rows with calls of its own, which leave ${field.name} out: give the column a default, ` +
        `or name ${field.name} where that package takes further fields`;
      yield { kind: "place", certainty: "likely", offset: call.getStart(file.ast), what, reason, mayLeaveOut: true };
    }
  },
};

/** The package that declares the callee; undefined for code of the repository and of the ORM. */
function packageOfCallee(
  call: ts.CallExpression | ts.NewExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const callee = unwrap(call.expression);
  // `withDatabase(options)(prisma)`
  if (ts.isCallExpression(callee)) return packageOfCallee(callee, file, context);
  const named = callee.kind === ts.SyntaxKind.SuperKeyword ? baseOf(call) : callee;
  const found = named && moduleOf(named, file, context);
  if (found === undefined) return undefined;
  return isOwn(found, context) || isBuiltin(found.specifier) ? undefined : found.specifier;
}

/** A module specifier and the file that contains it. */
interface Module {
  readonly specifier: string;
  readonly file: SourceFile;
}

/** Whether a module is code of the repository or the ORM. */
function isOwn({ specifier, file }: Module, { orm, project, workspacePackages }: TransformContext): boolean {
  const [name = ""] = /^(?:@[^/]+\/)?[^/]+/.exec(specifier) ?? [];
  return (
    // Code that uses the models is read anyway; other code only gets rows through its arguments.
    workspacePackages.has(name) ||
    /^(?:[.~#/]|@\/|src\/)/.test(specifier) ||
    project.pathsOf(file, specifier).length > 0 ||
    orm.isOwnPackage?.(specifier) === true
  );
}

/** Whether the package only stores the client for code of the project, or passes it on to that code. */
function isForProject(
  call: ts.CallExpression | ts.NewExpression,
  handle: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): boolean {
  const token = tokenOf(call, handle);
  return token === undefined ? isForOwnFunction(call, handle, file, context) : isAskedFor(token, call, file, context);
}

/** Methods that store a value under a given name. */
const keeps = /^(?:bind|constant|decorate\w*|provide|register\w*|set|value)$/;

/**
 * The key under which a dependency container stores a value: `bind(TOKEN).toConstantValue(…)`, `{ provide: TOKEN, useValue: … }`,
 * `register("users", { useValue: … })`, `decorate("prisma", …)`, and the key of `{ prisma: asValue(…) }`.
 */
function tokenOf(
  call: ts.CallExpression | ts.NewExpression,
  handle: ts.Expression,
): ts.Expression | string | undefined {
  const option = handle.parent;
  if (ts.isPropertyAssignment(option) && nameOf(option.name) === "useValue") {
    const provided = valueAt(option.parent, "provide");
    return provided ?? (option.parent.parent === call ? call.arguments?.[0] : undefined);
  }
  const callee = unwrap(call.expression);
  const name = pathOf(callee).at(-1) ?? "";
  const [first, second] = call.arguments ?? [];
  if (/^(?:as|to)(?:Constant(?:Value)?|Value)$/.test(name) && first === handle) {
    const bound = ts.isPropertyAccessExpression(callee) ? unwrap(callee.expression) : undefined;
    if (bound !== undefined && ts.isCallExpression(bound)) return bound.arguments[0];
    const { parent } = call;
    if (ts.isPropertyAssignment(parent)) return nameOf(parent.name);
    return ts.isCallExpression(parent) && parent.arguments[1] === call ? parent.arguments[0] : undefined;
  }
  return second === handle && ts.isPropertyAccessExpression(callee) && keeps.test(name) ? first : undefined;
}

/** Whether code of the project reads the value from a container: by its own symbol or class, or by the same name. */
function isAskedFor(
  token: ts.Expression | string,
  call: ts.Node,
  file: SourceFile,
  context: TransformContext,
): boolean {
  const name = typeof token === "string" ? token : ts.isStringLiteralLike(token) ? token.text : undefined;
  if (name === undefined) {
    const found = moduleOf(token as ts.Expression, file, context);
    return found === undefined || isOwn(found, context);
  }
  const isElsewhere = (each: ts.Node) =>
    each !== token && (each.getSourceFile() !== file.ast || each.pos < call.pos || each.end > call.end);
  return context.project.files.some((each) => {
    const texts = each.nodes(ts.SyntaxKind.StringLiteral).filter(({ text }) => text === name);
    return [...texts, ...each.identifiers(name).filter(isGiven)].some(isElsewhere);
  });
}

/** Whether a name is a member that is read or destructured: `app.prisma`, `({ prisma }) => …`. */
function isGiven({ parent }: ts.Identifier): boolean {
  return ts.isPropertyAccessExpression(parent) || ts.isBindingElement(parent);
}

/** `app.register(userRoutes, { prisma })`: the package passes the option to a function of the project, which names it. */
function isForOwnFunction(
  call: ts.CallExpression | ts.NewExpression,
  handle: ts.Expression,
  file: SourceFile,
  { project }: TransformContext,
): boolean {
  const option = handle.parent;
  const key =
    ts.isPropertyAssignment(option) || ts.isShorthandPropertyAssignment(option) ? nameOf(option.name) : undefined;
  if (key === undefined) return false;
  return (call.arguments ?? []).some((each) => {
    const own = ts.isIdentifier(each) ? lookUp(project, file, each.text, "value") : undefined;
    if (own?.kind !== "declaration" || !isFunction(own.node)) return false;
    return own.file.identifiers(key).some(({ pos, end }) => own.node.pos <= pos && end <= own.node.end);
  });
}

/** Includes `const routes = async (app, options) => …`, and `plugin(async (app, options) => …)` of a framework. */
function isFunction(node: ts.Node): boolean {
  if (!ts.isVariableDeclaration(node)) return ts.isFunctionLike(node) || ts.isClassLike(node);
  const value = node.initializer && unwrap(node.initializer);
  if (value === undefined) return false;
  return ts.isFunctionLike(value) || (ts.isCallExpression(value) && value.arguments.some(ts.isFunctionLike));
}

function nameOfCallee({ expression }: ts.CallExpression | ts.NewExpression): string {
  const callee = unwrap(expression);
  if (ts.isCallExpression(callee)) return nameOfCallee(callee);
  return callee.kind === ts.SyntaxKind.SuperKeyword ? "super" : pathOf(callee).join(".");
}

/** `CrudService` of `class Users extends CrudService<User>`, where `super(…)` is called. */
function baseOf(call: ts.Node): ts.Expression | undefined {
  const clauses = ts.findAncestor(call, ts.isClassLike)?.heritageClauses;
  return clauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0]?.expression;
}

/** The unresolved module that a name, or its owner, comes from. */
function moduleOf(named: ts.Expression, file: SourceFile, { project }: TransformContext): Module | undefined {
  for (let at = named; ; at = unwrap(at.expression)) {
    const found = resolveExpression(at, file, project);
    if (found !== undefined) return found.kind === "external" ? found : undefined;
    const specifier = ts.isIdentifier(at) ? loadedAs(at) : undefined;
    if (specifier !== undefined) return { specifier, file };
    if (!ts.isPropertyAccessExpression(at) && !ts.isCallExpression(at) && !ts.isNewExpression(at)) return undefined;
  }
}

/** The specifier of `const { Adapter } = require("…")`, and of `await import("…")`. */
function loadedAs(name: ts.Identifier): string | undefined {
  const declared = declarationOf(name);
  const owner = declared !== undefined && ts.isBindingElement(declared) ? declared.parent.parent : declared;
  if (owner === undefined || !ts.isVariableDeclaration(owner) || owner.initializer === undefined) return undefined;
  const value = unwrap(owner.initializer);
  const call = ts.isAwaitExpression(value) ? unwrap(value.expression) : value;
  if (!ts.isCallExpression(call)) return undefined;
  const { expression, arguments: given } = call;
  const isLoading =
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === "require");
  const [specifier] = given;
  return isLoading && specifier !== undefined && ts.isStringLiteralLike(specifier) ? specifier.text : undefined;
}

/** The client in the arguments of a call, including inside literals. */
function clientIn(
  given: readonly ts.Expression[],
  file: SourceFile,
  context: TransformContext,
): ts.Expression | undefined {
  for (const value of given) {
    const inner = unwrap(value);
    const inside = ts.isObjectLiteralExpression(inner)
      ? inner.properties.flatMap((each) =>
          ts.isPropertyAssignment(each)
            ? [each.initializer]
            : ts.isShorthandPropertyAssignment(each)
              ? [each.name]
              : [],
        )
      : ts.isArrayLiteralExpression(inner)
        ? inner.elements
        : undefined;
    const found = inside === undefined ? undefined : clientIn(inside, file, context);
    if (found !== undefined) return found;
    const isMade = ts.isCallExpression(inner) || ts.isNewExpression(inner);
    const mayBe = isMade || ts.isIdentifier(inner) || ts.isPropertyAccessExpression(inner);
    if (inside === undefined && mayBe && context.orm.canWriteModel?.(inner, file, context)) return inner;
  }
  return undefined;
}
