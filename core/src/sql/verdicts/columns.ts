import {
  type ColumnDeclaration,
  type Doubt,
  isSameTable,
  type OperationOf,
  operationsOfKind,
  operationsOn,
  type TableName,
  type TypeKind,
  type Verdict,
} from "../../model/index.js";
import { sessionDefault } from "../session-value.js";
import { locksOn, verdict } from "./combine.js";
import type { VerdictContext } from "./context.js";

/** Types of PostgreSQL and of bundled or common extensions. None is a domain. */
const wellKnown: ReadonlySet<string> = new Set(
  `box circle cidr citext cube daterange datemultirange geography geometry halfvec hstore int4multirange int4range
  int8multirange int8range jsonpath line lquery lseg ltree ltxtquery macaddr8 nummultirange numrange path pg_lsn polygon
  regclass regproc regtype seg sparsevec tsmultirange tsquery tsrange tstzmultirange tstzrange vector xid8`.split(
    /\s+/,
  ),
);

export function isWellKnown({ name }: TableName): boolean {
  return wellKnown.has(name);
}

/**
 * Whether the type of a column is a domain with CHECK or NOT NULL: PostgreSQL then rewrites every row to evaluate it. Undefined: the type
 * is unknown.
 */
export function domainOf(
  { ownType }: Pick<ColumnDeclaration, "ownType">,
  context: Pick<VerdictContext, "operations" | "typeKind">,
): TypeKind | undefined {
  const { operations, typeKind } = context;
  if (ownType === undefined || isWellKnown(ownType)) return "plain";
  const [domain] = operationsOn(operations, "createDomain", ownType);
  if (domain !== undefined)
    return domain.isChecked
      ? "checked"
      : domainOf(domain.baseType === undefined ? {} : { ownType: domain.baseType }, context);
  const isMade = operationsOn(operations, "createType", ownType).length > 0;
  if (isMade || operationsOn(operations, "addEnumValue", ownType).length > 0) return "plain";
  return typeKind(ownType);
}

export function setDefault(operation: OperationOf<"setDefault">, context: VerdictContext): Verdict {
  const { table, column, defaultSql } = operation;
  const locks = locksOn("ACCESS EXCLUSIVE", [table], context);
  const added = operationsOn(context.operations, "addColumn", table).find((each) => each.column.name === column);
  if (context.createdInThisChange(table)) return verdict({ locks });
  if (defaultSql !== undefined) return verdict({ locks, concerns: sessionDefault(table, column, defaultSql, false) });
  // The default only existed for existing rows: older code can no longer insert rows.
  const isNeeded = added === undefined ? isMissed(operation, context) : added.column.notNull && hasValue(added.column);
  if (isNeeded === false || isMended(operation, context)) return verdict({ locks });
  return verdict({
    locks,
    concerns: [{ kind: "breaks-inserts", table, column }],
    doubts: isNeeded === undefined ? ["former-constraints"] : [],
  });
}

function hasValue({ defaultSql, isSerial }: ColumnDeclaration): boolean {
  return defaultSql !== undefined || isSerial;
}

/** Whether code that omits the column needs its default; undefined if the column is unknown. */
function isMissed(
  { table, column }: OperationOf<"setDefault">,
  { isNeverNull, formerTable, environment, isAsWritten }: VerdictContext,
): boolean | undefined {
  const isRequired = isNeverNull(table, column);
  const former = formerTable(table)?.column(column);
  // A plan only considers what its own database knows.
  if (isRequired === undefined || former === undefined) return isAsWritten ? undefined : false;
  if (!isRequired || !hasValue(former)) return false;
  return !sendsDefault(former, { environment });
}

/** Whether a redeclared column is required and loses a default that code may need. */
export function losesDefault(
  former: ColumnDeclaration,
  { table, statement, column }: OperationOf<"redeclareColumn">,
  context: VerdictContext,
): boolean {
  if (!column.notNull || hasDefault(column) || !hasDefault(former)) return false;
  if (sendsDefault(former, context)) return false;
  return !isMended({ table, column: column.name, statement }, context);
}

const hasDefault = (column: ColumnDeclaration) => hasValue(column) || column.isIdentity || column.isGenerated;

/** Whether code itself sends the default of a column. */
export function sendsDefault(column: ColumnDeclaration, { environment }: Pick<VerdictContext, "environment">): boolean {
  return environment.sendsDefaults === true && isSent(column);
}

/** A constant or the time: Prisma Client evaluates it itself. */
function isSent({ defaultSql = "", isSerial }: ColumnDeclaration): boolean {
  const isTime = /^(?:CURRENT_TIMESTAMP|LOCALTIMESTAMP|now\s*\()/i.test(defaultSql);
  return !isSerial && (isTime || !/\(/.test(defaultSql.replace(/'(?:[^']|'')*'/g, "")));
}

/** Whether the change gives the column another source of values, or drops it. */
export function isMended(
  { table, column, statement }: Pick<OperationOf<"setDefault">, "table" | "column" | "statement">,
  { operations }: Pick<VerdictContext, "operations">,
): boolean {
  return [
    ...operationsOn(operations, "setDefault", table).filter(({ defaultSql }) => defaultSql !== undefined),
    ...operationsOn(operations, "dropColumn", table),
    ...operationsOn(operations, "dropNotNull", table),
    ...operationsOn(operations, "form", table).filter(({ what }) => /^AT_AddIdentity$|^IDENTITY ALWAYS$/.test(what)),
  ].some((each) => each.statement >= statement && each.column === column);
}

/**
 * The tables at the other end of foreign keys that are dropped with part of a table; a doubt if they are unknown.
 *
 * @param goes whether a foreign key of the table is dropped
 * @param leadsTo whether foreign keys to these columns of the table are dropped
 */
export function joinedBy(
  context: VerdictContext,
  table: TableName,
  goes: (columns: readonly string[], name: string) => boolean,
  leadsTo: (columns: readonly string[]) => boolean = () => false,
): { readonly tables: readonly TableName[]; readonly doubts: readonly Doubt[] } {
  const keys = context.foreignKeys(table);
  if (keys === undefined) return { tables: [], doubts: ["other-tables"] };
  const own = keys.filter((key) => isSameTable(key.table, table) && goes(key.columns, key.name));
  const others = keys.filter(
    (key) =>
      isSameTable(key.references, table) && key.referencedColumns !== undefined && leadsTo(key.referencedColumns),
  );
  return { tables: [...own.map((key) => key.references), ...others.map((key) => key.table)], doubts: [] };
}

/** NULL equals nothing: a column that this change adds without a value has no duplicates until it is filled. */
export function isOfEmptyColumn(
  {
    table,
    columns = [],
    statement,
    newer = [],
    isMatchFull = false,
  }: Pick<OperationOf<"createIndex">, "table" | "columns" | "statement" | "newer"> &
    Partial<Pick<OperationOf<"addForeignKey">, "isMatchFull">>,
  { operations, judging }: VerdictContext,
): boolean {
  if (newer.includes("nulls-not-distinct") || (isMatchFull && columns.length > 1)) return false;
  const isFilled =
    [...operationsOfKind(operations, "update"), ...operationsOfKind(operations, "insert")].some(
      (each) => each.statement < statement && isSameTable(each.table, table),
    ) ||
    operationsOfKind(operations, "unknown").some((each) => each.statement < statement) ||
    operationsOfKind(operations, "select").some(
      (each) => each.statement < statement && judging.unknownFunctions(each).length > 0,
    );
  return (
    !isFilled &&
    operationsOfKind(operations, "addColumn").some(
      ({ table: of, column }) => columns.includes(column.name) && isSameTable(of, table) && isEmpty(column),
    )
  );
}

/** How a unique index fails on existing rows; undefined: it does not. With NULLS NOT DISTINCT, two NULLs are equal. */
export function duplicatesOf(
  operation: Parameters<typeof isOfEmptyColumn>[0] &
    Partial<Pick<OperationOf<"createIndex">, "refusesNull" | "hasExpression">>,
  context: VerdictContext,
): "duplicates" | "two-rows" | undefined {
  if (isOfEmptyColumn(operation, context)) return undefined;
  const { newer = [], hasExpression, refusesNull = [], columns = hasExpression ? [] : refusesNull } = operation;
  const isEmptyColumn = (column: string) => isOfEmptyColumn({ ...operation, newer: [], columns: [column] }, context);
  const isOfNulls = newer.includes("nulls-not-distinct") && columns.length > 0 && columns.every(isEmptyColumn);
  return isOfNulls ? "two-rows" : "duplicates";
}

function isEmpty({ notNull, defaultSql, isGenerated, isIdentity, isSerial }: ColumnDeclaration): boolean {
  return !notNull && defaultSql === undefined && !isGenerated && !isIdentity && !isSerial;
}
