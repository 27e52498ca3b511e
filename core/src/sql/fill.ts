import { LockstepError } from "../errors.js";
import type { Fill, LookedUp } from "../model/fill.js";
import { type TableName, tableLabel } from "../model/names.js";
import { nearest } from "../nearest.js";
import { type LookedUpTable, type LookUps, UnreadLookUp } from "./look-ups/model.js";
import { keyOf, readLookUps, tablesOf } from "./look-ups/read.js";
import { mustQuote, spelled } from "./postgres/bare-name.js";
import { aggregates, isBuiltinOnly, ofTheMoment, setReturning } from "./postgres/builtins.js";
import { utf8ToUtf16 } from "./postgres/offsets.js";
import { loadParser, type ParseResult, type Parser, SyntaxErrorAt } from "./postgres/parser.js";
import { quoteIdentifier } from "./postgres/quote.js";
import { underStatedSettings } from "./postgres/stated-settings.js";
import { type AnyNode, nameParts, walkInto } from "./postgres/walk.js";

export interface FillContext {
  readonly kind: Fill["kind"];
  /** Where the user wrote it, for messages: `prisma/schema.prisma:14`. */
  readonly source: string;
  readonly table: TableName;
  /** Names in the database. Whether the new and the generated columns are among them makes no difference. */
  readonly columns: readonly string[];
  /** Computed after BEFORE triggers have run, so a trigger would read their old value. */
  readonly generatedColumns: readonly string[];
  readonly newColumn: string;
  /** What names a row of the table; absent: nothing does. */
  readonly key?: readonly string[];
  /** A table that a subquery names; undefined: there is none. Absent: subqueries are refused. */
  lookedUp?(table: TableName): Promise<LookedUpTable | undefined>;
}

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

/** The fill, evaluated under stated settings wherever it is evaluated. */
export function withStatedSettings(fill: Fill): Fill {
  return { ...fill, rowSql: underStatedSettings(fill.rowSql), dependsOnSession: true };
}

/** Inside of a subquery an unqualified name may be another table's: so the row gets a name, whatever its table is called where this is put. */
function asRow(reads: readonly string[], render: (row: string) => string): string {
  if (reads.length === 0) return render("");
  return `(SELECT ${render(`${rowName}.`)} FROM (SELECT ${reads.map(quoteIdentifier).join(", ")}) ${rowName})`;
}

/** The row, where its table's own name would be taken for another one. */
export const rowName = "lockstep_row";

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
        `it looks at "${tableLabel(table)}", which is no table of the development database. A table that the same change makes has to be there first: make and fill it in a migration of its own`,
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

/** The same for every row: a literal, with or without a cast. Anything with a call may differ from row to row. */
export function isConstant({ sql, reads }: Pick<Fill, "sql" | "reads">): boolean {
  return reads.length === 0 && !/[(]/.test(sql.replace(/'(?:[^']|'')*'/g, ""));
}

/** The next number of a sequence, as the default of a serial column takes it: to evaluate it is to change something. */
export function drawsFromSequence({ sql }: Pick<Fill, "sql">): boolean {
  return /^(?:pg_catalog\.)?nextval\s*\(/i.test(sql);
}

/** The expression, parsed. All offsets are UTF-16 offsets in `sql`. */
interface Expression {
  readonly sql: string;
  readonly tree: ParseResult;
  readonly tokens: readonly Token[];
  /** Where a node starts. */
  startOf(node: AnyNode): number;
}
interface Token {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly isComment: boolean;
}
interface Reference {
  readonly start: number;
  readonly end: number;
  readonly column: string;
}

const prefix = "SELECT (";

function parseExpression(parser: Parser, sql: string, context: FillContext): Expression {
  // The newline ends a trailing `--` comment.
  const query = `${prefix}${sql}\n)`;
  let tree: ParseResult;
  try {
    tree = parser.parse(query);
  } catch (error) {
    if (!(error instanceof SyntaxErrorAt)) throw error;
    const offset = error.offset - prefix.length;
    const where =
      offset >= sql.length
        ? "the expression ends too early, or has one parenthesis or semicolon too many"
        : `${error.message}, character ${offset + 1}`;
    throw new LockstepError("LS1002", `${context.source}: ${where}: ${sql}`, {
      details: { source: context.source, offset: Math.min(offset, sql.length) },
      cause: error,
    });
  }
  const toUtf16 = utf8ToUtf16(query);
  const tokens = parser.scan(query).flatMap((token) => {
    const start = toUtf16(token.start) - prefix.length;
    const end = toUtf16(token.end) - prefix.length;
    const isComment = token.tokenName === "SQL_COMMENT" || token.tokenName === "C_COMMENT";
    return start < 0 || start >= sql.length ? [] : [{ start, end, text: sql.slice(start, end), isComment }];
  });
  const expression = { sql, tree, tokens, startOf: (node: AnyNode) => toUtf16(Number(node.location)) - prefix.length };
  refuseSecondExpression(expression, context);
  return expression;
}

/** `a) + (b` and `a), (b` parse inside our parentheses, but are not an expression that can be put elsewhere. */
function refuseSecondExpression({ sql, tree, tokens }: Expression, context: FillContext): void {
  let depth = 0;
  for (const token of tokens) {
    if (token.text === "(") depth++;
    if (token.text === ")" && --depth < 0) {
      throw new LockstepError("LS1002", `${context.source}: unbalanced ")", character ${token.start + 1}: ${sql}`, {
        details: { source: context.source, offset: token.start },
      });
    }
  }
  const target = (tree.stmts?.[0]?.stmt as { SelectStmt?: { targetList?: { ResTarget?: { val?: AnyNode } }[] } })
    ?.SelectStmt?.targetList?.[0]?.ResTarget?.val;
  if (target !== undefined && "RowExpr" in target) {
    throw refused("it is a list of values; one expression is needed", context, "Write the value of this one column.");
  }
}

/** What a trigger on one row, or the UPDATE of a batch, cannot evaluate. A subquery may have aggregates of its own. */
function refuseForms(expression: Expression, context: FillContext): void {
  const look = (isInside: boolean) => (kind: string, node: AnyNode) => {
    if (kind === "SubLink") {
      if (context.lookedUp === undefined) throw refused("it has a subquery", context);
      if (context.kind === "mirror")
        throw refused(
          "a mirror follows columns of its own row, and nothing tells it when a row of another table changes",
          context,
        );
      walkInto(node.testexpr, look(isInside));
      walkInto(node.subselect, look(true));
      return "skip";
    }
    refuseBeyondRow(kind, node, isInside, expression, context);
    return "into";
  };
  // The statement around the expression is our own.
  walkInto(
    (expression.tree.stmts?.[0]?.stmt as { SelectStmt?: AnyNode } | undefined)?.SelectStmt?.targetList,
    look(false),
  );
}

function refuseBeyondRow(
  kind: string,
  node: AnyNode,
  isInside: boolean,
  expression: Expression,
  context: FillContext,
): void {
  switch (kind) {
    case "ParamRef":
      throw refused(`it has a parameter ($${node.number ?? ""})`, context, "Write the value itself.");
    case "SetToDefault":
      throw refused("DEFAULT is no value here", context, "Write the value itself.");
    case "GroupingFunc":
    case "JsonObjectAgg":
    case "JsonArrayAgg":
      if (!isInside) throw refused("it aggregates several rows", context);
      break;
    case "FuncCall":
      if (!isInside) refuseFunction(node, context);
      break;
    case "TypeCast":
      refuseMoment(node, context);
      break;
    case "SQLValueFunction":
      refuseKeywordColumn(node, expression, context);
      break;
  }
}

function refuseFunction(node: AnyNode, context: FillContext): void {
  const name = nameParts(node.funcname).at(-1) ?? "";
  if (node.over !== undefined) throw refused(`${name}() OVER (…) looks at other rows`, context);
  const isAggregate = node.agg_star || node.agg_distinct || node.agg_order || node.agg_filter || node.agg_within_group;
  if (isAggregate || aggregates.has(name)) throw refused(`${name}() aggregates several rows`, context);
  if (setReturning.has(name)) throw refused(`${name}() returns several rows`, context);
  const count = Array.isArray(node.args) ? node.args.length : 0;
  if (/^(?:to_tsvector|(?:plain|phrase|websearch_)?to_tsquery)$/.test(name) && count === 1)
    throw refused(`${name}() takes its configuration from the session; name it: ${name}('english', …)`, context);
  if (context.kind === "mirror" && (ofTheMoment.has(name) || (name === "age" && count === 1)))
    throw changing(`${name}()`, context);
}

/** @returns the refusal of a mirror whose expression gives another value each time */
export function changing(
  what: string,
  { source, newColumn }: Pick<FillContext, "source" | "newColumn">,
): LockstepError {
  return new LockstepError(
    "LS2030",
    `${source}: ${what} gives another value each time it is evaluated, so "${newColumn}" could not be told from its source.`,
    {
      hint: "Write @lockstep.backfill(<sql>) for an initial value. A function of your own that depends on its arguments alone is declared so: ALTER FUNCTION … IMMUTABLE.",
    },
  );
}

/** `'today'::date` */
function refuseMoment(node: AnyNode, context: FillContext): void {
  const constant = (node.arg as { A_Const?: { sval?: { sval?: string } } } | undefined)?.A_Const?.sval?.sval;
  if (context.kind === "mirror" && constant !== undefined && /^\s*(?:now|today|tomorrow|yesterday)\b/i.test(constant))
    throw changing(`'${constant}'`, context);
}

/** `user` without quotes is not the column of that name but the database role: silently the wrong value. */
function refuseKeywordColumn(node: AnyNode, expression: Expression, context: FillContext): void {
  const start = expression.startOf(node);
  const word = expression.tokens.find((token) => token.start === start)?.text.toLowerCase();
  if (context.kind === "mirror" && word !== undefined && !context.columns.includes(word))
    throw changing(word.toUpperCase(), context);
  if (word !== undefined && context.columns.includes(word)) {
    throw new LockstepError(
      "LS2003",
      `${context.source}: ${word} is a keyword of SQL here, not the column of "${tableLabel(context.table)}"`,
      { hint: `Write the column with quotes: "${word}".` },
    );
  }
}

function readReference(node: AnyNode, expression: Expression, context: FillContext): Reference {
  const table = tableLabel(context.table);
  const fields = nameParts(node.fields);
  if ((node.fields as unknown[]).length !== fields.length)
    throw refused("it names whole rows (*)", context, nameColumns);
  const column = fields.at(-1) ?? "";
  const { start, end, isQuoted } = extent(node, fields.length, expression);
  if (!isOwnTable(fields.slice(0, -1), context.table)) {
    const qualifier = fields.slice(0, -1).join(".");
    throw new LockstepError(
      "LS2003",
      `${context.source}: no table "${qualifier}" here; the expression is evaluated over the row of "${table}"`,
      { hint: `Write the column alone: ${spelled(column)}.` },
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
    hint: `Write ${spelled(meant)}: names are those of the database, unquoted ones are read in lower case.`,
  });
}

function isOwnTable(qualifier: readonly string[], table: TableName): boolean {
  if (qualifier.length === 0 || (qualifier.length === 1 && qualifier[0] === rowName)) return true;
  if (qualifier.length > 2 || qualifier.at(-1) !== table.name) return false;
  return qualifier.length === 1 || table.schema === undefined || qualifier[0] === table.schema;
}

/** From the first name to the last, over the dots and comments between. */
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

/** Comments go: the expression ends up inside lines where `--` would swallow what follows. */
function splice({ sql, tokens }: Expression, references: readonly Reference[], render: (column: string) => string) {
  const edits = [
    ...references.map(({ start, end, column }) => ({ start, end, text: render(column) })),
    ...tokens
      .filter((token) => token.isComment && !references.some((r) => r.start < token.start && token.start < r.end))
      .map(({ start, end }) => ({ start, end, text: " " })),
  ].sort((a, b) => a.start - b.start);
  let result = "";
  let position = 0;
  for (const edit of edits) {
    result += sql.slice(position, edit.start) + edit.text;
    position = edit.end;
  }
  return (result + sql.slice(position)).trim();
}

/** @param hint Default: where a value comes from that is not the row's. */
function refused(why: string, { source, newColumn }: FillContext, hint?: string): LockstepError {
  const message = `${source}: the fill of "${newColumn}" cannot be used: ${why}`;
  return new LockstepError("LS2004", message, hint === undefined ? {} : { hint });
}
