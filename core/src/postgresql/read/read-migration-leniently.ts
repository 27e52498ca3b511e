import { flattened, type Migration, type Operation, type Statement } from "../../model/index.js";
import { linesOf } from "../../sql/lines.js";
import { SyntaxErrorAt } from "../../sql/not-sql.js";
import type { Parser } from "./parser.js";
import { readMigration } from "./read-migration.js";
import { type Piece, splitStatements } from "./split-statements.js";

/**
 * Like `readMigration`, but never fails: if PostgreSQL rejects the file, it reads each statement separately, and rejected ones become
 * `unknown` operations with the reason. Replaces blocks by their operations.
 */
export function readMigrationLeniently(sql: string, file: string, parser: Parser): Migration {
  const whole = readOr(sql, file, parser);
  if (!(whole instanceof Error)) return { ...whole, operations: flattened(whole.operations) };
  const lineAt = linesOf(sql);
  const statements: Statement[] = [];
  const operations: Operation[] = [];
  // The byte order mark belongs to no statement.
  let consumed = sql.startsWith("\uFEFF") ? 1 : 0;
  const take = (statement: Omit<Statement, "index" | "full">, end: number) => {
    statements.push({ ...statement, index: statements.length, full: sql.slice(consumed, end) });
    consumed = end;
  };
  const read = (piece: Piece): void => {
    const { start, lead, end, fullEnd, refused, inner } = piece;
    const found = refused === undefined ? readOr(sql.slice(start, end), file, parser) : undefined;
    if (found instanceof Error && inner.length > 0) {
      // An unclosed parenthesis would include everything after it.
      for (const part of cutAt(piece)) read(part);
      return;
    }
    if (found === undefined || found instanceof Error) {
      const line = lineAt(lead);
      // A psql file: another program sends it to the server.
      const isPsql = refused?.startsWith("psql ") === true;
      const what = refused ?? messageOf(found);
      const text = sql.slice(lead, end).replace(/[\s;]+$/, "");
      const place = { statement: statements.length, sql: text, line };
      operations.push({ kind: "unknown", what, tables: [], ...place, ...(isPsql ? {} : { isRefused: true }) });
      take({ sql: text, offset: lead, line }, fullEnd);
      return;
    }
    const before = lineAt(start) - 1;
    const first = statements.length;
    let rest = found.statements.reduce((sum, { full }) => sum + full.length, 0);
    for (const [at, each] of found.statements.entries()) {
      rest -= each.full.length;
      const isLast = at === found.statements.length - 1;
      const own = { sql: each.sql, offset: start + each.offset, line: before + each.line };
      take(own, isLast && found.tail === "" ? fullEnd : end - found.tail.length - rest);
    }
    for (const each of flattened(found.operations))
      operations.push({ ...each, statement: first + each.statement, line: before + each.line });
  };
  for (const piece of splitStatements(sql)) read(piece);
  return { sql, statements, tail: sql.slice(consumed), operations };
}

/** Cuts at every semicolon. */
function cutAt({ start, end, fullEnd, lead, inner }: Piece): Piece[] {
  const ends = inner.at(-1) === end ? inner : [...inner, end];
  return ends.map((to, at) => {
    const from = ends[at - 1] ?? start;
    const isLast = at === ends.length - 1;
    return { start: from, lead: Math.max(from, lead), end: to, fullEnd: isLast ? fullEnd : to, inner: [] };
  });
}

function readOr(sql: string, file: string, parser: Parser): Migration | Error {
  try {
    return readMigration(sql, file, parser);
  } catch (error) {
    const { cause } = error as { readonly cause?: unknown };
    // Any other parser failure counts as an unparsed statement.
    return cause instanceof SyntaxErrorAt ? cause : new Error(String((error as Error).message));
  }
}

function messageOf(error: Error | undefined): string {
  return `syntax error: ${error?.message.replace(/^syntax error /, "") ?? ""}`;
}
