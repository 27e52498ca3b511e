import { LockstepError } from "../../base/errors.js";
import { nearest } from "../../base/nearest.js";
import type { Fill, LookedUp } from "../../model/fill.js";
import { type TableName, tableLabel } from "../../model/names.js";
import { type FillContext, type LookedUpTable, refused, rowName } from "../../sql/fill-context.js";
import { mustQuote, spelled } from "../bare-name.js";
import { isBuiltinOnly } from "../builtins.js";
import { type LookUps, UnreadLookUp } from "../look-ups/model.js";
import { keyOf, readLookUps, tablesOf } from "../look-ups/read.js";
import { quoteIdentifier } from "../quote.js";
import { loadParser } from "../read/parser.js";
import { type AnyNode, nameParts } from "../read/walk.js";
import type { Reference } from "./expression.js";
import { type Expression, parseExpression, splice } from "./expression.js";
import { refuseForms } from "./refuse-forms.js";

/**
 * Reads a fill: one SQL expression over the row's own columns, and over rows that they reference in other tables.
 *
 * @throws LS1002 no SQL · LS2003 an unknown name · LS2004 an expression that cannot fill rows · LS2071 a lookup that may return several
 *   rows
 * @example
 * const fill = await readFill("lower(email)", { kind: "backfill", source: "prisma/schema.prisma:14",
 *   table: { name: "User" }, columns: ["id", "email"], generatedColumns: [], newColumn: "handle" });
 * fill.newSql === 'lower(NEW."email")'
 */
export async function readFill(text: string, context: FillContext): Promise<Fill> {
  const sql = text.trim();
  if (sql === "") throw new LockstepError("LS1002", `${context.source}: the fill is empty`);
  const expression = parseExpression(await loadParser(), sql, context);
  refuseForms(expression, context);
  const { references: found, lookUps, isSwept } = await readNames(expression, context);
  const references = found.map((node) => readReference(node, expression, context));
  const render = (row: string) => splice(expression, references, (column) => row + quoteIdentifier(column));
  const reads = [...new Set(references.map((reference) => reference.column))];
  return {
    kind: context.kind,
    sql,
    rowSql: lookUps === undefined ? render("") : asRow(reads, render),
    newSql: render("NEW."),
    oldSql: render("OLD."),
    reads,
    isBuiltinOnly: isBuiltinOnly(expression.tree),
    ...(lookUps === undefined ? {} : { lookUps }),
    ...(isSwept ? { withoutTrigger: true as const } : {}),
    source: context.source,
  };
}

/** Inside a subquery, an unqualified name may belong to another table, so the row gets an alias that is independent of its table's name. */
function asRow(reads: readonly string[], render: (row: string) => string): string {
  if (reads.length === 0) return render("");
  return `(SELECT ${render(`${rowName}.`)} FROM (SELECT ${reads.map(quoteIdentifier).join(", ")}) ${rowName})`;
}

/** The column names of the row, and what its subqueries read. */
async function readNames(
  { tree }: Expression,
  context: FillContext,
): Promise<{ references: readonly AnyNode[]; lookUps: readonly LookedUp[] | undefined; isSwept: boolean }> {
  const tables = new Map<string, LookedUpTable>();
  for (const table of tablesOf(tree)) {
    const facts = await context.lookedUp?.(table);
    if (facts === undefined)
      throw refused(
        `it reads "${tableLabel(table)}", which is not a table of the development database. A table that the same change creates needs its rows first: insert them in the same migration, or create and fill it in an earlier one`,
        context,
      );
    tables.set(keyOf(table), facts);
  }
  const read = readSubqueries(tree, tables, context);
  for (const { isOneRow, loose } of read.lookUps)
    if (!isOneRow)
      throw new LockstepError(
        "LS2071",
        `${context.source}: the fill of "${context.newColumn}" may find several rows of "${loose}" for one row of "${tableLabel(context.table)}".`,
        { details: { column: context.newColumn, table: loose } },
      );
  const columns = new Map<string, Set<string>>(read.tables.map((table) => [keyOf(table), new Set()]));
  for (const resolved of read.references.values()) {
    if (resolved.kind === "row") continue;
    const { source, column, isKnown } = resolved;
    if (!isKnown && column !== "")
      throw new LockstepError("LS2003", `${context.source}: no column "${column}" in "${source.name}"`, {
        hint: `Columns: ${source.columns.map(spelled).join(", ")}`,
      });
    if (source.table !== undefined) columns.get(keyOf(source.table))?.add(column);
  }
  return {
    references: [...read.references].flatMap(([node, resolved]) => (resolved.kind === "row" ? [node] : [])),
    lookUps:
      read.lookUps.length === 0
        ? undefined
        : read.tables.map((table) => ({ table, columns: [...(columns.get(keyOf(table)) ?? [])] })),
    isSwept: read.lookUps.some(({ isOfParent }) => !isOfParent),
  };
}

function readSubqueries(tree: unknown, tables: ReadonlyMap<string, LookedUpTable>, context: FillContext): LookUps {
  try {
    return readLookUps(tree, tables, context.key ?? []);
  } catch (error) {
    if (!(error instanceof UnreadLookUp)) throw error;
    throw refused(error.message, context);
  }
}

function readReference(node: AnyNode, expression: Expression, context: FillContext): Reference {
  const table = tableLabel(context.table);
  const fields = nameParts(node.fields);
  if ((node.fields as unknown[]).length !== fields.length)
    throw refused("it uses whole rows (*)", context, nameColumns);
  const column = fields.at(-1) ?? "";
  const { start, end, isQuoted } = extent(node, fields.length, expression);
  if (!isOwnTable(fields.slice(0, -1), context.table)) {
    const qualifier = fields.slice(0, -1).join(".");
    throw new LockstepError(
      "LS2003",
      `${context.source}: no table "${qualifier}" here: the expression uses the row of "${table}"`,
      { hint: `Write only the column: ${spelled(column)}.` },
    );
  }
  if (column === context.newColumn)
    throw refused(
      `it reads "${column}", the column that it fills`,
      context,
      "Write it over the other columns of the table.",
    );
  if (context.generatedColumns.includes(column)) {
    throw refused(
      `it reads "${column}", which is a generated column: a trigger sees it before it is computed`,
      context,
      `Write out the expression that "${column}" is generated by.`,
    );
  }
  if (!context.columns.includes(column)) {
    if (fields.length === 1 && column === context.table.name)
      throw refused(`it reads the whole row "${column}"`, context, nameColumns);
    throw unknownColumn(column, isQuoted, context);
  }
  return { start, end, column };
}

const nameColumns = "Name the columns that it needs, one by one.";

function unknownColumn(column: string, isQuoted: boolean, context: FillContext): LockstepError {
  const others = context.columns.filter(
    (name) => name !== context.newColumn && !context.generatedColumns.includes(name),
  );
  const meant = nearest(column, others);
  const what = `${context.source}: no column "${column}" in "${tableLabel(context.table)}"`;
  if (meant === undefined) {
    const hint = `Columns: ${others.map(spelled).join(", ")}`;
    return new LockstepError("LS2003", what, { hint });
  }
  const quotes = mustQuote(meant) && !isQuoted ? " Write it with quotes" : "";
  return new LockstepError("LS2003", `${what}; did you mean "${meant}"?${quotes}`, {
    hint: `Write ${spelled(meant)}: use database names. PostgreSQL reads unquoted names in lower case.`,
  });
}

function isOwnTable(qualifier: readonly string[], table: TableName): boolean {
  if (qualifier.length === 0 || (qualifier.length === 1 && qualifier[0] === rowName)) return true;
  if (qualifier.length > 2 || qualifier.at(-1) !== table.name) return false;
  return qualifier.length === 1 || table.schema === undefined || qualifier[0] === table.schema;
}

/** The span from the first name to the last, including dots and comments between them. */
function extent(
  node: AnyNode,
  names: number,
  expression: Expression,
): Omit<Reference, "column"> & { isQuoted: boolean } {
  const start = expression.startOf(node);
  const words = expression.tokens.filter((token) => token.start >= start && !token.isComment);
  let last = names * 2 - 2;
  // U&"d!0061" UESCAPE '!' is three tokens.
  if (words[last + 1]?.text.toLowerCase() === "uescape") last += 2;
  const end = words[last] ?? words[0];
  if (end === undefined) throw new Error(`no token at ${start}`);
  return { start, end: end.end, isQuoted: words[names * 2 - 2]?.text.includes('"') ?? false };
}
