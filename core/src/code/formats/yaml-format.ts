import { type SourceFile, startOf } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import { indentAt, leadOf } from "../write/comma-list.js";
import type { DocEntry, DocList, DocMap, DocNode } from "./doc-tree.js";
import type { Format, Keywords } from "./format.js";
import { isPlainYaml } from "./yaml-tree.js";

/** YAML, in block and flow style. */
export const yamlFormat: Format = {
  show: (key, keywords, map, file) => inBraces(key, keywords, map, file),

  addProperty(key, keywords, map, file) {
    const source = file.text;
    const last = map.entries.at(-1);
    if (last === undefined) return undefined;
    if (isFlow(map, file)) {
      const text = inBraces(key, keywords, map, file);
      const splices = insertInFlow(
        map,
        map.entries.map(({ node }) => node),
        text,
        file,
      );
      return splices && { splices, text };
    }
    const start = startOf(last.node, file);
    const lead = leadOf(source, start);
    // A key after `? `, or not at the start of its line.
    if (lead.brk === undefined && lead.space !== 0) return undefined;
    const indent = indentAt(source, start);
    const end = endOfBlock(source, start, indent.length);
    if (end === undefined) return undefined;
    const { value } = exampleIn(map);
    const isBraced = value.kind === "map" && isFlow(value, file);
    const text = isBraced ? inBraces(key, keywords, map, file) : inBlock(key, keywords, map, indent, file);
    return { splices: [{ start: end, end, text: `${file.style.eol}${indent}${text}` }], text };
  },

  removeProperty(entry, map, file) {
    if (!isFlow(map, file)) return cutLines(entry.node, file);
    return cutFromFlow(
      map.entries.map(({ node }) => node),
      map.entries.indexOf(entry),
      file,
    );
  },

  addItem(item, list, file) {
    const source = file.text;
    const last = list.items.at(-1);
    if (last === undefined) return undefined;
    const text = quotedAs(source.slice(startOf(last.node, file), last.node.end), item);
    if (isFlow(list, file)) {
      const splices = insertInFlow(
        list,
        list.items.map(({ node }) => node),
        text,
        file,
      );
      return splices && { splices, text };
    }
    const start = startOf(last.node, file);
    const lead = /(?:^|\n)([ ]*-[ ]+)$/.exec(source.slice(0, start))?.[1];
    if (lead === undefined || last.kind !== "scalar") return undefined;
    const rest = /^[ \t]*(?:#[^\r\n]*)?/.exec(source.slice(last.node.end))?.[0].length ?? 0;
    const at = last.node.end + rest;
    return { splices: [{ start: at, end: at, text: `${file.style.eol}${lead}${text}` }], text };
  },

  removeItem(item, list, file) {
    if (isFlow(list, file))
      return cutFromFlow(
        list.items.map(({ node }) => node),
        list.items.indexOf(item),
        file,
      );
    const dash = file.text.lastIndexOf("-", startOf(item.node, file));
    return cutLines({ start: dash, end: item.node.end }, file);
  },
};

type Node = DocNode["node"];

function isFlow({ node }: DocMap | DocList, file: SourceFile): boolean {
  return /[{[]/.test(file.text[startOf(node, file)] ?? "");
}

/** The end of the last line that belongs to a key: all deeper indented lines. Undefined if blank lines at the end are part of a text. */
function endOfBlock(source: string, start: number, column: number): number | undefined {
  let end = lineEnd(source, start);
  let text = source.slice(start, end);
  for (let at = end; at < source.length; ) {
    const next = source.indexOf("\n", at) + 1;
    if (next === 0) break;
    const stop = lineEnd(source, next);
    const line = source.slice(next, stop);
    at = stop;
    if (line.trim() === "") continue;
    if (line.search(/[^ ]/) <= column) break;
    text += `\n${line}`;
    end = stop;
  }
  return /[|>]\d*\+/.test(text) ? undefined : end;
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  if (end === -1) return source.length;
  return source[end - 1] === "\r" ? end - 1 : end;
}

/** The last property with its own schema. An alias is no example of the style. */
function exampleIn({ entries }: DocMap): DocEntry {
  return (
    entries.findLast(({ value }) => value.kind === "map" && value.entries.length > 0) ?? (entries.at(-1) as DocEntry)
  );
}

function inBlock(key: string, keywords: Keywords, map: DocMap, indent: string, file: SourceFile): string {
  const last = exampleIn(map);
  const [first] = last.value.kind === "map" ? last.value.entries : [];
  const inner = first === undefined ? `${indent}  ` : indentAt(file.text, startOf(first.node, file));
  const lines = keywords.map(([keyword, value]) => `${inner}${pair(keyword, value, first, file)}`);
  return [`${keyAs(last, key, file)}:`, ...lines].join(file.style.eol);
}

function inBraces(key: string, keywords: Keywords, map: DocMap, file: SourceFile): string {
  const last = exampleIn(map);
  const [first] = last.value.kind === "map" ? last.value.entries : [];
  const source = file.text.slice(startOf(last.value.node, file), last.value.node.end);
  const pad = source.startsWith("{") && !/^\{\s/.test(source) ? "" : " ";
  const all = keywords.map(([keyword, value]) => pair(keyword, value, first, file)).join(", ");
  return `${keyAs(last, key, file)}: {${pad}${all}${pad}}`;
}

function pair(keyword: string, value: Keywords[number][1], like: DocEntry | undefined, file: SourceFile): string {
  const text =
    typeof value === "boolean" ? String(value) : Array.isArray(value) ? list(value) : string(value as string);
  return `${like === undefined ? keyword : keyAs(like, keyword, file)}: ${text}`;

  function list(items: readonly string[]): string {
    return `[${items.map((item) => (item === "null" ? nullIn(file) : string(item))).join(", ")}]`;
  }
  function string(item: string): string {
    const sample = like?.value.kind === "scalar" ? like.value.node : undefined;
    return quotedAs(sample === undefined ? "" : file.text.slice(startOf(sample, file), sample.end), item);
  }
}

/** Without quotes it would be null itself. */
function nullIn({ text }: SourceFile): string {
  return text.split("'").length > text.split('"').length ? "'null'" : '"null"';
}

function keyAs(like: DocEntry, key: string, file: SourceFile): string {
  return quotedAs(file.text.slice(startOf(like.node, file)), key);
}

function quotedAs(like: string, text: string): string {
  const quote = /^["']/.exec(like)?.[0];
  if (quote === "'") return `'${text.replaceAll("'", "''")}'`;
  return quote === undefined && isPlainYaml(text) ? text : JSON.stringify(text);
}

/** Between brackets, with or without a trailing comma; undefined if a comment could swallow it. */
function insertInFlow(
  { node }: DocMap | DocList,
  nodes: readonly Node[],
  text: string,
  file: SourceFile,
): readonly Splice[] | undefined {
  const last = nodes.at(-1);
  if (last === undefined) return undefined;
  const rest = file.text.slice(last.end, node.end - 1);
  if (rest.includes("#")) return undefined;
  const comma = /^\s*,/.exec(rest)?.[0] ?? "";
  const at = last.end + comma.length;
  const isOwnLine = leadOf(file.text, startOf(last, file)).brk !== undefined;
  const gap = isOwnLine ? `${file.style.eol}${indentAt(file.text, startOf(last, file))}` : " ";
  const written = comma === "" ? `,${gap}${text}` : `${gap}${text},`;
  return [{ start: at, end: at, text: written }];
}

function cutFromFlow(nodes: readonly Node[], index: number, file: SourceFile): readonly Splice[] | undefined {
  const [node, former] = [nodes[index], nodes[index - 1]];
  if (node === undefined || former === undefined) return undefined;
  const comma = /^\s*,/.exec(file.text.slice(node.end))?.[0];
  if (comma === undefined) return [{ start: former.end, end: node.end, text: "" }];
  const lead = leadOf(file.text, startOf(node, file));
  return [{ start: lead.brk ?? lead.space, end: node.end + comma.length, text: "" }];
}

/** A key or an item with the preceding line break; keeps a comment that follows it. */
function cutLines(node: Node, file: SourceFile): readonly Splice[] | undefined {
  const lead = leadOf(file.text, startOf(node, file));
  return lead.brk === undefined ? undefined : [{ start: lead.brk, end: node.end, text: "" }];
}
