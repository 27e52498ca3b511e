/** One edit: replaces `start` to `end` by `text`. Positions are offsets into the text before the change. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Applies splices that do not overlap. Splices at one position keep their order. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  let result = "";
  let at = 0;
  for (const splice of inOrder(splices)) {
    if (splice.start < at) throw new Error(`Two edits overlap at offset ${splice.start}`);
    result += text.slice(at, splice.start) + splice.text;
    at = splice.end;
  }
  return result + text.slice(at);
}

/**
 * The new position of an offset after the splices. An offset at an insertion stays before the inserted text: the anchor of an edit is the
 * start of its own text.
 */
export function moveOffset(offset: number, splices: readonly Splice[]): number {
  let moved = offset;
  for (const splice of splices) {
    if (splice.end <= offset && splice.start < offset) moved += splice.text.length - (splice.end - splice.start);
    else if (splice.start < offset) moved -= offset - splice.start;
  }
  return moved;
}

function inOrder(splices: readonly Splice[]): Splice[] {
  return splices
    .map((splice, index) => ({ splice, index }))
    .sort(compare)
    .map(({ splice }) => splice);
}

function compare(a: { splice: Splice; index: number }, b: { splice: Splice; index: number }): number {
  return a.splice.start - b.splice.start || a.splice.end - b.splice.end || a.index - b.index;
}
