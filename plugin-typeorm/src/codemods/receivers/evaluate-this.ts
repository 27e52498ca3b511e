import { nameOf, pathOf, type SourceFile, ts } from "@lockstep/core/codemods";
import { evaluateExpression } from "./evaluate.js";
import { evaluateInstance } from "./evaluate-instance.js";
import { evaluateType } from "./evaluate-type.js";
import type { LookupContext } from "./lookup-context.js";
import { nothingBound, type OrmValue } from "./orm-value.js";

/** What `this` is: an instance of the class around, the class in its static members, or the object whose method it stands in. */
export function evaluateThis(
  node: ts.Node,
  file: SourceFile,
  where: LookupContext,
  depth: number,
): OrmValue | undefined {
  let isOfClass = false;
  for (let at: ts.Node | undefined = node.parent; at !== undefined; at = at.parent) {
    if (ts.isClassDeclaration(at) && isOfClass) return { kind: "class", node: at, file };
    if (ts.isClassLike(at)) return evaluateInstance(at, file, nothingBound, where, depth);
    isOfClass ||= isStatic(at);
    if (ts.isFunctionDeclaration(at)) return undefined;
    const isMethod = ts.isMethodDeclaration(at) || ts.isFunctionExpression(at);
    if (!isMethod) continue;
    const literal = ts.isPropertyAssignment(at.parent) ? at.parent.parent : at.parent;
    if (ts.isObjectLiteralExpression(literal)) return ofExtension(literal, file, where, depth);
    if (ts.isFunctionExpression(at)) return undefined;
  }
  return undefined;
}

/** The methods in `dataSource.getRepository(User).extend({ … })` are the repository's. */
function ofExtension(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  where: LookupContext,
  depth: number,
): OrmValue | undefined {
  const call = literal.parent;
  const isExtended = ts.isCallExpression(call) && pathOf(call.expression).at(-1) === "extend";
  return (
    (isExtended ? evaluateExpression(call, file, where, depth) : undefined) ?? {
      kind: "members",
      node: literal,
      file,
      bound: nothingBound,
    }
  );
}

/** A static member of a class in view. */
export function staticMember(
  node: ts.ClassDeclaration,
  file: SourceFile,
  name: string,
  where: LookupContext,
  depth: number,
): OrmValue | undefined {
  const member = node.members.find((each) => nameOf(each.name) === name && isStatic(each));
  if (member === undefined) return undefined;
  if (ts.isMethodDeclaration(member)) return { kind: "function", node: member, file, bound: nothingBound };
  if (!ts.isPropertyDeclaration(member)) return undefined;
  const typed = member.type && evaluateType({ type: member.type, file, bound: nothingBound }, where, depth);
  return typed ?? (member.initializer && evaluateExpression(member.initializer, file, where, depth));
}

function isStatic(node: ts.Node): boolean {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) === true;
}
