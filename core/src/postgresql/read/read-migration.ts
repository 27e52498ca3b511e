import { LockstepError } from "../../base/errors.js";
import type { Migration, Operation, Statement } from "../../model/index.js";
import { linesOf } from "../../sql/lines.js";
import { SyntaxErrorAt } from "../../sql/not-sql.js";
import { utf8ToUtf16 } from "./offsets.js";
import type { Node, Parser, ScanToken } from "./parser.js";
import { readBlock } from "./read-block.js";
import { readStatement } from "./read-statement.js";

/**
 * Reads a migration file: every statement becomes operations, or an explicit `unknown`. Nothing is lost: the statements' `full` slices and
 * the tail concatenate to the file.
 *
 * @param file the file's name in messages
 * @throws LS1001 if PostgreSQL's parser rejects the text
 */
export function readMigration(sql: string, file: string, parser: Parser): Migration {
  // Editors put a byte order mark before UTF-8. It is invalid SQL anywhere else, so rewriting removes it.
  const text = sql.replace(/^\uFEFF/, " ");
  const parsed = parse(text, file, parser);
  const toUtf16 = utf8ToUtf16(text);
  const lineAt = linesOf(text);
  const statements: Statement[] = [];
  const operations: Operation[] = [];
  let consumed = text === sql ? 0 : 1;
  for (const raw of parsed.stmts ?? []) {
    if (raw.stmt === undefined) continue;
    const from = raw.stmt_location ?? 0;
    // Without a length, the statement extends to the end of the text: it has no semicolon.
    const to = raw.stmt_len ? from + raw.stmt_len : undefined;
    const own = boundsOf(text.slice(toUtf16(from), to === undefined ? undefined : toUtf16(to)), raw.stmt, parser);
    if (own === undefined) continue;
    const slice = (a: number, b: number) => sql.slice(toUtf16(a), toUtf16(b));
    const index = statements.length;
    const [first, last] = [from + own.start, from + own.end];
    const offset = toUtf16(first);
    const fullEnd = to === undefined ? toUtf16(last) : toUtf16(to) + 1;
    const statement = slice(first, last);
    const line = lineAt(offset);
    statements.push({ index, sql: statement, full: sql.slice(consumed, fullEnd), offset, line });
    consumed = fullEnd;
    const clauses = own.clauses.map(([head, tail]) => ({
      sql: slice(from + head, from + tail),
      end: from + tail,
      line: lineAt(toUtf16(from + head)),
    }));
    const source = { index, sql: statement, line, clauses, end: last, slice };
    if ("DoStmt" in raw.stmt)
      operations.push(
        readBlock(raw.stmt.DoStmt, source, parser, (text) => readMigration(text, file, parser).operations),
      );
    else operations.push(...readStatement(raw.stmt, source));
  }
  return { sql, statements, tail: sql.slice(consumed), operations };
}

/** The position of a statement within the parser's slice, and the clauses of ALTER TABLE. In UTF-8 bytes. */
interface Bounds {
  readonly start: number;
  readonly end: number;
  readonly clauses: readonly (readonly [start: number, end: number])[];
}

/** The text before most statements: white space of PostgreSQL, and line comments. */
const lead = /^(?:[ \t\n\r\f\v]+|--[^\n\r]*)*/;
/** The text before the only clause of most ALTER TABLE statements. */
const alterTable =
  /^ALTER[ \t\n\r]+TABLE[ \t\n\r]+(?:IF[ \t\n\r]+EXISTS[ \t\n\r]+)?(?:ONLY[ \t\n\r]+)?(?:"(?:[^"]|"")+"|\w+)(?:\.(?:"(?:[^"]|"")+"|\w+))?[ \t\n\r]+(?=[A-Z])/i;

/** Uses the lexer only if necessary: for several clauses, or if the statement may contain or precede a comment. */
function boundsOf(text: string, node: Node, parser: Parser): Bounds | undefined {
  const before = lead.exec(text)?.[0] ?? "";
  const own = text.slice(before.length).replace(/[ \t\n\r\f\v]+$/, "");
  const isAlter = "AlterTableStmt" in node;
  const head = isAlter && node.AlterTableStmt.cmds?.length === 1 ? alterTable.exec(own)?.[0] : undefined;
  if ((!isAlter || head !== undefined) && own !== "" && !own.includes("--") && !own.includes("/*")) {
    const start = Buffer.byteLength(before);
    const end = start + Buffer.byteLength(own);
    return { start, end, clauses: head === undefined ? [] : [[start + Buffer.byteLength(head), end]] };
  }
  const tokens = parser.scan(text).filter((token) => !isComment(token));
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const clauses = clausesOf(tokens).map(([{ start }, { end }]) => [start, end] as const);
  return { start: first.start, end: last.end, clauses };
}

/** The clauses of ALTER TABLE: separated by commas outside parentheses, after the table name. */
function clausesOf(tokens: readonly ScanToken[]): [ScanToken, ScanToken][] {
  const words = tokens.slice(0, 12).map((token) => token.text.toUpperCase());
  const object = words.findIndex((word) => word === "TABLE" || word === "VIEW");
  // ALTER TABLE, ALTER FOREIGN TABLE, ALTER MATERIALIZED VIEW.
  if (words[0] !== "ALTER" || object < 1 || object > 2) return [];
  let at = object + 1;
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
    throw new LockstepError("LS1001", `${file}:${linesOf(sql)(error.offset)}: ${error.message}`, { cause: error });
  }
}

function isComment(token: ScanToken): boolean {
  return token.tokenName === "SQL_COMMENT" || token.tokenName === "C_COMMENT";
}
