import { nameOf, pathOf, type SourceFile, ts } from "@lockstep/core/codemods";
import { instanceThing } from "./instances-of-classes.js";
import { nothingBound, type Thing } from "./things.js";
import { typeThing } from "./type-things.js";
import { thingOf } from "./value-things.js";
import type { Where } from "./where.js";

/** What `this` is: an instance of the class around, the class in its static members, or the object whose method it stands in. */
export function thisThing(node: ts.Node, file: SourceFile, where: Where, depth: number): Thing | undefined {
  let isOfClass = false;
  for (let at: ts.Node | undefined = node.parent; at !== undefined; at = at.parent) {
    if (ts.isClassDeclaration(at) && isOfClass) return { kind: "class", node: at, file };
    if (ts.isClassLike(at)) return instanceThing(at, file, nothingBound, where, depth);
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
  where: Where,
  depth: number,
): Thing | undefined {
  const call = literal.parent;
  const isExtended = ts.isCallExpression(call) && pathOf(call.expression).at(-1) === "extend";
  return (
    (isExtended ? thingOf(call, file, where, depth) : undefined) ?? {
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
  where: Where,
  depth: number,
): Thing | undefined {
  const member = node.members.find((each) => nameOf(each.name) === name && isStatic(each));
  if (member === undefined) return undefined;
  if (ts.isMethodDeclaration(member)) return { kind: "function", node: member, file, bound: nothingBound };
  if (!ts.isPropertyDeclaration(member)) return undefined;
  const typed = member.type && typeThing({ type: member.type, file, bound: nothingBound }, where, depth);
  return typed ?? (member.initializer && thingOf(member.initializer, file, where, depth));
}

function isStatic(node: ts.Node): boolean {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) === true;
}
