import type { AlterTableCmd, Constraint, IndexStmt, Node, RangeVar } from "libpg-query";
import type { Deferrable, Operation, ReferentialAction, TableName } from "../../model/index.js";
import { readColumn } from "./read-column.js";
import { strings } from "./read-type.js";
import { nameParts, walk } from "./walk.js";

/** Where the parts of one statement stand in the source. Locations are UTF-8 bytes, as the parser counts. */
export interface StatementSource {
  readonly index: number;
  readonly sql: string;
  readonly line: number;
  /** The clauses of ALTER TABLE, in order: their text and where they end. */
  readonly clauses: readonly { readonly sql: string; readonly end: number; readonly line: number }[];
  readonly end: number;
  slice(from: number, to: number): string;
}

/** The operations of one statement; always at least one, `unknown` where the form is not described. */
export function readStatement(node: Node, source: StatementSource): Operation[] {
  const whole = { statement: source.index, sql: source.sql, line: source.line };
  if ("AlterTableStmt" in node) {
    const statement = node.AlterTableStmt;
    const table = tableOf(statement.relation);
    const commands = (statement.cmds ?? []).flatMap((cmd) => ("AlterTableCmd" in cmd ? [cmd.AlterTableCmd] : []));
    if (statement.objtype !== "OBJECT_TABLE" || commands.length !== source.clauses.length)
      return [{ ...whole, kind: "unknown", what: "ALTER", tables: [table] }];
    return commands.map((command, position) => readClause(command, table, position, source));
  }
  if ("CreateStmt" in node) {
    const statement = node.CreateStmt;
    const definitions = (statement.tableElts ?? []).flatMap((element) =>
      "ColumnDef" in element ? [element.ColumnDef] : [],
    );
    const columns = definitions.map((definition, position) =>
      readColumn(definition, definitions[position + 1]?.location ?? source.end, source.slice),
    );
    return [{ ...whole, kind: "createTable", table: tableOf(statement.relation), columns }];
  }
  if ("IndexStmt" in node) return [{ ...whole, ...readIndex(node.IndexStmt, source) }];
  if ("CreateEnumStmt" in node)
    return [
      {
        ...whole,
        kind: "createType",
        name: qualified(strings(node.CreateEnumStmt.typeName)),
        values: strings(node.CreateEnumStmt.vals),
      },
    ];
  // RENAME VALUE has an old one; it is not described.
  if ("AlterEnumStmt" in node && node.AlterEnumStmt.oldVal === undefined)
    return [
      {
        ...whole,
        kind: "addEnumValue",
        name: qualified(strings(node.AlterEnumStmt.typeName)),
        value: node.AlterEnumStmt.newVal ?? "",
      },
    ];
  if ("UpdateStmt" in node)
    return [
      {
        ...whole,
        kind: "update",
        table: tableOf(node.UpdateStmt.relation),
        columns: (node.UpdateStmt.targetList ?? []).flatMap((target) =>
          "ResTarget" in target && target.ResTarget.name !== undefined ? [target.ResTarget.name] : [],
        ),
      },
    ];
  if ("DropStmt" in node) {
    const statement = node.DropStmt;
    const names = (statement.objects ?? []).map((object) =>
      qualified(strings("List" in object ? object.List.items : [object])),
    );
    if (statement.removeType === "OBJECT_TABLE") return names.map((table) => ({ ...whole, kind: "dropTable", table }));
    if (statement.removeType === "OBJECT_INDEX")
      return names.map((name) => ({ ...whole, kind: "dropIndex", name, isConcurrent: statement.concurrent === true }));
  }
  const what = Object.keys(node)[0] ?? "statement";
  const relation = (Object.values(node)[0] as { relation?: RangeVar } | undefined)?.relation;
  return [{ ...whole, kind: "unknown", what, tables: relation === undefined ? [] : [tableOf(relation)] }];
}

function readClause(command: AlterTableCmd, table: TableName, position: number, source: StatementSource): Operation {
  const clause = source.clauses[position] ?? { sql: source.sql, end: source.end, line: source.line };
  const base = { statement: source.index, sql: clause.sql, line: clause.line };
  const definition = command.def;
  const column = command.name ?? "";
  switch (command.subtype) {
    case "AT_AddColumn":
      if (definition !== undefined && "ColumnDef" in definition)
        return {
          ...base,
          kind: "addColumn",
          table,
          column: readColumn(definition.ColumnDef, clause.end, source.slice),
        };
      break;
    case "AT_SetNotNull":
      return { ...base, kind: "setNotNull", table, column };
    case "AT_DropNotNull":
      return { ...base, kind: "dropNotNull", table, column };
    case "AT_DropColumn":
      return { ...base, kind: "dropColumn", table, column };
    case "AT_DropConstraint":
      return { ...base, kind: "dropConstraint", table, name: column };
    case "AT_ColumnDefault":
      return {
        ...base,
        kind: "setDefault",
        table,
        column,
        defaultSql: definition === undefined ? undefined : clause.sql.replace(/^.*?\bSET\s+DEFAULT\s+/is, ""),
      };
    case "AT_AlterColumnType":
      if (definition !== undefined && "ColumnDef" in definition) {
        const from = definition.ColumnDef.typeName?.location ?? 0;
        return { ...base, kind: "setType", table, column, typeSql: source.slice(from, clause.end).trim() };
      }
      break;
    case "AT_AddConstraint":
      if (definition !== undefined && "Constraint" in definition && definition.Constraint.contype === "CONSTR_FOREIGN")
        return { ...base, ...readForeignKey(definition.Constraint, table) };
      // With an index that exists (USING INDEX) it has no columns here.
      if (
        definition !== undefined &&
        "Constraint" in definition &&
        definition.Constraint.contype === "CONSTR_PRIMARY" &&
        definition.Constraint.keys !== undefined
      )
        return { ...base, kind: "addPrimaryKey", table, columns: strings(definition.Constraint.keys) };
      break;
  }
  return { ...base, kind: "unknown", what: command.subtype ?? "ALTER TABLE", tables: [table] };
}

const actions: Readonly<Record<string, ReferentialAction>> = {
  a: "NO ACTION",
  r: "RESTRICT",
  c: "CASCADE",
  n: "SET NULL",
  d: "SET DEFAULT",
};

function readForeignKey(constraint: Constraint, table: TableName) {
  const { fk_upd_action: onUpdate = "a", fk_del_action: onDelete = "a", fk_matchtype: match = "s" } = constraint;
  const deferrable: Deferrable = constraint.initdeferred ? "deferred" : constraint.deferrable ? "immediate" : "no";
  return {
    kind: "addForeignKey" as const,
    table,
    name: constraint.conname,
    columns: strings(constraint.fk_attrs),
    references: tableOf(constraint.pktable),
    referencedColumns: strings(constraint.pk_attrs),
    onUpdate: actions[onUpdate] ?? "NO ACTION",
    onDelete: actions[onDelete] ?? "NO ACTION",
    isMatchFull: match === "f",
    deferrable,
    isValid: constraint.skip_validation !== true,
    hasOther:
      (constraint.fk_del_set_cols?.length ?? 0) > 0 ||
      constraint.fk_with_period === true ||
      constraint.pk_with_period === true ||
      constraint.is_enforced !== true,
  };
}

function readIndex(statement: IndexStmt, source: StatementSource) {
  const elements = (statement.indexParams ?? []).flatMap((param) => ("IndexElem" in param ? [param.IndexElem] : []));
  const isPlain =
    statement.whereClause === undefined &&
    !statement.indexIncludingParams?.length &&
    !statement.nulls_not_distinct &&
    !statement.options?.length &&
    statement.tableSpace === undefined &&
    elements.every(
      (element) =>
        element.name !== undefined &&
        !element.opclass?.length &&
        !element.collation?.length &&
        (element.ordering ?? "SORTBY_DEFAULT") === "SORTBY_DEFAULT" &&
        (element.nulls_ordering ?? "SORTBY_NULLS_DEFAULT") === "SORTBY_NULLS_DEFAULT",
    );
  return {
    kind: "createIndex" as const,
    table: tableOf(statement.relation),
    name: statement.idxname ?? "",
    isUnique: statement.unique === true,
    isConcurrent: statement.concurrent === true,
    columns: isPlain ? elements.map((element) => element.name ?? "") : undefined,
    reads: columnsOf(statement),
    method: statement.accessMethod ?? "btree",
    definition: afterName(source.slice(statement.relation?.location ?? 0, source.end)),
  };
}

/** Every column that an index names, each once. */
function columnsOf({ indexParams, indexIncludingParams, whereClause }: IndexStmt): string[] {
  const found = new Set<string>();
  walk([indexParams, indexIncludingParams, whereClause], (kind, node) => {
    if (kind === "IndexElem" && typeof node.name === "string") found.add(node.name);
    if (kind === "ColumnRef") for (const name of nameParts(node.fields).slice(-1)) found.add(name);
  });
  return [...found];
}

/** What follows the name of a table, with or without its schema. */
function afterName(text: string): string {
  return text.replace(/^(?:"(?:[^"]|"")*"|[^\s".(]+)(?:\s*\.\s*(?:"(?:[^"]|"")*"|[^\s".(]+))?\s*/, "");
}

function tableOf(relation: RangeVar | undefined): TableName {
  return qualified([relation?.schemaname, relation?.relname].filter((part) => part !== undefined));
}

function qualified(parts: readonly string[]): TableName {
  const name = parts.at(-1) ?? "";
  const schema = parts.at(-2);
  return schema === undefined ? { name } : { schema, name };
}
