import { attempt } from "../../base/expected-errors.js";

/** A token of MySQL's or MariaDB's SQL. Offsets are UTF-16. */
export interface Token {
  /** `quoted`: in double quotes, a string or, with ANSI_QUOTES, a name. `end`: the delimiter of statements. */
  readonly kind: "word" | "name" | "string" | "quoted" | "number" | "sign" | "end";
  /** Words in upper case, names and strings without their quotes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** The versioned comment that it stands in. */
  readonly within?: VersionedComment;
}

/** A comment whose text is run: from its opening to behind its end. */
export interface VersionedComment {
  readonly start: number;
  readonly end: number;
}

/** A quote or a comment that nothing closes. */
export class Unclosed extends Error {
  constructor(
    readonly what: "comment" | "quote",
    readonly offset: number,
  ) {
    super(`unterminated ${what}`);
  }
}

// \u00a0 and its like are letters to MySQL.
const space = /[ \t\n\v\f\r]+/y;
/** `--` needs a space, or a control character, behind it. */
const lineComment = /(?:#|--(?=[\0-\x20]|$))[^\n]*/y;
const versioned = /\/\*M?!\d{0,6}/y;
const number = /(?:0[xX][\da-fA-F]+|0[bB][01]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?![\w$\u0080-\uffff])/y;
const word = /[\w$\u0080-\uffff]+/y;
const restOfLine = /[^\n]*/y;
const edges = { "'": /['\\]/g, '"': /["\\]/g, "`": /`/g } as const;
const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", 0: "\0", Z: "\x1a" };

/** Reads tokens, one after the other; comments and white space are none. */
export class Scanner {
  /** What ends a statement: a line DELIMITER sets another one. */
  delimiter = ";";
  #at: number;
  #within: { start: number; end: number } | undefined;

  constructor(readonly sql: string) {
    this.#at = sql.startsWith("\uFEFF") ? 1 : 0;
  }

  /** @throws Unclosed */
  next(): Token | undefined {
    this.#skip();
    const { sql, delimiter } = this;
    const start = this.#at;
    const character = sql[start];
    if (character === undefined) return undefined;
    if (sql.startsWith(delimiter, start)) return this.#token("end", delimiter, start + delimiter.length);
    if (character === "'" || character === '"' || character === "`") return this.#quoted(character);
    const digits = match(number, sql, start);
    if (digits !== undefined) return this.#token("number", digits, start + digits.length);
    const found = match(word, sql, start);
    if (found === undefined) return this.#token("sign", character, start + 1);
    // The client that knows delimiters looks for them everywhere: `END$$`.
    const cut = delimiter === ";" ? -1 : found.indexOf(delimiter);
    const text = cut === -1 ? found : found.slice(0, cut);
    return this.#token("word", text.toUpperCase(), start + text.length);
  }

  /** What follows on the line. */
  line(): Token {
    const text = match(restOfLine, this.sql, this.#at) ?? "";
    const own = text.trimEnd();
    return this.#token("string", own.trim(), this.#at + own.length);
  }

  #token(kind: Token["kind"], text: string, end: number): Token {
    const start = this.#at;
    this.#at = end;
    return this.#within === undefined ? { kind, text, start, end } : { kind, text, start, end, within: this.#within };
  }

  #skip(): void {
    const { sql } = this;
    for (;;) {
      const blank = match(space, sql, this.#at) ?? match(lineComment, sql, this.#at);
      if (blank !== undefined) {
        this.#at += blank.length;
        continue;
      }
      if (this.#within !== undefined && sql.startsWith("*/", this.#at)) {
        this.#at += 2;
        this.#within.end = this.#at;
        this.#within = undefined;
        continue;
      }
      const opening = this.#within === undefined ? match(versioned, sql, this.#at) : undefined;
      if (opening !== undefined) {
        this.#within = { start: this.#at, end: this.#at };
        this.#at += opening.length;
      } else if (sql.startsWith("/*", this.#at)) {
        const end = sql.indexOf("*/", this.#at + 2);
        if (end === -1) throw new Unclosed("comment", this.#at);
        this.#at = end + 2;
      } else {
        if (this.#at >= sql.length && this.#within !== undefined) throw new Unclosed("comment", this.#within.start);
        return;
      }
    }
  }

  #quoted(quote: "'" | '"' | "`"): Token {
    const { sql } = this;
    const start = this.#at;
    let text = "";
    let from = start + 1;
    const edge = edges[quote];
    edge.lastIndex = from;
    for (let found = edge.exec(sql); found !== null; found = edge.exec(sql)) {
      const at = found.index;
      const following = sql[at + 1];
      text += sql.slice(from, at);
      from = at + 2;
      edge.lastIndex = from;
      if (found[0] === "\\") text += escapes[following ?? ""] ?? following ?? "";
      else if (following === quote) text += quote;
      else return this.#token(quote === "'" ? "string" : quote === '"' ? "quoted" : "name", text, at + 1);
    }
    throw new Unclosed("quote", start);
  }
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** All tokens of a text; undefined where a quote or a comment is not closed: servers cut long texts off. */
export function tokensOf(sql: string): readonly Token[] | undefined {
  const scanner = new Scanner(sql);
  const read = () => {
    const tokens: Token[] = [];
    for (let token = scanner.next(); token !== undefined; token = scanner.next()) tokens.push(token);
    return tokens;
  };
  return attempt(read, (error) => error instanceof Unclosed);
}
