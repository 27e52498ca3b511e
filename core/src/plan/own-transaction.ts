import type { Migration, Statement } from "../model/index.js";
import type { SqlReader } from "../sql/sql-reader.js";

/** A hand-written migration, and its own transaction statements. */
export interface OwnTransaction {
  /** Without a BEGIN and COMMIT around the whole migration. */
  readonly migration: Migration;
  readonly isWrapped: boolean;
  /** The first transaction statement that a plan's files could not keep. */
  readonly other: Statement | undefined;
}

/**
 * Removes BEGIN and COMMIT from a migration that is one transaction as a whole: every file of a plan is one already, and concurrent builds
 * must not be in any.
 *
 * @param file the migration, for messages
 */
export function withoutTransaction(migration: Migration, file: string, reader: SqlReader): OwnTransaction {
  const { statements, operations } = migration;
  const own = statements.filter(({ index }) =>
    operations.some((each) => each.statement === index && each.kind === "transaction"),
  );
  const [first, last] = [statements[0], statements.at(-1)];
  const isWrapped =
    own.length === 2 &&
    own[0] === first &&
    own[1] === last &&
    /^(BEGIN(\s+(WORK|TRANSACTION))?|START\s+TRANSACTION)$/i.test(first?.sql ?? "") &&
    /^(COMMIT|END)(\s+(WORK|TRANSACTION))?$/i.test(last?.sql ?? "");
  if (!isWrapped) return { migration, isWrapped, other: own[0] };
  // Keeps comments, and the line of every statement.
  const text = (statement: Statement) => {
    const at = statement.full.lastIndexOf(statement.sql);
    return own.includes(statement) ? statement.full.slice(0, at) : statement.full;
  };
  const sql = statements.map(text).join("") + migration.tail;
  return { migration: reader.readMigration(sql, file), isWrapped, other: undefined };
}
