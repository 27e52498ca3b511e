import type { AlterTableCmd, Node } from "libpg-query";
import type { Operation, TableName } from "../../model/index.js";
import { readColumn } from "./read-column.js";
import { readConstraint } from "./read-constraint.js";
import { readFormClause } from "./read-form.js";
import { qualifiedName, tableOf } from "./read-names.js";
import type { StatementSource } from "./read-statement.js";
import { readType, strings } from "./read-type.js";

/** The operation of one ALTER TABLE clause; `unknown` for an unsupported form. */
export function readClause(
  command: AlterTableCmd,
  table: TableName,
  position: number,
  source: StatementSource,
): Operation {
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
      return {
        ...base,
        kind: "dropColumn",
        table,
        column,
        ...(command.behavior === "DROP_CASCADE" ? { isCascade: true } : {}),
      };
    case "AT_DropConstraint":
      return { ...base, kind: "dropConstraint", table, name: column };
    case "AT_ValidateConstraint":
      return { ...base, kind: "validateConstraint", table, name: column };
    case "AT_AttachPartition":
    case "AT_DetachPartition":
      if (definition !== undefined && "PartitionCmd" in definition) {
        const { name: relation, concurrent } = definition.PartitionCmd;
        const partition = tableOf(relation);
        if (command.subtype === "AT_AttachPartition") return { ...base, kind: "attachPartition", table, partition };
        return { ...base, kind: "detachPartition", table, partition, isConcurrent: concurrent === true };
      }
      break;
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
        const { typeName = {}, collClause, raw_default: using } = definition.ColumnDef;
        const typeSql = source.slice(typeName.location ?? 0, clause.end).trim();
        const casts = using === undefined ? undefined : castsOf(using, column);
        const isCast = collClause === undefined && casts !== undefined && !typeSql.includes('"');
        const { type, isUserDefined } = readType(typeName);
        return {
          ...base,
          kind: "setType",
          table,
          column,
          typeSql,
          ...(isCast ? { castTypeSql: typeSql.replace(/\s+USING\s[\s\S]*$/i, "") } : {}),
          type,
          ...(isUserDefined && !typeName.arrayBounds?.length
            ? { ownType: qualifiedName(strings(typeName.names)) }
            : {}),
          hasOther: collClause !== undefined || using !== undefined,
          ...(casts === undefined ? {} : { casts }),
          ...(collClause === undefined || (using !== undefined && casts === undefined) ? {} : { collates: true }),
        };
      }
      break;
    case "AT_AddConstraint":
      if (definition !== undefined && "Constraint" in definition) {
        const added = readConstraint(definition.Constraint, table);
        if (added !== undefined) return { ...base, ...added };
      }
      break;
  }
  return (
    readFormClause(command, table, base) ?? {
      ...base,
      kind: "unknown",
      what: command.subtype ?? "ALTER TABLE",
      tables: [table],
    }
  );
}

/** `a::text::integer` casts `a` to these types, and is NULL if the column is. Undefined: another expression. */
function castsOf(expression: Node, column: string): readonly string[] | undefined {
  if ("TypeCast" in expression) {
    const { arg = {} as Node, typeName = {} } = expression.TypeCast;
    const inner = castsOf(arg, column);
    return inner && [...inner, readType(typeName).type];
  }
  if (!("ColumnRef" in expression)) return undefined;
  const last = expression.ColumnRef.fields?.at(-1);
  return last !== undefined && "String" in last && last.String.sval === column ? [] : undefined;
}
