import { LockstepError } from "../errors.js";
import type { Migration, Operation, OperationOf } from "../model/index.js";
import { named } from "../pattern-of.js";

/** A column whose UPDATEs become a backfill. */
interface ReadableColumn {
  readonly added: OperationOf<"addColumn">;
  readonly names: readonly string[];
  /** The tables that its values are looked up in, and the statement that does it last. */
  readonly lookedUp: { readonly tables: readonly string[]; readonly until: number };
}

/** What may name the table without reading or changing a row of it. */
const harmless = new Set(["GrantStmt", "AT_SetStatistics", "AT_SetOptions", "AT_SetStorage", "LockStmt"]);

/**
 * Refuses what does not bear that an UPDATE by hand becomes a backfill: the values come later, and into rows that have none. So nothing
 * else of the migration may read them, write the column, change what they are made of, or add rows that the UPDATE would not have seen.
 *
 * @param columns whose UPDATEs become backfills
 * @param folded what the migration says of them, and the plan will do
 * @param file the migration, for messages
 * @throws LS2016
 */
export function refuseReaders(
  columns: readonly ReadableColumn[],
  folded: ReadonlySet<Operation>,
  { operations, statements }: Migration,
  file: string,
): void {
  for (const { added, names, lookedUp } of columns) {
    const own = [...names, added.table.name].map(named);
    const others = lookedUp.tables.map(named);
    const reader = operations.find((each) => {
      if (each.statement <= added.statement || folded.has(each) || !isInTheWay(each)) return false;
      const { sql = "" } = statements[each.statement] ?? {};
      // What comes before the UPDATE runs before the backfill, too.
      const isAfter = each.statement > lookedUp.until;
      return [...own, ...(isAfter ? others : [])].some((name) => name.test(sql));
    });
    if (reader === undefined) continue;
    throw new LockstepError(
      "LS2016",
      `${file}:${reader.line}: rows get their "${names.at(-1)}" by a backfill, after this migration, and this statement may read it or change what it is made of: ${reader.sql.replace(/\s+/g, " ").slice(0, 200)}`,
    );
  }
}

/** By what it could do to rows, or to the statements that fill them; a change of the schema that is none of it is judged by itself. */
function isInTheWay(operation: Operation): boolean {
  switch (operation.kind) {
    case "insert":
    case "update":
    case "delete":
    case "select":
    case "truncate":
    case "createFunction":
    case "createTrigger":
    case "attachPartition":
    case "detachPartition":
      return true;
    case "renameTable":
    case "redeclareColumn":
    case "alterDomain":
    case "block":
      return true;
    case "form":
    case "unknown":
      return !harmless.has(operation.what);
    case "createTable":
      return operation.isOfQuery === true;
    case "createView":
      return /^\s*CREATE\s+MATERIALIZED\b/i.test(operation.sql);
    case "setType":
      return operation.hasOther;
    // With NULL a check passes, unless it asks for just that.
    case "addCheck":
      return /\bIS\s+(?:NOT\s+)?NULL\b|\bIS\s+(?:NOT\s+)?DISTINCT\b|\bcoalesce\b|\bnum_n/i.test(operation.sql);
    case "renameColumn":
      return true;
    default:
      return false;
  }
}
