import type { TableName } from "../model/names.js";
import { aggregates, setReturning } from "./postgres/builtins.js";
import { type AnyNode, nameParts, walk, walkInto } from "./postgres/walk.js";

/** A table that a subquery looks at, as the catalogue has it. */
export interface LookedUpTable {
  readonly columns: readonly string[];
  /** Of each valid unique index over all rows and plain columns. */
  readonly uniqueKeys: readonly (readonly string[])[];
}

/** What stands in FROM, under the name that columns are qualified with. */
interface Source {
  readonly name: string;
  /** Absent: a subquery, or rows that stand in the statement. */
  readonly table?: TableName;
  readonly columns: readonly string[];
  /** No two rows are the same in all columns of one of them; an empty one: there is one row at most. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** Rows of tables, not of an aggregate. */
  readonly isPlain: boolean;
}

/** The columns that a part of a query sees; then those of the queries around it, then those of the row. */
export interface Scope {
  readonly sources: readonly Source[];
  readonly outer: Scope | undefined;
}

/** Where a name in a subquery leads. */
export type Resolved =
  | { readonly kind: "row" }
  | { readonly kind: "source"; readonly source: Source; readonly column: string; readonly isKnown: boolean };

/** One subquery of an expression. */
export interface LookUp {
  /** It never gives more than one row: by unique keys, by an aggregate, or by LIMIT 1. EXISTS, IN and ARRAY may. */
  readonly isOneRow: boolean;
  /** Each table is found by a unique key, over columns of the row that are not its own key: what it leads to is there before it. */
  readonly isOfParent: boolean;
  /** The first table that unique keys do not narrow down to one row. */
  readonly loose: string | undefined;
}

export interface LookUps {
  readonly lookUps: readonly LookUp[];
  /** Every name outside of FROM, with where it leads. */
  readonly references: ReadonlyMap<AnyNode, Resolved>;
  readonly tables: readonly TableName[];
}

/** What cannot be read; `why` is for the user. */
export class UnreadLookUp extends Error {}

interface Reading {
  readonly tables: ReadonlyMap<string, LookedUpTable>;
  /** The columns that name the row itself. */
  readonly rowKey: readonly string[];
  readonly references: Map<AnyNode, Resolved>;
  readonly lookUps: LookUp[];
}

/** The tables that the subqueries of an expression name, each once. */
export function tablesOf(tree: unknown): readonly TableName[] {
  const found = new Map<string, TableName>();
  walk(tree, (kind, node) => {
    if (kind === "RangeVar") found.set(keyOf(tableOf(node)), tableOf(node));
  });
  return [...found.values()];
}

/**
 * Reads the subqueries of an expression over a row: which names are the row's, which are those of the tables looked at, and how many
 * rows each may give. PostgreSQL takes an unqualified name for the innermost table that has the column, so the columns of every table
 * have to be known.
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

/** How a table is found again. */
export function keyOf({ schema, name }: TableName): string {
  return JSON.stringify([schema ?? null, name]);
}

function tableOf({ schemaname, relname }: AnyNode): TableName {
  return { ...(typeof schemaname === "string" ? { schema: schemaname } : {}), name: String(relname) };
}

/** An expression, and what stands in it: names of columns, subqueries. */
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
    // A bare name is the one of an output first.
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

/** Clauses that this reading knows nothing of, or that no look-up should have. */
function refuseForms(select: AnyNode): void {
  if (select.withClause !== undefined) throw new UnreadLookUp("it has WITH inside a subquery");
  if (select.op !== undefined && select.op !== "SETOP_NONE")
    throw new UnreadLookUp("it has UNION, EXCEPT or INTERSECT");
  if (listOf(select.lockingClause).length > 0) throw new UnreadLookUp("it locks the rows that it looks at");
  if (listOf(select.windowClause).length > 0) throw new UnreadLookUp("it has a WINDOW");
  if (select.intoClause !== undefined) throw new UnreadLookUp("it has INTO");
}

/** `VALUES ('a', 1), ('b', 2)`: a map from one to the other. */
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

/** The value of a literal, without where it stands. */
function constantOf(node: unknown): unknown {
  const constant = (node as { A_Const?: AnyNode } | undefined)?.A_Const;
  return constant === undefined ? undefined : { ...constant, location: 0 };
}

/** One item of FROM: its sources, and what its joins say is equal. */
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
    if (facts === undefined) throw new UnreadLookUp(`it looks at "${table.name}", of which nothing is known`);
    return add(sources, aliased({ ...facts, name: table.name, table, isPlain: true }, node.RangeVar.alias));
  }
  if (node.RangeSubselect !== undefined) {
    const { subquery, alias, lateral } = node.RangeSubselect;
    const select = (subquery as { SelectStmt?: AnyNode }).SelectStmt;
    if (select === undefined) throw new UnreadLookUp("it has a subquery that is no SELECT");
    const read = readSelect(select, lateral === true ? scope : scope.outer, reading);
    return add(sources, aliased({ ...read, isPlain: read.isPlain && lateral !== true }, alias));
  }
  if (node.JoinExpr === undefined) throw new UnreadLookUp("it looks at what is no table: a function, or a sample");
  const { larg, rarg, jointype, quals, usingClause, isNatural, alias } = node.JoinExpr;
  if (isNatural === true || alias !== undefined) throw new UnreadLookUp("it has a NATURAL join, or one with a name");
  const left = readFrom(larg, scope, sources, equations, reading);
  const right = readFrom(rarg, scope, sources, equations, reading);
  // What the other side lacks is NULL there: ON narrows down the side that may be lacking, no more.
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

/** `a.x = <value>`; `value` is an expression, or a column of another source. */
interface Equation {
  /** Undefined: to be found by `node`. */
  readonly source?: Source;
  readonly column?: string;
  readonly node?: AnyNode;
  readonly value: unknown;
  /** Of which sources it may be taken as a condition; undefined: of all. */
  readonly narrowed: readonly Source[] | undefined;
}

/** What a condition says is equal: the parts of its AND. */
function addEquations(condition: unknown, narrowed: Equation["narrowed"], equations: Equation[]): void {
  const { BoolExpr, A_Expr } = (condition ?? {}) as Readonly<Record<string, AnyNode>>;
  if (BoolExpr?.boolop === "AND_EXPR")
    for (const part of listOf(BoolExpr.args)) addEquations(part, narrowed, equations);
  if (A_Expr?.kind !== "AEXPR_OP" || nameParts(A_Expr.name).at(-1) !== "=") return;
  for (const [one, other] of [
    [A_Expr.lexpr, A_Expr.rexpr],
    [A_Expr.rexpr, A_Expr.lexpr],
  ]) {
    const node = (one as { ColumnRef?: AnyNode } | undefined)?.ColumnRef;
    if (node !== undefined) equations.push({ node, value: other, narrowed });
  }
}

interface Determined {
  readonly determined: ReadonlySet<Source>;
  readonly equated: ReadonlyMap<Source, ReadonlySet<string>>;
  readonly isOfParent: boolean;
  readonly loose: string | undefined;
}

/** Which sources give one row at most, one after the other: those whose unique key is equal to what is known already. */
function determine(
  sources: readonly Source[],
  equations: readonly Equation[],
  scope: Scope,
  reading: Reading,
): Determined {
  const determined = new Set<Source>();
  const equated = new Map<Source, Set<string>>(sources.map((source) => [source, new Set()]));
  let isOfParent = sources.every(({ isPlain }) => isPlain);
  for (let before = -1; before !== determined.size + sum(equated); ) {
    before = determined.size + sum(equated);
    for (const { source, column, node, value, narrowed } of equations) {
      const target = source === undefined ? resolveOwn(node, scope, reading) : { source, column: column ?? "" };
      if (target === undefined || !equated.has(target.source)) continue;
      if (narrowed !== undefined && !narrowed.includes(target.source)) continue;
      if (isKnown(value, scope, { determined, equated }, reading)) equated.get(target.source)?.add(target.column);
    }
    for (const source of sources) {
      const columns = equated.get(source);
      if (source.uniqueKeys.some((key) => key.every((name) => columns?.has(name)))) determined.add(source);
    }
  }
  // A row that is found by the row's own key leads to it, and comes after it.
  const used = new Set<string>();
  for (const { value } of equations)
    walk(value, (kind, node) => {
      if (kind === "ColumnRef" && reading.references.get(node)?.kind === "row")
        used.add(nameParts(node.fields).at(-1) ?? "");
    });
  const { rowKey } = reading;
  if (rowKey.length > 0 && rowKey.every((name) => used.has(name))) isOfParent = false;
  const loose = sources.find((source) => !determined.has(source));
  return {
    determined,
    equated,
    isOfParent: isOfParent && loose === undefined,
    loose: loose?.table?.name ?? loose?.name,
  };
}

function sum(equated: ReadonlyMap<Source, ReadonlySet<string>>): number {
  return [...equated.values()].reduce((all, { size }) => all + size, 0);
}

/** Whether a value is the same for all rows that are looked at: of the row, a constant, or out of a source with one row. */
function isKnown(
  value: unknown,
  scope: Scope,
  { determined, equated }: Pick<Determined, "determined" | "equated">,
  reading: Reading,
): boolean {
  const own = value as { source?: Source; column?: string } | undefined;
  if (own?.source !== undefined)
    return determined.has(own.source) || equated.get(own.source)?.has(own.column ?? "") === true;
  let known = true;
  walk({ value }, (kind, node) => {
    if (kind !== "ColumnRef") return;
    const found = resolveOwn(node, scope, reading);
    if (found === undefined) return;
    known &&= determined.has(found.source) || equated.get(found.source)?.has(found.column) === true;
  });
  return known;
}

/** A column of this very query; undefined: of the row, or of a query around it or inside it. */
function resolveOwn(
  node: AnyNode | undefined,
  scope: Scope,
  { references }: Reading,
): { source: Source; column: string } | undefined {
  if (node === undefined) return undefined;
  const found = references.get(node) ?? resolve(node, scope);
  return found.kind === "source" && scope.sources.includes(found.source) ? found : undefined;
}

/** As PostgreSQL does: the innermost query that has the name. What none has is the row's. */
function resolve(node: AnyNode, scope: Scope | undefined): Resolved {
  const fields = nameParts(node.fields);
  const column = fields.at(-1) ?? "";
  const [schema, name] = fields.length > 2 ? fields.slice(-3, -1) : [undefined, fields.at(-2)];
  for (let at = scope; at !== undefined; at = at.outer) {
    const source = at.sources.find((each) =>
      name === undefined
        ? each.columns.includes(column)
        : each.name === name && (schema === undefined || each.table?.schema === schema),
    );
    if (source !== undefined) return { kind: "source", source, column, isKnown: source.columns.includes(column) };
  }
  return { kind: "row" };
}

/** The unique keys of what a SELECT gives, by the names of its outputs. */
function keysOf(
  select: AnyNode,
  outputs: readonly AnyNode[],
  sources: readonly Source[],
  scope: Scope,
  { determined }: Determined,
  known: (value: unknown) => boolean,
  reading: Reading,
): Source["uniqueKeys"] {
  const limit = constantOf(select.limitCount) as { ival?: { ival?: number } } | undefined;
  const groups = listOf(select.groupClause);
  const isGrouped = groups.length > 0;
  if (limit?.ival?.ival === 1) return [[]];
  if (!isGrouped && hasAggregate(select)) return [[]];
  if (isGrouped ? groups.every(known) : sources.every((source) => determined.has(source))) return [[]];
  const named = (value: unknown) => {
    const own = JSON.stringify(withoutPlaces(value));
    const at = outputs.findIndex(
      (output) => JSON.stringify(withoutPlaces(output.val)) === own || output.name === soleName(value),
    );
    return at === -1 ? undefined : outputName(outputs[at] ?? {});
  };
  const distinct = listOf(select.distinctClause);
  // DISTINCT alone has an empty node; over expressions it has them.
  const over = distinct.filter((each) => Object.keys(each as object).length > 0);
  const keys: (readonly (string | undefined)[])[] = [
    ...(isGrouped ? [groups.filter((group) => !known(group)).map(named)] : []),
    ...(over.length > 0 ? [over.map(named)] : distinct.length > 0 ? [outputs.map(outputName)] : []),
  ];
  const [only, ...others] = sources;
  // Rows of one table, with its key among the outputs.
  if (!isGrouped && only !== undefined && others.length === 0)
    for (const key of only.uniqueKeys)
      keys.push(
        key.map((column) => {
          const output = outputs.find(({ val }) => {
            const node = (val as { ColumnRef?: AnyNode } | undefined)?.ColumnRef;
            return resolveOwn(node, scope, reading)?.column === column;
          });
          return output && outputName(output);
        }),
      );
  return keys.filter((key): key is readonly string[] => key.every((name) => name !== undefined));
}

/** An aggregate of this query, not of one inside it. */
function hasAggregate(select: AnyNode): boolean {
  let found = false;
  walkInto([select.targetList, select.havingClause], (kind, node) => {
    if (kind === "SubLink") return "skip";
    const name = kind === "FuncCall" ? (nameParts(node.funcname).at(-1) ?? "") : "";
    if (node.agg_star === true || aggregates.has(name) || kind === "JsonObjectAgg" || kind === "JsonArrayAgg")
      found = true;
    if (setReturning.has(name)) throw new UnreadLookUp(`${name}() returns several rows`);
    return "into";
  });
  return found;
}

/** The name of an output; PostgreSQL's own names of expressions are not known here. */
function outputName({ name, val }: AnyNode): string {
  if (typeof name === "string") return name;
  const { ColumnRef, FuncCall } = (val ?? {}) as Readonly<Record<string, AnyNode>>;
  return nameParts(ColumnRef?.fields ?? FuncCall?.funcname).at(-1) ?? "?column?";
}

/** `*`, and `t.*`, as the columns that they are. */
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

function isStar(node: unknown): boolean {
  const fields = (node as { ColumnRef?: AnyNode } | undefined)?.ColumnRef?.fields;
  return Array.isArray(fields) && fields.some((field: object) => "A_Star" in field);
}

/** The name, where an expression is nothing but one. */
function soleName(node: unknown): string | undefined {
  const fields = (node as { ColumnRef?: AnyNode } | undefined)?.ColumnRef?.fields;
  const names = nameParts(fields);
  return names.length === 1 ? names[0] : undefined;
}

function withoutPlaces(node: unknown): unknown {
  return JSON.parse(JSON.stringify(node ?? null, (key, value) => (key === "location" ? undefined : value)));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
