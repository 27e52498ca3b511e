import type { Splice } from "./splice.js";

/** A change relative to the original text, regardless of earlier changes. */
export interface OriginalSplice<Owner> extends Splice {
  /** The owners of its splices. Touching splices are merged into one. */
  readonly owners: readonly Owner[];
  /** The current offset of its text. */
  readonly at: number;
}

/** Maps changes back to positions in the original text while sets of splices are applied one after the other. */
export class Origins<Owner> {
  #all: OriginalSplice<Owner>[] = [];

  /** In text order; changes at the same position in their current order. */
  get all(): readonly OriginalSplice<Owner>[] {
    return this.#all;
  }

  /** @param text the text before the splices; their positions refer to it, and they do not overlap */
  add(text: string, splices: readonly (Splice & { readonly owner: Owner })[]): void {
    const ordered = splices.map((splice, index) => ({ splice, index }));
    ordered.sort((a, b) => a.splice.start - b.splice.start || a.splice.end - b.splice.end || a.index - b.index);
    let now = text;
    // From the end, so earlier positions do not move.
    for (const { splice } of ordered.reverse()) {
      this.#put(now, splice);
      now = now.slice(0, splice.start) + splice.text + now.slice(splice.end);
    }
  }

  #put(text: string, { start, end, text: added, owner }: Splice & { readonly owner: Owner }): void {
    const met = this.#all.filter((each) => meets(each, start, end));
    const [first, last] = [met[0], met.at(-1)];
    const from = Math.min(start, first?.at ?? start);
    const to = Math.max(end, last === undefined ? end : last.at + last.text.length);
    const merged: OriginalSplice<Owner> = {
      start: first !== undefined && first.at <= start ? first.start : this.#original(start),
      end: last !== undefined && last.at + last.text.length >= end ? last.end : this.#original(end),
      text: text.slice(from, start) + added + text.slice(end, to),
      owners: [...new Set([...met.flatMap(({ owners }) => owners), owner])],
      at: from,
    };
    const moved = added.length - (end - start);
    const others = this.#all.filter((each) => !met.includes(each));
    const isBehind = (each: OriginalSplice<Owner>) => each.at >= to;
    this.#all = [
      ...others.filter((each) => !isBehind(each)),
      merged,
      ...others.filter(isBehind).map((each) => ({ ...each, at: each.at + moved })),
    ];
  }

  /** The original position of a position outside all additions. */
  #original(position: number): number {
    const before = this.#all.filter(({ at, text }) => at + text.length <= position);
    return before.reduce((sum, { start, end, text }) => sum - text.length + (end - start), position);
  }
}

/** Whether a change touches the text of an earlier one, or the position of an earlier deletion. */
function meets({ at, text }: OriginalSplice<unknown>, start: number, end: number): boolean {
  const last = at + text.length;
  return text === "" ? start <= at && at <= end : start < last && at < end;
}
