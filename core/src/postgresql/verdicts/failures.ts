import type { Used } from "../../dialect/judging.js";
import {
  type Concern,
  type Dependent,
  isSameTable,
  type Operation,
  type OperationOf,
  operationsIn,
  type TableName,
  type Verdict,
} from "../../model/index.js";
import type { VerdictContext } from "../../sql/verdicts/context.js";

type Why = Extract<Concern, { kind: "fails-always" }>["why"];

/** Failures that do not depend on rows, as far as the previous schema is known. */
export function certainFailure(operation: Operation, context: VerdictContext): Partial<Verdict> {
  switch (operation.kind) {
    case "setType":
      return used(usersOfColumn(operation, context));
    case "dropColumn":
      return operation.isCascade ? {} : dropColumn(usersOfColumn(operation, context), context);
    case "dropTable":
      return operation.isCascade ? {} : used(left({ what: "relation", name: operation.table }, operation, context));
    case "dropView":
      return operation.isCascade ? {} : used(left({ what: "relation", name: operation.name }, operation, context));
    case "dropType":
      return operation.isCascade ? {} : used(context.dependentsOf({ what: "type", name: operation.name }));
    case "form": {
      const { what, gone, tables: [sequence] = [], isCascade } = operation;
      if (isCascade || what !== "DROP") return {};
      if (gone?.what === "function") return used(context.dependentsOf({ what: "function", name: gone.name }));
      return sequence === undefined ? {} : used(context.dependentsOf({ what: "sequence", name: sequence }));
    }
    case "createIndex": {
      const { table, reads, isConcurrent } = operation;
      if (isConcurrent && context.formerTable(table)?.isPartitioned) return fails("partitioned-index");
      return ofVirtual(table, reads, context);
    }
    case "addUnique":
    case "addPrimaryKey":
      return ofVirtual(operation.table, operation.columns, context);
    case "addKeyOfIndex": {
      const index = context.formerIndex({ ...operation.table, name: operation.index });
      return index !== undefined && (!index.isUnique || index.hasExpression) ? fails("index-of-key") : {};
    }
    case "addForeignKey": {
      const { server = 0 } = context.environment;
      const isRefused = !operation.isValid && server < 18 && context.formerTable(operation.table)?.isPartitioned;
      return isRefused ? { ...fails("partitioned-not-valid"), doubts: server === 0 ? ["server"] : [] } : {};
    }
    default:
      return {};
  }
}

function usersOfColumn(
  { table, column }: Pick<OperationOf<"dropColumn">, "table" | "column">,
  context: VerdictContext,
): readonly Dependent[] {
  return context.dependentsOf({ what: "column", table, column });
}

function fails(why: Why): Pick<Verdict, "concerns"> {
  return { concerns: [{ kind: "fails-always", why }] };
}

function used([by]: readonly Dependent[]): Partial<Verdict> {
  return by === undefined ? {} : { concerns: [{ kind: "fails-always", why: "used", by }] };
}

/** Before PostgreSQL 15, a generated column is silently dropped too. */
function dropColumn(dependents: readonly Dependent[], { environment }: VerdictContext): Partial<Verdict> {
  const { server = 0 } = environment;
  const others = dependents.filter(({ what }) => what !== "generated column");
  if (others.length > 0) return used(others);
  if (dependents.length === 0 || (server > 0 && server < 15)) return {};
  return { ...used(dependents), doubts: server === 0 ? ["server"] : [] };
}

/** Dependents that the same statement does not drop. */
function left(of: Used, { statement }: Operation, context: VerdictContext): readonly Dependent[] {
  const dependents = context.dependentsOf(of);
  if (dependents.length === 0) return [];
  const going = operationsIn(context, statement).flatMap((each) => {
    if (each.kind === "dropTable") return [each.table];
    return each.kind === "dropView" ? [each.name] : [];
  });
  return dependents.filter(({ name, table = { name } }) => !going.some((each) => isSameTable(each, table)));
}

function ofVirtual(table: TableName, columns: readonly string[], context: VerdictContext): Partial<Verdict> {
  const isVirtual = columns.some((column) => context.formerTable(table)?.column(column)?.isVirtual === true);
  return isVirtual ? fails("virtual-index") : {};
}
