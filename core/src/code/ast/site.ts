import type { Owner, PlaceIdentity } from "../../model/index.js";
import { ts } from "./compiler.js";
import { nameOf, pathOf } from "./expressions.js";
import type { SourceFile } from "./source-file.js";

/** The identity of a place from the syntax tree alone, without display text. */
export type Site = Required<Pick<PlaceIdentity, "site">> & Pick<PlaceIdentity, "owner">;

/** The identity of an insertion or of a replaced node: the names around it, from the outside in. */
export function siteAround(offset: number, file: SourceFile): Site {
  return siteOf(offset, file, (child) => child.getStart(file.ast) < offset);
}

/** Like `siteAround`, for the node that starts at the offset. */
export function siteAt(offset: number, file: SourceFile): Site {
  return siteOf(offset, file, (child) => child.getStart(file.ast) <= offset);
}

/** The whole expression that starts at the offset, or the line if there is none. */
export function codeAt(offset: number, file: SourceFile): string {
  let found: ts.Node | undefined;
  const descend = (child: ts.Node): void => {
    if (found !== undefined || offset < child.getStart(file.ast) || offset >= child.end) return;
    if (child.getStart(file.ast) === offset && ts.isExpression(child)) found = child;
    else ts.forEachChild(child, descend);
  };
  if (!file.isDocument) ts.forEachChild(file.ast, descend);
  return found === undefined ? lineOf(offset, file.text) : found.getText(file.ast);
}

function siteOf(offset: number, file: SourceFile, isAround: (child: ts.Node) => boolean): Site {
  // A document has no syntax tree here, so its line identifies the place, even after it moves.
  if (file.isDocument) return { site: lineOf(offset, file.text) };
  let innermost: ts.Node = file.ast;
  const descend = (child: ts.Node): true | undefined => {
    // A decorator precedes the declaration that it decorates.
    if (offset >= child.end || !isAround(child) || ts.isModifierLike(child)) return undefined;
    innermost = child;
    ts.forEachChild(child, descend);
    return true;
  };
  ts.forEachChild(file.ast, descend);
  const names: string[] = [];
  for (let at: ts.Node | undefined = innermost; at !== undefined; at = at.parent) {
    const name = segmentOf(at);
    if (name !== undefined) names.unshift(name);
  }
  const owner = ownerOf(innermost);
  return { site: names.join("/"), ...(owner && { owner }) };
}

/** The nearest named function, method or property; outside of these, the class, type or variable. */
function ownerOf(innermost: ts.Node): Owner | undefined {
  let declared: Owner | undefined;
  for (let at: ts.Node | undefined = innermost; at !== undefined; at = at.parent) {
    if (ts.isConstructorDeclaration(at)) return { kind: "method", name: at.parent.name?.text ?? "constructor" };
    const name = nameOfDeclaration(at);
    if (name === undefined) continue;
    if (ts.isFunctionDeclaration(at)) return { kind: "function", name };
    if (ts.isMethodDeclaration(at)) return { kind: "method", name };
    if (ts.isPropertyDeclaration(at)) return { kind: "property", name };
    const holdsFunction =
      (ts.isVariableDeclaration(at) || ts.isPropertyAssignment(at)) &&
      at.initializer !== undefined &&
      ts.isFunctionLike(at.initializer);
    if (holdsFunction) return { kind: "function", name };
    if (ts.isClassDeclaration(at)) declared ??= { kind: "class", name };
    if (ts.isInterfaceDeclaration(at)) declared ??= { kind: "interface", name };
    if (ts.isTypeAliasDeclaration(at)) declared ??= { kind: "type", name };
    if (ts.isVariableDeclaration(at)) declared ??= { kind: "variable", name };
  }
  return declared;
}

function segmentOf(node: ts.Node): string | undefined {
  if (ts.isConstructorDeclaration(node)) return "constructor";
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) return pathOf(node.expression).join(".");
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) return node.moduleSpecifier.text;
  return nameOfDeclaration(node);
}

function nameOfDeclaration(node: ts.Node): string | undefined {
  const isNamed =
    ts.isFunctionDeclaration(node) ||
    ts.isClassElement(node) ||
    ts.isTypeElement(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isPropertyAssignment(node);
  const name = isNamed ? node.name : undefined;
  return name === undefined || ts.isPrivateIdentifier(name) ? undefined : nameOf(name);
}

function lineOf(offset: number, text: string): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  return text.slice(start, end === -1 ? text.length : end).trim();
}
