import type { SqlTable } from "../../dialect/code-sql.js";
import type { WholeRowKind } from "../../model/whole-rows.js";
import { type AnyNode, nameParts, walk, walkInto } from "../read/walk.js";
import { aliasOf, armsOf, isTable, listOf, type Queries, withQueries } from "./statements.js";

/** What has the row type of a table in a statement, besides the table itself. */
export interface RowNames {
  readonly table: SqlTable;
  /** Variables of its row type, as the tree spells them: `old`, `new`. */
  readonly variables?: ReadonlySet<string>;
  /** `$1`: 1 */
  readonly parameters?: ReadonlySet<number>;
  /** Tables that get the column too: transition tables, children, copies made in the same routine. */
  readonly alike?: ReadonlySet<string>;
  /** Functions that return its rows. */
  readonly functions?: ReadonlySet<string>;
  /** Its primary key. Default: unknown, and GROUP BY is not checked. */
  readonly key?: readonly string[];
}

/** The ways in which a statement takes the whole row of a table and fails once that has another column; each once. */
export function wholeRowsIn(statement: unknown, names: RowNames): readonly WholeRowKind[] {
  const rows = new Rows(statement, names);
  const found = new Set<WholeRowKind>();
  /** Subqueries whose number of columns was compared. */
  const compared = new Set<unknown>();
  const note = (kind: WholeRowKind, isFixed: boolean) => {
    if (isFixed) found.add(kind);
  };
  walkInto(statement, (kind, node) => {
    note(
      "grouping",
      kind === "SelectStmt" && isGroupedOtherwise(node, names.key) && rows.countIn({ SelectStmt: node }) > 0,
    );
    note("view", kind === "ViewStmt" && insertsIntoView(node, rows));
    note("partition", kind === "AlterTableStmt" && listOf(node.cmds).some((cmd) => pairsTables(cmd, node, rows)));
    if (/^(?:RuleStmt|CreateFunctionStmt|CreateTrigStmt)$/.test(kind)) return "skip";
    if (kind === "InsertStmt") {
      const count = rows.countIn(node.selectStmt as AnyNode | undefined);
      const isWhole =
        rows.isAlike(node.relation) && node.cols === undefined && rows.isRowResult(node.selectStmt as AnyNode);
      note("insert", count > 0 && !isWhole);
    } else if (kind === "MergeStmt") {
      for (const clause of listOf(node.mergeWhenClauses)) {
        const { commandType, targetList, values } = (clause.MergeWhenClause ?? {}) as AnyNode;
        const count = commandType === "CMD_INSERT" ? rows.countOf(listOf(values)) : 0;
        note("insert", count > 0 && !(rows.isAlike(node.relation) && targetList === undefined && count === 1));
      }
    } else if (kind === "CopyStmt") {
      note("load", node.is_from === true && isTable(node.relation, names.table) && node.attlist === undefined);
    } else if (kind === "SelectStmt" && node.op !== "SETOP_NONE") {
      const counts = armsOf(node).map((arm) => rows.countIn({ SelectStmt: arm }));
      note("set-operation", new Set(counts).size > 1);
    } else if (kind === "A_Expr" && comparesRows(node)) {
      const [left, right] = [node.lexpr, node.rexpr] as (AnyNode | undefined)[];
      const others = right?.List === undefined ? [right] : listOf((right.List as AnyNode).items);
      for (const other of others) {
        if (other?.SubLink !== undefined && rows.widthOf(left) !== undefined) compared.add(other.SubLink);
        note("comparison", !rows.areComparable(left, other));
      }
    } else if (kind === "SubLink" && !compared.has(node) && node.subLinkType !== "EXISTS_SUBLINK") {
      const count = rows.countIn(node.subselect as AnyNode | undefined);
      note("comparison", count !== (rows.widthOf(node.testexpr as AnyNode | undefined)?.rows ?? 0));
    } else if (kind === "MultiAssignRef") {
      const { RowExpr } = (node.source ?? {}) as { RowExpr?: AnyNode };
      note("assignment", rows.countOf(listOf(RowExpr?.args)) > 0);
    } else if (kind === "TypeCast") {
      note("row-value", rows.isFixedRow(node));
    } else if (kind === "NullTest") {
      note("null-test", node.nulltesttype === "IS_NOT_NULL" && rows.isRow(node.arg as AnyNode | undefined));
    }
    return "into";
  });
  return [...found];
}

/** Whether GROUP BY lacks a column of the key: the other columns depend on the whole key. */
function isGroupedOtherwise({ groupClause }: AnyNode, key: readonly string[] = []): boolean {
  const grouped = listOf(groupClause).map((each) => nameParts((each.ColumnRef as AnyNode | undefined)?.fields).at(-1));
  return groupClause !== undefined && !key.every((column) => grouped.includes(column));
}

/** A view that is replaced keeps its columns, and only gets further ones after them. */
function insertsIntoView({ replace, query }: AnyNode, rows: Rows): boolean {
  return replace === true && rows.countIn(query as AnyNode) > 0 && !rows.endsWithRow(query as AnyNode);
}

/** A partition has the columns of its table, and no other. A child can have more. */
function pairsTables({ AlterTableCmd }: AnyNode, { relation }: AnyNode, rows: Rows): boolean {
  const { subtype, def } = AlterTableCmd as { subtype?: string; def?: Readonly<Record<string, AnyNode>> };
  const isOwn = rows.isAlike(relation);
  if (subtype === "AT_AttachPartition") return rows.isAlike(def?.PartitionCmd?.name) !== isOwn;
  return subtype === "AT_AddInherit" && rows.isAlike(def?.RangeVar) && !isOwn;
}

function comparesRows({ kind, name }: AnyNode): boolean {
  return (
    /^AEXPR_(?:DISTINCT|NOT_DISTINCT|IN)$/.test(String(kind)) ||
    (/^AEXPR_OP/.test(String(kind)) && /^(?:[<>]=?|=|<>|!=)$/.test(nameParts(name).at(-1) ?? ""))
  );
}

/** A source in FROM: the names that qualify its `*`, and how many rows of the table `*` contains. */
interface Source {
  readonly names: readonly string[];
  readonly count: number;
}

/** A value with several columns: `rows` are whole rows of the table, `others` are further columns. */
interface Width {
  readonly rows: number;
  /** Undefined: unknown, because a `*` of another table is among them. */
  readonly others: number | undefined;
}

/** Counts the whole rows of a table in results, lists and values of a statement. */
export class Rows {
  readonly #names: RowNames;
  readonly #queries: Queries;
  /** Names of the table in the statement, and of other tables. */
  readonly #own = new Set<string>();
  readonly #others = new Set<string>();

  constructor(statement: unknown, names: RowNames) {
    this.#names = names;
    let queries: Queries = new Map();
    walk(statement, (kind, node) => {
      if (node.withClause !== undefined) queries = withQueries(node, queries);
      if (kind === "RangeVar") (this.isAlike(node) ? this.#own : this.#others).add(aliasOf(node));
    });
    this.#queries = queries;
  }

  isAlike(relation: unknown): boolean {
    const { relname = "" } = (relation ?? {}) as { relname?: string };
    return isTable(relation, this.#names.table) || this.#names.alike?.has(relname) === true;
  }

  /** How many whole rows one row of a query's result contains. */
  countIn(query: AnyNode | undefined, queries = this.#queries): number {
    return this.#resultOf(query, queries).reduce((sum, { count }) => sum + count, 0);
  }

  /** The same of a list of expressions. */
  countOf(expressions: readonly AnyNode[]): number {
    return expressions.reduce((sum, each) => sum + this.#expanded(each, []), 0);
  }

  /** Whether variables that take the columns of a result by position miss only the new one: the row is its last item. */
  endsWithRow(query: AnyNode | undefined): boolean {
    const items = this.#resultOf(query, this.#queries);
    return items.at(-1)?.count === 1 && items.filter(({ count }) => count > 0).length === 1;
  }

  /** Whether a result is a row of the table, and nothing else. */
  isRowResult(query: AnyNode | undefined): boolean {
    const items = this.#resultOf(query, this.#queries);
    return items.length === 1 && (items[0]!.count === 1 || this.isRow(items[0]!.value));
  }

  /** Whether an expression is a row of the table as one value. */
  isRow(expression: AnyNode | undefined): boolean {
    const { ColumnRef, ParamRef, TypeCast, FuncCall } = (expression ?? {}) as Readonly<Record<string, AnyNode>>;
    if (ColumnRef !== undefined) {
      const parts = nameParts(ColumnRef.fields);
      const [name = ""] = parts;
      if (parts.length !== 1) return false;
      // In an expression, a column comes before a table of its name.
      const isTable = this.#own.has(name) && (isStar(expression ?? {}) || !this.#names.table.columns.includes(name));
      return isTable || this.#names.variables?.has(name) === true;
    }
    if (ParamRef !== undefined) return this.#names.parameters?.has(Number(ParamRef.number)) === true;
    if (TypeCast !== undefined) return isTypeOf(TypeCast.typeName, this.#names.table);
    if (FuncCall === undefined) return false;
    const name = nameParts(FuncCall.funcname).at(-1) ?? "";
    const isPopulated = /_populate_record(?:set)?$/.test(name) && this.isRow(listOf(FuncCall.args)[0]);
    return isPopulated || this.#names.functions?.has(name) === true;
  }

  /** `ROW(1, 'x')::"User"`, and `ROW(NEW.*)` as another type. */
  isFixedRow({ arg, typeName }: AnyNode): boolean {
    const { RowExpr, A_Const } = (arg ?? {}) as { RowExpr?: AnyNode; A_Const?: AnyNode };
    const isOwn = isTypeOf(typeName, this.#names.table);
    if (A_Const !== undefined) return isOwn && A_Const.isnull !== true;
    if (RowExpr === undefined) return false;
    const width = this.#widthOfRow(RowExpr);
    return isOwn ? !isWhole(width) : width.rows > 0;
  }

  /** Whether an expression is a row that lacks the new column. */
  lacksColumn(expression: AnyNode | undefined): boolean {
    const { RowExpr } = (expression ?? {}) as { RowExpr?: AnyNode };
    return RowExpr !== undefined && !isWhole(this.#widthOfRow(RowExpr));
  }

  areComparable(left: AnyNode | undefined, right: AnyNode | undefined): boolean {
    const [one, other] = [this.widthOf(left), this.widthOf(right)];
    return one === undefined || other === undefined || one.rows === other.rows;
  }

  /** The width of a row, of a subquery, or of a name that means a row; undefined for a single value. */
  widthOf(expression: AnyNode | undefined): Width | undefined {
    if (this.isRow(expression)) return { rows: 1, others: 0 };
    const { RowExpr, SubLink, ColumnRef } = (expression ?? {}) as Readonly<Record<string, AnyNode>>;
    if (RowExpr !== undefined) return this.#widthOfRow(RowExpr);
    if (SubLink !== undefined && SubLink.subLinkType === "EXPR_SUBLINK")
      return { rows: this.countIn(SubLink.subselect as AnyNode), others: undefined };
    const parts = nameParts(ColumnRef?.fields);
    return parts.length === 1 && this.#others.has(parts[0]!) ? { rows: 0, others: undefined } : undefined;
  }

  #widthOfRow({ args }: AnyNode): Width {
    const items = listOf(args);
    const rows = this.countOf(items);
    return {
      rows,
      others: items.some((item) => isStar(item) && !this.#expanded(item, [])) ? undefined : items.length - rows,
    };
  }

  #resultOf(
    query: AnyNode | undefined,
    queries: Queries,
  ): readonly { readonly count: number; readonly value?: AnyNode }[] {
    const [kind, statement] = (Object.entries(query ?? {})[0] ?? []) as [string?, AnyNode?];
    if (statement === undefined) return [];
    if (kind === "SelectStmt") {
      const [arm = statement] = armsOf(statement);
      const [values] = listOf(arm.valuesLists);
      if (values !== undefined)
        return listOf((values.List as AnyNode).items).map((value) => ({ count: this.#expanded(value, []), value }));
      return this.#itemsOf(
        arm.targetList,
        listOf(arm.fromClause).flatMap((from) => this.#sourcesIn(from, queries)),
      );
    }
    if (!/^(?:Insert|Update|Delete|Merge)Stmt$/.test(kind ?? "")) return [];
    const clause = statement.returningClause as AnyNode | undefined;
    const target = {
      names: [aliasOf(statement.relation), "old", "new"],
      count: this.isAlike(statement.relation) ? 1 : 0,
    };
    const others = [statement.fromClause, statement.usingClause, [statement.sourceRelation ?? {}]].flatMap(listOf);
    const sources = others.flatMap((from) => this.#sourcesIn(from, queries));
    return this.#itemsOf(clause?.exprs ?? statement.returningList, [target, ...sources]);
  }

  /** The items of a result list; `*` is one item for each source. */
  #itemsOf(targets: unknown, sources: readonly Source[]) {
    return listOf(targets).flatMap((target): readonly { readonly count: number; readonly value?: AnyNode }[] => {
      const { val = {} } = (target.ResTarget ?? {}) as { val?: AnyNode };
      const isBare = isStar(val) && nameParts((val.ColumnRef as AnyNode | undefined)?.fields).length === 0;
      if (isBare && val.ColumnRef !== undefined) return sources.map(({ count }) => ({ count }));
      return [{ count: this.#expanded(val, sources), value: val }];
    });
  }

  /** How many whole rows `t.*`, `(t).*` or `(f(x)).*` expands to. */
  #expanded(value: AnyNode, sources: readonly Source[]): number {
    if (!isStar(value)) return 0;
    const { ColumnRef, A_Indirection } = value as Readonly<Record<string, AnyNode>>;
    if (A_Indirection !== undefined) return this.isRow(A_Indirection.arg as AnyNode) ? 1 : 0;
    const name = nameParts(ColumnRef?.fields).at(-1);
    if (name === undefined) return 0;
    const source = sources.find(({ names }) => names.includes(name));
    if (source !== undefined) return source.count;
    return this.#names.variables?.has(name) === true || this.#own.has(name) ? 1 : 0;
  }

  #sourcesIn(from: AnyNode, queries: Queries): readonly Source[] {
    const { RangeVar, RangeSubselect, RangeFunction, JoinExpr } = from as Readonly<Record<string, AnyNode | undefined>>;
    if (RangeVar !== undefined) {
      const name = RangeVar.schemaname === undefined ? (RangeVar.relname as string) : "";
      const query = queries.get(name);
      // Inside its own query, the name means the table.
      const inner = new Map([...queries].filter(([each]) => each !== name));
      const count = query === undefined ? Number(this.isAlike(RangeVar)) : this.countIn(query, inner);
      return [{ names: [aliasOf(RangeVar)], count }];
    }
    if (RangeSubselect !== undefined)
      return [{ names: namesOf(RangeSubselect), count: this.countIn(RangeSubselect.subquery as AnyNode, queries) }];
    if (RangeFunction !== undefined) {
      const calls = listOf(RangeFunction.functions).map((each) => listOf((each.List as AnyNode | undefined)?.items)[0]);
      return [{ names: namesOf(RangeFunction), count: calls.filter((call) => this.isRow(call)).length }];
    }
    if (JoinExpr === undefined) return [];
    const sides = [JoinExpr.larg, JoinExpr.rarg].flatMap((side) => this.#sourcesIn((side ?? {}) as AnyNode, queries));
    const names = namesOf(JoinExpr);
    return names.length === 0 ? sides : [{ names, count: sides.reduce((sum, { count }) => sum + count, 0) }];
  }
}

const isWhole = ({ rows, others }: Width) => rows === 1 && others === 0;

/** Whether a type is the row type of a table. */
export function isTypeOf(type: unknown, { schema, name }: SqlTable): boolean {
  const { names, arrayBounds } = (type ?? {}) as AnyNode;
  const parts = nameParts(names);
  const [found, of] = [parts.at(-1), parts.at(-2)];
  return arrayBounds === undefined && found === name && (of === undefined || schema === undefined || of === schema);
}

function isStar(value: AnyNode): boolean {
  const { ColumnRef, A_Indirection } = value as Readonly<Record<string, AnyNode>>;
  return listOf(A_Indirection?.indirection ?? ColumnRef?.fields).some((part) => part.A_Star !== undefined);
}

function namesOf({ alias }: AnyNode): readonly string[] {
  const { aliasname } = (alias ?? {}) as { aliasname?: string };
  return aliasname === undefined ? [] : [aliasname];
}
