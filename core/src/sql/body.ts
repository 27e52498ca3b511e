import { named, patternOf } from "../base/pattern-of.js";
import type { Body, BodyReader } from "../dialect/body.js";
import type { DialectId } from "../model/dialect.js";
import type { TableName } from "../model/names.js";
import type { Words } from "./statement-words.js";

/** A text that the server runs later, and what runs it. */
export interface RunText {
  readonly kind: string;
  readonly language: string;
  readonly body: string;
  /** As in `Routine`. */
  readonly arguments: string;
  readonly row?: "argument" | "result" | "both";
  /** The statements of the triggers of the table that run it. */
  readonly triggers: readonly { readonly definition: string }[];
}

/** What a migration takes: a table, or one of its columns. */
export interface TakenName {
  readonly kind: string;
  readonly table: TableName;
  readonly name: string;
}

/**
 * What becomes of a text when a table or a column goes, or gets another name. `breaks`: a trigger of the table runs it, and it takes the
 * column from the row, so writes of the table fail. `names`: it may fail. undefined: it does not name it.
 */
export function useOfTaken(text: RunText, taken: TakenName, reader: BodyReader): "breaks" | "names" | undefined {
  return taken.kind === "table" ? useOfTable(text, taken.table.name, reader) : useOfColumn(text, taken, reader);
}

/** Its own triggers go with a table; what they run may have other users. */
function useOfTable(text: RunText, table: string, { readBody, dialect }: BodyReader): "names" | undefined {
  if (text.kind === "trigger" && text.triggers.length > 0) return undefined;
  const read = readBody(text.body);
  const fold = foldOf(dialect);
  const isInText = (each: string) => named(table).test(each);
  const isNamed = read === undefined ? isInText(text.body) : read.words.map(fold).includes(fold(`"${table}"`));
  return isNamed || (read !== undefined && isExecuting(read.words.map(fold)) && read.texts.some(isInText))
    ? "names"
    : undefined;
}

function isExecuting(words: Words): boolean {
  return words.some((word) => word === "execute" || word === "prepare");
}

function useOfColumn(
  text: RunText,
  { table: { name: table }, name: column }: TakenName,
  { readBody, dialect }: BodyReader,
): "breaks" | "names" | undefined {
  const isRun = text.triggers.length > 0;
  const argument = new RegExp(`\\bEXECUTE (?:FUNCTION|PROCEDURE) [^']*\\(.*'${patternOf(column)}'`, "s");
  const isPassed = text.triggers.some(({ definition }) => argument.test(definition));
  // A function of the server or an extension: its arguments are columns.
  if (text.language === "c" || text.language === "internal") return isPassed ? "breaks" : undefined;
  const isOfSql = text.language === "sql" || text.language === "plpgsql";
  const read = isOfSql ? readBody(text.body) : undefined;
  if (read === undefined) {
    const has = (name: string) => named(name).test(text.body);
    return isPassed || (has(column) && (isRun || has(table))) ? "names" : undefined;
  }
  const fold = foldOf(dialect);
  const words = read.words.map((word) => fold(word));
  const [own, of] = [column, table].map((name) => fold(`"${name}"`)) as [string, string];
  const rows = new Set([
    "new",
    "old",
    of,
    ...(text.row === undefined ? [] : argumentsOf(text.arguments, readBody, fold)),
  ]);
  const fields = words.flatMap((word, at) => (word === own && words[at - 1] === "." ? [rowBefore(words, at - 1)] : []));
  const isOfRow = fields.some((row) => row !== undefined && rows.has(row));
  if (isOfRow && isRun) return isConditional(words) ? "names" : "breaks";
  const isOfStatement = text.triggers.some(({ definition }) => /\bREFERENCING\b/i.test(definition));
  const isOver = words.includes(of) || text.row !== undefined || (isRun && hasWholeRow(words)) || isOfStatement;
  const isExecuted = isExecuting(words);
  const isOfTable = isRun || isOver || read.texts.some((each) => named(table).test(each));
  const isInText = (each: string) =>
    // `to_jsonb(NEW)->>'name'`
    (isOver && each === column) || (isExecuted && isOfTable && named(column).test(each));
  const isNamed =
    isPassed || (isOver && words.includes(own)) || (isRun && fields.length > 0) || read.texts.some(isInText);
  return isNamed || isOfRow ? "names" : undefined;
}

/** Keywords in lower case, too: PL/pgSQL allows them as names of fields. */
function foldOf(dialect: DialectId): (word: string) => string {
  const plain = (word: string) => (word.startsWith('"') ? word.slice(1, -1) : word.toLowerCase());
  return dialect === "postgresql" ? plain : (word) => plain(word).toLowerCase();
}

/** `NEW` in `NEW.` and `(NEW).` */
function rowBefore(words: Words, dot: number): string | undefined {
  return words[dot - 1] === ")" && words[dot - 3] === "(" ? words[dot - 2] : words[dot - 1];
}

/** The names in `m "Member", n integer`; names of types do no harm. */
function argumentsOf(list: string, readBody: (text: string) => Body | undefined, fold: (word: string) => string) {
  return readBody(list)?.words.map(fold) ?? [];
}

/** `NEW.*`, and `NEW` as a value: a record, a row of a query. */
function hasWholeRow(words: Words): boolean {
  return words.some((word, at) => {
    if (word !== "new" && word !== "old") return false;
    return words[at + 1] === "." ? words[at + 2] === "*" : words[at - 1] !== "return";
  });
}

/** It compares the name of the table, or handles the error. */
function isConditional(words: Words): boolean {
  return words.some((word, at) => {
    const [before, after] = [words[at - 1] ?? "", words[at + 1] ?? ""];
    if (word === "exception") return after === "when";
    if (!/^tg_(?:table_name|relname|relid|table_schema|name|argv)$/.test(word)) return false;
    return before === "case" || /^(?:=|<>|!=|in|not|like|~)$/.test(after) || /^(?:=|<>|!=)$/.test(before);
  });
}
