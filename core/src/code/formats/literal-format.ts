import { ts } from "../ast/compiler.js";
import { nameOf, unwrap } from "../ast/expressions.js";
import { quoted, type SourceFile, textOf } from "../ast/source-file.js";
import { commaListOf, indentAt, insertItem, removeItem } from "../write/comma-list.js";
import type { DocEntry, DocMap, DocNode } from "./doc-tree.js";
import type { Format, Keywords } from "./format.js";

/** JSON, and literals in code. */
export const literalFormat: Format = {
  show: (key, keywords, map, file) => inline(key, keywords, styleOf(map, file), file),

  addProperty(key, keywords, map, file) {
    const style = styleOf(map, file);
    const text = style.indent === undefined ? inline(key, keywords, style, file) : block(key, keywords, style, file);
    const list = commaListOf(map.node as ts.ObjectLiteralExpression, file);
    const splices = list && insertItem(list, text, file);
    return splices && { splices, text };
  },

  removeProperty({ node }, map, file) {
    const list = commaListOf(map.node as ts.ObjectLiteralExpression, file);
    return list && removeItem(list, node as ts.Node, file);
  },

  addItem(item, list, file) {
    const text = stringIn(item, file);
    const items = commaListOf(list.node as ts.ArrayLiteralExpression, file);
    const splices = items && insertItem(items, text, file);
    return splices && { splices, text };
  },

  removeItem(item, list, file) {
    const items = commaListOf(list.node as ts.ArrayLiteralExpression, file);
    return items && removeItem(items, item.node as ts.Node, file);
  },
};

/** A literal as data, without computed values, spreads and calls. */
export function literalTree(expression: ts.Expression): DocNode {
  const node = unwrap(expression);
  if (ts.isObjectLiteralExpression(node)) return { kind: "map", node, entries: node.properties.flatMap(entryIn) };
  if (ts.isArrayLiteralExpression(node)) return { kind: "list", node, items: node.elements.map(literalTree) };
  return { kind: "scalar", node, value: constantOf(node) };
}

function entryIn(property: ts.ObjectLiteralElementLike): readonly DocEntry[] {
  const key = nameOf(property.name) ?? (property.name && ts.isNumericLiteral(property.name) ? property.name.text : "");
  if (!ts.isPropertyAssignment(property) || key === "") return [];
  return [{ key, node: property, value: literalTree(property.initializer) }];
}

function constantOf(node: ts.Expression): unknown {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  return undefined;
}

/** The style of a schema's last property. */
interface LiteralStyle {
  readonly isQuoted: boolean;
  /** `{ "type": … }` or `{"type": …}` */
  readonly pad: string;
  readonly colon: string;
  readonly comma: string;
  /** The indentation of the key, if the value is on separate lines. */
  readonly indent: string | undefined;
  readonly inner: string;
  readonly trailing: string;
}

function styleOf(map: DocMap, file: SourceFile): LiteralStyle {
  const written = map.entries.filter(({ value }) => value.kind === "map" && value.entries.length > 0);
  const last = written.at(-1);
  const isJson = file.file.endsWith(".json");
  const first = last?.value.kind === "map" ? last.value.entries[0] : undefined;
  if (last === undefined || first === undefined) {
    return { isQuoted: isJson, pad: " ", colon: ": ", comma: ", ", indent: undefined, inner: "", trailing: "" };
  }
  const text = textOf(last.value.node, file);
  const isBlock = /^\{\s*\n/.test(text);
  const start = (last.node as ts.Node).getStart(file.ast);
  return {
    isQuoted: /^["']/.test(textOf(last.node, file)),
    pad: text.startsWith("{ ") ? " " : "",
    colon: /^(?:"[^"]*"|'[^']*'|\w+):\S/.test(textOf(first.node, file)) ? ":" : ": ",
    comma: /,\S/.test(text) && !/,\s/.test(text) ? "," : ", ",
    indent: isBlock ? indentAt(file.text, start) : undefined,
    inner: indentAt(file.text, (first.node as ts.Node).getStart(file.ast)),
    trailing: isBlock && /,\s*\}$/.test(text) ? "," : "",
  };
}

function inline(key: string, keywords: Keywords, style: LiteralStyle, file: SourceFile): string {
  const all = keywords.map(([keyword, value]) => pair(keyword, value, style, file)).join(style.comma);
  return `${keyIn(key, style, file)}${style.colon}{${style.pad}${all}${style.pad}}`;
}

function block(key: string, keywords: Keywords, style: LiteralStyle, file: SourceFile): string {
  const { eol } = file.style;
  const lines = keywords.map(([keyword, value]) => `${style.inner}${pair(keyword, value, style, file)}`);
  const all = `${lines.join(`,${eol}`)}${style.trailing}`;
  return `${keyIn(key, style, file)}${style.colon}{${eol}${all}${eol}${style.indent}}`;
}

function pair(keyword: string, value: Keywords[number][1], style: LiteralStyle, file: SourceFile): string {
  const text =
    typeof value === "boolean" ? String(value) : Array.isArray(value) ? list(value) : string(value as string);
  return `${keyIn(keyword, style, file)}${style.colon}${text}`;

  function list(items: readonly string[]): string {
    return `[${items.map(string).join(style.comma)}]`;
  }
  function string(item: string): string {
    return stringIn(item, file);
  }
}

function keyIn(key: string, { isQuoted }: LiteralStyle, file: SourceFile): string {
  return isQuoted || !/^[A-Za-z_$][\w$]*$/.test(key) ? stringIn(key, file) : key;
}

function stringIn(text: string, file: SourceFile): string {
  return file.file.endsWith(".json") ? JSON.stringify(text) : quoted(text, file.style);
}
