import type { Checking, Safer } from "../dialect/checking.js";
import { type Environment, type Migration, type Operation, operationsIn, type Verdict } from "../model/index.js";
import type { ReportedRule } from "../rules/rule.js";
import type { CheckFinding, Fix } from "./finding.js";
import type { MigrationSet } from "./migration-set.js";
import type { SchemaState } from "./schema-state.js";

/** A migration to check, with its file. */
export interface FixableFile {
  readonly text: string;
  readonly migration: Migration;
  readonly set: MigrationSet;
  readonly checking: Checking;
  readonly transactions: Environment["transactions"];
}

/**
 * The safe alternative to a statement, with a fix only if two conditions are true: the file does not run in a transaction, so a statement
 * can become several or run CONCURRENTLY, and the replacement loses no part of it.
 *
 * @param concerns of the statement that the rule claims
 * @param schemaState before the statement
 */
export function saferWay(
  rule: ReportedRule,
  operation: Operation,
  { concerns }: Pick<Verdict, "concerns">,
  file: FixableFile,
  schemaState: SchemaState,
): Pick<CheckFinding, "safer" | "fix"> {
  const own = file.checking.saferWay(rule.id, operation);
  if (own !== undefined) return { safer: own };
  const safer = rule.safer(operation, { alone: file.set.alone, quote: file.checking.judging.quote, concerns });
  if (!rule.isMechanical) return { safer };
  if ("table" in operation && schemaState.isPartitioned(operation.table)) return { safer: byPartition(operation) };
  const fix = fixOf(operation, safer, file);
  return fix === undefined ? { safer } : { safer, fix };
}

/** On a partitioned table nothing can be built CONCURRENTLY, and before PostgreSQL 18 no foreign key can be NOT VALID. */
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
  // Several statements need separate transactions.
  if (sql.length === 0 || (transactions !== "none" && !(isAlone && sql.length === 1))) return undefined;
  // Only for a whole statement, not for a part of a block or of a list of clauses.
  if (operationsIn(migration, operation.statement).length > 1 || !statement.sql.endsWith(operation.sql))
    return undefined;
  // The replacement would lose comments, IF EXISTS and ONLY.
  if (/--|\/\*|^ALTER\s+TABLE\s+(?:IF|ONLY)\b/i.test(statement.sql)) return undefined;
  // A TypeORM class contains it in a string, perhaps with escapes.
  if (!text.startsWith(statement.sql, statement.offset)) return undefined;
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const { offset } = statement;
  const lines = sql.map((each) => each.replace(/;\s*$/, ""));
  return { start: offset, end: offset + statement.sql.length, text: lines.join(`;${lineEnd}`) };
}
