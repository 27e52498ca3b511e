/** A part of a text: one statement with the text before it, or text that is not a statement. */
export interface Piece {
  readonly start: number;
  /** Where the statement starts. */
  readonly lead: number;
  /** After its semicolon. */
  readonly end: number;
  /** Includes the rows that pg_dump writes after COPY … FROM STDIN. */
  readonly fullEnd: number;
  /** Why it is not a statement: a psql command, an unclosed quote. */
  readonly refused?: string;
  /** Semicolons inside it: in parentheses, in BEGIN ATOMIC. */
  readonly inner: readonly number[];
}

const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const commentEdge = /\/\*|\*\//g;
const quoteEdge = /['\\]/g;

/**
 * Splits text at semicolons between statements, like psql: ignores those in quotes, comments, parentheses and BEGIN ATOMIC. For text that
 * PostgreSQL's parser rejects; its scanner does not report how far it came. The pieces together are the whole text.
 */
export function splitStatements(sql: string): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  let at = 0;
  let lead = -1;
  let depth = 0;
  let isAtomic = false;
  let cases = 0;
  let inner: number[] = [];
  let words: string[] = [];
  let isLineStart = true;

  const cut = (end: number, refused?: string, fullEnd = end) => {
    const piece = { start, lead: lead === -1 ? start : lead, end, fullEnd, inner };
    pieces.push(refused === undefined ? piece : { ...piece, refused });
    start = fullEnd;
    at = fullEnd;
    lead = -1;
    depth = 0;
    isAtomic = false;
    cases = 0;
    inner = [];
    words = [];
  };
  const seen = (text: string) => {
    const before = words.at(-1);
    if (isAtomic && text === "CASE") cases += 1;
    else if (isAtomic && text === "END") {
      if (cases > 0) cases -= 1;
      else isAtomic = false;
    } else if (text === "ATOMIC" && before === "BEGIN" && words[0] === "CREATE") isAtomic = true;
    // Keeps the first word and the last two.
    words = [words[0] ?? text, ...words.slice(-1), text];
  };

  while (at < sql.length) {
    const character = sql[at]!;
    if (character === "\n" || /\s/.test(character)) {
      if (character === "\n") isLineStart = true;
      at += 1;
      continue;
    }
    if (character === "\\" && isLineStart) {
      // A psql command extends to the end of its line.
      const line = lineEnd(sql, at);
      const [name = ""] = sql.slice(at, line).split(/\s/);
      const command = at;
      if (lead !== -1) cut(command);
      lead = command;
      cut(line, `psql ${name}`);
      continue;
    }
    isLineStart = false;
    const from = at;
    const isComment = sql.startsWith("--", at) || sql.startsWith("/*", at);
    if (!isComment && lead === -1) lead = at;
    const end = quotedEnd(sql, at);
    if (end !== undefined) {
      if (end === -1) {
        if (lead === -1) lead = from;
        cut(sql.length, `syntax error: unterminated ${character === "/" ? "comment" : "quote"}`);
        break;
      }
      at = end;
      continue;
    }
    word.lastIndex = at;
    const text = word.exec(sql)?.[0];
    if (text !== undefined) {
      at += text.length;
      if (text.length < 7) seen(text.toUpperCase());
      if (sql[at] === "'" && /^e$/i.test(text)) {
        at = escapedEnd(sql, at);
        if (at === -1) cut(sql.length, "syntax error: unterminated quote");
      }
      continue;
    }
    at += 1;
    if (character === "(" || character === "[") depth += 1;
    else if (character === ")" || character === "]") depth = Math.max(0, depth - 1);
    else if (character === ";") {
      if (depth > 0 || isAtomic) inner.push(at);
      else cut(at, undefined, words[0] === "COPY" ? behindRows(sql, from, at) : at);
    }
  }
  if (start < sql.length) cut(sql.length);
  return pieces;
}

function lineEnd(sql: string, from: number): number {
  const end = sql.indexOf("\n", from);
  return end === -1 ? sql.length : end;
}

/** Where a comment, a quote or a quoted name ends; -1: it is not closed. Undefined: none starts here. */
function quotedEnd(sql: string, at: number): number | undefined {
  if (sql.startsWith("--", at)) return lineEnd(sql, at);
  if (sql.startsWith("/*", at)) {
    let depth = 0;
    for (commentEdge.lastIndex = at; ; ) {
      const edge = commentEdge.exec(sql);
      if (edge === null) return -1;
      depth += edge[0] === "/*" ? 1 : -1;
      if (depth === 0) return commentEdge.lastIndex;
    }
  }
  const character = sql[at];
  if (character === "'" || character === '"') {
    // A doubled quote counts as two adjacent quoted texts.
    const end = sql.indexOf(character, at + 1);
    return end === -1 ? -1 : end + 1;
  }
  if (character !== "$") return undefined;
  dollarTag.lastIndex = at;
  const tag = dollarTag.exec(sql)?.[0];
  if (tag === undefined) return undefined;
  const end = sql.indexOf(tag, at + tag.length);
  return end === -1 ? -1 : end + tag.length;
}

/** E'…': a backslash escapes the next character. */
function escapedEnd(sql: string, at: number): number {
  quoteEdge.lastIndex = at + 1;
  for (let edge = quoteEdge.exec(sql); edge !== null; edge = quoteEdge.exec(sql)) {
    if (edge[0] === "\\") quoteEdge.lastIndex += 1;
    else if (sql[edge.index + 1] === "'") quoteEdge.lastIndex += 1;
    else return edge.index + 1;
  }
  return -1;
}

/** The end of the rows after COPY … FROM STDIN, up to a line `\.`, if there are any. */
function behindRows(sql: string, statementEnd: number, end: number): number {
  const statement = sql.slice(Math.max(0, statementEnd - 1000), statementEnd);
  if (!/\bFROM\s+STDIN\b[^;]*$/i.test(statement)) return end;
  const first = lineEnd(sql, end);
  if (sql.slice(end, first).trim() !== "") return end;
  const last = sql.startsWith("\n\\.", first) ? first : sql.indexOf("\n\\.", first);
  return last === -1 ? end : lineEnd(sql, last + 1);
}
