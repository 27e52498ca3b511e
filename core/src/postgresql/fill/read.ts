import { LockstepError } from "../../base/errors.js";
import type { Fill, LookedUp } from "../../model/fill.js";
import { tableLabel } from "../../model/names.js";
import { type FillContext, type LookedUpTable, refused, rowName } from "../../sql/fill-context.js";
import { spelled } from "../bare-name.js";
import { isBuiltinOnly } from "../builtins.js";
import { type LookUps, UnreadLookUp } from "../look-ups/model.js";
import { keyOf, readLookUps, tablesOf } from "../look-ups/read.js";
import { quoteIdentifier } from "../quote.js";
import { loadParser } from "../read/parser.js";
import type { AnyNode } from "../read/walk.js";
import { type Expression, parseExpression, splice } from "./expression.js";
import { readReference } from "./reference.js";
import { refuseForms } from "./refuse-forms.js";

/**
 * Reads an expression that fills a column: one SQL expression over the row's own columns, and over what they lead to in other tables.
 *
 * @throws LS1002 no SQL · LS2003 an unknown name · LS2004 what no row can be filled with · LS2071 a look-up that may give several rows
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

/** Inside of a subquery an unqualified name may be another table's: so the row gets a name, whatever its table is called where this is put. */
function asRow(reads: readonly string[], render: (row: string) => string): string {
  if (reads.length === 0) return render("");
  return `(SELECT ${render(`${rowName}.`)} FROM (SELECT ${reads.map(quoteIdentifier).join(", ")}) ${rowName})`;
}

/** The names of the row's columns, and what its subqueries look at. */
async function readNames(
  { tree }: Expression,
  context: FillContext,
): Promise<{ references: readonly AnyNode[]; lookUps: readonly LookedUp[] | undefined; isSwept: boolean }> {
  const tables = new Map<string, LookedUpTable>();
  for (const table of tablesOf(tree)) {
    const facts = await context.lookedUp?.(table);
    if (facts === undefined)
      throw refused(
        `it looks at "${tableLabel(table)}", which is no table of the development database. A table that the same change makes needs its rows first: insert them in the same migration, or make and fill it in one before`,
        context,
      );
    tables.set(keyOf(table), facts);
  }
  const read = readSubqueries(tree, tables, context);
  for (const { isOneRow, loose } of read.lookUps)
    if (!isOneRow)
      throw new LockstepError(
        "LS2071",
        `${context.source}: the fill of "${context.newColumn}" may find several rows of "${loose}" for one of "${tableLabel(context.table)}".`,
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
