import { createHash } from "node:crypto";
import type { ReadStatement } from "../dialects/statements.js";
import { isOwn, isRead, readsTable, type Words, withoutLengths } from "./statement-words.js";

/** A statement as a server has it: several may be the same but for comments, or for who runs it. */
export interface Counted {
  readonly text: string;
  readonly calls: number;
  readonly totalMs: number;
  readonly rows: number;
  readonly firstAt: string | null;
}

/** More are not kept: the rest together is hardly any time. */
const most = 200;

/**
 * The reads of a table among what a server has counted, each once, the most expensive ones first, with one of their texts.
 *
 * @param wordsOf undefined for what cannot be read
 */
export function readsOf(
  counted: readonly Counted[],
  table: { readonly schema: string; readonly name: string },
  wordsOf: (text: string) => Words | undefined,
  fold?: (name: string) => string,
): readonly (ReadStatement & { readonly text: string })[] {
  const reads = new Map<string, ReadStatement & { readonly text: string }>();
  for (const { text, calls, totalMs, rows, firstAt } of counted) {
    const words = withoutLengths(wordsOf(text) ?? []);
    if (!isRead(words) || isOwn(words) || !readsTable(words, table, fold)) continue;
    const id = createHash("sha256").update(words.join("\n")).digest("hex").slice(0, 16);
    const same = reads.get(id);
    const first = [firstAt, same?.firstAt].filter((at) => at != null).sort()[0];
    reads.set(id, {
      id,
      words,
      text,
      calls: calls + (same?.calls ?? 0),
      totalMs: totalMs + (same?.totalMs ?? 0),
      rows: rows + (same?.rows ?? 0),
      ...(first == null ? {} : { firstAt: first }),
    });
  }
  return [...reads.values()].sort((one, other) => other.totalMs - one.totalMs).slice(0, most);
}
