import type * as Yaml from "yaml";
import type { PlaceNode, TextRange } from "../ast/source-file.js";
import type { DocEntry, DocNode } from "./doc-tree.js";

let yaml: typeof Yaml | undefined;

/** Loads the parser. Required once before `yamlTrees`. */
export async function loadYaml(): Promise<void> {
  yaml ??= await import("yaml");
}

/** Whether an unquoted text stays that text: not a number, `true`, or the start of something else. */
export function isPlainYaml(text: string): boolean {
  const list = yaml?.parseDocument(`[${text}]`, { logLevel: "silent" });
  if (list === undefined || list.errors.length > 0 || !yaml?.isSeq(list.contents)) return false;
  const [item, ...others] = list.contents.items;
  return yaml.isScalar(item) && item.value === text && others.length === 0 && !/\s#|:(?:\s|$)/.test(text);
}

/** The documents of a YAML text, without those that have errors. */
export function yamlTrees(text: string): readonly DocNode[] {
  const parser = yaml;
  if (parser === undefined) return [];
  const documents = parser.parseAllDocuments(text, { logLevel: "silent" });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    if (document.errors.length > 0 || document.contents === null) return [];
    const aliases = new Set<string>();
    parser.visit(document, { Alias: (_, alias) => void aliases.add(alias.source) });
    const tree = treeOf(document.contents as Yaml.Node, false);
    return tree === undefined ? [] : [tree];

    /** @param isWithin inside a value that an alias repeats */
    function treeOf(node: unknown, isWithin: boolean): DocNode | undefined {
      if (!parser?.isNode(node) || !node.range) return undefined;
      const [start, end] = node.range;
      const isShared = isWithin || (parser.isCollection(node) && node.anchor !== undefined && aliases.has(node.anchor));
      const range = { start, end: start + text.slice(start, end).trimEnd().length };
      if (parser.isMap(node)) {
        const entries = node.items.flatMap((pair): DocEntry[] => {
          const key = parser.isScalar(pair.key) ? pair.key : undefined;
          const value = treeOf(pair.value, isShared);
          if (key?.range == null || value === undefined) return [];
          const start = key.range[0];
          return [{ key: String(key.value), node: { start, end: Math.max(value.node.end, key.range[1]) }, value }];
        });
        return { kind: "map", node: whole(node, range, entries), entries, ...(isShared && { isShared }) };
      }
      if (parser.isSeq(node)) {
        const items = node.items.map((item) => treeOf(item, isShared));
        if (items.some((item) => item === undefined)) return undefined;
        return { kind: "list", node: whole(node, range, items as DocNode[]), items: items as DocNode[] };
      }
      return { kind: "scalar", node: range, value: parser.isScalar(node) ? node.value : undefined };
    }
  });
}

/** In block style, a node ends with its last part: comments that follow belong to its parent. */
function whole(
  { flow }: { readonly flow?: boolean },
  range: TextRange,
  parts: readonly { readonly node: PlaceNode }[],
): TextRange {
  const last = parts.at(-1);
  return flow || last === undefined ? range : { start: range.start, end: last.node.end };
}
