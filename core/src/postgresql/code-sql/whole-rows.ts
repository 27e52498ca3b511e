import type { ReshapedTable, WholeRow, WholeRowUse } from "../../dialect/code-sql.js";
import { type AnyNode, nameParts } from "../read/walk.js";
import {
  type Growth,
  growthOf,
  growthOfItems,
  growthOfName,
  growthOfRow,
  growthOfSelect,
  growthOfType,
  hasStar,
  listOf,
  queriesOf,
  type Scope,
  scopeOf,
  within,
} from "./row-growth.js";

/** How statements use whole rows, where they fail once the tables have other columns. */
export function wholeRowsIn(statements: unknown, tables: readonly ReshapedTable[]): readonly WholeRow[] {
  const found: WholeRow[] = [];
  visit(statements, scopeOf(tables), (use, one, other = { by: 0 }) => {
    const table = one.table ?? other.table;
    if (one.by === other.by || table === undefined) return;
    if (!found.some((each) => each.use === use && each.table === table)) found.push({ use, table });
  });
  return found;
}

/** Reports a use whose two sides must grow alike. @param other default: it never grows */
type Differ = (use: WholeRowUse, one: Growth, other?: Growth) => void;

function visit(tree: unknown, scope: Scope, differ: Differ): void {
  if (typeof tree !== "object" || tree === null) return;
  if (Array.isArray(tree)) {
    for (const each of tree) visit(each, scope, differ);
    return;
  }
  for (const [key, value] of Object.entries(tree)) {
    // The arms of UNION are SELECTs without their kind, and the sides of JOIN are nodes.
    const isArm = (key === "larg" || key === "rarg") && "op" in value;
    if (isArm || /^[A-Z]/.test(key)) enter(isArm ? "SelectStmt" : key, value, scope, differ);
    else visit(value, scope, differ);
  }
}

function enter(kind: string, node: AnyNode, outer: Scope, differ: Differ): void {
  const isStatement = /^(?:Select|Insert|Update|Delete|Merge)Stmt$/.test(kind);
  const scope = isStatement ? within(node, outer) : outer;
  checks[kind]?.(node, scope, differ, outer);
  if (!isStatement) {
    visit(node, scope, differ);
    return;
  }
  for (const query of queriesOf(node, outer)) enter("CommonTableExpr", query.node, query.inside, differ);
  const { withClause: _, ...rest } = node;
  visit(rest, scope, differ);
}

type Check = (node: AnyNode, scope: Scope, differ: Differ, outer: Scope) => void;

const checks: Readonly<Record<string, Check>> = {
  SelectStmt({ larg, rarg, targetList, groupClause }, scope, differ) {
    if (larg !== undefined)
      differ("combines", growthOfSelect(larg as AnyNode, scope), growthOfSelect(rarg as AnyNode, scope));
    const growth = growthOfItems(targetList, scope);
    const grouped = listOf(groupClause).map(({ ColumnRef }) => nameParts((ColumnRef as AnyNode)?.fields).at(-1));
    const { key = [] } = growth.table ?? {};
    // The columns of a table depend on its key.
    const isByKey = key.every((column) => grouped.includes(column));
    if (groupClause !== undefined && growth.by > 0 && !isByKey) differ("groups", growth);
  },

  InsertStmt({ relation, cols, selectStmt }, { queries, tables }, differ, outer) {
    // The query refers to what surrounds the statement, not to its target.
    const rows = growthOf(selectStmt as AnyNode, { ...outer, queries });
    if (selectStmt !== undefined) checkInsert(rows, cols, growthOfName(relation as AnyNode, tables), differ);
  },

  MergeStmt({ relation, mergeWhenClauses }, scope, differ) {
    for (const { MergeWhenClause } of listOf(mergeWhenClauses)) {
      const { commandType, values, targetList } = MergeWhenClause as AnyNode;
      const target = growthOfName(relation as AnyNode, scope.tables);
      if (commandType === "CMD_INSERT" && values !== undefined)
        checkInsert(growthOfItems(values, scope), targetList, target, differ);
    }
  },

  CopyStmt({ is_from, attlist, relation }, { tables }, differ) {
    if (is_from === true && attlist === undefined) differ("imports", growthOfName(relation as AnyNode, tables));
  },

  /** PostgreSQL accepts names for the first columns only. */
  CommonTableExpr({ aliascolnames, ctequery }, scope, differ) {
    const growth = growthOf(ctequery as AnyNode, scope);
    if (aliascolnames !== undefined && growth.by < 0) differ("names", growth);
  },

  /** A view keeps its columns, and only gets further ones after them. */
  ViewStmt({ query, replace }, scope, differ) {
    const growth = growthOf(query as AnyNode, scope);
    const { SelectStmt } = query as { SelectStmt?: AnyNode };
    const last = listOf(SelectStmt?.targetList).at(-1)?.ResTarget as { val?: AnyNode } | undefined;
    const isLast = hasStar((last?.val?.ColumnRef as AnyNode | undefined)?.fields);
    if (replace === true && (growth.by < 0 || !isLast)) differ("replaces-view", growth);
  },

  /** A partition has the columns of its table, and no other. A child can have more. */
  AlterTableStmt({ relation, cmds }, { tables }, differ) {
    const one = growthOfName(relation as AnyNode, tables);
    for (const { AlterTableCmd } of listOf(cmds)) {
      const { subtype, def } = AlterTableCmd as { subtype?: string; def?: Readonly<Record<string, AnyNode>> };
      const { name } = def?.PartitionCmd ?? {};
      if (subtype === "AT_AttachPartition") differ("pairs", one, growthOfName(name as AnyNode, tables));
      const parent = growthOfName(def?.RangeVar ?? {}, tables);
      if (subtype === "AT_AddInherit" && parent.by > one.by) differ("pairs", parent, one);
    }
  },

  SubLink({ subLinkType, subselect, testexpr }, scope, differ) {
    const { RowExpr } = (testexpr ?? {}) as { RowExpr?: AnyNode };
    if (subLinkType !== "EXISTS_SUBLINK")
      differ("compares", growthOf(subselect as AnyNode, scope), growthOfItems(RowExpr?.args, scope));
  },

  /** Compares rows column by column: written ones, and those of tables by their names. */
  A_Expr({ lexpr, rexpr }, scope, differ) {
    const [left, right] = [rowIn(lexpr, scope), rowIn(rexpr, scope)];
    if (left !== undefined && right !== undefined) differ("compares", left, right);
  },

  MultiAssignRef({ source }, scope, differ) {
    differ("compares", growthOfItems((source as { RowExpr?: AnyNode }).RowExpr?.args, scope));
  },

  TypeCast({ arg, typeName }, scope, differ) {
    const type = growthOfType(typeName as AnyNode, scope.tables);
    const { RowExpr, A_Const } = arg as Readonly<Record<string, AnyNode | undefined>>;
    if (type.by !== 0 && (RowExpr !== undefined || A_Const?.sval !== undefined))
      differ("casts", type, growthOfItems(RowExpr?.args, scope));
  },
};

/** If no columns are named, PostgreSQL accepts fewer values than columns: the last ones get their defaults. */
function checkInsert(rows: Growth, columns: unknown, target: Growth, differ: Differ): void {
  if (columns !== undefined) differ("inserts-rows", rows);
  else if (rows.by !== 0) differ("inserts-rows", rows, target);
  else if (target.by < 0) differ("inserts-by-position", target);
}

function rowIn(value: unknown, scope: Scope): Growth | undefined {
  const { RowExpr } = (value ?? {}) as { RowExpr?: AnyNode };
  if (RowExpr !== undefined) return growthOfItems(RowExpr.args, scope);
  const row = growthOfRow((value ?? {}) as AnyNode, scope);
  return row.by === 0 ? undefined : row;
}
