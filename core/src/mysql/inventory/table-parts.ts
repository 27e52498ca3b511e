import type { Part } from "../../dialect/inventory.js";
import { namesIn } from "../printed-expression.js";
import { quoteIdentifier } from "../quote.js";
import { withoutWidth } from "../types.js";
import { collationOf, defaultOf, extraOf, hashOf, type Row, textOf } from "./normalize.js";

const names = (rows: readonly Row[], column: string) =>
  rows.map((row) => quoteIdentifier(String(row[column]))).join(", ");

/** The table options that migrations set and that do not depend on the version. */
export function optionsOf(table: Row, partition: Row | undefined): Part {
  const made = String(table.CREATE_OPTIONS ?? "").toLowerCase();
  const by = textOf(partition?.PARTITION_METHOD);
  const below = textOf(partition?.SUBPARTITION_METHOD);
  return {
    engine: textOf(table.ENGINE),
    collation: collationOf(table.TABLE_COLLATION),
    // Only an explicit option. Otherwise it is the default of the server that created the table, maybe years ago.
    rowFormat: /row_format=(\w+)/.exec(made)?.[1] ?? null,
    partitionKey:
      by === null
        ? null
        : [
            `${by} (${partition?.PARTITION_EXPRESSION ?? ""})`,
            ...(below === null ? [] : [`${below} (${partition?.SUBPARTITION_EXPRESSION ?? ""})`]),
          ].join(" BY "),
  };
}

/** @param table the row of TABLES */
export function columnOf(column: Row, table: Row, isMariadb: boolean): Part {
  const collation = collationOf(column.COLLATION_NAME);
  return {
    name: column.COLUMN_NAME,
    type: withoutWidth(String(column.COLUMN_TYPE)),
    notNull: column.IS_NULLABLE === "NO",
    default: defaultOf(column, isMariadb),
    ...extraOf(column),
    // A converted table counts as one difference, not one per column.
    collation: collation === collationOf(table.TABLE_COLLATION) ? null : collation,
  };
}

/** @param parts rows of STATISTICS, in order */
export function primaryKeyOf(parts: readonly Row[]): Part {
  return { name: "PRIMARY", type: "p", definition: `PRIMARY KEY (${partsText(parts)})` };
}

/** @param columns rows of KEY_COLUMN_USAGE, in order @param rule the row of REFERENTIAL_CONSTRAINTS */
export function foreignKeyOf(columns: readonly Row[], rule: Row): Part {
  const [first = {}] = columns;
  const other = String(first.REFERENCED_TABLE_NAME);
  const place =
    first.REFERENCED_TABLE_SCHEMA === first.TABLE_SCHEMA
      ? quoteIdentifier(other)
      : `${quoteIdentifier(String(first.REFERENCED_TABLE_SCHEMA))}.${quoteIdentifier(other)}`;
  const actions = [
    ["DELETE", rule.DELETE_RULE],
    ["UPDATE", rule.UPDATE_RULE],
    // The default action is RESTRICT on one server and NO ACTION on the other. Both do the same.
  ].flatMap(([event, action]) => (action === "RESTRICT" || action === "NO ACTION" ? [] : [` ON ${event} ${action}`]));
  return {
    name: first.CONSTRAINT_NAME,
    type: "f",
    definition: `FOREIGN KEY (${names(columns, "COLUMN_NAME")}) REFERENCES ${place} (${names(columns, "REFERENCED_COLUMN_NAME")})${actions.join("")}`,
  };
}

/** @param use the row of TABLE_CONSTRAINTS */
export function checkOf(check: Row, use: Row | undefined): Part {
  // In MariaDB, a column's check has the name of the column. MySQL drops a check with the only column that it names.
  const [column, other] = check.LEVEL === undefined ? namesIn(String(check.CHECK_CLAUSE)) : [check.CONSTRAINT_NAME];
  const goesWith = other === undefined && (check.LEVEL ?? "Column") === "Column" ? column : undefined;
  return {
    name: check.CONSTRAINT_NAME,
    type: "c",
    definition: `CHECK (${check.CHECK_CLAUSE})${use?.ENFORCED === "NO" ? " NOT ENFORCED" : ""}`,
    ...(goesWith === undefined ? {} : { goesWith: `column ${goesWith}` }),
  };
}

/**
 * @param parts rows of STATISTICS, in order
 * @param foreignKeys foreign keys of the table: one without a usable index creates it, under its own name
 */
export function indexOf(parts: readonly Row[], foreignKeys: readonly Part[]): Part {
  const [first = {}] = parts;
  const { INDEX_NAME: name, INDEX_TYPE: method } = first;
  const isUnique = Number(first.NON_UNIQUE) === 0;
  const isOff = first.IS_VISIBLE === "NO" || first.IGNORED === "YES";
  const own = method === "FULLTEXT" || method === "SPATIAL" ? `${method} ` : isUnique ? "UNIQUE " : "";
  const using = method === "BTREE" || own.startsWith(String(method)) ? "" : ` USING ${method}`;
  return {
    name,
    definition: `${own}INDEX (${partsText(parts)})${using}${isOff ? " INVISIBLE" : ""}`,
    ...(foreignKeys.some((key) => key.name === name) ? { goesWith: `constraint ${name}` } : {}),
  };
}

function partsText(parts: readonly Row[]): string {
  return parts
    .map(({ COLUMN_NAME: column, SUB_PART: length, COLLATION: direction, EXPRESSION: expression }) => {
      const what = textOf(column) === null ? `(${expression})` : quoteIdentifier(String(column));
      return `${what}${textOf(length) === null ? "" : `(${length})`}${direction === "D" ? " DESC" : ""}`;
    })
    .join(", ");
}

export function triggerOf(trigger: Row): Part {
  return {
    name: trigger.TRIGGER_NAME,
    timing: `${trigger.ACTION_TIMING} ${trigger.EVENT_MANIPULATION}`,
    definition: hashOf(trigger.ACTION_STATEMENT),
  };
}
