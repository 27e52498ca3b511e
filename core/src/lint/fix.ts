import type { Checking, Safer } from "../dialect/checking.js";
import { type Environment, type Migration, type Operation, operationsIn } from "../model/index.js";
import type { ReportedRule } from "../rules/rule.js";
import type { CheckFinding, Fix } from "./finding.js";
import type { MigrationSet } from "./migration-set.js";
import type { SchemaState } from "./schema-state.js";

/** A migration that is judged, as its file has it. */
export interface FixableFile {
  readonly text: string;
  readonly migration: Migration;
  readonly set: MigrationSet;
  readonly checking: Checking;
  readonly transactions: Environment["transactions"];
}

/**
 * The safe way of a statement, and what would take its place in the file: only where the statements of the file are no transaction, so
 * that one can become several or run CONCURRENTLY, and where nothing of what it says is lost.
 *
 * @param schemaState as it stands before the statement
 */
export function saferWay(
  rule: ReportedRule,
  operation: Operation,
  file: FixableFile,
  schemaState: SchemaState,
): Pick<CheckFinding, "safer" | "fix"> {
  const own = file.checking.saferWay(rule.id, operation);
  if (own !== undefined) return { safer: own };
  const safer = rule.safer(operation, { alone: file.set.alone, quote: file.checking.judging.quote });
  if (!rule.isMechanical) return { safer };
  if ("table" in operation && schemaState.isPartitioned(operation.table)) return { safer: byPartition(operation) };
  const fix = fixOf(operation, safer, file);
  return fix === undefined ? { safer } : { safer, fix };
}

/** Of a partitioned table nothing is built CONCURRENTLY, and before PostgreSQL 18 no foreign key is NOT VALID. */
function byPartition({ kind }: Operation): Safer {
  return {
    words:
      kind === "createIndex"
        ? "create it ON ONLY the table, then CONCURRENTLY on each partition, then ATTACH each to it"
        : "do it partition by partition, and on the table last",
  };
}

function fixOf(operation: Operation, { sql = [] }: Safer, file: FixableFile): Fix | undefined {
  const { text, migration, set, transactions } = file;
  const statement = migration.statements[operation.statement];
  if (statement === undefined || migration.operations.some(({ kind }) => kind === "transaction")) return undefined;
  const isAlone = set.isAloneOutside === true && migration.statements.length === 1;
  // Several need transactions of their own.
  if (sql.length === 0 || (transactions !== "none" && !(isAlone && sql.length === 1))) return undefined;
  // All of the statement, and not a part of a block or of a list of clauses.
  if (operationsIn(migration, operation.statement).length > 1 || !statement.sql.endsWith(operation.sql))
    return undefined;
  // What the safe statements would not say again: comments, IF EXISTS and ONLY.
  if (/--|\/\*|^ALTER\s+TABLE\s+(?:IF|ONLY)\b/i.test(statement.sql)) return undefined;
  // A class of TypeORM has it in a string, perhaps with other signs.
  if (!text.startsWith(statement.sql, statement.offset)) return undefined;
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const { offset } = statement;
  const lines = sql.map((each) => each.replace(/;\s*$/, ""));
  return { start: offset, end: offset + statement.sql.length, text: lines.join(`;${lineEnd}`) };
}
