import { LockstepError } from "../base/errors.js";
import {
  type Migration,
  nameKey,
  type Operation,
  type OperationOf,
  operationsOfKind,
  type TableName,
  tableLabel,
  type Words,
} from "../model/index.js";
import type { HazardFinding } from "../rules/judge.js";
import { statementOf } from "../rules/notice.js";
import { renamedColumns } from "../rules/renamed-columns.js";
import type { RuleContext } from "../rules/rule.js";
import { type LostColumn, lostColumns } from "./lost-columns.js";
import { renameCommand } from "./rename-command.js";
import type { PlanSources, ReadSources, TableShape } from "./sources.js";

/**
 * Rejects a plan with a statement that drops what running code may use. Statements that a plan does not rewrite run in expand, before the
 * updated code is deployed. Only this function checks that.
 *
 * @throws LS2060 a column that is dropped and added again · LS2062 one that is dropped while another of its type is added · LS2061 the
 *   others
 */
export async function refuseDrops(
  migration: Migration,
  findings: readonly HazardFinding[],
  context: RuleContext,
  sources: ReadSources,
  words: Pick<Words, "columnName">,
): Promise<void> {
  const { operations } = migration;
  const dropped = operations.filter(takesAway(operations));
  const columns = dropped.filter((operation) => operation.kind === "dropColumn");
  const shapes = new Map<string, TableShape>();
  for (const { table } of columns)
    if (!shapes.has(nameKey(table))) shapes.set(nameKey(table), await sources.table(table));
  const formerType: RuleContext["formerType"] = (table, column) =>
    sources.formerType?.(table, column) ?? shapes.get(nameKey(table))?.types?.get(column);
  const isComputed = (table: TableName, column: string) =>
    shapes.get(nameKey(table))?.generatedColumns.includes(column) === true;

  const additions = new Map(
    operationsOfKind(operations, "addColumn").map((add) => [nameKey(add.table, add.column.name), add]),
  );
  const additionOf = ({ table, column }: OperationOf<"dropColumn">) => additions.get(nameKey(table, column));
  const lost = columns.flatMap((drop): LostColumn[] => {
    const add = additionOf(drop);
    const { table, column: name } = drop;
    if (add === undefined || sources.column(table, name)?.skip !== undefined) return [];
    if (add.column.isGenerated && isComputed(table, name)) return [];
    const type = formerType(table, name);
    return [{ table, name, add, before: type === undefined ? undefined : { type } }];
  });
  if (lost.length > 0) throw lostColumns(lost, sources.column, sources.sql.conversion);
  // Contract drops them.
  const later = new Set<Operation>(findings.map(({ operation }) => operation));
  const gone = dropped.filter((operation) => {
    if (later.has(operation)) return false;
    if (operation.kind !== "dropColumn") return true;
    // PostgreSQL computes it again.
    return additionOf(operation)?.column.isGenerated !== true || !isComputed(operation.table, operation.column);
  });
  const [renamed] = renamedColumns(operations, formerType).filter(
    ({ drop, add }) => gone.some((each) => each === drop) || (later.has(drop) && later.has(add)),
  );
  if (renamed !== undefined) throw renamedError(renamed.drop, renamed.add, sources, words);
  if (gone.length === 0) return;
  const planned = findings.flatMap(({ rule, operation }) => [
    ...rule.columns(operation, context),
    ...(operation.kind === "dropColumn" || operation.kind === "dropTable" ? [operation] : []),
  ]);
  const names = new Set(
    planned.map((each) => `"${tableLabel(each.table)}"${"column" in each ? `."${each.column}"` : ""}`),
  );
  const statements = gone.map((operation) => statementOf(operation, migration).replace(/\s+/g, " "));
  throw new LockstepError(
    "LS2061",
    `${[...names].join(", ")} ${names.size === 1 ? "needs" : "need"} a plan, and the same change contains: ${[...new Set(statements)].join("; ")}`,
    { details: { statements } },
  );
}

function renamedError(
  { table, column }: OperationOf<"dropColumn">,
  { column: after }: OperationOf<"addColumn">,
  sources: PlanSources,
  words: Pick<Words, "columnName">,
): LockstepError {
  const source = sources.column(table, after.name);
  const place = source === undefined ? "" : `${source.file}:${source.line}: `;
  const field = source === undefined ? `The field of "${after.name}"` : `${source.model}.${source.field}`;
  return new LockstepError(
    "LS2062",
    `${place}This change drops "${tableLabel(table)}"."${column}" and adds "${after.name}", both ${after.type}. If that is a rename, every row loses its value.`,
    {
      hint: `Rename in the code only: ${renameCommand(source, column, after.name) ?? `${field} with ${words.columnName(column)}`} keeps the column and its values.\n         Rename in the database too: restore "${column}", fill "${after.name}" from it (@lockstep.mirror), and drop it when that plan is done.\n         No rename: restore "${column}", and drop it in a separate change, before this one or when its plan is done.`,
      details: { table: tableLabel(table), dropped: column, added: after.name },
    },
  );
}

/** Detects drops of used objects: columns, tables, types and views that the change has not created itself, and all rows of a table. */
function takesAway(operations: readonly Operation[]): (operation: Operation) => boolean {
  const made = new Set<string>();
  const views = new Set(operationsOfKind(operations, "createView").map(({ name }) => nameKey(name)));
  const isUsed = (kind: "column" | "table" | "type", name: TableName, column?: string) =>
    !made.has(kind + nameKey(name, column));
  // In execution order.
  const takes = (operation: Operation): boolean => {
    switch (operation.kind) {
      case "block":
        return operation.operations.some(takes);
      case "createTable":
        if (!operation.ifNotExists) made.add(`table${nameKey(operation.table)}`);
        return false;
      case "addColumn":
        made.add(`column${nameKey(operation.table, operation.column.name)}`);
        return false;
      case "createType":
        made.add(`type${nameKey(operation.name)}`);
        return false;
      case "renameType":
        // It frees its name for another type.
        made.add(`type${nameKey({ name: operation.newName })}`);
        return false;
      case "dropColumn":
        return isUsed("table", operation.table) && isUsed("column", operation.table, operation.column);
      case "dropTable":
      case "truncate":
        return isUsed("table", operation.table);
      case "dropType":
        return isUsed("type", operation.name) && isUsed("type", { name: operation.name.name });
      case "dropView":
        return !views.has(nameKey(operation.name));
      case "form":
        return operation.what === "DROP FOREIGN_TABLE" || operation.gone?.what === "schema";
      case "unknown":
        return operation.what === "DropOwnedStmt";
      default:
        return false;
    }
  };
  return takes;
}
