import type { Quote } from "../dialect/quote.js";
import { type Migration, type Operation, operationsIn, tableLabel } from "../model/index.js";
import type { VerdictContext } from "../sql/verdicts/context.js";

/** A user's statement that contract runs, alone in its file. */
export interface LaterStatement {
  /** Including its semicolon. */
  readonly sql: string;
  /** Its effect, in one line. */
  readonly title: string;
  /** The statement that reverts it; absent: none, another one reverts it too. */
  readonly back?: string;
}

/**
 * An operation as separate statements: with the start of its ALTER TABLE, without the clauses beside it. A constraint that can be checked
 * while reads and writes continue becomes two statements, NOT VALID and VALIDATE.
 */
export function laterStatements(
  operation: Operation,
  migration: Migration,
  { judging }: VerdictContext,
): readonly LaterStatement[] {
  const text = migration.statements[operation.statement]?.sql ?? operation.sql;
  const [first = operation] = operationsIn(migration, operation.statement);
  const head = text.slice(0, text.indexOf(first.sql));
  const title = titleOf(operation);
  if (!judging.capabilities.hasNotValidChecks) return [{ sql: `${head}${operation.sql};`, title }];
  const { quote } = judging;
  const back = wayBack(operation, quote);
  const taken = back === undefined ? {} : { back };
  if ((operation.kind !== "addCheck" && operation.kind !== "addForeignKey") || operation.name === undefined)
    return [{ sql: `${head}${operation.sql};`, title, ...taken }];
  const name = quote.identifier(operation.name);
  const clause = operation.sql.replace(/^ADD\s+(?=CHECK\b|FOREIGN\b)/i, `ADD CONSTRAINT ${name} `);
  if (!operation.isValid || operation.isEnforced === false) return [{ sql: `${head}${clause};`, title, ...taken }];
  const on = `${name} of "${tableLabel(operation.table)}"`;
  return [
    { sql: `${head}${clause} NOT VALID;`, title: `Add ${on}, without a look at the rows`, ...taken },
    { sql: `${head}VALIDATE CONSTRAINT ${name};`, title: `Check all rows by ${on}, while reads and writes go on` },
  ];
}

function titleOf(operation: Operation): string {
  if (operation.kind === "dropTable") return `Drop "${tableLabel(operation.table)}" WITH ITS DATA`;
  if (operation.kind === "dropType") return `Drop the type "${tableLabel(operation.name)}"`;
  return `Your own statement, which needs the values: ${short(operation.sql)}`;
}

function wayBack(operation: Operation, quote: Quote): string | undefined {
  switch (operation.kind) {
    case "addCheck":
    case "addExclusion":
    case "addForeignKey":
    case "addKeyOfIndex":
    case "addUnique": {
      const { table, name } = operation;
      return name && `ALTER TABLE ${quote.table(table)} DROP CONSTRAINT IF EXISTS ${quote.identifier(name)}`;
    }
    case "form":
      // Its earlier setting is unknown: the default is the primary key.
      return operation.index === undefined
        ? undefined
        : operation.locks.map(({ table }) => `ALTER TABLE ${quote.table(table)} REPLICA IDENTITY DEFAULT`).at(0);
    default:
      return undefined;
  }
}

function short(sql: string): string {
  const line = sql.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
