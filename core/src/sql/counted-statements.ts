import { createHash } from "node:crypto";
import type { ReadStatement } from "../dialect/statements.js";
import { changesTable, isOwn, isRead, readsTable, type Words, withoutLengths } from "./statement-words.js";

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

type Table = { readonly schema: string; readonly name: string };
type Known = ReadStatement & { readonly text: string };

/**
 * The reads of a table among what a server has counted, each once, the most expensive ones first, with one of their texts.
 *
 * @param wordsOf undefined for what cannot be read
 */
export function readsOf(
  counted: readonly Counted[],
  table: Table,
  wordsOf: (text: string) => Words | undefined,
  fold?: (name: string) => string,
): readonly Known[] {
  return together(counted, wordsOf, (words) => isRead(words) && readsTable(words, table, fold));
}

/** All that reads or changes one of the tables, in the same way. */
export function statementsOf(
  counted: readonly Counted[],
  tables: readonly Table[],
  wordsOf: (text: string) => Words | undefined,
  fold?: (name: string) => string,
): readonly Known[] {
  return together(counted, wordsOf, (words) =>
    tables.some((table) => readsTable(words, table, fold) || changesTable(words, table, fold)),
  );
}

/** What a statement is known by, whoever runs it and with whatever values. */
export function statementId(words: Words): string {
  return createHash("sha256").update(words.join("\n")).digest("hex").slice(0, 16);
}

function together(
  counted: readonly Counted[],
  wordsOf: (text: string) => Words | undefined,
  isWanted: (words: Words) => boolean,
): readonly Known[] {
  const found = new Map<string, Known>();
  for (const { text, calls, totalMs, rows, firstAt } of counted) {
    const words = withoutLengths(wordsOf(text) ?? []);
    if (isOwn(words) || !isWanted(words)) continue;
    const id = statementId(words);
    const same = found.get(id);
    const first = [firstAt, same?.firstAt].filter((at) => at != null).sort()[0];
    found.set(id, {
      id,
      words,
      text,
      calls: calls + (same?.calls ?? 0),
      totalMs: totalMs + (same?.totalMs ?? 0),
      rows: rows + (same?.rows ?? 0),
      ...(first == null ? {} : { firstAt: first }),
    });
  }
  return [...found.values()].sort((one, other) => other.totalMs - one.totalMs).slice(0, most);
}
