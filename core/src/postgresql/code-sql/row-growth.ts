import type { ReshapedTable, SqlTable } from "../../dialect/code-sql.js";
import { type AnyNode, nameParts } from "../read/walk.js";

/** By how many columns a row grows, and because of which table. */
export interface Growth {
  readonly by: number;
  readonly table?: ReshapedTable | undefined;
}

/** A source in FROM or in a statement, with the names that qualify its `*`. */
interface Source {
  readonly names: readonly (string | undefined)[];
  readonly growth: Growth;
}

/** The meaning of names at one point of a statement. */
export interface Scope {
  readonly tables: readonly ReshapedTable[];
  /** The WITH queries, by name. */
  readonly queries: ReadonlyMap<string, Growth>;
  /** The sources of the query. */
  readonly sources: readonly Source[];
  /** The sources of queries around it, and variables: an unqualified `*` excludes them. */
  readonly outer: readonly Source[];
}

const none: Growth = { by: 0 };

/** The scope of a text without names of its own. */
export function scopeOf(tables: readonly ReshapedTable[]): Scope {
  const rows = tables.map((table) => ({ names: table.rows ?? [], growth: growthOfTable(table) }));
  return { tables, queries: new Map(), sources: [], outer: rows };
}

/** By how many columns the result of a statement grows. */
export function growthOf(node: AnyNode | undefined, scope: Scope): Growth {
  const [kind, statement] = (Object.entries(node ?? {})[0] ?? []) as [string?, AnyNode?];
  if (statement === undefined) return none;
  if (kind === "PrepareStmt") return growthOf(statement.query as AnyNode, scope);
  if (kind === "SelectStmt") return growthOfSelect(statement, scope);
  if (kind === undefined || !/^(?:Insert|Update|Delete|Merge)Stmt$/.test(kind)) return none;
  const clause = statement.returningClause as AnyNode | undefined;
  const inside = within(statement, scope);
  const [target, ...others] = inside.sources;
  const returned = target === undefined ? [] : [{ ...target, names: [...target.names, "old", "new"] }];
  return growthOfItems(clause?.exprs ?? statement.returningList, { ...inside, sources: [...returned, ...others] });
}

/** A SELECT, VALUES, or UNION and similar, which should grow alike on both sides. */
export function growthOfSelect(select: AnyNode, outer: Scope): Growth {
  const scope = within(select, outer);
  const arms = [select.larg, select.rarg].flatMap((arm) => (arm === undefined ? [] : [arm as AnyNode]));
  if (arms.length > 0) return first(arms.map((arm) => growthOfSelect(arm, scope)));
  const [values] = listOf(select.valuesLists);
  return growthOfItems(values === undefined ? select.targetList : (values.List as AnyNode).items, scope);
}

/** The scope inside a statement or a query: with its WITH queries and its sources. */
export function within(statement: AnyNode, outer: Scope): Scope {
  const scope = queriesOf(statement, outer).at(-1)?.after ?? outer;
  const { relation, fromClause, usingClause, sourceRelation } = statement;
  const target =
    relation === undefined
      ? []
      : [{ names: [aliasOf(relation)], growth: growthOfName(relation as AnyNode, scope.tables) }];
  const from = [fromClause, usingClause, sourceRelation && [sourceRelation]].flatMap(listOf);
  // A query in FROM can refer to the sources around it.
  const around = { ...scope, sources: [], outer: [...scope.sources, ...scope.outer] };
  return { ...around, sources: [...target, ...from.flatMap((each) => sourcesIn(each, around))] };
}

/** The WITH queries of a statement, each with the scope that it is read in and the scope of what follows. */
export function queriesOf(
  statement: AnyNode,
  outer: Scope,
): readonly { readonly node: AnyNode; readonly inside: Scope; readonly after: Scope }[] {
  const { ctes, recursive } = (statement.withClause ?? {}) as AnyNode;
  let scope = outer;
  return listOf(ctes).map(({ CommonTableExpr }) => {
    const node = CommonTableExpr as AnyNode;
    const growth = growthOf(node.ctequery as AnyNode, scope);
    const after = { ...scope, queries: new Map([...scope.queries, [String(node.ctename), growth] as const]) };
    // Inside its own query, the name means the table.
    const inside = recursive === true ? after : scope;
    scope = after;
    return { node, inside, after };
  });
}

function sourcesIn(from: AnyNode, scope: Scope): readonly Source[] {
  const { RangeVar, RangeSubselect, RangeFunction, JoinExpr } = from as Readonly<Record<string, AnyNode | undefined>>;
  if (RangeVar !== undefined) {
    const query = RangeVar.schemaname === undefined ? scope.queries.get(String(RangeVar.relname)) : undefined;
    return [{ names: [aliasOf(RangeVar)], growth: query ?? growthOfName(RangeVar, scope.tables) }];
  }
  if (RangeSubselect !== undefined)
    return [{ names: [nameIn(RangeSubselect)], growth: growthOf(RangeSubselect.subquery as AnyNode, scope) }];
  if (RangeFunction !== undefined) {
    const calls = listOf(RangeFunction.functions).map(({ List }) => listOf((List as AnyNode | undefined)?.items)[0]);
    return [{ names: [nameIn(RangeFunction)], growth: sum(calls.map((call) => growthOfRow(call ?? {}, scope))) }];
  }
  if (JoinExpr === undefined) return [];
  const sides = [JoinExpr.larg, JoinExpr.rarg].flatMap((side) => sourcesIn((side ?? {}) as AnyNode, scope));
  const name = nameIn(JoinExpr);
  return name === undefined ? sides : [{ names: [name], growth: sum(sides.map(({ growth }) => growth)) }];
}

/** A list of results or values. */
export function growthOfItems(items: unknown, scope: Scope): Growth {
  return sum(listOf(items).map((item) => growthOfItem(item, scope)));
}

/** `*`, `t.*`, `(t).*`, and `(f(…)).*`; anything else is one column. */
function growthOfItem(item: AnyNode, scope: Scope): Growth {
  const value = ((item.ResTarget as AnyNode | undefined)?.val ?? item) as AnyNode;
  const { arg, indirection } = (value.A_Indirection ?? {}) as { arg?: AnyNode; indirection?: unknown };
  if (arg !== undefined) return hasStar(indirection) ? growthOfRow(arg, scope) : none;
  const { fields } = (value.ColumnRef ?? {}) as AnyNode;
  if (!hasStar(fields)) return none;
  const qualifier = nameParts(fields).at(-1);
  return qualifier === undefined ? sum(scope.sources.map(({ growth }) => growth)) : growthOfSource(qualifier, scope);
}

/** A value that is a row: of a table by its name, of a declared type, or of a function that returns that type. */
export function growthOfRow(value: AnyNode, scope: Scope): Growth {
  const { ColumnRef, TypeCast, FuncCall } = value as Readonly<Record<string, AnyNode | undefined>>;
  if (ColumnRef !== undefined) {
    const parts = nameParts(ColumnRef.fields);
    const [name = ""] = parts;
    // A column of this name has priority.
    const isRow = hasStar(ColumnRef.fields) || (parts.length === 1 && !hasColumn(scope, name));
    return isRow ? growthOfSource(parts.at(-1) ?? "", scope) : none;
  }
  if (TypeCast !== undefined) return growthOfType(TypeCast.typeName as AnyNode, scope.tables);
  const [isPopulate, [row]] = [/^jsonb?_populate_record(?:set)?$/, listOf(FuncCall?.args)];
  return isPopulate.test(nameParts(FuncCall?.funcname).at(-1) ?? "") ? growthOfRow(row ?? {}, scope) : none;
}

/** A table as a type. */
export function growthOfType({ names, arrayBounds }: AnyNode, tables: readonly ReshapedTable[]): Growth {
  const [name, schema] = nameParts(names).toReversed();
  return arrayBounds === undefined ? growthOfName({ relname: name, schemaname: schema }, tables) : none;
}

export function growthOfName(relation: AnyNode, tables: readonly ReshapedTable[]): Growth {
  const table = tables.find((each) => isTable(relation, each));
  return table === undefined ? none : growthOfTable(table);
}

function growthOfSource(name: string, { sources, outer }: Scope): Growth {
  return [...sources, ...outer].find(({ names }) => names.includes(name))?.growth ?? none;
}

function growthOfTable(table: ReshapedTable): Growth {
  return { by: table.grows, table };
}

function hasColumn({ tables }: Scope, name: string): boolean {
  return tables.some(({ columns }) => columns.includes(name));
}

function sum(growths: readonly Growth[]): Growth {
  return { by: growths.reduce((by, each) => by + each.by, 0), table: first(growths).table };
}

/** The first that grows. */
function first(growths: readonly Growth[]): Growth {
  return growths.find(({ by }) => by !== 0) ?? none;
}

export function hasStar(fields: unknown): boolean {
  return listOf(fields).some((part) => part.A_Star !== undefined);
}

function nameIn({ alias }: AnyNode): string | undefined {
  return (alias as { aliasname?: string } | undefined)?.aliasname;
}

export function aliasOf(table: unknown): string {
  const { relname, alias } = table as { relname: string; alias?: { aliasname?: string } };
  return alias?.aliasname ?? relname;
}

export function isTable(found: unknown, { schema, name }: SqlTable): boolean {
  const { relname, schemaname } = (found ?? {}) as { relname?: string; schemaname?: string };
  // A schema that is filled in at run time matches every schema.
  const isOther = schema !== undefined && schemaname !== undefined && schemaname !== schema && /^\w+$/.test(schemaname);
  return relname === name && !isOther;
}

export function listOf(list: unknown): readonly AnyNode[] {
  return Array.isArray(list) ? list : [];
}
