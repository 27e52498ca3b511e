import { attempt } from "../base/expected-errors.js";
import { patternOf } from "../base/pattern-of.js";
import type { DeclaredColumn, HandWritten } from "../dialect/hand-written.js";
import type { OperationOf } from "../model/index.js";
import { isNotSql } from "../sql/not-sql.js";
import type { SqlReader } from "../sql/sql-reader.js";
import { spelled } from "./bare-name.js";
import { readFill } from "./fill/read.js";
import { judging } from "./judging.js";
import { tablesOf } from "./look-ups/read.js";
import { objectName, quoteIdentifier } from "./quote.js";
import type { Parser } from "./read/parser.js";
import { loadParser } from "./read/parser.js";
import { bodyOf } from "./read/read-body.js";
import { readLookUpUpdate } from "./read/read-look-up-update.js";
import { readMigration } from "./read/read-migration.js";
import { readUpdate } from "./read/read-update.js";
import { withSingleSets } from "./read/single-sets.js";
import { underStatedSettings } from "./stated-settings.js";
import { baseOf } from "./type-change.js";

export async function loadSqlReader(): Promise<SqlReader> {
  const parser = await loadParser();
  return {
    readMigration: (sql, file) => readMigration(sql, file, parser),
    readFill,
    underStatedSettings,
    isQuery(sql) {
      const [only, ...others] = attempt(() => parser.parse(sql), isNotSql)?.stmts ?? [];
      // WITH can contain statements that change rows, and INTO creates a table.
      return (
        only?.stmt !== undefined &&
        "SelectStmt" in only.stmt &&
        others.length === 0 &&
        readMigration(sql, "", parser).operations.every(({ kind }) => kind === "select")
      );
    },
    readBody: (text) => bodyOf(text, parser),
    conversion,
    judging,
    nameOf: objectName,
    handWritten: handWritten(parser),
  };
}

/** A possible expression to fill a column of another type from an existing one. Only a suggestion: a person has to check it. */
function conversion(name: string, former: string, type: string): string {
  const column = spelled(name);
  const isText = (each: string) => /^(text|character varying(\(\d+\))?)$/.test(each);
  // A cast would silently truncate text that is too long.
  if (isText(former) && isText(type)) return column;
  if (type.endsWith("[]") && !former.endsWith("[]")) return `ARRAY[${column}]`;
  if (former.startsWith("timestamp") && type.startsWith("timestamp") && baseOf(former) !== baseOf(type))
    return `${column} AT TIME ZONE '<the zone of the values>'`;
  return `${column}::${type}`;
}

type Added = OperationOf<"addColumn">;

function handWritten(parser: Parser): HandWritten {
  return {
    // Over the row alone, or with rows that it references in other tables.
    readUpdate(text) {
      const sql = withSingleSets(text, parser);
      const update = readUpdate(sql, parser) ?? readLookUpUpdate(sql, parser);
      return update && { ...update, others: othersIn(text, parser) };
    },
    nameIn: (name) => `(?:"${patternOf(name.replaceAll('"', '""'))}"|${patternOf(name)})`,
    typed: (literal, typeSql) => `${literal}::${typeSql}`,

    isSayable(added) {
      const { references, checks } = added.column;
      const text = [...(references === undefined ? [] : [references]), ...checks].reduce(
        (rest, { sql }) => rest.replace(sql, ""),
        added.sql,
      );
      return !/\bCONSTRAINT\b/i.test(text) || constraintName(added) !== undefined;
    },

    clauses,
  };
}

function othersIn(sql: string, parser: Parser) {
  const tree = parser.parse(sql);
  const node = tree.stmts?.[0]?.stmt;
  const own = node !== undefined && "UpdateStmt" in node ? node.UpdateStmt.relation?.relname : undefined;
  return tablesOf(tree).filter(({ name }) => name !== own);
}

function clauses(added: Added, column: DeclaredColumn): string {
  const name = quoteIdentifier(column.name);
  const parts = [
    `ADD COLUMN ${name} ${column.typeSql}`,
    ...(column.storageSql === undefined ? [] : [column.storageSql]),
    ...(column.collationSql === undefined ? [] : [`COLLATE ${column.collationSql}`]),
    ...(column.defaultSql === undefined ? [] : [`DEFAULT ${column.defaultSql}`]),
    ...(column.notNull ? ["NOT NULL"] : []),
  ];
  // The constraint is named after the column's first name.
  const former = added.column.name === column.name ? undefined : `${added.table.name}_${added.column.name}_key`;
  const nulls = /\bUNIQUE\s+NULLS\s+NOT\s+DISTINCT\b/i.test(added.sql) ? "NULLS NOT DISTINCT " : "";
  const unique = constraintName(added) ?? (former === undefined ? undefined : quoteIdentifier(former));
  return [
    parts.join(" "),
    ...(column.isUnique ? [`ADD ${unique === undefined ? "" : `CONSTRAINT ${unique} `}UNIQUE ${nulls}(${name})`] : []),
    ...(column.references === undefined
      ? []
      : [
          `ADD ${column.references.sql.replace(/^(CONSTRAINT\s+(?:"(?:[^"]|"")+"|\S+)\s+)?/i, (named) => `${named}FOREIGN KEY (${name}) `)}`,
        ]),
    ...column.checks.map(({ sql }) => `ADD ${sql}`),
  ].join(", ");
}

/** The name of the unique constraint as the declaration spells it. */
function constraintName({ sql }: Added): string | undefined {
  return /\bCONSTRAINT\s+("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)\s+UNIQUE\b/iu.exec(sql)?.[1];
}
