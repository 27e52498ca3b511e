import { lostColumns } from "../corrections/lost-columns.js";
import { LockstepError } from "../errors.js";
import {
  isSameTable,
  type Migration,
  type Operation,
  type OperationOf,
  type TableName,
  tableLabel,
  type Words,
} from "../model/index.js";
import type { Finding } from "../rules/judge.js";
import { statementOf } from "../rules/notice.js";
import { renamedColumns } from "../rules/renamed-columns.js";
import type { RuleContext } from "../rules/rule.js";
import type { PlanSources, TableShape } from "./sources.js";

/**
 * Refuses a plan with a statement that takes away what running code may use. Whatever a plan does not rewrite runs in expand, before
 * the code that does without it is deployed; this is the one place where that is asked.
 *
 * @throws LS2060 a column that is dropped and added again · LS2062 one that is dropped where another of its type is added · LS2061
 */
export async function refuseDrops(
  migration: Migration,
  findings: readonly Finding[],
  context: RuleContext,
  sources: PlanSources,
  words: Pick<Words, "columnName">,
): Promise<void> {
  const { operations } = migration;
  const columns = operations.filter(
    (operation): operation is OperationOf<"dropColumn"> =>
      operation.kind === "dropColumn" && !isMadeBefore(operation, operations),
  );
  const shapes = new Map<OperationOf<"dropColumn">, TableShape>();
  for (const drop of columns) shapes.set(drop, await sources.table(drop.table));
  const formerType = (drop: OperationOf<"dropColumn">) =>
    sources.formerType?.(drop.table, drop.column) ?? shapes.get(drop)?.types?.get(drop.column);

  const recreated = columns.flatMap((drop) => {
    const add = additionOf(drop, operations);
    return add === undefined ? [] : [{ drop, add }];
  });
  const isComputed = ({ drop, add }: (typeof recreated)[number]) =>
    add.column.isGenerated && shapes.get(drop)?.generatedColumns.includes(drop.column) === true;
  const lost = recreated.filter(
    (each) => !isComputed(each) && sources.column(each.add.table, each.add.column.name)?.skip === undefined,
  );
  if (lost.length > 0)
    throw lostColumns(
      lost.map(({ drop, add }) => {
        const type = formerType(drop);
        const before = type === undefined ? undefined : { type };
        return { table: drop.table, name: drop.column, add, before };
      }),
      sources.column,
    );
  const dropped = operations.filter((operation) =>
    operation.kind === "dropColumn"
      ? columns.includes(operation) && !recreated.some((each) => each.drop === operation && isComputed(each))
      : takesAway(operation, operations),
  );
  if (dropped.length === 0) return;
  const [renamed] = renamedColumns(operations, (table, column) => {
    const drop = columns.find((each) => each.column === column && isSameTable(each.table, table));
    return drop && formerType(drop);
  });
  if (renamed !== undefined) throw renamedError(renamed.drop, renamed.add, sources, words);
  const planned = findings.flatMap(({ rule, operation }) => rule.columns(operation, context));
  const names = new Set(planned.map(({ table, column }) => `"${tableLabel(table)}"."${column}"`));
  const statements = dropped.map((operation) => statementOf(operation, migration).replace(/\s+/g, " "));
  throw new LockstepError(
    "LS2061",
    `${[...names].join(", ")} ${names.size === 1 ? "needs" : "need"} a plan, and the same change has: ${[...new Set(statements)].join("; ")}`,
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
    `${place}This change drops "${tableLabel(table)}"."${column}" and adds "${after.name}", both ${after.type}. If that is a rename, it would lose the values of every row.`,
    {
      hint: `Another name in the code alone: ${field} with ${words.columnName(column)} keeps the column and its values.\n         Another name in the database too: put "${column}" back, fill "${after.name}" from it (@lockstep.mirror), and drop it when that plan is done.\n         No rename: put "${column}" back, and drop it in a change of its own, before this one or when its plan is done.`,
      details: { table: tableLabel(table), dropped: column, added: after.name },
    },
  );
}

function additionOf(drop: OperationOf<"dropColumn">, operations: readonly Operation[]) {
  return operations.find(
    (other): other is OperationOf<"addColumn"> =>
      other.kind === "addColumn" && other.column.name === drop.column && isSameTable(other.table, drop.table),
  );
}

/** What the change itself has made, nobody uses yet. */
function isMadeBefore(drop: OperationOf<"dropColumn">, operations: readonly Operation[]): boolean {
  const { table, column } = drop;
  return operations
    .slice(0, operations.indexOf(drop))
    .some(
      (other) =>
        (other.kind === "addColumn" && other.column.name === column && isSameTable(other.table, table)) ||
        (other.kind === "createTable" && isSameTable(other.table, table)),
    );
}

/** Tables, types and views that go, and tables that lose all of their rows. */
function takesAway(operation: Operation, operations: readonly Operation[]): boolean {
  const before = operations.slice(0, operations.indexOf(operation));
  const makes = (
    kind: "createTable" | "createType" | "createView",
    name: TableName,
    among: readonly Operation[] = before,
  ) => among.some((other) => other.kind === kind && isSameTable("table" in other ? other.table : other.name, name));
  switch (operation.kind) {
    case "dropTable":
      return !makes("createTable", operation.table);
    case "dropType":
      // A type that has made room for another of its name, or was made here.
      return (
        !makes("createType", operation.name) &&
        !before.some((other) => other.kind === "renameType" && other.newName === operation.name.name)
      );
    case "dropView":
      return !makes("createView", operation.name, operations);
    case "unknown":
      return /^(?:TruncateStmt$|DROP (?:SCHEMA|TYPE|DOMAIN|VIEW|MATVIEW|FOREIGN_TABLE|OWNED)\b|DropOwnedStmt$)/.test(
        operation.what,
      );
    default:
      return false;
  }
}
