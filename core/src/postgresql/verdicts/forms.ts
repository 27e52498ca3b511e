import {
  type Concern,
  formOf,
  type OperationOf,
  operationsNamed,
  operationsOn,
  type TableName,
  type Verdict,
} from "../../model/index.js";
import { verdict } from "../../sql/verdicts/combine.js";
import type { VerdictContext } from "../../sql/verdicts/context.js";
import { isRenamedUnderView } from "../../sql/verdicts/objects.js";
import { concurrently } from "../../sql/verdicts/transaction.js";
import { unknown } from "../../sql/verdicts/unknown.js";
import { breaksInserts } from "./columns.js";

/** What its row says: see `model/forms.ts`. */
export function form(operation: OperationOf<"form">, context: VerdictContext): Verdict {
  const { what, statement, isCascade } = operation;
  const row = formOf(what);
  if (row === undefined) return unknown(operation);
  const locks = operation.locks.filter(({ table }) => !context.createdInThisChange(table));
  const alone = row.isAlone === true ? concurrently(statement, context) : { concerns: [], doubts: [] };
  if (operation.locks.length > 0 && locks.length === 0) return verdict(alone);
  const hasOthers = row.hasOthers === true || isCascade === true;
  return verdict({
    locks,
    held: row.held ?? "instant",
    concerns: [
      ...saidOf(operation, locks[0]?.table, context),
      ...goneOf(operation, context),
      ...(isCascade === true ? [{ kind: "drops-dependents" } as const] : []),
      ...alone.concerns,
    ],
    doubts: [...alone.doubts, ...(hasOthers ? (["other-tables"] as const) : [])],
  });
}

function saidOf(operation: OperationOf<"form">, table: TableName | undefined, context: VerdictContext): Concern[] {
  const { says } = formOf(operation.what) ?? {};
  if (says === "access") return [{ kind: "changes-access", ...(table === undefined ? {} : { table }) }];
  if (table === undefined || says === undefined) return [];
  switch (says) {
    case "guards":
      return [{ kind: "guards-less", table }];
    case "nulls":
      return [{ kind: "widens-reads", table, why: "null" }];
    case "index":
      return [{ kind: "scans", table, why: "index" }];
    case "inserts":
      return breaksInserts(operation, table, context);
    default:
      return [{ kind: "rewrites", table, why: says }];
  }
}

/** What code names, unless the change makes another of that name. */
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

/** The rows of a domain are those of every table with a column of it. */
export function alterDomain(operation: OperationOf<"alterDomain">, { operations }: VerdictContext): Verdict {
  const { name: table, does, isNotValid } = operation;
  if (operationsOn(operations, "createDomain", table).length > 0) return verdict({});
  const why = does === "setNotNull" ? "null" : "check";
  switch (does) {
    case "default":
    case "dropConstraint":
      return verdict({});
    case "dropNotNull":
      return verdict({ concerns: [{ kind: "widens-reads", table, why: "null" }] });
    case "validate":
      return verdict({ held: "scan", concerns: [{ kind: "scans", table, why: "check" }], doubts: ["other-tables"] });
    default:
      if (isNotValid === true) return verdict({ concerns: [{ kind: "narrows-writes", table, why }] });
      return verdict({
        held: "scan",
        concerns: [
          { kind: "scans", table, why: "check" },
          { kind: "fails-on-rows", table, why },
          { kind: "narrows-writes", table, why },
        ],
        doubts: ["other-tables"],
      });
  }
}
