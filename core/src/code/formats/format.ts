import type { SourceFile } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import type { DocEntry, DocList, DocMap, DocNode } from "./doc-tree.js";

/** The keywords of a JSON schema, in order. */
export type Keywords = readonly (readonly [keyword: string, value: string | boolean | readonly string[]])[];

/** What an insertion writes; the text is what it is recognised by later. */
export interface Written {
  readonly splices: readonly Splice[];
  readonly text: string;
}

/** How documents of a kind are written: the style of what stands there is kept. */
export interface Format {
  /** What would be written for a property, on one line: to be shown. */
  show(key: string, keywords: Keywords, map: DocMap, file: SourceFile): string;
  /** Undefined where nothing can be written that could be taken back to the same bytes. */
  addProperty(key: string, keywords: Keywords, map: DocMap, file: SourceFile): Written | undefined;
  removeProperty(entry: DocEntry, map: DocMap, file: SourceFile): readonly Splice[] | undefined;
  addItem(item: string, list: DocList, file: SourceFile): Written | undefined;
  removeItem(item: DocNode, list: DocList, file: SourceFile): readonly Splice[] | undefined;
}
