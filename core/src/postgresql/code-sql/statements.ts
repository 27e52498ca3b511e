import { hasSqlDetails, type Node, parseSync } from "libpg-query";
import { attempt } from "../../base/expected-errors.js";
import type { GrowingTable, SqlStatements, SqlTable, TableUse, ViewStatement } from "../../dialect/code-sql.js";
import type { WholeRowKind } from "../../model/whole-rows.js";
import { type AnyNode, nameParts, walk } from "../read/walk.js";
import { wholeRowsIn } from "./whole-rows.js";

/** Parses text as SQL, or returns undefined if PostgreSQL would reject it. The parser must be loaded. */
export function readStatements(sql: string): SqlStatements | undefined {
  const statements = parsed(sql);
  return (
    statements && {
      uses: (table) => usesOf(statements, table),
      returnsAll: (table) => statements.some((statement) => returnsAll(statement as unknown as AnyNode, table)),
      wholeRows: (table, alike) => wholeRows(statements, table, alike),
      views: viewsIn(statements),
    }
  );
}

function wholeRows(
  statements: readonly Node[],
  table: GrowingTable,
  alike: readonly string[] = [],
): readonly WholeRowKind[] {
  const names = { table, alike: new Set(alike), ...(table.key && { key: table.key }) };
  return [...new Set(statements.flatMap((statement) => wholeRowsIn(statement, names)))];
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

/** The WITH queries around a query, by name. */
export type Queries = ReadonlyMap<string, AnyNode>;

/** A source in FROM or in a statement: the names that qualify its `*`, and whether `*` means all columns of the table. */
interface Source {
  readonly names: readonly (string | undefined)[];
  readonly hasAll: boolean;
}

/** Whether a statement returns `*` of a table: directly, through a subquery, or through WITH. */
function returnsAll(node: AnyNode | undefined, table: SqlTable, outer: Queries = new Map()): boolean {
  const [kind, statement] = (Object.entries(node ?? {})[0] ?? []) as [string?, AnyNode?];
  if (statement === undefined) return false;
  if (kind === "PrepareStmt") return returnsAll(statement.query as AnyNode, table, outer);
  const queries = withQueries(statement, outer);
  if (kind === "SelectStmt") {
    return armsOf(statement).some((arm) => {
      const own = withQueries(arm, queries);
      return namesAll(
        arm.targetList,
        listOf(arm.fromClause).flatMap((from) => sourcesIn(from, own)),
      );
    });
  }
  if (kind === undefined || !/^(?:Insert|Update|Delete|Merge)Stmt$/.test(kind)) return false;
  const clause = statement.returningClause as AnyNode | undefined;
  const target = { names: [aliasOf(statement.relation), "old", "new"], hasAll: isTable(statement.relation, table) };
  const others = [statement.fromClause, statement.usingClause, [statement.sourceRelation ?? {}]].flatMap(listOf);
  return namesAll(clause?.exprs ?? statement.returningList, [
    target,
    ...others.flatMap((from) => sourcesIn(from, queries)),
  ]);

  function sourcesIn(from: AnyNode, known: Queries): readonly Source[] {
    const { RangeVar, RangeSubselect, JoinExpr } = from as Readonly<Record<string, AnyNode | undefined>>;
    if (RangeVar !== undefined) {
      const name = RangeVar.schemaname === undefined ? (RangeVar.relname as string) : "";
      const query = known.get(name);
      // Inside its own query, the name means the table.
      const inner = new Map([...known].filter(([each]) => each !== name));
      const hasAll = query === undefined ? isTable(RangeVar, table) : returnsAll(query, table, inner);
      return [{ names: [aliasOf(RangeVar)], hasAll }];
    }
    if (RangeSubselect !== undefined)
      return [
        { names: [nameIn(RangeSubselect)], hasAll: returnsAll(RangeSubselect.subquery as AnyNode, table, known) },
      ];
    if (JoinExpr === undefined) return [];
    const sides = [JoinExpr.larg, JoinExpr.rarg].flatMap((side) => sourcesIn((side ?? {}) as AnyNode, known));
    const name = nameIn(JoinExpr);
    return name === undefined ? sides : [{ names: [name], hasAll: sides.some(({ hasAll }) => hasAll) }];
  }
}

export function withQueries(statement: AnyNode, outer: Queries): Queries {
  const { ctes } = (statement.withClause ?? {}) as AnyNode;
  const own = listOf(ctes).map((cte) => (cte.CommonTableExpr ?? {}) as { ctename?: string; ctequery?: AnyNode });
  return new Map([...outer, ...own.map(({ ctename = "", ctequery = {} }) => [ctename, ctequery] as const)]);
}

/** Whether a result list contains `*`, `t.*` or `(t).*` of a source with all columns. */
function namesAll(targets: unknown, sources: readonly Source[]): boolean {
  return listOf(targets).some((target) => {
    const { val = {} } = (target.ResTarget ?? {}) as { val?: AnyNode };
    const whole = (val.A_Indirection ?? {}) as { arg?: AnyNode; indirection?: unknown };
    const column = (whole.arg?.ColumnRef ?? val.ColumnRef ?? {}) as AnyNode;
    const stars = whole.arg === undefined ? column.fields : whole.indirection;
    // `(f(x)).*` belongs to no table.
    if (column.fields === undefined || !listOf(stars).some((part) => part.A_Star !== undefined)) return false;
    const qualifier = nameParts(column.fields).at(-1);
    return sources.some(({ names, hasAll }) => hasAll && (qualifier === undefined || names.includes(qualifier)));
  });
}

function nameIn({ alias }: AnyNode): string | undefined {
  return (alias as { aliasname?: string } | undefined)?.aliasname;
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
  const conflicts = listOf((conflict?.infer as AnyNode | undefined)?.indexElems).flatMap(({ IndexElem }) => {
    const { name } = (IndexElem ?? {}) as { name?: string };
    return name ?? [];
  });
  const isDefaults = node.selectStmt === undefined;
  return { kind: "insert", columns, isDefaults, overwrites, ...(conflicts.length > 0 && { conflicts }) };
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
export function armsOf(node: AnyNode): readonly AnyNode[] {
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
