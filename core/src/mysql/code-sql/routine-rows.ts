import { attempt } from "../../base/expected-errors.js";
import { named } from "../../base/pattern-of.js";
import type { SqlTable } from "../../dialect/code-sql.js";
import type { RoutineText, WholeRowUse } from "../../dialect/whole-rows.js";
import { Cursor, notUnderstood } from "../read/cursor.js";
import { isQuery } from "../read/read-rows.js";
import { Scanner, type Token, Unclosed } from "../read/scan.js";
import { type Declared, isRowOf, wholeRowsIn } from "./whole-rows.js";

/** The statements of a trigger, procedure, function or event that take the whole row of a table. */
export function wholeRowsOfRoutine({ kind, body }: RoutineText, table: SqlTable): readonly WholeRowUse[] {
  // The servers store a view with its columns.
  if (kind === "view") return [];
  const isUnread = (error: unknown) => error === notUnderstood || error instanceof Unclosed;
  const found = attempt(() => read(body, table), isUnread);
  if (found !== undefined) return found;
  return body.includes("*") && named(table.name).test(body) ? [{ kind: "unread", sql: "" }] : [];
}

function read(body: string, table: SqlTable): readonly WholeRowUse[] {
  const tokens = tokensOf(body);
  const declared = declaredIn(body, tokens, table);
  const found: WholeRowUse[] = [];
  const take = (statement: Cursor, text: string) => {
    for (const kind of wholeRowsIn(statement, table, declared)) {
      const sql = text.replace(/\s+/g, " ").trim();
      if (!found.some((each) => each.kind === kind && each.sql === sql)) found.push({ kind, sql });
    }
  };
  const isDynamic = tokens.some(
    ({ kind, text }, at) =>
      kind === "word" && (text === "PREPARE" || (text === "EXECUTE" && tokens[at + 1]?.text === "IMMEDIATE")),
  );
  for (const [from, to] of chunksOf(tokens)) {
    for (const at of startsIn(tokens, from, to)) {
      const end = endOf(tokens, at, to);
      take(new Cursor(body, tokens, at, end), body.slice(tokens[at]!.start, tokens[end - 1]!.end));
    }
    const sql = isDynamic ? dynamicIn(tokens, from, to) : undefined;
    if (sql !== undefined) take(new Cursor(sql, tokensOf(sql)), sql);
  }
  return found;
}

function tokensOf(sql: string): readonly Token[] {
  const scanner = new Scanner(sql);
  const tokens: Token[] = [];
  for (let token = scanner.next(); token !== undefined; token = scanner.next()) tokens.push(token);
  return tokens;
}

/** The parts between semicolons. */
function chunksOf(tokens: readonly Token[]): readonly (readonly [number, number])[] {
  const ends = tokens.flatMap(({ kind }, at) => (kind === "end" ? [at] : []));
  return [...ends, tokens.length].map((end, index) => [index === 0 ? 0 : ends[index - 1]! + 1, end] as const);
}

const verbs = /^(?:INSERT|REPLACE|SELECT|WITH|LOAD|FETCH|UPDATE|DELETE)$/;

/** Where statements of a part begin, outside of parentheses: after `IF … THEN`, `DECLARE c CURSOR FOR` and similar. */
function startsIn(tokens: readonly Token[], from: number, to: number): readonly number[] {
  const starts: number[] = [];
  for (let at = from, depth = 0; at < to; at++) {
    const { kind, text } = tokens[at]!;
    if (kind === "sign") depth += text === "(" ? 1 : text === ")" ? -1 : 0;
    const isVerb = kind === "word" && verbs.test(text) && tokens[at + 1]?.text !== "(";
    const isFirst =
      at === from || starts.length === 0 || /^(?:THEN|ELSE|DO|LOOP|REPEAT|BEGIN)$/.test(tokens[at - 1]!.text);
    if (isVerb && depth === 0 && isFirst) starts.push(at);
  }
  return starts.length > 0 || !tokens.slice(from, to).some(({ text }) => text === "SELECT") ? starts : [from];
}

/** A statement ends with its part, or before the next block. */
function endOf(tokens: readonly Token[], at: number, to: number): number {
  for (let end = at + 1; end < to; end++) {
    const { kind, text } = tokens[end]!;
    if (kind === "word" && /^(?:THEN|DO|LOOP)$/.test(text) && verbs.test(tokens[end + 1]?.text ?? "")) return end;
  }
  return to;
}

function declaredIn(sql: string, tokens: readonly Token[], table: SqlTable): Declared {
  const cursors = new Map<string, Cursor>();
  const rows = new Map<string, "table" | "cursor">();
  const copies = new Map<string, "table" | "temporary">();
  for (const [from, to] of chunksOf(tokens)) {
    for (let at = from; at < to; at++) {
      const cursor = new Cursor(sql, tokens, at, to);
      if (cursor.take("DECLARE") && cursor.isName()) {
        const names = cursor.list((each) => each.name());
        if (cursor.take("CURSOR")) {
          if (cursor.is("(")) cursor.group();
          if (cursor.take("FOR") && isQuery(cursor)) cursors.set(names[0]!, cursor);
        } else if (cursor.take("ROW", "TYPE", "OF")) {
          const of = cursor.table();
          if (of.name === table.name) for (const name of names) rows.set(name, "table");
          else if (cursors.has(of.name)) for (const name of names) rows.set(name, "cursor");
        }
      }
      if (!cursor.take("CREATE")) continue;
      cursor.take("OR", "REPLACE");
      const isTemporary = cursor.take("TEMPORARY");
      if (!cursor.take("TABLE")) continue;
      cursor.take("IF", "NOT", "EXISTS");
      const made = cursor.table();
      const isLike = cursor.take("LIKE");
      if (!isLike) cursor.skipTo("SELECT", "WITH");
      const isCopy = isLike ? cursor.table().name === table.name : isRowOf(cursor, table);
      if (isCopy) copies.set(made.name, isLike && !isTemporary ? "table" : "temporary");
    }
  }
  return { cursors, rows, copies };
}

/** The text of `'INSERT …'`, or of `CONCAT('INSERT INTO ', name, ' SELECT …')`; other parts become names. */
function dynamicIn(tokens: readonly Token[], from: number, to: number): string | undefined {
  const at = tokens.findIndex(({ kind, text }, index) => {
    const isText = (kind === "string" || kind === "quoted") && /^\s*(?:insert|replace|select|with)\b/i.test(text);
    return index >= from && index < to && isText;
  });
  if (at === -1) return undefined;
  const parts = [tokens[at]!.text];
  for (let index = at + 1; index < to && !(tokens[index]!.text === ")" && tokens[index]!.kind === "sign"); index++) {
    const { kind, text } = tokens[index]!;
    if (kind === "string" || kind === "quoted") parts.push(text);
    else if (kind !== "sign" || text !== ",") parts.push("hole_");
  }
  return parts.join("");
}
