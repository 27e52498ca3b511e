import { patternOf } from "../base/pattern-of.js";
import type { DeclaredColumn, HandWritten } from "../dialect/hand-written.js";
import type { OperationOf } from "../model/index.js";
import { tablesOf } from "./look-ups/read.js";
import { quoteIdentifier } from "./quote.js";
import type { Parser } from "./read/parser.js";
import { readLookUpUpdate } from "./read/read-look-up-update.js";
import { readUpdate } from "./read/read-update.js";
import { withSingleSets } from "./read/single-sets.js";

type Added = OperationOf<"addColumn">;

export function handWritten(parser: Parser): HandWritten {
  return {
    // Over the row alone, or over what it leads to in other tables.
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
  // The constraint has its name from the column's first one.
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

/** The name that the declaration gives its unique constraint, as it is spelled. */
function constraintName({ sql }: Added): string | undefined {
  return /\bCONSTRAINT\s+("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)\s+UNIQUE\b/iu.exec(sql)?.[1];
}
