import { Scanner, type Token } from "./scan.js";

/** A statement of a text: its tokens, and where its delimiter ends. */
export interface Cut {
  readonly tokens: readonly Token[];
  readonly fullEnd: number;
  /** A body whose END is missing: it may have taken statements that follow. */
  readonly isOpen?: true;
}

const objects = new Set("TABLE VIEW INDEX DATABASE SCHEMA USER ROLE SERVER SEQUENCE TABLESPACE".split(" "));
const routines = new Set(["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"]);
/** A function, `DROP TABLE IF EXISTS`, `FOR EACH ROW`: what makes of a word that opens a block something else. */
const noBlock = /\s*\(|\s+(?:(?:NOT\s+)?EXISTS|EACH)\b/iy;
const untilEnd = /\s+REPEAT\b/iy;

/**
 * Cuts a text where its statements end: at semicolons outside of the bodies of routines, or at what a line DELIMITER says.
 *
 * @throws Unclosed
 */
export function* cutStatements(sql: string): Generator<Cut> {
  const scanner = new Scanner(sql);
  let tokens: Token[] = [];
  let body: Body | "none" | undefined;
  for (let token = scanner.next(); token !== undefined; token = scanner.next()) {
    if (tokens.length === 0 && token.kind === "word" && token.text === "DELIMITER") {
      const line = scanner.line();
      const [delimiter = ""] = line.text.split(/\s/);
      if (delimiter !== "") scanner.delimiter = delimiter.replace(/^(['"`])(.+)\1$/, "$2");
      yield { tokens: [token, line], fullEnd: line.end };
      continue;
    }
    if (token.kind === "end") {
      if (scanner.delimiter === ";" && body instanceof Body && body.isInside) body.take(token, sql);
      else {
        if (tokens.length > 0) yield { tokens, fullEnd: token.end };
        tokens = [];
        body = undefined;
        continue;
      }
    } else {
      if (scanner.delimiter === ";" && token.kind === "word") body ??= bodyOf(token, tokens);
      if (body instanceof Body) body.take(token, sql);
    }
    tokens.push(token);
  }
  const last = tokens.at(-1);
  if (last === undefined) return;
  const isOpen = body instanceof Body && body.isInside;
  yield { tokens, fullEnd: last.within?.end ?? last.end, ...(isOpen ? { isOpen: true } : {}) };
}

/** Whether a statement has a body; undefined: its words so far do not say. */
function bodyOf({ text }: Token, before: readonly Token[]): Body | "none" | undefined {
  const [first] = before;
  if (first === undefined) return text === "CREATE" || text === "ALTER" || text === "BEGIN" ? undefined : "none";
  // MariaDB's block outside of routines: BEGIN NOT ATOMIC.
  if (first.text === "BEGIN") return text === "NOT" ? new Body(1) : "none";
  if (routines.has(text)) return new Body(0);
  return objects.has(text) ? "none" : undefined;
}

/** Follows the blocks of a body: what opens one, and which END closes it. */
class Body {
  /** Expressions have CASE … END, too, and in them IF and REPEAT are functions. */
  readonly #open: ("block" | "expression")[] = [];
  #before: Token | undefined;

  constructor(blocks: number) {
    for (let count = 0; count < blocks; count++) this.#open.push("block");
  }

  get isInside(): boolean {
    return this.#open.length > 0;
  }

  take(token: Token, sql: string): void {
    const before = this.#before;
    this.#before = token;
    if (token.kind !== "word" || before?.text === ".") return;
    const top = this.#open.at(-1);
    if (token.text === "END") {
      const closes =
        top === "expression" || before?.kind === "end" || before?.text === "BEGIN" || isAhead(untilEnd, sql, token.end);
      if (closes) this.#open.pop();
    } else if (token.text === "CASE") {
      if (before?.text === "END" && before.kind === "word") return;
      this.#open.push(top !== "expression" && this.#isStart(before) ? "block" : "expression");
    } else if (top !== "expression" && this.#opens(token, before, sql)) this.#open.push("block");
  }

  #opens({ text, end }: Token, before: Token | undefined, sql: string): boolean {
    switch (text) {
      case "BEGIN":
        return before?.kind !== "sign" || before.text === ")" || before.text === ":";
      case "FOR":
        return this.#isStart(before) && !isAhead(noBlock, sql, end);
      case "IF":
      case "LOOP":
      case "WHILE":
      case "REPEAT":
        if (this.#isStart(before)) return true;
        // RETURNS int IF …: the type of a function may be anything.
        return (
          !this.isInside && before?.text !== "END" && !isAhead(noBlock, sql, end) && !routines.has(before?.text ?? "")
        );
      default:
        return false;
    }
  }

  /** Whether a statement can begin behind that token. */
  #isStart(before: Token | undefined): boolean {
    if (before === undefined || before.kind === "end" || before.text === ":") return true;
    if (!this.isInside && (before.text === ")" || (before.kind === "word" && characteristics.has(before.text))))
      return true;
    return before.kind === "word" && starts.has(before.text);
  }
}

const starts = new Set("BEGIN ATOMIC THEN ELSE DO LOOP REPEAT".split(" "));
/** What the head of a routine may end with. */
const characteristics = new Set("ROW DETERMINISTIC DATA SQL DEFINER INVOKER".split(" "));

function isAhead(pattern: RegExp, sql: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(sql);
}
