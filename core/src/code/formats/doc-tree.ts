import type { PlaceNode } from "../ast/source-file.js";

/** A value of a JSON or YAML document, or of a similar literal in code. */
export type DocNode = DocMap | DocList | DocScalar;

export interface DocMap {
  readonly kind: "map";
  readonly node: PlaceNode;
  readonly entries: readonly DocEntry[];
  /** Other parts of the document share the map through an alias of an anchor. */
  readonly isShared?: boolean;
}

export interface DocEntry {
  readonly key: string;
  /** Key and value. */
  readonly node: PlaceNode;
  readonly value: DocNode;
}

export interface DocList {
  readonly kind: "list";
  readonly node: PlaceNode;
  readonly items: readonly DocNode[];
}

export interface DocScalar {
  readonly kind: "scalar";
  readonly node: PlaceNode;
  /** Undefined for non-constants. */
  readonly value: unknown;
}

/** The value of a key. */
export function entryOf(map: DocMap, key: string): DocNode | undefined {
  return map.entries.find((entry) => entry.key === key)?.value;
}

/** The string value of a key. */
export function stringOf(map: DocMap, key: string): string | undefined {
  const value = entryOf(map, key);
  return value?.kind === "scalar" && typeof value.value === "string" ? value.value : undefined;
}
