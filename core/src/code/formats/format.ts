import type { SourceFile } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import type { DocEntry, DocList, DocMap, DocNode } from "./doc-tree.js";

/** The keywords of a JSON schema, in order. */
export type Keywords = readonly (readonly [keyword: string, value: string | boolean | readonly string[]])[];

/** The result of an insertion. The text identifies it later. */
export interface Written {
  readonly splices: readonly Splice[];
  readonly text: string;
}

/** How documents of a kind are written. The existing style is kept. */
export interface Format {
  /** The text for a property on one line, for display. */
  show(key: string, keywords: Keywords, map: DocMap, file: SourceFile): string;
  /** Undefined if the insertion could not be reverted to the same bytes. */
  addProperty(key: string, keywords: Keywords, map: DocMap, file: SourceFile): Written | undefined;
  removeProperty(entry: DocEntry, map: DocMap, file: SourceFile): readonly Splice[] | undefined;
  addItem(item: string, list: DocList, file: SourceFile): Written | undefined;
  removeItem(item: DocNode, list: DocList, file: SourceFile): readonly Splice[] | undefined;
}
