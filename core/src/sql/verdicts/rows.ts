import type { OperationOf, TableName, Verdict } from "../../model/index.js";
import { locksOn, verdict } from "./combine.js";
import type { VerdictContext } from "./context.js";

/** Tables in which an ORM notes what the catalogue does not tell it: nobody waits for their rows. */
const bookkeeping = new Set(["typeorm_metadata"]);

export function insert({ table, isOfValues }: OperationOf<"insert">, context: VerdictContext): Verdict {
  return isOfValues ? rowLocks(table, context) : changing(table, "insert", context);
}

export function update({ table }: OperationOf<"update">, context: VerdictContext): Verdict {
  return changing(table, "update", context);
}

export function deletion({ table }: OperationOf<"delete">, context: VerdictContext): Verdict {
  if (bookkeeping.has(table.name)) return rowLocks(table, context);
  const changed = changing(table, "delete", context);
  if (changed.concerns.length === 0) return changed;
  return { ...changed, concerns: [{ kind: "loses-data", what: "rows", table }, ...changed.concerns] };
}

function rowLocks(table: TableName, context: VerdictContext): Verdict {
  return verdict({ locks: locksOn("ROW EXCLUSIVE", [table], context) });
}

/** As many rows as its query says. */
function changing(table: TableName, how: "insert" | "update" | "delete", context: VerdictContext): Verdict {
  const locked = rowLocks(table, context);
  if (context.createdInThisChange(table)) return locked;
  return { ...locked, held: "scan", concerns: [{ kind: "changes-rows", table, how }] };
}
