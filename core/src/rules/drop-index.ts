import { isSameTable, type OperationOf } from "../model/index.js";
import { defineRule, type RuleContext } from "./rule.js";
import { staysWithDrop } from "./stays-until-contract.js";

/** The index, if a plan of one phase drops it while reads and writes continue; another statement may build its successor. */
function droppable({ name, isConcurrent, sql }: OperationOf<"dropIndex">, context: RuleContext) {
  const index = context.judging.capabilities.hasConcurrentIndexes ? context.formerIndex(name) : undefined;
  if (index === undefined || isConcurrent || index.constraint !== undefined || /\bCASCADE\b/i.test(sql))
    return undefined;
  const { table } = index;
  if (context.isSmall(table) || context.descendantsOf(table) === "partitions") return undefined;
  const isReplaced = context.operations.some(
    (each) =>
      (each.kind === "createIndex" || each.kind === "addUnique") &&
      (isSameTable(each.table, table) || each.table.name === table.name),
  );
  return isReplaced ? undefined : index;
}

export default defineRule({
  id: "drop-index",
  severity: "warning",
  summary: "Drops an index under a lock that blocks reads and writes",
  on: ["dropIndex"],
  isMechanical: true,
  safer: ({ sql }, { alone }) => {
    const words = `first check that no query uses it, then drop it while reads and writes continue${alone}`;
    // CONCURRENTLY only supports one index, and no CASCADE.
    if (/\bCASCADE\b/i.test(sql)) return { words };
    return { words, sql: [sql.replace(/^DROP\s+INDEX\b/i, "DROP INDEX CONCURRENTLY")] };
  },
  consequence(operation, _, context) {
    if (staysWithDrop(operation, context))
      return `It goes with its column or table, which stays until no running code uses it. Until then, queries of running code need the index.`;
    const index = droppable(operation, context);
    if (index === undefined) return undefined;
    const unguarded = index.isUnique ? ` Afterwards nothing keeps (${index.columns.join(", ")}) unique.` : "";
    return `The statement waits for every query on "${index.table.name}", and all later queries wait behind it.${unguarded}`;
  },
  columns: () => [],
  rewrite(operation, _, context) {
    if (staysWithDrop(operation, context)) return {};
    const found = droppable(operation, context);
    if (found === undefined) return {};
    const { isPrimary: _primary, table: of, ...index } = found;
    // As the statement names it: without a schema, the search path decides.
    const table = operation.name.schema === undefined ? { name: of.name } : of;
    return { expand: [{ kind: "ddl", unit: { kind: "drop-index", table, index } }] };
  },
  instead: `A plan of one phase drops the index with CONCURRENTLY, alone in its file. Its undo builds the index again. An index that the same
change replaces is dropped last, once the new one is valid.`,
  examples: {
    indexes: [
      {
        name: "User_team_idx",
        table: { schema: "public", name: "User" },
        isUnique: false,
        isPrimary: false,
        columns: ["team"],
        method: "btree",
      },
    ],
    rewritten: [`DROP INDEX "User_team_idx";`],
    safe: [`DROP INDEX CONCURRENTLY "User_team_idx";`],
  },
  background: `The statement waits for every query on the table, and all later queries wait behind it. Queries that used the index become slow.`,
});
