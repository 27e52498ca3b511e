import { hasSqlDetails, type Node, parseSync } from "libpg-query";
import { attempt } from "../../base/expected-errors.js";
import type { SqlStatements, SqlTable, TableUse, ViewStatement } from "../../dialect/code-sql.js";
import { type AnyNode, nameParts, walk } from "../read/walk.js";
import { aliasOf, growthOf, isTable, listOf, scopeOf } from "./row-growth.js";
import { wholeRowsIn } from "./whole-rows.js";

/** Parses text as SQL, or returns undefined if PostgreSQL would reject it. The parser must be loaded. */
export function readStatements(sql: string): SqlStatements | undefined {
  const statements = parsed(sql);
  return (
    statements && {
      uses: (table) => usesOf(statements, table),
      returnsAll: (table) => {
        const scope = scopeOf([{ ...table, grows: 1 }]);
        return statements.some((statement) => growthOf(statement as unknown as AnyNode, scope).by > 0);
      },
      takesAll: (tables) => wholeRowsIn(statements, tables),
      views: viewsIn(statements),
    }
  );
}

/** The statements in a text; undefined if it is not SQL, or nested too deeply for the stack (RangeError). */
export function parsed(sql: string): readonly Node[] | undefined {
  if (sql === "") return undefined;
  const result = attempt(
    () => parseSync(sql),
    (error) => hasSqlDetails(error) || error instanceof RangeError,
  );
  return result && (result.stmts ?? []).flatMap(({ stmt }) => stmt ?? []);
}

/** All columns that an expression names. */
export function columnsOf(sql: string): readonly string[] {
  const found: string[] = [];
  walk(parsed(`SELECT ${sql}`), (kind, node) => {
    if (kind === "ColumnRef") found.push(...nameParts(node.fields).slice(-1));
  });
  return found;
}

/** How statements use a table, outermost statement first. */
function usesOf(tree: unknown, table: SqlTable): readonly TableUse[] {
  const uses: TableUse[] = [];
  walk(tree, (kind, node) => {
    if (kind === "InsertStmt" && isTable(node.relation, table)) {
      uses.push(insertOf(node), ...returnedBy(node, [node.relation]));
    } else if (kind === "UpdateStmt" && isTable(node.relation, table)) {
      uses.push({ kind: "update", columns: targetNames(node.targetList) }, ...returnedBy(node, [node.relation]));
    } else if (kind === "DeleteStmt" && isTable(node.relation, table)) {
      uses.push(...returnedBy(node, [node.relation]));
    } else if (kind === "MergeStmt" && isTable(node.relation, table)) {
      uses.push(...listOf(node.mergeWhenClauses).flatMap(mergedBy));
    } else if (kind === "CopyStmt" && isTable(node.relation, table)) {
      const columns = Array.isArray(node.attlist) ? nameParts(node.attlist) : undefined;
      uses.push(
        node.is_from === true
          ? { kind: "insert", columns, isDefaults: false, overwrites: [] }
          : { kind: "select", columns: columns ?? [], isAll: columns === undefined },
      );
    } else if (kind === "SelectStmt") {
      for (const select of armsOf(node)) {
        const tables = listOf(select.fromClause).flatMap(tablesIn);
        uses.push(...resultsOf(select.targetList, tables));
      }
    }
  });
  return uses;

  function returnedBy(node: AnyNode, tables: readonly unknown[]): readonly TableUse[] {
    const clause = node.returningClause as AnyNode | undefined;
    return resultsOf(clause?.exprs ?? node.returningList, tables);
  }

  function resultsOf(targets: unknown, tables: readonly unknown[]): readonly TableUse[] {
    const own = tables.filter((each) => isTable(each, table)).map(aliasOf);
    if (own.length === 0) return [];
    const isOwn = (qualifier: string | undefined) => qualifier === undefined || own.includes(qualifier);
    const columns: string[] = [];
    let isAll = false;
    for (const target of listOf(targets)) {
      walk(target, (kind, node) => {
        if (kind !== "ColumnRef") return;
        const parts = nameParts(node.fields);
        const isStar = listOf(node.fields).some((part) => part.A_Star !== undefined);
        const qualifier = isStar ? parts.at(-1) : parts.at(-2);
        if (!isOwn(qualifier)) return;
        if (isStar) isAll = true;
        else columns.push(...parts.slice(-1));
      });
    }
    return columns.length > 0 || isAll ? [{ kind: "select", columns, isAll }] : [];
  }
}

function viewsIn(statements: readonly Node[]): readonly ViewStatement[] {
  return statements.flatMap((statement): readonly ViewStatement[] => {
    if ("ViewStmt" in statement) {
      const { view, query } = statement.ViewStmt;
      return [made(view?.relname, query)];
    }
    if ("CreateTableAsStmt" in statement && statement.CreateTableAsStmt.objtype === "OBJECT_MATVIEW") {
      const { into, query } = statement.CreateTableAsStmt;
      return [made(into?.rel?.relname, query)];
    }
    if ("DropStmt" in statement && /^OBJECT_(?:MAT)?VIEW$/.test(statement.DropStmt.removeType ?? "")) {
      return (statement.DropStmt.objects ?? []).map((object) => {
        const parts = "List" in object ? nameParts(object.List.items) : [];
        return { view: parts.at(-1) ?? "", isDropped: true, uses: () => [] };
      });
    }
    return [];
  });
}

function made(view: string | undefined, query: unknown): ViewStatement {
  return { view: view ?? "", isDropped: false, uses: (table) => usesOf(query, table) };
}

function insertOf(node: AnyNode): TableUse {
  const columns = node.cols === undefined ? undefined : targetNames(node.cols);
  const conflict = node.onConflictClause as AnyNode | undefined;
  const overwrites = listOf(conflict?.targetList).flatMap((target) => {
    const { name, val } = (target.ResTarget ?? {}) as { name?: string; val?: AnyNode };
    const parts = nameParts((val?.ColumnRef as AnyNode | undefined)?.fields);
    return name !== undefined && parts[0] === "excluded" ? [name] : [];
  });
  return { kind: "insert", columns, isDefaults: node.selectStmt === undefined, overwrites };
}

/** `WHEN NOT MATCHED THEN INSERT (…)`, `WHEN MATCHED THEN UPDATE SET …` */
function mergedBy(clause: AnyNode): readonly TableUse[] {
  const { commandType, targetList, values } = (clause.MergeWhenClause ?? {}) as AnyNode;
  const names = targetNames(targetList);
  if (commandType === "CMD_UPDATE") return [{ kind: "update", columns: names }];
  if (commandType !== "CMD_INSERT") return [];
  const columns = targetList === undefined ? undefined : names;
  return [{ kind: "insert", columns, isDefaults: values === undefined, overwrites: [] }];
}

/** A SELECT, or the arms of UNION and similar. */
function armsOf(node: AnyNode): readonly AnyNode[] {
  const arms = [node.larg, node.rarg].filter((arm) => arm !== undefined) as AnyNode[];
  return arms.length === 0 ? [node] : arms.flatMap(armsOf);
}

/** The tables of a FROM clause. Subqueries are handled as statements. */
function tablesIn(from: AnyNode): readonly unknown[] {
  if (from.RangeVar !== undefined) return [from.RangeVar];
  const join = from.JoinExpr as { larg?: AnyNode; rarg?: AnyNode } | undefined;
  return [join?.larg, join?.rarg].flatMap((side) => (side === undefined ? [] : tablesIn(side)));
}

function targetNames(targets: unknown): readonly string[] {
  return listOf(targets).flatMap((target) => {
    const { name } = (target.ResTarget ?? {}) as { name?: string };
    return name === undefined ? [] : [name];
  });
}
