import {
  changesTable,
  nameWord,
  readsTable,
  statementText,
  type Words,
  withoutLengths,
} from "../../sql/statement-words.js";
import { reserved } from "../read/reserved.js";
import { tokensOf } from "../read/scan.js";
import { fold, type PlannedTable } from "./planned-table.js";

/** The first words of statements that change tables. */
export const ddl = new Set(["ALTER", "CREATE", "DROP", "RENAME", "TRUNCATE", "OPTIMIZE", "ANALYZE", "REPAIR"]);

/** `‘UPDATE "User" SET email = ?’`; `a statement` if the server truncated it within a value. */
export function statementOf(words: Words): string {
  return words.length === 0 ? "a statement" : `‘${statementText(withoutLengths(words))}’`;
}

/** Whether the waiting statement waits for this table, judged by its text. */
export function names(words: Words, table: PlannedTable, schema: string | null): boolean {
  if (readsTable(words, table, fold) || changesTable(words, table, fold)) return isHere(words, table, schema);
  // LOCK TABLES and DDL, in any form.
  const isOfRows = ["SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "("].includes(words[0] ?? "");
  return !isOfRows && words.some((word) => fold(word) === fold(nameWord(table.name))) && isHere(words, table, schema);
}

/** Names without a database belong to the session's database. */
function isHere(words: Words, { schema }: PlannedTable, own: string | null): boolean {
  return fold(own ?? "") === fold(schema) || words.some((word) => fold(word) === fold(nameWord(schema)));
}

/** Removes values, as `statementText` requires: the server returns running statements as written, with names possibly unquoted. */
export function wordsOf(sql: string, tables: readonly PlannedTable[]): Words {
  const known = new Set(tables.flatMap(({ schema, name }) => [fold(schema), fold(name)]));
  return (tokensOf(sql) ?? []).map(({ kind, text, start, end }) => {
    const upper = text.toUpperCase();
    if (kind === "name" || (kind === "word" && !isKeyword(upper) && known.has(fold(text))))
      return nameWord(kind === "name" ? text : sql.slice(start, end));
    if (kind === "word") return isKeyword(upper) ? upper : sql.slice(start, end);
    return kind === "sign" || kind === "end" ? text : "?";
  });
}

/** Quotes every name, as statement digests do. */
export const named = (word: string) => (/^[\w$]/.test(word) && !isKeyword(word) ? nameWord(word) : word);

const isKeyword = (upper: string) => reserved.has(upper) || ddl.has(upper);
