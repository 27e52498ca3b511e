import { quoteIdentifier } from "../quote.js";
import { reserved } from "../read/reserved.js";
import { type Token, tokensOf } from "../read/scan.js";

/** What a parameter is used for. `column` belongs to a table of the statement. */
export type ParameterUse =
  | { readonly kind: "compared" | "added" | "changed"; readonly column: string; readonly table: string | undefined }
  | { readonly kind: "other" };

export interface ReadStatement {
  /** Executable SQL: shortened lists have parameters again, database names are removed, limits are numbers. */
  readonly text: string;
  readonly tables: readonly string[];
  readonly addsRows: boolean;
  /** In parameter order. */
  readonly uses: readonly ParameterUse[];
}

/** Columns that inserted rows also get. */
export interface AlsoAdded {
  readonly table: string;
  readonly columns: readonly string[];
}

const comparisons = new Set(["=", "<", ">", "<=", ">=", "<>", "!=", "<=>", "LIKE", "IN", "BETWEEN"]);
/** A table follows these words. */
const beforeTable = new Set(["FROM", "JOIN", "INTO", "UPDATE", "STRAIGHT_JOIN"]);

/**
 * Reads a statement as performance_schema stores it: `INSERT INTO ``shop`` . ``User`` ( ``email`` ) VALUES (...)`.
 *
 * @param also columns that inserted rows of a table also get
 * @returns undefined for a statement that cannot run again: without a column list, truncated, or not understood
 */
export function readStatement(sql: string, also?: AlsoAdded): ReadStatement | undefined {
  const tokens = withoutDatabases(soleStatement(sql));
  return tokens && new StatementReader(tokens, also).read();
}

interface NamedColumn {
  readonly column: string;
  readonly table: string | undefined;
}

/** Reads a statement once, from left to right. */
class StatementReader {
  readonly #tables: readonly string[];
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #addsRows: boolean;
  /** Columns that inserted rows get although the statement does not name them. */
  readonly #also: readonly string[];
  /** Columns of inserted rows; undefined: the statement has no column list. */
  readonly #columns: InsertedColumns | undefined;
  readonly #text: string[] = [];
  readonly #uses: ParameterUse[] = [];
  /** The column that was named last. */
  #last: NamedColumn | undefined;
  #clause: "added" | "changed" | "compared";

  constructor(
    private readonly tokens: readonly Token[],
    also: AlsoAdded | undefined,
  ) {
    const first = tokens[0]?.text;
    this.#tables = tablesIn(tokens);
    this.#aliases = aliasesIn(tokens, this.#tables);
    this.#addsRows = first === "INSERT" || first === "REPLACE";
    this.#also = this.#addsRows && also?.table === this.#tables[0] ? (also?.columns ?? []) : [];
    this.#columns = this.#addsRows ? columnsOf(tokens, this.#also) : undefined;
    this.#clause = this.#addsRows ? "added" : first === "UPDATE" ? "changed" : "compared";
  }

  read(): ReadStatement | undefined {
    if (this.#addsRows && this.#columns === undefined) return undefined;
    for (let at: number | undefined = 0; at < this.tokens.length; ) {
      at = this.#readAt(at);
      if (at === undefined) return undefined;
    }
    if (this.#text.join("").includes("...")) return undefined;
    return { text: joined(this.#text), tables: this.#tables, addsRows: this.#addsRows, uses: this.#uses };
  }

  /** @returns the next position; undefined: not understood */
  #readAt(at: number): number | undefined {
    const { kind, text: word } = this.tokens[at]!;
    if (kind === "word") {
      this.#noteWord(at);
      if (word === "VALUES" && this.#isAdding) return this.#readRows(at);
      if (word === "LIMIT" || word === "OFFSET") return this.#readLimit(at);
    } else if (kind === "name") this.#last = this.#columnAt(at);
    else if (this.#isAdding && at === this.#columns?.at) {
      this.#text.push(`( ${this.#columns.all.map(quoteIdentifier).join(" , ")} )`);
      return this.#columns.end + 1;
    } else if (isShortened(this.tokens, at)) {
      // `IN (...)`
      const use: ParameterUse = this.#last === undefined ? { kind: "other" } : { kind: "compared", ...this.#last };
      this.#uses.push(use, use);
      this.#text.push("( ? , ? )");
      return at + 5;
    } else if (word === "?" && kind === "sign") this.#uses.push(this.#useAt(at));
    this.#text.push(written(this.tokens[at]!));
    return at + 1;
  }

  get #isAdding(): boolean {
    return this.#columns !== undefined && this.#clause === "added";
  }

  #columnAt(at: number): NamedColumn {
    const qualifier = this.tokens[at - 1]?.text === "." ? this.tokens[at - 2]?.text : undefined;
    const table = qualifier === undefined ? undefined : (this.#aliases.get(qualifier) ?? qualifier);
    return { column: this.tokens[at]!.text, table };
  }

  #noteWord(at: number): void {
    const word = this.tokens[at]!.text;
    // Unquoted names that are also keywords lose their case: `NAME = ?`.
    if (!reserved.has(word) && comparisons.has(this.tokens[at + 1]?.text ?? "")) this.#last = this.#columnAt(at);
    if (word === "WHERE" || word === "ON" || word === "HAVING") this.#clause = "compared";
    if (word === "DUPLICATE") this.#clause = "changed";
    if ((word === "AND" || word === "OR") && !isBetween(this.tokens, at)) this.#last = undefined;
  }

  /** The lists after VALUES. */
  #readRows(at: number): number | undefined {
    const end = listsEnd(this.tokens, at + 1);
    const list = valuesOf(this.tokens.slice(at + 1, end), this.#columns!, this.#also.length);
    if (list === undefined) return undefined;
    this.#text.push("VALUES", list.text);
    this.#uses.push(...list.columns.map((column) => ({ kind: "added" as const, column, table: this.#tables[0] })));
    return end;
  }

  /** Of two numbers, the server keeps the first: `LIMIT ?, ...`. */
  #readLimit(at: number): number {
    const word = this.tokens[at]!.text;
    const [one, comma, two] = this.tokens.slice(at + 1, at + 4);
    if (one?.text !== "?") {
      this.#text.push(word);
      return at + 1;
    }
    const isPair = comma?.text === "," && two !== undefined;
    this.#text.push(word, isPair ? "0 , 20" : word === "LIMIT" ? "20" : "0");
    return at + (!isPair ? 2 : two.text === "." ? 6 : 4);
  }

  #useAt(at: number): ParameterUse {
    const isOf = comparisons.has(this.tokens[at - 1]?.text ?? "") || isInList(this.tokens, at);
    if (this.#last === undefined || !isOf) return { kind: "other" };
    return { kind: this.#clause === "changed" ? "changed" : "compared", ...this.#last };
  }
}

function written({ kind, text }: Token): string {
  if (kind === "name") return quoteIdentifier(text);
  return kind === "string" ? `'${text.replaceAll("'", "''").replaceAll("\\", "\\\\")}'` : text;
}

/** Leaves no space between a function and its parenthesis. With a space, the servers look for a user-defined function. */
function joined(words: readonly string[]): string {
  return words.reduce((text, word) => (text === "" || word.startsWith("(") ? text + word : `${text} ${word}`), "");
}

/** @returns undefined for an unclosed quote or comment, or for several statements */
function soleStatement(sql: string): readonly Token[] | undefined {
  const tokens = tokensOf(sql);
  return tokens?.some(({ kind }) => kind === "end") ? undefined : tokens;
}

/**
 * Removes database names, because the scratch database has another name: `` `shop` . `User` `` after FROM, `` `shop` . `User` . `id` ``.
 */
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

/** Tables by alias: `` FROM `User` AS `u` ``, `` FROM `User` `u` ``. */
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
  /** The positions of the opening and closing parenthesis. */
  readonly at: number;
  readonly end: number;
  readonly own: readonly string[];
  /** Includes the added columns. */
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

/** Where the lists after VALUES end. */
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

/** The list of one row. The server shortens lists and does not keep separate rows. */
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
