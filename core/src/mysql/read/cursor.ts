import type { TableName } from "../../model/index.js";
import { reserved } from "./reserved.js";
import type { Token } from "./scan.js";

/** Thrown where a form is not described; caught by who reads the statement or the clause. */
export const notUnderstood = new Error("not understood");

/** Reads the tokens of one statement, from the left to the right. */
export class Cursor {
  constructor(
    readonly sql: string,
    readonly tokens: readonly Token[],
    public at = 0,
    readonly end = tokens.length,
  ) {}

  /** The same text between other bounds. */
  within(from: number, to: number): Cursor {
    return new Cursor(this.sql, this.tokens, from, to);
  }

  get isDone(): boolean {
    return this.at >= this.end;
  }

  get token(): Token | undefined {
    return this.at < this.end ? this.tokens[this.at] : undefined;
  }

  /** Whether these words, or signs, follow. */
  is(...words: readonly string[]): boolean {
    return words.every((word, index) => {
      const token = this.at + index < this.end ? this.tokens[this.at + index] : undefined;
      return token?.text === word && (token.kind === "word" || token.kind === "sign");
    });
  }

  /** Takes these words where they follow. */
  take(...words: readonly string[]): boolean {
    const found = this.is(...words);
    if (found) this.at += words.length;
    return found;
  }

  /** Takes one of these words. */
  one(...words: readonly string[]): string | undefined {
    return words.find((word) => this.take(word));
  }

  need(...words: readonly string[]): void {
    if (!this.take(...words)) throw notUnderstood;
  }

  next(): Token {
    const token = this.token;
    if (token === undefined) throw notUnderstood;
    this.at += 1;
    return token;
  }

  /** A name, whether quoted or not; unquoted it is no reserved word, but behind a point. */
  name(): string {
    const token = this.next();
    if (token.kind === "name" || token.kind === "quoted") return token.text;
    if (token.kind !== "word") throw notUnderstood;
    if (reserved.has(token.text) && this.tokens[this.at - 2]?.text !== ".") throw notUnderstood;
    return this.sql.slice(token.start, token.end);
  }

  isName(): boolean {
    const kind = this.token?.kind;
    return kind === "name" || kind === "quoted" || (kind === "word" && !reserved.has(this.token?.text ?? ""));
  }

  table(): TableName {
    const name = this.name();
    return this.take(".") ? { schema: name, name: this.name() } : { name };
  }

  string(): string {
    const token = this.next();
    if (token.kind !== "string" && token.kind !== "quoted") throw notUnderstood;
    return token.text;
  }

  number(): number {
    const token = this.next();
    if (token.kind !== "number") throw notUnderstood;
    return Number(token.text);
  }

  /** What stands in the parentheses that follow; it goes on behind them. */
  group(): Cursor {
    this.need("(");
    const from = this.at;
    for (let depth = 1; ; ) {
      const { kind, text } = this.next();
      if (kind !== "sign") continue;
      if (text === "(") depth += 1;
      if (text === ")") depth -= 1;
      if (depth === 0) return this.within(from, this.at - 1);
    }
  }

  /** Items between commas, to the end. */
  list<Item>(read: (cursor: Cursor) => Item): Item[] {
    const items = [read(this)];
    while (this.take(",")) items.push(read(this));
    return items;
  }

  /** All items of the parentheses that follow. */
  listed<Item>(read: (cursor: Cursor) => Item): Item[] {
    const inside = this.group();
    const items = inside.list(read);
    if (!inside.isDone) throw notUnderstood;
    return items;
  }

  /** Goes to the first of these outside of parentheses, or to the end. */
  skipTo(...words: readonly string[]): void {
    while (!this.isDone && !words.some((word) => this.is(word))) {
      if (this.is("(")) this.group();
      else if (this.is(")")) throw notUnderstood;
      else this.at += 1;
    }
  }

  /** The text from one token up to where the cursor is. Versioned comments that it would cut through are in it. */
  sliceFrom(from: number): string {
    return this.sql.slice(...boundsOf(this.tokens, from, this.at));
  }
}

/** Where tokens begin and end in the text. */
export function boundsOf(tokens: readonly Token[], from: number, to: number): [start: number, end: number] {
  const [first, last] = [tokens[from], tokens[to - 1]];
  if (first === undefined || last === undefined || to <= from) return [0, 0];
  const { within: opened } = first;
  const { within: closed } = last;
  const start = opened !== undefined && opened !== closed && opened.end <= last.end ? opened.start : first.start;
  return [start, closed !== undefined && closed.start >= start ? closed.end : last.end];
}
