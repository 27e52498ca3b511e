import type { CodeSql, GrowingTable } from "../../dialect/code-sql.js";
import type { TableName } from "../../model/names.js";
import type { WholeRowKind } from "../../model/whole-rows.js";
import { enclosingName } from "../ast/expressions.js";
import { lineAt, type SourceFile } from "../ast/source-file.js";
import { namesTable } from "../sql/names-table.js";
import { sqlTextsIn } from "../sql/texts.js";

/** A statement in the code that takes the whole row of a table, and that fails, or writes wrong values, once the table has another column. */
export interface WholeRowStatement {
  /** From the root. */
  readonly file: string;
  readonly line: number;
  /** `archiveOrders`; undefined outside of functions. */
  readonly within: string | undefined;
  /** `INSERT INTO "Archive" SELECT * FROM "Order"`, on one line. */
  readonly sql: string;
  readonly kinds: readonly WholeRowKind[];
  readonly table: TableName;
}

/**
 * The statements in strings of a file. Requires the loaded SQL parser.
 *
 * @param tables those that get a column
 * @example wholeRowsInCode(file, [{ name: "Order", columns: [] }], codeSql);
 */
export function wholeRowsInCode(
  file: SourceFile,
  tables: readonly GrowingTable[],
  codeSql: CodeSql,
): readonly WholeRowStatement[] {
  const texts = new Map(
    tables.flatMap((table) => sqlTextsIn(file, table.name, codeSql).map((text) => [text.node, text] as const)),
  );
  return [...texts.values()].flatMap(({ node, text, statements }) => {
    const found = statements && firstTable(statements, tables);
    const line = lineAt(file.text, node.getStart(file.ast));
    return found === undefined
      ? []
      : [{ file: file.file, line, within: enclosingName(node), sql: inOneLine(text), ...found }];
  });
}

/** The statements of an SQL file. psql's `\copy` counts as COPY, and its variables as values. */
export function wholeRowsInSql(
  { file, text }: { readonly file: string; readonly text: string },
  tables: readonly GrowingTable[],
  codeSql: CodeSql,
): readonly WholeRowStatement[] {
  return statementsIn(text).flatMap(({ sql, line }) => {
    if (!tables.some(({ name }) => namesTable(sql, name))) return [];
    const plain = sql.replace(/^\\copy\b/i, "COPY");
    const statements =
      codeSql.statements(plain) ?? codeSql.statements(plain.replace(/(?<![:\w]):(?:'\w+'|"\w+"|\w+)/g, "NULL"));
    const found = statements && firstTable(statements, tables);
    return found === undefined ? [] : [{ file, line, within: undefined, sql: inOneLine(sql), ...found }];
  });
}

/** The first table whose rows the statements take. */
function firstTable(
  statements: NonNullable<ReturnType<CodeSql["statements"]>>,
  tables: readonly GrowingTable[],
): Pick<WholeRowStatement, "kinds" | "table"> | undefined {
  for (const table of tables) {
    const alike = tables.filter((other) => other !== table).map(({ name }) => name);
    const kinds = statements.wholeRows(table, alike);
    if (kinds.length > 0) return { kinds, table: { ...(table.schema && { schema: table.schema }), name: table.name } };
  }
  return undefined;
}

/** A statement ends at a semicolon at the end of its line, and a command of psql at the end of its line. */
const statement = /^\\[^\n]*|[\s\S]+?(?:;[ \t]*(?:--[^\n]*)?$|(?=\n\\)|(?![\s\S]))/gm;

const lead = /^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)*/;

function statementsIn(text: string): readonly { readonly sql: string; readonly line: number }[] {
  return [...text.matchAll(statement)].flatMap(({ 0: piece, index }) => {
    const start = lead.exec(piece)?.[0].length ?? 0;
    const sql = piece
      .slice(start)
      .replace(/;[ \t]*(?:--[^\n]*)?$/, "")
      .trim();
    return sql === "" ? [] : [{ sql, line: lineAt(text, index + start) }];
  });
}

function inOneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
