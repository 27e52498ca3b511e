import { createHash } from "node:crypto";
import type { ReadStatement } from "../dialect/statements.js";
import { changesTable, isOwn, isRead, readsTable, type Words, withoutLengths } from "./statement-words.js";

/** A statement in the server's statistics: several may differ only in comments or in their role. */
export interface Counted {
  readonly text: string;
  readonly calls: number;
  readonly totalMs: number;
  readonly rows: number;
  readonly firstAt: string | null;
}

/** The limit of kept statements: the others together take hardly any time. */
const most = 200;

type Table = { readonly schema: string; readonly name: string };
type Known = ReadStatement & { readonly text: string };

/**
 * The statements that read a table, from the server's statistics: merged, most expensive first, each with one of its texts.
 *
 * @param wordsOf returns undefined for text that cannot be parsed
 */
export function readsOf(
  counted: readonly Counted[],
  table: Table,
  wordsOf: (text: string) => Words | undefined,
  fold?: (name: string) => string,
): readonly Known[] {
  return together(counted, wordsOf, (words) => isRead(words) && readsTable(words, table, fold));
}

/** The statements that read or change one of the tables, merged in the same way. */
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

/** The id of a statement, independent of its role and its values. */
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
