import { ts } from "../ast/compiler.js";
import { nameOf, wrapperOf } from "../ast/expressions.js";
import { declarationFrom } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import { whyNotImported } from "./imports.js";
import type { ToggleTemplate } from "./template.js";

/** Why a flag cannot be checked at a node; undefined if it can. */
export function whyFlagIsOutOfReach(node: ts.Node, template: ToggleTemplate, file: SourceFile): string | undefined {
  const around = functionAround(node);
  if (around === undefined) return "it is evaluated once, so a flag would have no effect later";
  if (template.isAsync) {
    const why = whyNotAwaited(around, node);
    if (why !== undefined) return why;
  }
  if (template.member !== undefined && !hasMember(node, template.member)) return `there is no this.${template.member}`;
  const locals = template.import?.locals ?? [];
  for (const name of template.names) {
    if (locals.includes(name) || name in globalThis || name === "undefined") continue;
    if (declarationFrom(node, name) === undefined) return `\`${name}\` is not known there`;
  }
  return template.import && whyNotImported(template.import, node, file);
}

/** The function that runs a node when it is called. */
function functionAround(node: ts.Node): ts.FunctionLikeDeclaration | undefined {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (ts.isFunctionLike(at)) return at as ts.FunctionLikeDeclaration;
    // Fields of a class are set once per instance; static ones once.
    if (ts.isPropertyDeclaration(at) || ts.isClassStaticBlockDeclaration(at)) return undefined;
  }
  return undefined;
}

/** `await` turns a function's result into a promise: only allowed if the function is async already and callers await it. */
function whyNotAwaited(around: ts.FunctionLikeDeclaration, node: ts.Node): string | undefined {
  const isAsync = ts.canHaveModifiers(around) && isMarked(ts.getModifiers(around));
  const isInBody = around.body !== undefined && node.pos >= around.body.pos && node.end <= around.body.end;
  if (!isAsync || !isInBody) return "the flag is checked with await, but this is not in an async function";
  const call = around.parent;
  if (!ts.isCallExpression(call) || !call.arguments.some((each) => each === around)) return undefined;
  const { expression } = call;
  const method = ts.isPropertyAccessExpression(expression) ? expression.name.text : "";
  if (!perElement.test(method)) return undefined;
  const given = wrapperOf(call).parent;
  const isAwaited =
    (method === "map" || method === "flatMap") &&
    ts.isCallExpression(given) &&
    /^Promise\.all(?:Settled)?$/.test(given.expression.getText()) &&
    given.arguments.some((each) => each === wrapperOf(call));
  return isAwaited ? undefined : `the flag is checked with await, but ${method} does not await its argument`;
}

const perElement =
  /^(?:map|flatMap|forEach|filter|find|findLast|findIndex|some|every|reduce|reduceRight|sort|toSorted|from)$/;

function isMarked(modifiers: readonly ts.Node[] | undefined): boolean {
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true;
}

/** Whether `this` at a node is an instance of a class that declares the member. */
function hasMember(node: ts.Node, member: string): boolean {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (ts.isFunctionDeclaration(at) || ts.isFunctionExpression(at)) return false;
    if (!ts.isClassElement(at)) continue;
    const owner = at.parent;
    if (!ts.isClassLike(owner) || (ts.canHaveModifiers(at) && isStatic(ts.getModifiers(at)))) return false;
    return owner.members.some((each) => {
      if (!ts.isConstructorDeclaration(each)) return nameOf(each.name as ts.PropertyName) === member;
      return each.parameters.some(
        (parameter) => ts.isParameterPropertyDeclaration(parameter, each) && nameOf(parameter.name) === member,
      );
    });
  }
  return false;
}

function isStatic(modifiers: readonly ts.Node[] | undefined): boolean {
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) === true;
}
