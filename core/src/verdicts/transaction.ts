import type { ColumnDeclaration, Doubt, Operation, Verdict } from "../model/index.js";
import { hasEnumValue } from "../sql/postgres/enum-literal.js";
import { userTypeText } from "../sql/postgres/read-type.js";
import { harmless } from "./combine.js";
import type { VerdictContext } from "./context.js";

type Said = Pick<Verdict, "concerns" | "doubts">;

/**
 * The operations before a statement that may share its transaction: a file is one as a rule, and COMMIT ends it. Empty where each
 * statement is known to be one of its own.
 */
export function sameTransaction(statement: number, { operations, environment }: VerdictContext): readonly Operation[] {
  if (environment.transactions === "none") return [];
  const before = operations.filter((each) => each.statement < statement);
  const isEnd = (each: Operation) =>
    each.kind === "transaction" && (each.does === "commit" || each.does === "rollback");
  return before.slice(before.findLastIndex(isEnd) + 1);
}

function doubtOf({ environment }: VerdictContext): readonly Doubt[] {
  return environment.transactions === undefined ? ["transaction"] : [];
}

/** What PostgreSQL refuses inside a transaction: several statements that are sent together are one. */
export function concurrently(statement: number, context: VerdictContext, doubts: readonly Doubt[] = []): Said {
  const isAlone = context.operations.every((each) => each.statement === statement);
  if (isAlone || context.environment.transactions === "none") return { concerns: [], doubts };
  return {
    concerns: [{ kind: "fails-in-transaction", why: "concurrently" }],
    doubts: [...doubts, ...doubtOf(context)],
  };
}

/** PostgreSQL cannot evaluate a value in the transaction that adds it, unless the type itself is made there. */
export function newEnumValue(operation: Operation, context: VerdictContext): Said {
  const { operations } = context;
  if (!addsEnumValue(operations)) return harmless;
  for (const added of sameTransaction(operation.statement, context)) {
    if (added.kind !== "addEnumValue") continue;
    const type = userTypeText(added.name);
    const isMade = operations.some((each) => each.kind === "createType" && userTypeText(each.name) === type);
    if (!isMade && valuesIn(operation, type).some((sql) => hasEnumValue(sql, added.value)))
      return {
        concerns: [{ kind: "fails-in-transaction", why: "new-enum-value", type: added.name, value: added.value }],
        doubts: doubtOf(context),
      };
  }
  return harmless;
}

const answers = new WeakMap<readonly Operation[], boolean>();

/** Looked for once a change: a migration may hold thousands of statements. */
function addsEnumValue(operations: readonly Operation[]): boolean {
  const known = answers.get(operations) ?? operations.some(({ kind }) => kind === "addEnumValue");
  answers.set(operations, known);
  return known;
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
    // Other languages look at what they run when they run it.
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
