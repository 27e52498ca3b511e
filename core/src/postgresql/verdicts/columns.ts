import { userTypeText } from "../../model/declaration.js";
import {
  type Concern,
  type Doubt,
  type Operation,
  type OperationOf,
  operationsOfKind,
  operationsOn,
  type RowFailure,
  type TableName,
  type Verdict,
} from "../../model/index.js";
import { sessionDefault } from "../../sql/session-value.js";
import { domainOf, isMended, joinedBy } from "../../sql/verdicts/columns.js";
import { harmless, locksOn, verdict } from "../../sql/verdicts/combine.js";
import type { VerdictContext } from "../../sql/verdicts/context.js";
import { changesCatalogueOnly } from "../type-change.js";

/** ADD COLUMN: the catalogue alone, unless rows get values of their own, or an index or a check comes with it. */
export function addColumn({ table, column }: OperationOf<"addColumn">, context: VerdictContext): Verdict {
  const { references } = column;
  const others = locksOn("SHARE ROW EXCLUSIVE", references === undefined ? [] : [references.table], context);
  if (context.createdInThisChange(table)) return verdict({ locks: others });
  const isDefault = column.defaultSql !== undefined;
  const isRewritten = column.isIdentity || column.isSerial || (column.isGenerated && column.isVirtual !== true);
  const concerns: Concern[] = [];
  const fails = (why: RowFailure) => void concerns.push({ kind: "fails-on-rows", table, why });
  if (isRewritten) concerns.push({ kind: "rewrites", table, why: "computed" });
  else if (isDefault && !column.isDefaultStored) concerns.push({ kind: "rewrites", table, why: "default" });
  concerns.push(...sessionDefault(table, column.name, column.defaultSql, true, column.notNull));
  const domain = domainOf(column, context);
  if (domain !== "plain") concerns.push({ kind: "rewrites", table, why: "domain" });
  const isIndexed = column.isUnique || column.isPrimaryKey;
  if (isIndexed) {
    concerns.push({ kind: "scans", table, why: "index" });
    if (isDefault) fails("duplicates");
  }
  // Where the value is the same for every row PostgreSQL looks at every row nevertheless.
  const isChecked = column.checks.length > 0 || column.hasOther;
  if (isChecked || references?.isValidated) concerns.push({ kind: "scans", table, why: "check" });
  if (isChecked) fails("check");
  if (references?.isValidated) fails("foreign-key");
  if (column.notNull && !isDefault && !isRewritten && column.isVirtual !== true)
    return verdict({
      locks: [...locksOn("ACCESS EXCLUSIVE", [table], context), ...others],
      concerns: [
        { kind: "fails-on-rows", table, why: "any-row" },
        { kind: "breaks-inserts", table, column: column.name },
      ],
    });
  return verdict({
    locks: [...locksOn("ACCESS EXCLUSIVE", [table], context), ...others],
    held: heldFor(concerns),
    concerns,
    doubts: domain === undefined ? ["type"] : [],
  });
}

/** The longest work that is among concerns. */
export function heldFor(concerns: readonly Concern[]): Verdict["held"] {
  if (concerns.some(({ kind }) => kind === "rewrites")) return "rewrite";
  return concerns.some(({ kind }) => kind === "scans" || kind === "changes-rows") ? "scan" : "instant";
}

export function setNotNull(operation: OperationOf<"setNotNull">, context: VerdictContext): Verdict {
  const { table } = operation;
  if (context.createdInThisChange(table)) return harmless;
  const locks = locksOn("ACCESS EXCLUSIVE", [table], context);
  const isProven = context.isNeverNull(table, operation.column) === true || isProvenNotNull(operation, context);
  const narrows: Concern = { kind: "narrows-writes", table, why: "null" };
  if (isProven) return verdict({ locks, concerns: [narrows] });
  return verdict({
    locks,
    held: "scan",
    concerns: [{ kind: "scans", table, why: "check" }, { kind: "fails-on-rows", table, why: "null" }, narrows],
    doubts: isProven === undefined ? ["former-constraints"] : [],
  });
}

/** With NOT VALID the rows that exist are looked at by VALIDATE CONSTRAINT. */
export function addNotNull({ table, isValid }: OperationOf<"addNotNull">, context: VerdictContext): Verdict {
  if (context.createdInThisChange(table)) return harmless;
  const locks = locksOn("ACCESS EXCLUSIVE", [table], context);
  const narrows: Concern = { kind: "narrows-writes", table, why: "null" };
  if (!isValid) return verdict({ locks, concerns: [narrows] });
  return verdict({
    locks,
    held: "scan",
    concerns: [{ kind: "scans", table, why: "check" }, { kind: "fails-on-rows", table, why: "null" }, narrows],
    doubts: ["former-constraints"],
  });
}

/** Whether a validated check says that the column is not NULL: then nobody looks at the rows. Undefined: one that nobody knows may. */
function isProvenNotNull(
  { table, column, statement }: OperationOf<"setNotNull">,
  context: VerdictContext,
): boolean | undefined {
  const before = <K extends "dropConstraint" | "addCheck" | "validateConstraint">(kind: K) =>
    operationsOn(context.operations, kind, table).filter((each: Operation) => each.statement < statement);
  const dropped = new Set(before("dropConstraint").map(({ name }) => name));
  const checks = before("addCheck").filter(({ name }) => !dropped.has(name ?? ""));
  if (checks.some((check) => check.isValid && check.notNull.includes(column))) return true;
  const proofs = before("validateConstraint").flatMap((each) => {
    if (dropped.has(each.name)) return [];
    return [checks.find(({ name }) => name === each.name)?.notNull ?? context.provenBy(table, each.name)];
  });
  if (proofs.some((columns) => columns?.includes(column))) return true;
  return proofs.includes(undefined) ? undefined : false;
}

export function dropNotNull({ table }: OperationOf<"dropNotNull">, context: VerdictContext): Verdict {
  if (context.createdInThisChange(table)) return harmless;
  return verdict({
    locks: locksOn("ACCESS EXCLUSIVE", [table], context),
    concerns: [{ kind: "widens-reads", table, why: "null" }],
  });
}

/** DROP IDENTITY: new rows have no value, unless the change gives the column another source of them. */
export function breaksInserts(
  { column = "", statement }: OperationOf<"form">,
  table: TableName,
  context: VerdictContext,
): Concern[] {
  return isMended({ table, column, statement }, context) ? [] : [{ kind: "breaks-inserts", table, column }];
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
  if (former !== undefined && !hasOther && changesCatalogueOnly(former, type)) {
    const { rebuilt = [], checked = [] } = context.dependents(table, column) ?? {};
    const concerns: Concern[] = [
      ...(rebuilt.length > 0 ? [{ kind: "scans", table, why: "index" } as const] : []),
      ...(checked.length > 0 ? [{ kind: "scans", table, why: "check" } as const] : []),
    ];
    return verdict({ locks, held: concerns.length > 0 ? "scan" : "instant", concerns, doubts });
  }
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
  return madeTypes(operations).has(type.replace("[]", ""));
}

const typesOf = new WeakMap<readonly Operation[], ReadonlySet<string>>();

/** As `userTypeText` spells them. Looked for once a change. */
export function madeTypes(operations: readonly Operation[]): ReadonlySet<string> {
  const known =
    typesOf.get(operations) ??
    new Set(operationsOfKind(operations, "createType").map(({ name }) => userTypeText(name)));
  typesOf.set(operations, known);
  return known;
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
