import { userTypeText } from "../../model/declaration.js";
import {
  type ColumnDeclaration,
  type Doubt,
  type Operation,
  operationsOfKind,
  type Verdict,
} from "../../model/index.js";
import { hasEnumValue } from "../enum-value.js";
import { harmless } from "./combine.js";
import type { VerdictContext } from "./context.js";
import { needsServer } from "./newer.js";

type Said = Pick<Verdict, "concerns" | "doubts">;

/** Statements that are committed together or not at all. */
export interface Transaction {
  /** BEGIN is in the file. */
  readonly isStated: boolean;
  /** It follows one that the file has ended: the statements sent with it start the next. */
  readonly isImplied: boolean;
}

const known = new WeakMap<VerdictContext, ReadonlyMap<number, Transaction>>();

/**
 * The transaction of a statement; undefined: it runs alone. The ORM starts one, or PostgreSQL does for the statements of a message. BEGIN
 * inside it continues it, COMMIT ends it. Later statements in the same message are in a new one: observed on PostgreSQL 13 and 18.
 */
export function transactionOf(statement: number, context: VerdictContext): Transaction | undefined {
  const found = known.get(context) ?? transactionsOf(context);
  known.set(context, found);
  return found.get(statement);
}

function transactionsOf({ operations, environment }: VerdictContext): ReadonlyMap<number, Transaction> {
  const { transactions: mode, isSentWhole } = environment;
  const found = new Map<number, Transaction>();
  let current: Transaction | undefined = mode === "none" ? undefined : { isStated: false, isImplied: false };
  for (const operation of operations) {
    const does = operation.kind === "transaction" ? operation.does : undefined;
    if (does === "begin" && current?.isStated !== true) current = { isImplied: false, ...current, isStated: true };
    if (current !== undefined) found.set(operation.statement, current);
    if (does === "commit" || does === "rollback")
      current = mode === "none" || isSentWhole === false ? undefined : { isStated: false, isImplied: true };
  }
  return found;
}

/** Whether a statement is in the transaction of an earlier one. */
export function sharesTransaction(earlier: number, statement: number, context: VerdictContext): boolean {
  const own = transactionOf(statement, context);
  return own !== undefined && earlier < statement && transactionOf(earlier, context) === own;
}

function doubtOf({ environment }: VerdictContext): readonly Doubt[] {
  return environment.transactions === undefined ? ["transaction"] : [];
}

/** The concern for statements that PostgreSQL rejects in a transaction: several statements in one message are one. */
export function concurrently(statement: number, context: VerdictContext, doubts: readonly Doubt[] = []): Said {
  const { operations, environment } = context;
  const own = transactionOf(statement, context);
  const isAlone = operations[0]?.statement === statement && operations.at(-1)?.statement === statement;
  // It is alone in its file, and no BEGIN of the ORM before it is known.
  if (own === undefined || (isAlone && environment.isSentWhole !== false)) return { concerns: [], doubts };
  const isUnsure = environment.transactions === undefined || (own.isImplied && environment.isSentWhole === undefined);
  return {
    concerns: [{ kind: "fails-in-transaction", why: "concurrently" }],
    doubts: [...doubts, ...(isUnsure && !own.isStated ? (["transaction"] as const) : [])],
  };
}

/** PostgreSQL cannot use an enum value in the transaction that adds it, unless the transaction also creates the type. */
export function newEnumValue(operation: Operation, context: VerdictContext): Said {
  const { operations } = context;
  for (const added of operationsOfKind(operations, "addEnumValue")) {
    // Most statements contain none of the values.
    if (!operation.sql.includes(added.value.replaceAll("'", "''"))) continue;
    const type = userTypeText(added.name);
    if (!valuesIn(operation, type).some((sql) => hasEnumValue(sql, added.value, context.judging.quote.literal)))
      continue;
    // Before the value exists, PostgreSQL rejects it everywhere.
    const isEarly = operation.kind === "addColumn" && operation.statement < added.statement;
    if (!isEarly && !sharesTransaction(added.statement, operation.statement, context)) continue;
    const made = operationsOfKind(operations, "createType").some((each) => userTypeText(each.name) === type);
    if (!made)
      return {
        concerns: [{ kind: "fails-in-transaction", why: "new-enum-value", type: added.name, value: added.value }],
        doubts: doubtOf(context),
      };
    // Observed on PostgreSQL 15 and 17. Migrations rarely add values to an enum that they create: no notice if the server is unknown.
    const what = "value-of-new-enum";
    if (context.environment.server !== undefined) return { concerns: [needsServer(what, "postgresql")], doubts: [] };
  }
  return harmless;
}

/** The SQL in which a literal may be a value of the type. */
function valuesIn(operation: Operation, type: string): readonly string[] {
  switch (operation.kind) {
    case "addColumn":
      return declaredIn([operation.column], type);
    case "createTable": {
      const declared = declaredIn(operation.columns, type);
      return declared.length > 0 && /\bCHECK\b/i.test(operation.sql) ? [operation.sql] : declared;
    }
    case "setDefault":
      return operation.defaultSql === undefined ? [] : [operation.defaultSql];
    // Names of values, comments: nothing is evaluated.
    case "createType":
    case "addEnumValue":
    case "comment":
      return [];
    // Other languages check their statements at runtime.
    case "createFunction":
      return /\bLANGUAGE\s+'?sql\b/i.test(operation.sql) ? [operation.sql] : [];
    default:
      return [operation.sql];
  }
}

function declaredIn(columns: readonly ColumnDeclaration[], type: string): string[] {
  return columns
    .filter((column) => column.type.replace(/\[\]$/, "") === type)
    .flatMap(({ defaultSql = "", checks }) => [defaultSql, ...checks.map(({ sql }) => sql)]);
}
