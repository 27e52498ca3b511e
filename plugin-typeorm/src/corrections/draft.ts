import { type Migration, type Operation, operationsIn, type Statement } from "@lockstep/core";

/** A statement of a migration while it is being corrected. */
export interface Line {
  /** Without its semicolon. */
  readonly sql: string;
  readonly operations: readonly Operation[];
  /** The original statement, as the ORM wrote it. Undefined: it replaces others. */
  readonly statement: Statement | undefined;
}

export function draftOf(migration: Migration): Line[] {
  return migration.statements.map((statement) => ({
    sql: statement.sql,
    operations: operationsIn(migration, statement.index),
    statement,
  }));
}

/** Every operation of a draft, in order. */
export function operationsOf(lines: readonly Line[]): Operation[] {
  return lines.flatMap(({ operations }) => operations);
}

/** Whether an operation can be removed from its line: it is the whole line, or a clause of ALTER TABLE. `DROP INDEX a, b` is neither. */
export function isSeparable(operation: Operation, lines: readonly Line[]): boolean {
  const line = lines.find(({ operations }) => operations.includes(operation));
  return line !== undefined && (line.operations.length === 1 || operation.sql !== line.sql);
}

/** The draft with statements instead of operations; an empty list removes the operation. Other lines are unchanged. */
export function replaced(lines: readonly Line[], by: ReadonlyMap<Operation, readonly string[]>): Line[] {
  if (by.size === 0) return [...lines];
  return lines.flatMap((line) => {
    const touched = line.operations.filter((operation) => by.has(operation));
    if (touched.length === 0) return [line];
    const inserted = touched.flatMap((operation) => by.get(operation) ?? []);
    return [...restOf(line, touched), ...inserted.map((sql) => ({ sql, operations: [], statement: undefined }))];
  });
}

/** The remaining clauses of ALTER TABLE. */
function restOf({ sql, operations }: Line, gone: readonly Operation[]): Line[] {
  const rest = operations.filter((operation) => !gone.includes(operation));
  const first = operations[0];
  if (rest.length === 0 || first === undefined) return [];
  const head = sql.slice(0, sql.indexOf(first.sql));
  return [{ sql: head + rest.map((clause) => clause.sql).join(", "), operations: rest, statement: undefined }];
}
