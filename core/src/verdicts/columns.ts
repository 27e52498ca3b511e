import {
  type Concern,
  type Doubt,
  isSameTable,
  type Operation,
  type OperationOf,
  type RowFailure,
  type TableName,
  type Verdict,
} from "../model/index.js";
import { hasEnumValue } from "../sql/postgres/enum-literal.js";
import { userTypeText } from "../sql/postgres/read-type.js";
import { changesCatalogueOnly } from "../sql/postgres/type-change.js";
import { harmless, locksOn, verdict } from "./combine.js";
import type { VerdictContext } from "./context.js";

/** ADD COLUMN: the catalogue alone, unless rows get values of their own, or an index or a check comes with it. */
export function addColumn({ table, column }: OperationOf<"addColumn">, context: VerdictContext): Verdict {
  const references = column.references ?? [];
  const others = locksOn("SHARE ROW EXCLUSIVE", references, context);
  if (context.createdInThisChange(table)) return verdict({ locks: others });
  const isDefault = column.defaultSql !== undefined;
  const isRewritten = column.isIdentity || column.isSerial || (column.isGenerated && column.isVirtual !== true);
  const concerns: Concern[] = [];
  const fails = (why: RowFailure) => void concerns.push({ kind: "fails-on-rows", table, why });
  if (isRewritten) concerns.push({ kind: "rewrites", table, why: "computed" });
  else if (isDefault && !column.isDefaultStored) concerns.push({ kind: "rewrites", table, why: "default" });
  const isIndexed = column.isUnique || column.isPrimaryKey;
  if (isIndexed) {
    concerns.push({ kind: "scans", table, why: "index" });
    if (isDefault) fails("duplicates");
  }
  // A foreign key over a column without a default has nothing to look up.
  if (column.hasOther && (references.length === 0 || isDefault)) {
    concerns.push({ kind: "scans", table, why: "check" });
    fails(references.length === 0 ? "check" : "foreign-key");
  }
  if (column.notNull && !isDefault && !isRewritten && column.isVirtual !== true) {
    fails("any-row");
    // It does not know the column.
    concerns.push({ kind: "narrows-writes", table, why: "null" });
  }
  const server = column.isVirtual === true ? needsServer(18, "virtual-column", context) : harmless;
  return verdict({
    locks: [...locksOn("ACCESS EXCLUSIVE", [table], context), ...others],
    held: heldFor(concerns),
    concerns: [...concerns, ...server.concerns],
    doubts: server.doubts,
  });
}

/** The longest work that is among concerns. */
export function heldFor(concerns: readonly Concern[]): Verdict["held"] {
  if (concerns.some(({ kind }) => kind === "rewrites")) return "rewrite";
  return concerns.some(({ kind }) => kind === "scans" || kind === "changes-rows") ? "scan" : "instant";
}

/** What an older server refuses: a concern where one is known, or nothing is known of the servers. */
export function needsServer(
  major: number,
  what: Extract<Concern, { kind: "needs-server" }>["what"],
  { environment: { server } }: VerdictContext,
): Pick<Verdict, "concerns" | "doubts"> {
  if (server !== undefined && server >= major) return harmless;
  return { concerns: [{ kind: "needs-server", major, what }], doubts: server === undefined ? ["server"] : [] };
}

export function setNotNull({ table }: OperationOf<"setNotNull">, context: VerdictContext): Verdict {
  if (context.createdInThisChange(table)) return harmless;
  return verdict({
    locks: locksOn("ACCESS EXCLUSIVE", [table], context),
    held: "scan",
    concerns: [
      { kind: "scans", table, why: "check" },
      { kind: "fails-on-rows", table, why: "null" },
      { kind: "narrows-writes", table, why: "null" },
    ],
  });
}

export function dropNotNull({ table }: OperationOf<"dropNotNull">, context: VerdictContext): Verdict {
  if (context.createdInThisChange(table)) return harmless;
  return verdict({
    locks: locksOn("ACCESS EXCLUSIVE", [table], context),
    concerns: [{ kind: "widens-reads", table, why: "null" }],
  });
}

export function setDefault({ table, defaultSql }: OperationOf<"setDefault">, context: VerdictContext): Verdict {
  const { concerns, doubts } = newEnumValue(defaultSql, context);
  return verdict({ locks: locksOn("ACCESS EXCLUSIVE", [table], context), concerns, doubts });
}

/** PostgreSQL cannot evaluate a value in the transaction that adds it. */
function newEnumValue(
  sql: string | undefined,
  { operations, environment: { transactions } }: VerdictContext,
): Pick<Verdict, "concerns" | "doubts"> {
  if (transactions === "none") return harmless;
  const added = operations.find(
    (other) => other.kind === "addEnumValue" && sql !== undefined && hasEnumValue(sql, other.value),
  );
  if (added?.kind !== "addEnumValue") return harmless;
  return {
    concerns: [{ kind: "fails-in-transaction", why: "new-enum-value", type: added.name, value: added.value }],
    doubts: transactions === undefined ? ["transaction"] : [],
  };
}

export function setType(operation: OperationOf<"setType">, context: VerdictContext): Verdict {
  const { table, column, type, hasOther } = operation;
  if (context.createdInThisChange(table)) return harmless;
  const locks = locksOn("ACCESS EXCLUSIVE", [table], context);
  // Foreign keys over the column are made anew, with locks on both tables.
  const doubts: Doubt[] = context.foreignKeys(table)?.length === 0 ? [] : ["other-tables"];
  if (isMadeHere(type, context.operations))
    return verdict({
      locks,
      held: "rewrite",
      concerns: [
        { kind: "rewrites", table, why: "enum" },
        { kind: "fails-on-rows", table, why: "lost-value" },
        { kind: "narrows-writes", table, why: "lost-value" },
      ],
      doubts,
    });
  const former = context.formerType(table, column);
  if (former !== undefined && !hasOther && changesCatalogueOnly(former, type)) return verdict({ locks, doubts });
  return verdict({
    locks,
    held: "rewrite",
    concerns: [
      { kind: "rewrites", table, why: "type" },
      { kind: "fails-on-rows", table, why: "cast" },
      { kind: "narrows-writes", table, why: "cast" },
    ],
    doubts: former === undefined ? ["former-type", ...doubts] : doubts,
  });
}

function isMadeHere(type: string, operations: readonly Operation[]): boolean {
  return operations.some((other) => other.kind === "createType" && userTypeText(other.name) === type.replace("[]", ""));
}

export function dropColumn({ table, column }: OperationOf<"dropColumn">, context: VerdictContext): Verdict {
  if (context.createdInThisChange(table)) return harmless;
  const { tables, doubts } = joinedBy(context, table, (columns) => columns.includes(column));
  return verdict({
    locks: locksOn("ACCESS EXCLUSIVE", [table, ...tables], context),
    concerns: [
      { kind: "loses-data", what: "column", table, column },
      { kind: "breaks-code-before", what: "column", name: column },
    ],
    doubts,
  });
}

/** The tables at the other ends of foreign keys that go with part of a table; a doubt where nobody knows them. */
export function joinedBy(
  context: VerdictContext,
  table: TableName,
  goes: (columns: readonly string[], name: string) => boolean,
): { readonly tables: readonly TableName[]; readonly doubts: readonly Doubt[] } {
  const keys = context.foreignKeys(table);
  if (keys === undefined) return { tables: [], doubts: ["other-tables"] };
  const own = keys.filter((key) => isSameTable(key.table, table) && goes(key.columns, key.name));
  return { tables: own.map((key) => key.references), doubts: [] };
}

export function renameColumn(
  { table, column, newName }: OperationOf<"renameColumn">,
  context: VerdictContext,
): Verdict {
  if (context.createdInThisChange(table)) return harmless;
  return verdict({
    locks: locksOn("ACCESS EXCLUSIVE", [table], context),
    concerns: [{ kind: "breaks-code-before", what: "column", name: column, newName }],
  });
}
