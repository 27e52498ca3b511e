import {
  type Concern,
  formOf,
  type OperationOf,
  operationsNamed,
  operationsOfKind,
  operationsOn,
  type TableName,
  type Verdict,
} from "../../model/index.js";
import { locksOn, verdict } from "../../sql/verdicts/combine.js";
import type { VerdictContext } from "../../sql/verdicts/context.js";
import { isRenamedUnderView } from "../../sql/verdicts/objects.js";
import { concurrently } from "../../sql/verdicts/transaction.js";
import { unknown } from "../../sql/verdicts/unknown.js";
import { breaksInserts } from "./columns.js";

/** The verdict of the form's row: see `model/forms.ts`. */
export function form(operation: OperationOf<"form">, context: VerdictContext): Verdict {
  const { what, statement, isCascade } = operation;
  const row = formOf(what);
  if (row === undefined) return unknown(operation);
  if (what === "ALTER TYPE" && isCascade === true) return alterType(operation, context);
  const locks = operation.locks
    .map((lock) => (what.startsWith("INDEX ") ? { ...lock, table: tableOfIndex(lock.table, context) } : lock))
    .filter(({ table }) => !context.createdInThisChange(table));
  const alone = row.isAlone === true ? concurrently(statement, context) : { concerns: [], doubts: [] };
  if (operation.locks.length > 0 && locks.length === 0) return verdict(alone);
  const hasOthers = row.hasOthers === true || isCascade === true;
  const isVirtual = what === "AT_SetExpression" ? isVirtualColumn(operation, context) : false;
  if (isVirtual === true) return verdict({ locks });
  return verdict({
    locks,
    held: row.held ?? "instant",
    concerns: [
      ...saidOf(operation, locks[0]?.table, context),
      ...goneOf(operation, context),
      ...(isCascade === true ? [{ kind: "drops-dependents" } as const] : []),
      ...alone.concerns,
    ],
    doubts: [
      ...alone.doubts,
      ...(hasOthers ? (["other-tables"] as const) : []),
      ...(isVirtual === undefined ? (["former-type"] as const) : []),
    ],
  });
}

/** Whether the column is virtual, so nothing is stored (PostgreSQL 18 and later). Undefined: unknown. */
function isVirtualColumn({ locks, column = "" }: OperationOf<"form">, context: VerdictContext): boolean | undefined {
  const { server = 18 } = context.environment;
  const known = locks[0] && context.formerTable(locks[0].table)?.column(column);
  if (known !== undefined) return known.isVirtual === true;
  return server < 18 ? false : undefined;
}

/** ALTER TYPE … CASCADE changes the typed tables of the type. */
function alterType(operation: OperationOf<"form">, context: VerdictContext): Verdict {
  const { tables: [type] = [], column } = operation;
  const users = type && context.history?.tablesOf(type);
  const written = column === undefined ? [] : (users ?? (type === undefined ? [] : [type]));
  return verdict({
    locks: locksOn("ACCESS EXCLUSIVE", users ?? [], context),
    held: written.length > 0 ? "rewrite" : "instant",
    concerns: [
      ...written.flatMap((table): Concern[] => [
        { kind: "rewrites", table, why: "type" },
        { kind: "fails-on-rows", table, why: "cast" },
        { kind: "narrows-writes", table, why: "cast" },
      ]),
      ...goneOf(operation, context),
    ],
    doubts: users === undefined ? ["other-tables"] : [],
  });
}

/** The table whose reads and writes wait. If it is unknown, the index stands in for it. */
export function tableOfIndex(index: TableName, { formerIndex }: VerdictContext): TableName {
  const table = formerIndex(index)?.table;
  // An index is in its table's schema.
  return table === undefined ? index : index.schema === undefined ? { name: table.name } : table;
}

function saidOf(operation: OperationOf<"form">, table: TableName | undefined, context: VerdictContext): Concern[] {
  const { says } = formOf(operation.what) ?? {};
  switch (says) {
    case "access":
    case "row-security":
    case "forced":
    case "policy":
    case "privilege":
      return accessOf(operation, says, table, context);
    case "sequence":
    case "publication":
      return writesOf(operation, says, table, context);
  }
  if (table === undefined || says === undefined) return [];
  switch (says) {
    case "guards":
      return [{ kind: "guards-less", table }];
    case "nulls":
      return [{ kind: "widens-reads", table, why: "null" }];
    case "index":
      return [{ kind: "scans", table, why: "index" }];
    case "rule":
    case "replica-identity":
      return [{ kind: "breaks-writes", why: says, table }];
    case "identity":
      return [{ kind: "breaks-writes", why: says, table, ...(operation.column && { column: operation.column }) }];
    case "inserts":
      return breaksInserts(operation, table, context);
    default:
      return [{ kind: "rewrites", table, why: says }];
  }
}

/** Roles that lose access. Gaining access is the purpose of the change and no concern. */
function accessOf(
  { tables = [], statement }: OperationOf<"form">,
  says: "access" | "row-security" | "forced" | "policy" | "privilege",
  table: TableName | undefined,
  { operations, createdInThisChange, dependentsOf }: VerdictContext,
): Concern[] {
  const on = table === undefined ? {} : { table };
  if (says === "access") return [{ kind: "changes-access", ...on }];
  if (tables.length > 0 && tables.every(createdInThisChange)) return [];
  const hasPolicy =
    table !== undefined &&
    (operationsOn(operations, "form", table).some(({ what }) => what === "CreatePolicyStmt") ||
      dependentsOf({ what: "policies", table }).length > 0);
  if (says === "row-security" && hasPolicy) return [{ kind: "changes-access", ...on, takes: "policy" }];
  // A policy that is created again removes no access.
  const isMadeAgain = operationsOn(operations, "form", table ?? { name: "" }).some(
    (each) => each.what === "CreatePolicyStmt" && each.statement > statement,
  );
  return says === "policy" && isMadeAgain ? [] : [{ kind: "changes-access", ...on, takes: says }];
}

/** Sequence numbers that are reused, and published tables without a replica identity. */
function writesOf(
  operation: OperationOf<"form">,
  why: "sequence" | "publication",
  table: TableName | undefined,
  { operations, withoutReplicaIdentity }: VerdictContext,
): Concern[] {
  if (why === "publication")
    return withoutReplicaIdentity(operation.tables ?? "all").map((each) => ({
      kind: "breaks-writes",
      why,
      table: each,
    }));
  const [sequence] = operation.tables ?? [];
  const isNew = operationsOfKind(operations, "createTable").some((each) =>
    sequence?.name.startsWith(`${each.table.name}_`),
  );
  return isNew ? [] : [{ kind: "breaks-writes", why, ...(table === undefined ? {} : { table }) }];
}

/** Objects that code uses, unless the change creates another with the same name. */
function goneOf({ gone }: OperationOf<"form">, { operations, createdInThisChange }: VerdictContext): Concern[] {
  if (gone === undefined || createdInThisChange(gone.name)) return [];
  const { what, name, newName } = gone;
  if (what === "function" && operationsNamed(operations, "createFunction", name.name).length > 0) return [];
  if (newName !== undefined && isRenamedUnderView(name, operations)) return [];
  const lost: Concern[] =
    what === "schema" && newName === undefined ? [{ kind: "loses-data", what: "schema", table: name }] : [];
  return [
    ...lost,
    { kind: "breaks-code-before", what, name: name.name, ...(newName === undefined ? {} : { newName }) },
  ];
}

/** The rows of a domain: all tables with a column of this domain, or of a domain based on it. */
export function alterDomain(operation: OperationOf<"alterDomain">, context: VerdictContext): Verdict {
  const { name, does, isNotValid } = operation;
  const { operations, history } = context;
  if (operationsOn(operations, "createDomain", name).length > 0) return verdict({});
  const why = does === "setNotNull" ? "null" : "check";
  const users = history?.usersOf(name);
  const tables = (users ?? [name]).filter((table) => !context.createdInThisChange(table));
  const read = {
    held: tables.length > 0 ? "scan" : "instant",
    locks: locksOn("SHARE", users ?? [], context),
    doubts: users === undefined ? (["other-tables"] as const) : [],
  } as const;
  const scans = tables.map((table) => ({ kind: "scans", table, why: "check" }) as const);
  switch (does) {
    case "default":
    case "dropConstraint":
      return verdict({});
    case "dropNotNull":
      return verdict({ concerns: [{ kind: "widens-reads", table: name, why: "null" }] });
    case "validate":
      return verdict({ ...read, concerns: scans });
    default:
      if (isNotValid === true) return verdict({ concerns: [{ kind: "narrows-writes", table: name, why }] });
      return verdict({
        ...read,
        concerns: [
          ...scans,
          ...tables.map((table) => ({ kind: "fails-on-rows", table, why }) as const),
          { kind: "narrows-writes", table: name, why },
        ],
      });
  }
}
