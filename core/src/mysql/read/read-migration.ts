import { LockstepError } from "../../base/errors.js";
import type { Migration, Operation, Statement } from "../../model/index.js";
import { linesOf } from "../../sql/lines.js";
import { boundsOf } from "./cursor.js";
import { type Cut, cutStatements } from "./cut-statements.js";
import { newerIn, wordsOf } from "./read-newer.js";
import { readStatement } from "./read-statement.js";
import { Unclosed } from "./scan.js";

/**
 * Reads a migration file of MySQL or MariaDB: every statement becomes operations, or an explicit `unknown`. Nothing is dropped: the
 * statements' `full` slices and the tail make up the file again, but for a byte order mark before it. A line DELIMITER, which is for
 * the client, is a statement that sets something.
 *
 * @param file how the file is called in messages
 * @throws LS1001 where a quote or a comment does not end
 * @example readMysqlMigration("ALTER TABLE `users` ADD `handle` varchar(191) NULL;", "migration.sql").operations[0]?.kind === "addColumn"
 */
export function readMysqlMigration(sql: string, file: string): Migration {
  const lineAt = linesOf(sql);
  const statements: Statement[] = [];
  const operations: Operation[] = [];
  let consumed = sql.startsWith("\uFEFF") ? 1 : 0;
  for (const cut of cutOrRefuse(sql, file)) {
    const index = statements.length;
    const { tokens, fullEnd } = cut;
    const [offset, end] = statementBounds(cut, consumed);
    const line = lineAt(offset);
    statements.push({ index, sql: sql.slice(offset, end), full: sql.slice(consumed, fullEnd), offset, line });
    consumed = fullEnd;
    const { clauses, demands } = readStatement(sql, cut);
    const demanded = Object.keys(demands).length === 0 ? {} : { demands };
    for (const [at, { from, to, whats }] of clauses.entries()) {
      const [start, until] = to - from === tokens.length ? [offset, end] : boundsOf(tokens, from, to);
      const place = { statement: index, sql: sql.slice(start, until), line: lineAt(start), ...demanded };
      // The first clause includes the start of the statement.
      const words = wordsOf(tokens, at === 0 ? 0 : from, to);
      for (const what of whats) operations.push({ ...place, ...what, ...newerIn({ what, demands, words }) });
    }
  }
  return { sql, statements, tail: sql.slice(consumed), operations };
}

/** With the versioned comment that it stands in, where it stands in it alone: run again, it runs under the same condition. */
function statementBounds({ tokens, fullEnd }: Cut, consumed: number): [start: number, end: number] {
  const around = tokens[0]?.within;
  const isAlone = around !== undefined && around === tokens.at(-1)?.within;
  if (isAlone && around.start >= consumed && around.end <= fullEnd) return [around.start, around.end];
  return boundsOf(tokens, 0, tokens.length);
}

function cutOrRefuse(sql: string, file: string): readonly Cut[] {
  try {
    return [...cutStatements(sql)];
  } catch (error) {
    if (!(error instanceof Unclosed)) throw error;
    throw new LockstepError("LS1001", `${file}:${linesOf(sql)(error.offset)}: ${error.message}`, { cause: error });
  }
}
