import { LockstepError } from "../../errors.js";
import type { Migration, Operation, Statement } from "../../model/index.js";
import { utf8ToUtf16 } from "./offsets.js";
import { type Parser, type ScanToken, SyntaxErrorAt } from "./parser.js";
import { readStatement } from "./read-statement.js";

/**
 * Reads a migration file: every statement becomes operations, or an explicit `unknown`. Nothing is dropped: the statements'
 * `full` slices and the tail make up the file again.
 *
 * @param file how the file is called in messages
 * @throws LS1001 where PostgreSQL's parser refuses the text
 */
export function readMigration(sql: string, file: string, parser: Parser): Migration {
  const parsed = parse(sql, file, parser);
  const toUtf16 = utf8ToUtf16(sql);
  const tokens = parser.scan(sql).filter((token) => !isComment(token));
  const statements: Statement[] = [];
  const operations: Operation[] = [];
  let consumed = 0;
  for (const raw of parsed.stmts ?? []) {
    if (raw.stmt === undefined) continue;
    const from = raw.stmt_location ?? 0;
    // Without a length the statement reaches to the end of the text: it has no semicolon.
    const to = raw.stmt_len ? from + raw.stmt_len : Buffer.byteLength(sql);
    const own = tokens.filter((token) => token.start >= from && token.end <= to && token.text !== ";");
    const first = own[0];
    const last = own.at(-1);
    if (first === undefined || last === undefined) continue;
    const slice = (a: number, b: number) => sql.slice(toUtf16(a), toUtf16(b));
    const index = statements.length;
    const offset = toUtf16(first.start);
    const semicolon = tokens.find((token) => token.start >= last.end && token.text === ";");
    const fullEnd = toUtf16(semicolon === undefined ? last.end : semicolon.end);
    const text = slice(first.start, last.end);
    statements.push({ index, sql: text, full: sql.slice(consumed, fullEnd), offset, line: lineAt(sql, offset) });
    consumed = fullEnd;
    const clauses = clausesOf(own).map(([head, tail]) => ({
      sql: slice(head.start, tail.end),
      end: tail.end,
      line: lineAt(sql, toUtf16(head.start)),
    }));
    operations.push(
      ...readStatement(raw.stmt, { index, sql: text, line: lineAt(sql, offset), clauses, end: last.end, slice }),
    );
  }
  return { sql, statements, tail: sql.slice(consumed), operations };
}

/** The clauses of ALTER TABLE: what stands between the commas outside of parentheses, after the table's name. */
function clausesOf(tokens: readonly ScanToken[]): [ScanToken, ScanToken][] {
  const words = tokens.map((token) => token.text.toUpperCase());
  if (words[0] !== "ALTER" || words[1] !== "TABLE") return [];
  let at = 2;
  if (words[at] === "IF") at += 2;
  if (words[at] === "ONLY") at += 1;
  at += 1;
  while (words[at] === ".") at += 2;
  if (words[at] === "*") at += 1;
  const clauses: [ScanToken, ScanToken][] = [];
  let depth = 0;
  let head: ScanToken | undefined;
  let previous: ScanToken | undefined;
  for (const token of tokens.slice(at)) {
    if (token.text === "(" || token.text === "[") depth += 1;
    if (token.text === ")" || token.text === "]") depth -= 1;
    if (token.text === "," && depth === 0) {
      if (head !== undefined && previous !== undefined) clauses.push([head, previous]);
      head = undefined;
      continue;
    }
    head ??= token;
    previous = token;
  }
  if (head !== undefined && previous !== undefined) clauses.push([head, previous]);
  return clauses;
}

function parse(sql: string, file: string, parser: Parser) {
  try {
    return parser.parse(sql);
  } catch (error) {
    if (!(error instanceof SyntaxErrorAt)) throw error;
    throw new LockstepError("LS1001", `${file}:${lineAt(sql, error.offset)}: ${error.message}`, { cause: error });
  }
}

function isComment(token: ScanToken): boolean {
  return token.tokenName === "SQL_COMMENT" || token.tokenName === "C_COMMENT";
}

function lineAt(sql: string, offset: number): number {
  let line = 1;
  for (let at = sql.indexOf("\n"); at !== -1 && at < offset; at = sql.indexOf("\n", at + 1)) line += 1;
  return line;
}
