import type { TableName } from "../../model/names.js";
import type { LookedUpTable } from "../../sql/fill-context.js";
import { type AnyNode, nameParts, walk, walkInto } from "../read/walk.js";
import { type LookUps, type Reading, type Scope, type Source, UnreadLookUp } from "./model.js";
import { constantOf, hasAggregate, isStar, listOf, outputName, resolve, soleName } from "./names.js";
import { addEquations, determine, type Equation, isKnown, keysOf } from "./one-row.js";

/** The tables in an expression's subqueries, each once. */
export function tablesOf(tree: unknown): readonly TableName[] {
  const found = new Map<string, TableName>();
  walk(tree, (kind, node) => {
    if (kind === "RangeVar") found.set(keyOf(tableOf(node)), tableOf(node));
  });
  return [...found.values()];
}

/**
 * Reads the subqueries of an expression over a row: which names belong to the row, which to other tables, and how many rows each subquery
 * may return. PostgreSQL resolves an unqualified name to the innermost table that has the column, so the columns of every table must be
 * known.
 *
 * @param tables as `keyOf` names them
 * @throws UnreadLookUp
 */
export function readLookUps(
  tree: unknown,
  tables: ReadonlyMap<string, LookedUpTable>,
  rowKey: readonly string[],
): LookUps {
  const reading: Reading = { tables, rowKey, references: new Map(), lookUps: [] };
  readExpression(tree, undefined, reading);
  return { lookUps: reading.lookUps, references: reading.references, tables: tablesOf(tree) };
}

/** The map key of a table. */
export function keyOf({ schema, name }: TableName): string {
  return JSON.stringify([schema ?? null, name]);
}

function tableOf({ schemaname, relname }: AnyNode): TableName {
  return { ...(typeof schemaname === "string" ? { schema: schemaname } : {}), name: String(relname) };
}

/** Reads an expression with its column names and subqueries. */
function readExpression(tree: unknown, scope: Scope | undefined, reading: Reading): void {
  walkInto(tree, (kind, node) => {
    if (kind === "ColumnRef") {
      reading.references.set(node, resolve(node, scope));
      return "skip";
    }
    if (kind === "FuncCall" && scope !== undefined) {
      if (node.over !== undefined)
        throw new UnreadLookUp(`${nameParts(node.funcname).at(-1)}() OVER (…) reads the whole table for every row`);
      return "into";
    }
    if (kind !== "SubLink") return "into";
    readExpression(node.testexpr, scope, reading);
    const select = (node.subselect as { SelectStmt?: AnyNode } | undefined)?.SelectStmt;
    if (select === undefined) throw new UnreadLookUp("it has a subquery that is no SELECT");
    const read = readSelect(select, scope, reading, node.subLinkType === "EXISTS_SUBLINK");
    const isScalar = node.subLinkType === "EXPR_SUBLINK";
    reading.lookUps.push({
      isOneRow: !isScalar || read.uniqueKeys.some((key) => key.length === 0),
      isOfParent: (isScalar || node.subLinkType === "EXISTS_SUBLINK") && read.isOfParent,
      loose: read.loose,
    });
    return "skip";
  });
}

/** A SELECT as a source of rows. */
interface ReadSelect extends Source {
  readonly isOfParent: boolean;
  readonly loose: string | undefined;
}

function readSelect(select: AnyNode, outer: Scope | undefined, reading: Reading, isExists = false): ReadSelect {
  refuseForms(select);
  if (Array.isArray(select.valuesLists)) return valuesOf(select, outer, reading);
  const sources: Source[] = [];
  const equations: Equation[] = [];
  const scope: Scope = { sources, outer };
  for (const item of listOf(select.fromClause)) readFrom(item, scope, sources, equations, reading);
  addEquations(select.whereClause, undefined, equations);
  const outputs = listOf(select.targetList).flatMap((target) => {
    const output = (target as { ResTarget?: AnyNode }).ResTarget ?? {};
    return isExists || !isStar(output.val) ? [output] : columnsOf(output.val, sources);
  });
  const names = new Set(outputs.flatMap(({ name }) => (typeof name === "string" ? [name] : [])));
  for (const { val } of outputs) if (!(isExists && isStar(val))) readExpression(val, scope, reading);
  readExpression(select.whereClause, scope, reading);
  readExpression(select.havingClause, scope, reading);
  for (const part of [...listOf(select.sortClause), ...listOf(select.groupClause)]) {
    // A bare name prefers an output.
    const bare = soleName((part as { SortBy?: AnyNode }).SortBy?.node ?? part);
    if (bare === undefined || !names.has(bare)) readExpression(part, scope, reading);
  }
  const found = determine(sources, equations, scope, reading);
  const known = (value: unknown) => isKnown(value, scope, found, reading);
  const isOfRows =
    !hasAggregate(select) && [select.groupClause, select.distinctClause].every((clause) => listOf(clause).length === 0);
  return {
    name: "",
    columns: outputs.map(outputName),
    isPlain: isOfRows && select.limitCount === undefined && sources.every(({ isPlain }) => isPlain),
    uniqueKeys: keysOf(select, outputs, sources, scope, found, known, reading),
    isOfParent: found.isOfParent && isOfRows,
    loose: found.loose,
  };
}

/** Rejects clauses that are unsupported, or that no lookup should have. */
function refuseForms(select: AnyNode): void {
  if (select.withClause !== undefined) throw new UnreadLookUp("it has WITH inside a subquery");
  if (select.op !== undefined && select.op !== "SETOP_NONE")
    throw new UnreadLookUp("it has UNION, EXCEPT or INTERSECT");
  if (listOf(select.lockingClause).length > 0) throw new UnreadLookUp("it locks the rows that it reads");
  if (listOf(select.windowClause).length > 0) throw new UnreadLookUp("it has a WINDOW");
  if (select.intoClause !== undefined) throw new UnreadLookUp("it has INTO");
}

/** `VALUES ('a', 1), ('b', 2)`: maps one value to another. */
function valuesOf(select: AnyNode, outer: Scope | undefined, reading: Reading): ReadSelect {
  const rows = listOf(select.valuesLists).map((row) => listOf((row as { List?: AnyNode }).List?.items));
  readExpression(rows, outer, reading);
  const columns = (rows[0] ?? []).map((_, at) => `column${at + 1}`);
  const distinct = columns.filter((_, at) => {
    const texts = rows.map((row) => JSON.stringify(constantOf(row[at])));
    return !texts.includes(undefined as unknown as string) && new Set(texts).size === texts.length;
  });
  return {
    name: "",
    columns,
    uniqueKeys: distinct.map((name) => [name]),
    isPlain: true,
    isOfParent: true,
    loose: undefined,
  };
}

/** One item of FROM: its sources, and the equations of its joins. */
function readFrom(
  item: unknown,
  scope: Scope,
  sources: Source[],
  equations: Equation[],
  reading: Reading,
): readonly Source[] {
  const node = item as Readonly<Record<string, AnyNode>>;
  if (node.RangeVar !== undefined) {
    const table = tableOf(node.RangeVar);
    const facts = reading.tables.get(keyOf(table));
    if (facts === undefined) throw new UnreadLookUp(`it reads "${table.name}", which Lockstep cannot find`);
    return add(sources, aliased({ ...facts, name: table.name, table, isPlain: true }, node.RangeVar.alias));
  }
  if (node.RangeSubselect !== undefined) {
    const { subquery, alias, lateral } = node.RangeSubselect;
    const select = (subquery as { SelectStmt?: AnyNode }).SelectStmt;
    if (select === undefined) throw new UnreadLookUp("it has a subquery that is no SELECT");
    const read = readSelect(select, lateral === true ? scope : scope.outer, reading);
    return add(sources, aliased({ ...read, isPlain: read.isPlain && lateral !== true }, alias));
  }
  if (node.JoinExpr === undefined)
    throw new UnreadLookUp("it reads something that is not a table: a function, or a sample");
  const { larg, rarg, jointype, quals, usingClause, isNatural, alias } = node.JoinExpr;
  if (isNatural === true || alias !== undefined) throw new UnreadLookUp("it has a NATURAL join, or one with a name");
  const left = readFrom(larg, scope, sources, equations, reading);
  const right = readFrom(rarg, scope, sources, equations, reading);
  // In an outer join, missing rows are NULL, so ON only restricts the side that may be missing.
  const narrowed =
    jointype === "JOIN_INNER" ? undefined : jointype === "JOIN_LEFT" ? right : jointype === "JOIN_RIGHT" ? left : [];
  readExpression(quals, scope, reading);
  addEquations(quals, narrowed, equations);
  for (const name of nameParts(usingClause)) {
    const [one, other] = [left, right].map((side) => side.find(({ columns }) => columns.includes(name)));
    if (one === undefined || other === undefined) continue;
    for (const source of [one, other])
      reading.references.set({}, { kind: "source", source, column: name, isKnown: true });
    equations.push({ source: other, column: name, value: { source: one, column: name }, narrowed });
    equations.push({ source: one, column: name, value: { source: other, column: name }, narrowed });
  }
  return [...left, ...right];
}

function add(sources: Source[], source: Source): readonly Source[] {
  sources.push(source);
  return [source];
}

/** `(…) AS m(kind, rank)` names both the source and its columns. */
function aliased(source: Source, alias: unknown): Source {
  if (alias === undefined) return source;
  const { aliasname, colnames } = alias as AnyNode;
  const names = nameParts(colnames);
  const renamed = (column: string) => names[source.columns.indexOf(column)] ?? column;
  return {
    ...source,
    name: String(aliasname),
    columns: source.columns.map(renamed),
    uniqueKeys: source.uniqueKeys.map((key) => key.map(renamed)),
  };
}

/** Expands `*` and `t.*` to columns. */
function columnsOf(star: unknown, sources: readonly Source[]): readonly AnyNode[] {
  const [name] = nameParts((star as { ColumnRef?: AnyNode }).ColumnRef?.fields);
  const named = sources.filter((source) => name === undefined || source.name === name);
  return named.flatMap((source) =>
    source.columns.map((column) => {
      const fields = [source.name, column].map((sval) => ({ String: { sval } }));
      return { name: column, val: { ColumnRef: { fields } } };
    }),
  );
}
