import { LockstepError } from "../base/errors.js";
import { nearest } from "../base/nearest.js";
import type { Fill } from "../model/fill.js";
import { tableLabel } from "../model/names.js";
import { changing, type FillContext, refused, rowName } from "../sql/fill-context.js";
import { quoteIdentifier } from "./quote.js";
import { reserved } from "./read/reserved.js";
import { Scanner, type Token, Unclosed } from "./read/scan.js";

/**
 * Reads a fill expression of MySQL or MariaDB over the row's own columns. Finds names by tokens. The server only checks that the expression
 * is valid when it is tried.
 *
 * @throws LS1002 no SQL · LS2003 an unknown name · LS2004 an expression that cannot fill rows · LS2030 a mirror of a value that changes by
 *   itself
 */
export async function readFill(text: string, context: FillContext): Promise<Fill> {
  const sql = text.trim();
  if (sql === "") throw new LockstepError("LS1002", `${context.source}: the fill is empty`);
  const tokens = scanned(sql, context);
  refuseForms(tokens, context);
  const references = referencesIn(sql, tokens, context);
  const render = (row: string) => spliced(sql, tokens, references, row);
  // A BEFORE trigger sees 0 in this column, and an AFTER trigger cannot change the row.
  const numbered = references.find(({ column }) => context.numberedColumns?.includes(column));
  if (numbered !== undefined && context.kind === "mirror") throw numberedSource(numbered.column, sql, context);
  return {
    kind: context.kind,
    sql,
    rowSql: render(""),
    newSql: render("NEW."),
    oldSql: render("OLD."),
    reads: [...new Set(references.map(({ column }) => column))],
    // Functions are checked separately, in one place.
    isBuiltinOnly: true,
    ...(numbered === undefined ? {} : { withoutTrigger: true as const }),
    source: context.source,
  };
}

function scanned(sql: string, context: FillContext): readonly Token[] {
  const syntax = (why: string) => new LockstepError("LS1002", `${context.source}: ${why}: ${sql}`);
  const scanner = new Scanner(sql);
  const tokens: Token[] = [];
  let depth = 0;
  try {
    for (let token = scanner.next(); token !== undefined; token = scanner.next()) {
      if (token.kind === "end") throw syntax(`a semicolon, character ${token.start + 1}`);
      if (token.within !== undefined) throw syntax("a version comment, which only some servers execute");
      if (token.kind === "sign" && token.text === "(") depth += 1;
      if (token.kind === "sign" && token.text === ")") depth -= 1;
      if (depth < 0) throw syntax(`unbalanced ")", character ${token.start + 1}`);
      tokens.push(token);
    }
  } catch (error) {
    throw error instanceof Unclosed ? syntax(error.message) : error;
  }
  if (depth > 0) throw syntax("a parenthesis is not closed");
  return tokens;
}

const aggregates: ReadonlySet<string> = new Set(
  `AVG BIT_AND BIT_OR BIT_XOR COUNT GROUP_CONCAT JSON_ARRAYAGG JSON_OBJECTAGG MAX MIN STD STDDEV STDDEV_POP STDDEV_SAMP SUM VARIANCE
  VAR_POP VAR_SAMP`.split(/\s+/),
);
/** These functions have side effects, or depend on the session instead of the row. */
const ofTheSession: ReadonlySet<string> = new Set(
  `BENCHMARK FOUND_ROWS GET_LOCK IS_FREE_LOCK IS_USED_LOCK LAST_INSERT_ID LASTVAL LOAD_FILE MASTER_POS_WAIT NEXTVAL RELEASE_ALL_LOCKS
  RELEASE_LOCK ROW_COUNT SETVAL SLEEP VALUES`.split(/\s+/),
);
/** These return another value each time. Some need no parentheses. */
const ofTheMoment: ReadonlySet<string> = new Set(
  `CONNECTION_ID CURDATE CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURTIME GEN_RANDOM_UUID LOCALTIME LOCALTIMESTAMP NOW
  RAND RANDOM_BYTES SESSION_USER SYSDATE SYSTEM_USER SYS_GUID UNIX_TIMESTAMP USER UTC_DATE UTC_TIME UTC_TIMESTAMP UUID UUID_SHORT UUID_V4 UUID_V7`.split(
    /\s+/,
  ),
);

function refuseForms(tokens: readonly Token[], context: FillContext): void {
  let depth = 0;
  for (const [at, { kind, text }] of tokens.entries()) {
    const isCall = isSign(tokens[at + 1], "(");
    if (kind === "sign" && text === "(") depth += 1;
    if (kind === "sign" && text === ")") depth -= 1;
    if (kind === "sign" && text === "," && depth === 0)
      throw refused("it is a list of values; one expression is needed", context, "Write the value of this one column.");
    if (kind === "sign" && text === "?") throw refused("it has a parameter (?)", context, "Write the value itself.");
    if (kind === "sign" && text === "@") throw refused("it reads a variable of the session", context);
    if (kind === "quoted")
      throw refused(
        `"${text}" is a string or a name, depending on sql_mode`,
        context,
        `Write '${text}' for the string, ${quoteIdentifier(text)} for the column.`,
      );
    if (kind !== "word") continue;
    if (text === "SELECT" || text === "WITH" || text === "TABLE")
      throw refused("it has a subquery: only PostgreSQL supports look-ups in other tables", context);
    if (text === "DEFAULT") throw refused("DEFAULT is not a value here", context, "Write the value itself.");
    if (text === "OVER") throw refused("a function OVER (…) reads other rows", context);
    if (isCall && aggregates.has(text)) throw refused(`${text}() aggregates several rows`, context);
    if (isCall && ofTheSession.has(text)) throw refused(`${text}() depends on the session, not on the row`, context);
    if (context.kind === "mirror" && ofTheMoment.has(text) && (isCall || reserved.has(text)))
      throw changing(`${text}()`, context);
  }
}

function numberedSource(column: string, sql: string, { source, newColumn }: FillContext): LockstepError {
  return new LockstepError(
    "LS2030",
    `${source}: @lockstep.mirror(${sql}) cannot work: "${column}" gets its number only after the trigger of "${newColumn}" has run, so the trigger reads 0.`,
    { hint: `Write @lockstep.backfill(${sql}): the number of a row never changes.` },
  );
}

interface Reference {
  readonly start: number;
  readonly end: number;
  readonly column: string;
}

/** The column references in the expression, with or without the table. */
function referencesIn(sql: string, tokens: readonly Token[], context: FillContext): readonly Reference[] {
  const found: Reference[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token.kind !== "name" && token.kind !== "word") continue;
    const parts = [token];
    while (isSign(tokens[at + 1], ".") && tokens[at + 2] !== undefined) {
      parts.push(tokens[at + 2]!);
      at += 2;
    }
    if (parts.length === 1 && token.kind === "word" && isKeyword(tokens, at)) continue;
    // A function in a database: `shop.slug(…)`.
    if (isSign(tokens[at + 1], "(")) continue;
    found.push(referenceOf(sql, parts, context));
  }
  return found;
}

function referenceOf(sql: string, parts: readonly Token[], context: FillContext): Reference {
  const names = parts.map(({ kind, text, start, end }) => (kind === "name" ? text : sql.slice(start, end)));
  const column = names.at(-1) ?? "";
  const label = tableLabel(context.table);
  if (column === "*") throw refused("it uses whole rows (*)", context, "Name the columns that it needs, one by one.");
  if (!isOwnTable(names.slice(0, -1), context))
    throw new LockstepError(
      "LS2003",
      `${context.source}: no table "${names.slice(0, -1).join(".")}" here: the expression uses the row of "${label}"`,
      { hint: `Write only the column: ${quoteIdentifier(column)}.` },
    );
  // Column names are case-insensitive.
  const isSame = (name: string) => name.toLowerCase() === column.toLowerCase();
  if (isSame(context.newColumn))
    throw refused(
      `it reads "${column}", the column that it fills`,
      context,
      "Write it over the other columns of the table.",
    );
  const generated = context.generatedColumns.find(isSame);
  if (generated !== undefined)
    throw refused(
      `it reads "${generated}", which is a generated column: a trigger sees it before it is computed`,
      context,
      `Write out the expression that "${generated}" is generated by.`,
    );
  const known = context.columns.find(isSame);
  if (known === undefined) throw unknownColumn(column, context);
  return { start: parts[0]!.start, end: parts.at(-1)!.end, column: known };
}

function isOwnTable(qualifier: readonly string[], { table }: FillContext): boolean {
  if (qualifier.length === 0 || (qualifier.length === 1 && qualifier[0] === rowName)) return true;
  if (qualifier.length > 2 || qualifier.at(-1) !== table.name) return false;
  return qualifier.length === 1 || table.schema === undefined || qualifier[0] === table.schema;
}

function unknownColumn(column: string, context: FillContext): LockstepError {
  const others = context.columns.filter(
    (name) => name !== context.newColumn && !context.generatedColumns.includes(name),
  );
  const meant = nearest(column, others);
  const what = `${context.source}: no column "${column}" in "${tableLabel(context.table)}"`;
  if (meant === undefined)
    return new LockstepError("LS2003", what, { hint: `Columns: ${others.map(quoteIdentifier).join(", ")}` });
  return new LockstepError("LS2003", `${what}; did you mean "${meant}"?`, { hint: `Write ${quoteIdentifier(meant)}.` });
}

/** Keywords such as units and types, at positions where a column is impossible: after an operand, or at a function's keyword. */
function isKeyword(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at]!;
  const [before, next] = [tokens[at - 1], tokens[at + 1]];
  if (reserved.has(token.text) || isSign(next, "(")) return true;
  // `_utf8mb4'x'`, `DATE '2026-01-01'`
  if (next?.kind === "string") return true;
  if (before === undefined) return false;
  if (before.kind === "word" && /^(?:AS|USING|COLLATE|SET)$/.test(before.text)) return true;
  // Two operands cannot be adjacent: `INTERVAL 1 DAY`, `x SOUNDS LIKE y`.
  if (before.kind === "number" || before.kind === "string" || before.kind === "name" || isSign(before, ")"))
    return true;
  if (before.kind === "word" && !reserved.has(before.text) && !isSign(before, "(")) return true;
  // `EXTRACT(DAY FROM x)`, `TIMESTAMPDIFF(DAY, a, b)`
  if (isSign(before, "(") && /^(?:EXTRACT|TIMESTAMPADD|TIMESTAMPDIFF)$/.test(tokens[at - 2]?.text ?? "")) return true;
  return isTypeOfConvert(tokens, at);
}

/** `CONVERT(x, SIGNED)` */
function isTypeOfConvert(tokens: readonly Token[], at: number): boolean {
  if (!isSign(tokens[at - 1], ",")) return false;
  let depth = 0;
  for (let index = at - 2; index >= 0; index--) {
    if (isSign(tokens[index], ")")) depth += 1;
    else if (isSign(tokens[index], "(") && --depth < 0) return tokens[index - 1]?.text === "CONVERT";
  }
  return false;
}

function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === "sign" && token.text === text;
}

/** Removes comments, because a line comment would hide the text that follows on the line. */
function spliced(sql: string, tokens: readonly Token[], references: readonly Reference[], row: string): string {
  const byStart = new Map(references.map((each) => [each.start, each]));
  let text = "";
  let position = 0;
  let until = 0;
  for (const { start, end } of tokens) {
    if (start < until) continue;
    const between = sql.slice(position, start);
    text += /\S/.test(between) ? " " : between;
    const reference = byStart.get(start);
    until = reference?.end ?? end;
    text += reference === undefined ? sql.slice(start, end) : row + quoteIdentifier(reference.column);
    position = until;
  }
  return text.trim();
}
