import { ts } from "../ast/compiler.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { compact, type EditFinding } from "../contract/transform.js";
import { commaListOf, insertItem, removeItem } from "./comma-list.js";

/** An edit that adds a property to a literal; undefined if it could not be reverted to the same bytes. */
export function addProperty(
  literal: ts.ObjectLiteralExpression,
  text: string,
  what: string,
  file: SourceFile,
  index?: number,
): EditFinding | undefined {
  const list = commaListOf(literal, file);
  const splices = list && insertItem(list, text, file, index);
  return splices && { kind: "edit", splices, what, text };
}

/** Without the separator, which a formatter may have added. */
export function bare(text: string): string {
  return compact(text).replace(/[;,]$/, "");
}

/** An edit that adds an element to a list of names; undefined as for `addProperty`. */
export function addToList(
  array: ts.ArrayLiteralExpression,
  text: string,
  what: string,
  file: SourceFile,
): EditFinding | undefined {
  const list = commaListOf(array, file);
  const splices = list && insertItem(list, text, file);
  return splices && { kind: "edit", splices, what, text };
}

/** Removes an item of a literal or a list. */
export function takeItem(item: ts.Node, what: string, file: SourceFile): EditFinding | undefined {
  const { parent } = item;
  const isList = ts.isObjectLiteralExpression(parent) || ts.isArrayLiteralExpression(parent);
  const list = isList ? commaListOf(parent, file) : undefined;
  const splices = list && removeItem(list, item, file);
  return splices && { kind: "edit", splices, what, text: "", replaces: textOf(item, file) };
}

/** Removes a name from a union of names. */
export function takeType(node: ts.Node, union: ts.UnionTypeNode, what: string, file: SourceFile): EditFinding {
  const before = union.types[union.types.indexOf(node as ts.TypeNode) - 1];
  const next = union.types[1];
  const start = before?.end ?? node.getStart(file.ast);
  const end = before === undefined && next !== undefined ? next.getStart(file.ast) : node.end;
  return { kind: "edit", splices: [{ start, end, text: "" }], what, text: "", replaces: textOf(node, file) };
}
