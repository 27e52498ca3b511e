import { quoteIdentifier } from "../quote.js";
import { reserved } from "../read/reserved.js";
import { Scanner, type Token } from "../read/scan.js";

/** What a parameter of a statement is about. `column`: of one of the statement's tables. */
export type ParameterUse =
  | { readonly kind: "compared" | "added" | "changed"; readonly column: string; readonly table: string | undefined }
  | { readonly kind: "other" };

export interface ReadStatement {
  /** It can be run as it is: lists that the server has shortened have parameters again, no database is named, limits are numbers. */
  readonly text: string;
  readonly tables: readonly string[];
  readonly addsRows: boolean;
  /** In the order of the parameters. */
  readonly uses: readonly ParameterUse[];
}

/** A value that rows get, as well. */
export interface AlsoAdded {
  readonly table: string;
  readonly columns: readonly string[];
}

const comparisons = new Set(["=", "<", ">", "<=", ">=", "<>", "!=", "<=>", "LIKE", "IN", "BETWEEN"]);
/** Behind these stands a table. */
const beforeTable = new Set(["FROM", "JOIN", "INTO", "UPDATE", "STRAIGHT_JOIN"]);

/**
 * Reads a statement as performance_schema keeps it: `INSERT INTO ``shop`` . ``User`` ( ``email`` ) VALUES (...)`.
 *
 * @param also columns that rows of a table are given, too
 * @returns undefined for one that cannot be run again: without its list of columns, cut off, not understood
 */
export function readStatement(sql: string, also?: AlsoAdded): ReadStatement | undefined {
  const tokens = withoutDatabases(tokensOf(sql));
  if (tokens === undefined) return undefined;
  const tables = tablesIn(tokens);
  const aliases = aliasesIn(tokens, tables);
  const first = tokens[0]?.text;
  const addsRows = first === "INSERT" || first === "REPLACE";
  const isAlso = addsRows && also !== undefined && tables[0] === also.table;
  const names = addsRows ? columnsOf(tokens, isAlso ? also.columns : []) : undefined;
  if (addsRows && names === undefined) return undefined;
  const [text, uses]: [string[], ParameterUse[]] = [[], []];
  let last: { readonly column: string; readonly table: string | undefined } | undefined;
  let clause = addsRows ? "added" : first === "UPDATE" ? "changed" : "compared";
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    const { kind, text: word } = token;
    if (kind === "word") {
      // Names that are words of SQL as well, and stood there without quotes, have lost their case: `NAME = ?`.
      if (!reserved.has(word) && comparisons.has(tokens[at + 1]?.text ?? "")) {
        const of = tokens[at - 1]?.text === "." ? tokens[at - 2]?.text : undefined;
        last = { column: word, table: of === undefined ? undefined : (aliases.get(of) ?? of) };
      }
      if (word === "WHERE" || word === "ON" || word === "HAVING") clause = "compared";
      if (word === "DUPLICATE") clause = "changed";
      if (word === "AND" || word === "OR") last = isBetween(tokens, at) ? last : undefined;
      if (word === "VALUES" && names !== undefined && clause === "added") {
        const end = listsEnd(tokens, at + 1);
        const list = valuesOf(tokens.slice(at + 1, end), names, isAlso ? also.columns.length : 0);
        if (list === undefined) return undefined;
        text.push("VALUES", list.text);
        uses.push(...list.columns.map((column) => ({ kind: "added" as const, column, table: tables[0] })));
        at = end - 1;
        continue;
      }
      if (word === "LIMIT" || word === "OFFSET") {
        const [one, comma, two] = tokens.slice(at + 1, at + 4);
        const isPair = comma?.text === "," && two !== undefined;
        if (one?.text === "?") {
          text.push(word, isPair ? "0 , 20" : word === "LIMIT" ? "20" : "0");
          // Of two numbers in a row the server keeps the first: `LIMIT ?, ...`.
          at += !isPair ? 1 : two.text === "." ? 5 : 3;
          continue;
        }
      }
    }
    if (addsRows && clause === "added" && word === "(" && text.length > 0 && names !== undefined && at === names.at) {
      text.push(`( ${names.all.map(quoteIdentifier).join(" , ")} )`);
      at = names.end;
      continue;
    }
    if (kind === "name") {
      const isQualified = tokens[at - 1]?.text === "." && tokens[at - 2]?.kind === "name";
      const qualifier = isQualified ? tokens[at - 2]!.text : undefined;
      last = { column: word, table: qualifier === undefined ? undefined : (aliases.get(qualifier) ?? qualifier) };
      text.push(quoteIdentifier(word));
      continue;
    }
    if (isShortened(tokens, at)) {
      // `IN (...)`
      const use: ParameterUse = last === undefined ? { kind: "other" } : { kind: "compared", ...last };
      uses.push(use, use);
      text.push("( ? , ? )");
      at += 4;
      continue;
    }
    if (word === "?" && kind === "sign") {
      const isOf = last !== undefined && (comparisons.has(tokens[at - 1]!.text) || isInList(tokens, at));
      uses.push(isOf ? { kind: clause === "changed" ? "changed" : "compared", ...last! } : { kind: "other" });
    }
    text.push(kind === "string" ? `'${word.replaceAll("'", "''").replaceAll("\\", "\\\\")}'` : word);
  }
  return text.join("").includes("...") ? undefined : { text: joined(text), tables, addsRows, uses };
}

/** A function and its parenthesis stand together, or the servers look for one that somebody has made. */
function joined(words: readonly string[]): string {
  return words.reduce((text, word) => (text === "" || word.startsWith("(") ? text + word : `${text} ${word}`), "");
}

/** @returns undefined: a quote or a comment is not closed, or it is more than one statement */
function tokensOf(sql: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  try {
    const scanner = new Scanner(sql);
    for (let token = scanner.next(); token !== undefined; token = scanner.next()) tokens.push(token);
  } catch {
    return undefined;
  }
  return tokens.some(({ kind }) => kind === "end") ? undefined : tokens;
}

/** A stage has a database of another name: `` `shop` . `User` `` behind FROM, `` `shop` . `User` . `id` ``. */
function withoutDatabases(tokens: readonly Token[] | undefined): readonly Token[] | undefined {
  if (tokens === undefined) return undefined;
  const isName = (at: number) => tokens[at]?.kind === "name";
  const isDot = (at: number) => tokens[at]?.text === ".";
  return tokens.filter((token, at) => {
    const start = token.text === "." ? at - 1 : at;
    if (!isName(start) || !isDot(start + 1) || !isName(start + 2) || isDot(start - 1)) return true;
    const isTriple = isDot(start + 3) && isName(start + 4);
    const isTable = beforeTable.has(tokens[start - 1]?.text ?? "");
    return !(isTriple || isTable);
  });
}

function tablesIn(tokens: readonly Token[]): readonly string[] {
  const named = tokens.flatMap(({ kind, text }, at) => {
    const before = tokens[at - 1];
    const isTable = before?.kind === "word" && (beforeTable.has(before.text) || before.text === "IGNORE");
    return kind === "name" && isTable ? [text] : [];
  });
  return [...new Set(named)];
}

/** `` FROM `User` AS `u` ``, `` FROM `User` `u` ``: by the alias. */
function aliasesIn(tokens: readonly Token[], tables: readonly string[]): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  for (const [at, { kind, text }] of tokens.entries()) {
    if (kind !== "name" || !tables.includes(text) || !beforeTable.has(tokens[at - 1]?.text ?? "")) continue;
    const alias = tokens[at + 1]?.text === "AS" ? tokens[at + 2] : tokens[at + 1];
    if (alias?.kind === "name") aliases.set(alias.text, text);
  }
  return aliases;
}

interface InsertedColumns {
  /** Of the opening parenthesis, and of the closing one. */
  readonly at: number;
  readonly end: number;
  readonly own: readonly string[];
  /** With those that are added. */
  readonly all: readonly string[];
}

function columnsOf(tokens: readonly Token[], added: readonly string[]): InsertedColumns | undefined {
  const at = tokens.findIndex(({ text }) => text === "(");
  const end = tokens.findIndex(({ text }) => text === ")");
  const values = tokens.findIndex(({ text }) => text === "VALUES" || text === "VALUE");
  if (at === -1 || end < at || values < end) return undefined;
  const own = tokens.slice(at + 1, end).flatMap(({ kind, text }) => (kind === "name" || kind === "word" ? [text] : []));
  return own.length === 0 ? undefined : { at, end, own, all: [...own, ...added] };
}

/** Where the lists behind VALUES end. */
function listsEnd(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const { text } = tokens[at]!;
    if (text === "(") depth++;
    else if (text === ")") depth--;
    else if (depth === 0 && text !== ",") return at;
  }
  return tokens.length;
}

/** The list of one row: the server shortens lists, and does not tell rows apart. */
function valuesOf(
  tokens: readonly Token[],
  { own, all }: InsertedColumns,
  added: number,
): { readonly text: string; readonly columns: readonly string[] } | undefined {
  if (isShortened(tokens, 0)) return { text: `( ${all.map(() => "?").join(" , ")} )`, columns: all };
  const items: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === "(") depth++;
    if (token.text === ")") depth--;
    if (depth === 0) break;
    if (depth === 1 && token.text === ",") items.push([]);
    else if (!(depth === 1 && token.text === "(")) items.at(-1)!.push(token);
  }
  if (items.length !== own.length) return undefined;
  const columns = items.flatMap((item, at) => item.flatMap(({ text }) => (text === "?" ? [own[at]!] : [])));
  const texts = items.map((item) =>
    item.map(({ kind, text }) => (kind === "name" ? quoteIdentifier(text) : text)).join(" "),
  );
  return {
    text: `( ${[...texts, ...Array.from({ length: added }, () => "?")].join(" , ")} )`,
    columns: [...columns, ...all.slice(own.length)],
  };
}

/** `(...)` */
function isShortened(tokens: readonly Token[], at: number): boolean {
  return (
    tokens[at]?.text === "(" &&
    tokens
      .slice(at + 1, at + 4)
      .map(({ text }) => text)
      .join("") === "..." &&
    tokens[at + 4]?.text === ")"
  );
}

/** The AND of a BETWEEN. */
function isBetween(tokens: readonly Token[], at: number): boolean {
  return tokens[at - 2]?.text === "BETWEEN";
}

/** `IN ( ? , ? )`, `BETWEEN ? AND ?` */
function isInList(tokens: readonly Token[], at: number): boolean {
  let start = at - 1;
  if (tokens[start]?.text === "AND" && isBetween(tokens, start)) return true;
  while (tokens[start]?.text === "," || tokens[start]?.text === "?") start--;
  return tokens[start]?.text === "(" && tokens[start - 1]?.text === "IN";
}
