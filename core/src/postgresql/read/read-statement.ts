import type {
  AlterTableStmt,
  CommentStmt,
  CreateStmt,
  InsertStmt,
  MergeStmt,
  Node,
  RangeVar,
  SelectStmt,
  UpdateStmt,
} from "libpg-query";
import { type CopiedColumns, type Operation, type OperationOf, type TableName, tableLabel } from "../../model/index.js";
import { ofTheMoment, plainFunctions } from "../../sql/function-names.js";
import { readClause } from "./read-clause.js";
import { readColumn, unclearFunctions } from "./read-column.js";
import { readTableConstraints } from "./read-constraint.js";
import { readAlterOther, readForm, type Whole } from "./read-form.js";
import { readIndex } from "./read-index.js";
import { keyedIn } from "./read-keyed.js";
import { qualifiedName, tableOf } from "./read-names.js";
import { newerIn } from "./read-newer.js";
import { readsOf } from "./read-query.js";
import { readType, strings } from "./read-type.js";
import { columnsOf, functionsIn, walk } from "./walk.js";

/** Where the parts of a statement are in the source. Locations are UTF-8 bytes, as in the parser. */
export interface StatementSource {
  readonly index: number;
  readonly sql: string;
  readonly line: number;
  /** The clauses of ALTER TABLE, in order: their text and where each ends. */
  readonly clauses: readonly { readonly sql: string; readonly end: number; readonly line: number }[];
  readonly end: number;
  slice(from: number, to: number): string;
}

/** The operations of one statement, at least one. `unknown` for an unsupported form. */
export function readStatement(node: Node, source: StatementSource): Operation[] {
  const whole: Whole = { statement: source.index, sql: source.sql, line: source.line };
  const isAlter = "AlterTableStmt" in node;
  if (isAlter && tables.has(node.AlterTableStmt.objtype ?? "")) return readAlter(node.AlterTableStmt, source, whole);
  const operations = isAlter ? readAlterOther(node.AlterTableStmt, whole) : readWhole(node, source, whole);
  const newer = newerIn(node, source.sql);
  return newer.newer === undefined ? operations : operations.map((each) => ({ ...each, ...newer }));
}

function onlyOf(relation: RangeVar | undefined): { readonly isOnly?: true } {
  return relation?.inh === true ? {} : { isOnly: true };
}

/** Objects with columns and constraints. ALTER TABLE nodes also cover views, indexes and sequences. */
const tables: ReadonlySet<string> = new Set(["OBJECT_TABLE", "OBJECT_FOREIGN_TABLE", "OBJECT_MATVIEW"]);

function readAlter(statement: AlterTableStmt, source: StatementSource, whole: Whole): Operation[] {
  const table = tableOf(statement.relation);
  const commands = (statement.cmds ?? []).flatMap((cmd) => ("AlterTableCmd" in cmd ? [cmd] : []));
  if (commands.length !== source.clauses.length) return [{ ...whole, kind: "unknown", what: "ALTER", tables: [table] }];
  return commands.map((command, position) => ({
    ...readClause(command.AlterTableCmd, table, position, source),
    ...newerIn(command, source.sql),
    ...onlyOf(statement.relation),
  }));
}

function readWhole(node: Node, source: StatementSource, whole: Whole): Operation[] {
  if ("CreateStmt" in node) return [readCreateTable(node.CreateStmt, source, whole)];
  if ("CreateForeignTableStmt" in node) return [readCreateTable(node.CreateForeignTableStmt.base ?? {}, source, whole)];
  if ("CreateSchemaStmt" in node && node.CreateSchemaStmt.schemaElts !== undefined)
    return node.CreateSchemaStmt.schemaElts.flatMap((each) => readStatement(each, source));
  if ("IndexStmt" in node)
    return [{ ...whole, ...readIndex(node.IndexStmt, source), ...onlyOf(node.IndexStmt.relation) }];
  const made = readNewType(node);
  if (made !== undefined) return [{ ...whole, kind: "createType", ...made }];
  if ("AlterEnumStmt" in node) {
    const { typeName, oldVal: value, newVal = "" } = node.AlterEnumStmt;
    const name = qualifiedName(strings(typeName));
    return value === undefined
      ? [{ ...whole, kind: "addEnumValue", name, value: newVal }]
      : [{ ...whole, kind: "renameEnumValue", name, value, newName: newVal }];
  }
  if ("CommentStmt" in node) return [readComment(node.CommentStmt, whole)];
  if ("ViewStmt" in node)
    return [
      {
        ...whole,
        kind: "createView",
        name: tableOf(node.ViewStmt.view),
        ...(node.ViewStmt.replace === true ? { isReplace: true } : {}),
        reads: readsOf(node.ViewStmt.query),
      },
    ];
  if ("CreateTableAsStmt" in node) {
    const { objtype, into, query } = node.CreateTableAsStmt;
    const copies = into?.skipData === true ? {} : { copies: copiedBy(query) };
    return objtype === "OBJECT_MATVIEW"
      ? [{ ...whole, kind: "createView", name: tableOf(into?.rel), ...copies, reads: readsOf(query) }]
      : [{ ...madeOfQuery(into?.rel, whole), ...copies }, ...readChanges(node, whole)];
  }
  if ("SelectStmt" in node && node.SelectStmt.intoClause !== undefined)
    return [
      { ...madeOfQuery(node.SelectStmt.intoClause.rel, whole), copies: copiedBy(node) },
      ...readChanges(node, whole),
    ];
  if ("ExplainStmt" in node && runs(node.ExplainStmt.options) && node.ExplainStmt.query !== undefined)
    return readStatement(node.ExplainStmt.query, source);
  const changes = readChanges(node, whole);
  if (changes.length > 0 || "SelectStmt" in node)
    return "SelectStmt" in node ? [...changes, { ...whole, kind: "select", functions: functionsIn(node) }] : changes;
  const other = readOther(node, whole) ?? readForm(node, whole);
  if (other !== undefined) return other;
  const what = Object.keys(node)[0] ?? "statement";
  const relation = (Object.values(node)[0] as { relation?: RangeVar } | undefined)?.relation;
  return [{ ...whole, kind: "unknown", what, tables: relation === undefined ? [] : [tableOf(relation)] }];
}

/** Whether it is EXPLAIN ANALYZE. */
function runs(options: readonly Node[] = []): boolean {
  return options.some((each) => "DefElem" in each && each.DefElem.defname === "analyze");
}

function readNewType(node: Node): { readonly name: TableName; readonly values: readonly string[] } | undefined {
  if ("CreateEnumStmt" in node)
    return { name: qualifiedName(strings(node.CreateEnumStmt.typeName)), values: strings(node.CreateEnumStmt.vals) };
  if ("CompositeTypeStmt" in node) return { name: tableOf(node.CompositeTypeStmt.typevar), values: [] };
  if ("CreateRangeStmt" in node) return { name: qualifiedName(strings(node.CreateRangeStmt.typeName)), values: [] };
  return undefined;
}

function copiedBy(query: Node | undefined): CopiedColumns {
  let isAll = false;
  walk([query], (kind) => {
    isAll ||= kind === "A_Star";
  });
  return { names: columnsOf([query]), ...(isAll ? { isAll } : {}) };
}

/** CREATE TABLE AS, SELECT INTO: the columns come from the query. */
function madeOfQuery(relation: RangeVar | undefined, whole: Whole): OperationOf<"createTable"> {
  return {
    ...whole,
    kind: "createTable",
    table: tableOf(relation),
    columns: [],
    ifNotExists: false,
    primaryKey: [],
    partitionOf: undefined,
    inherits: [],
    references: [],
    constraints: [],
    isOfQuery: true,
  };
}

function readCreateTable(statement: CreateStmt, source: StatementSource, whole: Whole): Operation {
  const definitions = (statement.tableElts ?? []).flatMap((element) =>
    "ColumnDef" in element ? [element.ColumnDef] : [],
  );
  const starts = (statement.tableElts ?? []).flatMap((element) =>
    "ColumnDef" in element
      ? [element.ColumnDef.location]
      : "Constraint" in element
        ? [element.Constraint.location]
        : [],
  );
  const columns = definitions.map((definition) => {
    const { location: start = 0 } = definition;
    const next = starts.find((each) => each !== undefined && each > start);
    return readColumn(definition, next ?? source.end, source.slice);
  });
  const parents = (statement.inhRelations ?? []).flatMap((node) =>
    "RangeVar" in node ? [tableOf(node.RangeVar)] : [],
  );
  const isPartition = statement.partbound !== undefined;
  return {
    ...whole,
    kind: "createTable",
    table: tableOf(statement.relation),
    columns,
    ifNotExists: statement.if_not_exists === true,
    primaryKey: primaryKeyIn(statement.tableElts),
    partitionOf: isPartition ? parents[0] : undefined,
    inherits: isPartition ? [] : parents,
    ...(statement.ofTypename === undefined ? {} : { ofType: qualifiedName(strings(statement.ofTypename.names)) }),
    references: referencesIn(statement.tableElts),
    constraints: readTableConstraints(statement.tableElts),
  };
}

function readComment({ objtype, object, comment }: CommentStmt, whole: Whole): Operation {
  const parts = object !== undefined && "List" in object ? strings(object.List.items) : [];
  const onColumn =
    objtype === "OBJECT_COLUMN" ? { table: qualifiedName(parts.slice(0, -1)), name: parts.at(-1) ?? "" } : undefined;
  return { ...whole, kind: "comment", onColumn, text: comment };
}

const running = "InsertStmt DeleteStmt UpdateStmt MergeStmt SelectStmt CopyStmt CreateTableAsStmt".split(" ");

/** Reads changes of rows, in the statement itself and in its WITH. */
function readChanges(node: Node, whole: Whole): Operation[] {
  // A statement of another kind (a rule, a routine) contains such statements without running them.
  if (!running.some((kind) => kind in node)) return [];
  const found: Operation[] = [];
  walk([node], (kind, part) => {
    const changed = { [kind]: part } as unknown as Node;
    if ("InsertStmt" in changed) found.push(readInsert(changed.InsertStmt, whole));
    if ("DeleteStmt" in changed) {
      const { relation, whereClause } = changed.DeleteStmt;
      found.push({ ...whole, kind: "delete", table: tableOf(relation), ...keyedIn(relation, whereClause) });
    }
    if ("UpdateStmt" in changed) found.push(readUpdated(changed.UpdateStmt, whole));
    if ("MergeStmt" in changed) found.push(...readMerge(changed.MergeStmt, whole));
  });
  return found;
}

function readUpdated({ relation, targetList, whereClause }: UpdateStmt, whole: Whole): Operation {
  const columns = targetsOf(targetList);
  return { ...whole, kind: "update", table: tableOf(relation), columns, ...keyedIn(relation, whereClause) };
}

function targetsOf(list: readonly Node[] = []): string[] {
  return list.flatMap((target) =>
    "ResTarget" in target && target.ResTarget.name !== undefined ? [target.ResTarget.name] : [],
  );
}

/** One change for each branch. The query determines the number of rows. */
function readMerge({ relation, mergeWhenClauses = [] }: MergeStmt, whole: Whole): Operation[] {
  const table = tableOf(relation);
  return mergeWhenClauses.flatMap((each): Operation[] => {
    const { commandType, targetList } = "MergeWhenClause" in each ? each.MergeWhenClause : {};
    if (commandType === "CMD_DELETE") return [{ ...whole, kind: "delete", table }];
    if (commandType === "CMD_INSERT") return [{ ...whole, kind: "insert", table, isOfValues: false }];
    return commandType === "CMD_UPDATE" ? [{ ...whole, kind: "update", table, columns: targetsOf(targetList) }] : [];
  });
}

/** Statements that do not affect what the ORM's models describe. */
function readOther(node: Node, whole: Whole): Operation[] | undefined {
  if ("TruncateStmt" in node) {
    const { relations = [], behavior } = node.TruncateStmt;
    const isCascade = behavior === "DROP_CASCADE";
    return relations.flatMap((each) =>
      "RangeVar" in each ? [{ ...whole, kind: "truncate", table: tableOf(each.RangeVar), isCascade }] : [],
    );
  }
  if ("ReindexStmt" in node) {
    const { kind, relation, name = "", params = [] } = node.ReindexStmt;
    const of = kind === "REINDEX_OBJECT_INDEX" ? "index" : kind === "REINDEX_OBJECT_TABLE" ? "table" : "schema";
    const isConcurrent = params.some((each) => "DefElem" in each && each.DefElem.defname === "concurrently");
    return [
      { ...whole, kind: "reindex", of, name: relation === undefined ? { name } : tableOf(relation), isConcurrent },
    ];
  }
  if ("CreateFunctionStmt" in node) {
    const { funcname, options = [] } = node.CreateFunctionStmt;
    const option = (name: string) =>
      options.flatMap((each) => {
        if (!("DefElem" in each) || each.DefElem.defname !== name) return [];
        const { arg = {} as Node } = each.DefElem;
        return strings("List" in arg ? arg.List.items : [arg]);
      })[0];
    const [volatility = "volatile", language, body] = ["volatility", "language", "as"].map(option);
    const name = qualifiedName(strings(funcname));
    const text = body === undefined ? {} : { body, language: language ?? "sql" };
    return [
      { ...whole, kind: "createFunction", name, ...text, ...(volatility === "volatile" ? {} : { isSteady: true }) },
    ];
  }
  if ("CreateTrigStmt" in node) {
    const { relation, trigname: name = "", row, columns, whenClause, funcname } = node.CreateTrigStmt;
    const reads = [...new Set([...strings(columns), ...columnsOf([whenClause])])];
    const more = row === true ? {} : ({ isOfStatements: true } as const);
    const runs = qualifiedName(strings(funcname));
    return [{ ...whole, kind: "createTrigger", table: tableOf(relation), name, reads, runs, ...more }];
  }
  if ("CreateDomainStmt" in node) {
    const { domainname, typeName = {}, constraints = [] } = node.CreateDomainStmt;
    const isChecked = constraints.some(
      (each) => "Constraint" in each && ["CONSTR_CHECK", "CONSTR_NOTNULL"].includes(each.Constraint.contype ?? ""),
    );
    const { type: base, isUserDefined } = readType(typeName);
    const own = constraints.flatMap((each) => ("Constraint" in each ? [each.Constraint] : []));
    const byDefault = own.find(({ contype }) => contype === "CONSTR_DEFAULT");
    const isStored = unclearFunctions(byDefault?.raw_expr)?.length === 0;
    return [
      {
        ...whole,
        kind: "createDomain",
        name: qualifiedName(strings(domainname)),
        base,
        ...(isUserDefined && !typeName.arrayBounds?.length ? { baseType: qualifiedName(strings(typeName.names)) } : {}),
        isChecked,
        ...(own.some(({ contype }) => contype === "CONSTR_NOTNULL") ? { isRequired: true } : {}),
        ...(byDefault === undefined ? {} : { default: isStored ? "stored" : "computed" }),
      },
    ];
  }
  if ("TransactionStmt" in node)
    return [{ ...whole, kind: "transaction", does: transactionWords[node.TransactionStmt.kind ?? ""] ?? "savepoint" }];
  if ("VariableSetStmt" in node) {
    const { name = "", is_local } = node.VariableSetStmt;
    return [{ ...whole, kind: "setting", name, isLocal: is_local === true }];
  }
  if ("ConstraintsSetStmt" in node) return [{ ...whole, kind: "setting", name: "CONSTRAINTS", isLocal: true }];
  return undefined;
}

const transactionWords: Readonly<Record<string, OperationOf<"transaction">["does"]>> = {
  TRANS_STMT_BEGIN: "begin",
  TRANS_STMT_START: "begin",
  TRANS_STMT_COMMIT: "commit",
  TRANS_STMT_ROLLBACK: "rollback",
};

function primaryKeyIn(elements: readonly Node[] = []): string[] {
  return elements.flatMap((element) => {
    const own = "ColumnDef" in element ? (element.ColumnDef.constraints ?? []) : [element];
    const key = own.find((each) => "Constraint" in each && each.Constraint.contype === "CONSTR_PRIMARY");
    if (key === undefined || !("Constraint" in key)) return [];
    return "ColumnDef" in element ? [element.ColumnDef.colname ?? ""] : strings(key.Constraint.keys);
  });
}

/** The tables that a declaration's foreign keys reference. */
function referencesIn(tree: unknown): TableName[] {
  const found = new Map<string, TableName>();
  walk(tree, (kind, part) => {
    if (kind !== "Constraint" || part.contype !== "CONSTR_FOREIGN") return;
    const table = tableOf(part.pktable as RangeVar | undefined);
    found.set(tableLabel(table), table);
  });
  return [...found.values()];
}

/** `SELECT 'a', 1 WHERE NOT EXISTS (…)`: returns at most one row. */
function isOfOneRow(query: SelectStmt | undefined): boolean {
  const { fromClause = [], targetList = [], op = "SETOP_NONE" } = query ?? {};
  if (query === undefined || fromClause.length > 0 || targetList.length === 0 || op !== "SETOP_NONE") return false;
  return functionsIn(targetList).every((name) => plainFunctions.has(name) || ofTheMoment.has(name));
}

/** ON CONFLICT may change existing rows, and a SELECT may read many. Neither counts as rows listed in the statement. */
function readInsert({ relation, selectStmt, onConflictClause }: InsertStmt, whole: Whole): Operation {
  const query = selectStmt !== undefined && "SelectStmt" in selectStmt ? selectStmt.SelectStmt : undefined;
  const hasValues = (query?.valuesLists?.length ?? 0) > 0;
  const isOfValues = hasValues && onConflictClause === undefined;
  const isOfStatedRows = !isOfValues && (hasValues || isOfOneRow(query));
  return { ...whole, kind: "insert", table: tableOf(relation), isOfValues, ...(isOfStatedRows && { isOfStatedRows }) };
}
