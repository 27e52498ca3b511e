import { userTypeText } from "../../model/declaration.js";
import {
  type ColumnDeclaration,
  type Concern,
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
import { takenFields } from "../../sql/verdicts/taken-fields.js";
import { baseOf, changesCatalogueOnly, isRelabelled, neverFails } from "../type-change.js";

/** ADD COLUMN only changes the catalog, unless rows get different values, or it includes an index or check. */
export function addColumn(operation: OperationOf<"addColumn">, context: VerdictContext): Verdict {
  const { table, column } = operation;
  const { references } = column;
  const others = locksOn("SHARE ROW EXCLUSIVE", references === undefined ? [] : [references.table], context);
  if (context.createdInThisChange(table)) return verdict({ locks: others });
  const domain = column.ownType && context.history?.domain(userTypeText(column.ownType));
  const byDomain = column.isDefaultNull === true ? undefined : domain?.default;
  const isDefault = column.defaultSql !== undefined || byDomain !== undefined;
  const isVirtual = column.isVirtual === true;
  const isRewritten = column.isIdentity || column.isSerial || (column.isGenerated && !isVirtual);
  const concerns: Concern[] = [];
  const fails = (why: RowFailure) => {
    concerns.push({ kind: "fails-on-rows", table, why });
    // Old code writes the other columns without knowing the constraint on the computed value.
    if (column.isGenerated) concerns.push({ kind: "narrows-writes", table, why });
  };
  if (isRewritten) concerns.push({ kind: "rewrites", table, why: "computed" });
  else if (isDefault && !isStored(column, byDomain, context))
    concerns.push({ kind: "rewrites", table, why: "default" });
  concerns.push(...sessionDefault(table, column.name, column.defaultSql, true, column.notNull));
  const kind = domainOf(column, context);
  if (kind !== "plain") concerns.push({ kind: "rewrites", table, why: "domain" });
  const isIndexed = column.isUnique || column.isPrimaryKey;
  if (isIndexed) {
    concerns.push({ kind: "scans", table, why: "index" });
    if (isDefault || column.isGenerated) fails("duplicates");
    else if (operation.newer?.includes("nulls-not-distinct")) fails("two-rows");
  }
  // PostgreSQL checks every row, even if the value is the same for all.
  const isChecked = column.checks.length > 0 || column.hasOther;
  const isProven = column.notNull && column.isGenerated;
  if (isChecked || references?.isValidated || (isProven && isVirtual))
    concerns.push({ kind: "scans", table, why: "check" });
  if (isChecked) fails("check");
  if (references?.isValidated && column.isDefaultNull !== true) fails("foreign-key");
  if (isProven) fails("null");
  if ((column.notNull || domain?.isRequired === true) && !isDefault && !isRewritten && !isVirtual)
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
    doubts: kind === undefined ? ["type"] : [],
  });
}

/** Whether a default is evaluated once for all rows: its own, or its domain's. */
function isStored(
  { defaultSql, isDefaultStored, defaultFunctions }: ColumnDeclaration,
  byDomain: "stored" | "computed" | undefined,
  { history }: VerdictContext,
): boolean {
  if (defaultSql === undefined) return byDomain === "stored";
  return isDefaultStored || defaultFunctions?.every((name) => history?.isSteady(name)) === true;
}

/** The longest work among the concerns. */
function heldFor(concerns: readonly Concern[]): Verdict["held"] {
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

/** With NOT VALID, VALIDATE CONSTRAINT checks existing rows later. */
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

/** Whether a validated check proves that the column is not NULL, so PostgreSQL skips the scan. Undefined: an unknown check may. */
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

/** DROP IDENTITY: new rows get no value, unless the change gives the column another default. */
export function breaksInserts(
  { column = "", statement }: OperationOf<"form">,
  table: TableName,
  context: VerdictContext,
): Concern[] {
  return isMended({ table, column, statement }, context) ? [] : [{ kind: "breaks-inserts", table, column }];
}

export function setType(operation: OperationOf<"setType">, context: VerdictContext): Verdict {
  const { table, column, type } = operation;
  if (context.createdInThisChange(table)) return harmless;
  // Foreign keys on the column are recreated, with locks on both tables.
  const isOver = (columns: readonly string[]) => columns.includes(column);
  const { tables, doubts } = joinedBy(context, table, isOver, isOver);
  const locks = locksOn("ACCESS EXCLUSIVE", [table, ...tables], context);
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
  // A virtual column is not stored.
  if (context.formerTable(table)?.column(column)?.isVirtual === true) return verdict({ locks, doubts });
  const former = context.formerType(table, column);
  if (former !== undefined && keepsRows(former, operation, context)) {
    const { rebuilt = [], checked = [] } = context.dependents(table, column) ?? {};
    const index = keepsIndexes(former, operation, context) ? undefined : indexOf(table, column, context);
    const concerns: Concern[] = [
      ...(rebuilt.length > 0 || index !== undefined ? [{ kind: "scans", table, why: "index" } as const] : []),
      ...(checked.length > 0 ? [{ kind: "scans", table, why: "check" } as const] : []),
    ];
    if (index === "unique" && rootOf(type, context) === "citext")
      concerns.push(
        { kind: "fails-on-rows", table, why: "duplicates" },
        { kind: "narrows-writes", table, why: "duplicates" },
      );
    return verdict({ locks, held: concerns.length > 0 ? "scan" : "instant", concerns, doubts });
  }
  const steps = former === undefined ? [] : stepsOf(former, operation);
  const isWide = steps.length > 0 && steps.every(([from, to]) => isWidened(from, to, context));
  return verdict({
    locks,
    held: "rewrite",
    concerns: [
      { kind: "rewrites", table, why: "type" },
      ...(isWide
        ? []
        : [
            { kind: "fails-on-rows", table, why: "cast" } as const,
            { kind: "narrows-writes", table, why: "cast" } as const,
          ]),
    ],
    doubts: former === undefined ? ["former-type", ...doubts] : doubts,
  });
}

/** The chain of types: the casts in USING, then the new type. Empty: USING has unknown effects. */
function stepsOf(former: string, { type, casts, collates, hasOther }: OperationOf<"setType">) {
  if (hasOther && casts === undefined && collates !== true) return [];
  const types = [former, ...(casts ?? []), type];
  return types.slice(1).map((to, at) => [types[at] ?? "", to] as const);
}

/** Whether the bytes of every row stay the same. */
function keepsRows(former: string, operation: OperationOf<"setType">, context: VerdictContext): boolean {
  const steps = stepsOf(former, operation);
  return (
    steps.length > 0 &&
    steps.every(([from, to]) => {
      if (from === to) return true;
      const domain = context.history?.domain(to);
      if (domain !== undefined && domain.isChecked !== false) return false;
      // PostgreSQL ignores the length of a domain here.
      const isLimited = from !== rootOf(from, context);
      const before = isLimited ? baseOf(rootOf(from, context)) : from;
      const after = rootOf(to, context);
      return changesCatalogueOnly(before, after) || isRelabelled(before, after);
    })
  );
}

/** Whether plain indexes are kept too, because their order does not change. */
function keepsIndexes(former: string, { type, collates }: OperationOf<"setType">, context: VerdictContext): boolean {
  return collates !== true && changesCatalogueOnly(rootOf(former, context), rootOf(type, context));
}

/** If the indexes are unknown, assumes a plain one. */
function indexOf(table: TableName, column: string, { history, formerTable }: VerdictContext) {
  return history !== undefined && formerTable(table) !== undefined ? history.indexOf(table, column) : "plain";
}

function isWidened(from: string, to: string, context: VerdictContext): boolean {
  const domain = context.history?.domain(to);
  return domain?.isChecked !== true && neverFails(rootOf(from, context), rootOf(to, context));
}

/** The base type of a domain, through all domains. */
function rootOf(type: string, { history }: VerdictContext): string {
  return history?.domain(type)?.base ?? type;
}

function isMadeHere(type: string, operations: readonly Operation[]): boolean {
  return madeTypes(operations).has(type.replace("[]", ""));
}

const typesOf = new WeakMap<readonly Operation[], ReadonlySet<string>>();

/** In the spelling of `userTypeText`. Computed once per change. */
function madeTypes(operations: readonly Operation[]): ReadonlySet<string> {
  const known =
    typesOf.get(operations) ??
    new Set(operationsOfKind(operations, "createType").map(({ name }) => userTypeText(name)));
  typesOf.set(operations, known);
  return known;
}

export function dropColumn(operation: OperationOf<"dropColumn">, context: VerdictContext): Verdict {
  const { table, column } = operation;
  if (context.createdInThisChange(table)) return harmless;
  const isOver = (columns: readonly string[]) => columns.includes(column);
  const { tables, doubts } = joinedBy(context, table, isOver, isOver);
  return verdict({
    locks: locksOn("ACCESS EXCLUSIVE", [table, ...tables], context),
    concerns: [
      { kind: "loses-data", what: "column", table, column },
      { kind: "breaks-code-before", what: "column", name: column },
      ...takenFields(table, column, operation, context),
    ],
    doubts,
  });
}

export function renameColumn(operation: OperationOf<"renameColumn">, context: VerdictContext): Verdict {
  const { table, column, newName } = operation;
  if (context.createdInThisChange(table)) return harmless;
  return verdict({
    locks: locksOn("ACCESS EXCLUSIVE", [table], context),
    concerns: [
      { kind: "breaks-code-before", what: "column", name: column, newName },
      ...takenFields(table, column, operation, context),
    ],
  });
}
