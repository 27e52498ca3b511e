import type { SqlStatements, SqlTable, TableUse, ViewStatement } from "../../dialect/code-sql.js";
import type { TableName } from "../../model/names.js";
import { Cursor, notUnderstood } from "../read/cursor.js";
import { cutStatements } from "../read/cut-statements.js";
import { isQuery, readSources, skipPartitions } from "../read/read-rows.js";
import { readStatement } from "../read/read-statement.js";
import { reserved } from "../read/reserved.js";
import type { Token } from "../read/scan.js";
import { Unclosed } from "../read/scan.js";
import { ownName } from "./expression.js";
import { wholeRowsIn } from "./whole-rows.js";

/** What a statement does with any table. */
type FoundUse = { readonly table: TableName; readonly use: Exclude<TableUse, { kind: "select" }> } | Reading;

/** A result list, with the tables it reads from by their names in the statement. */
interface Reading {
  readonly results: readonly Result[];
  readonly tables: ReadonlyMap<string, TableName>;
}

/** Parses text as SQL of MySQL or MariaDB. Returns undefined for a row statement in an unsupported form. */
export function readStatements(sql: string): SqlStatements | undefined {
  try {
    const statements = [...cutStatements(sql)].map((cut) => {
      const whats = readStatement(sql, cut).clauses.flatMap((clause) => clause.whats);
      return { ...readOne(new Cursor(sql, cut.tokens), whats), whats, cursor: new Cursor(sql, cut.tokens) };
    });
    return {
      uses: (table) => statements.flatMap(({ found }) => usesOf(found, table)),
      wholeRows: (table, alike) => [
        ...new Set(statements.flatMap(({ cursor }) => wholeRowsIn(cursor, table, undefined, alike))),
      ],
      views: statements.flatMap(({ whats, found }) =>
        whats.flatMap((what): readonly ViewStatement[] => {
          if (what.kind === "createView")
            return [{ view: what.name.name, isDropped: false, uses: (table) => usesOf(found, table) }];
          return what.kind === "dropView" ? [{ view: what.name.name, isDropped: true, uses: () => [] }] : [];
        }),
      ),
    };
  } catch (error) {
    if (error === notUnderstood || error instanceof Unclosed) return undefined;
    throw error;
  }
}

type Whats = ReturnType<typeof readStatement>["clauses"][number]["whats"];

function readOne(cursor: Cursor, whats: Whats): { readonly found: readonly FoundUse[] } {
  // Other statements are not followed, including the bodies of routines.
  const isOverRows = /^(?:INSERT|REPLACE|UPDATE|DELETE|LOAD|SELECT|WITH|TABLE|VALUES|\()$/.test(
    cursor.token?.text ?? "",
  );
  if (isOverRows && whats.some(({ kind }) => kind === "unknown")) throw notUnderstood;
  const found: FoundUse[] = whats.flatMap((what) =>
    what.kind === "update" ? [{ table: what.table, use: { kind: "update", columns: what.columns } }] : [],
  );
  if (cursor.is("INSERT") || cursor.is("REPLACE")) found.push(...readInsert(cursor));
  else if (cursor.is("LOAD")) found.push(readLoad(cursor));
  else if (cursor.is("DELETE"))
    found.push(
      ...returned(
        cursor,
        whats.flatMap((what) => (what.kind === "delete" ? [what.table] : [])),
      ),
    );
  const hasQuery = isOverRows || whats.some(({ kind }) => kind === "createView" || kind === "createTable");
  return { found: hasQuery ? [...found, ...selectsIn(cursor.within(0, cursor.tokens.length))] : found };
}

function usesOf(found: readonly FoundUse[], table: SqlTable): readonly TableUse[] {
  const own = (columns: readonly string[]) => columns.map((column) => ownName(column, table.columns));
  return found.flatMap((each): readonly TableUse[] => {
    if ("use" in each) {
      if (!isTable(each.table, table)) return [];
      const { use } = each;
      if (use.kind === "update") return [{ ...use, columns: own(use.columns) }];
      return [{ ...use, columns: use.columns && own(use.columns), overwrites: own(use.overwrites) }];
    }
    const names = [...each.tables].flatMap(([name, its]) => (isTable(its, table) ? [name] : []));
    if (names.length === 0) return [];
    const results = each.results.filter(({ of }) => of === undefined || names.includes(of));
    const columns = own(results.flatMap(({ column }) => column ?? []));
    return results.length === 0 ? [] : [{ kind: "select", columns, isAll: columns.length < results.length }];
  });
}

function isTable(found: TableName, { schema, name }: SqlTable): boolean {
  // A schema that is filled in at run time matches every schema.
  const isOther = schema !== undefined && found.schema !== undefined && found.schema !== schema;
  return found.name === name && !(isOther && /^\w+$/.test(found.schema ?? ""));
}

function readInsert(cursor: Cursor): readonly FoundUse[] {
  cursor.next();
  while (cursor.one("LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE") !== undefined) {}
  cursor.take("INTO");
  const table = cursor.table();
  skipPartitions(cursor);
  let columns = cursor.is("(") && !isQuery(cursor) ? readColumns(cursor.group()) : undefined;
  let isDefaults = false;
  let alias: string | undefined;
  if (cursor.one("VALUES", "VALUE") !== undefined) isDefaults = cursor.is("(", ")");
  else if (cursor.take("SET")) columns = readAssigned(cursor).map(({ column }) => column);
  if (!isQuery(cursor)) {
    cursor.skipTo("AS", "DUPLICATE", "RETURNING");
    if (cursor.take("AS")) alias = cursor.name();
  }
  cursor.skipTo("DUPLICATE", "RETURNING");
  const changed = cursor.take("DUPLICATE", "KEY", "UPDATE") ? readAssigned(cursor) : [];
  const overwrites = changed.flatMap(({ column, value }) => (isGiven(value, alias) ? [column] : []));
  const named = columns?.length === 0 ? undefined : columns;
  return [{ table, use: { kind: "insert", columns: named, isDefaults, overwrites } }, ...returned(cursor, [table])];
}

/** `VALUES(a)`, or `new.a` of `… AS new`. */
function isGiven(value: Cursor, alias: string | undefined): boolean {
  const length = value.end - value.at;
  if (length === 4) return value.one("VALUES", "VALUE") !== undefined && value.is("(");
  return length === 3 && value.isName() && value.name() === alias && value.is(".");
}

function readLoad(cursor: Cursor): FoundUse {
  cursor.skipTo("INTO");
  cursor.need("INTO", "TABLE");
  const table = cursor.table();
  skipPartitions(cursor);
  cursor.skipTo("(");
  const columns = cursor.isDone ? undefined : readColumns(cursor.group());
  return { table, use: { kind: "insert", columns, isDefaults: false, overwrites: [] } };
}

/** `(a, t.b, @c)`. The driver placeholders `?` and `??` count as names that are filled in at run time. */
function readColumns(inside: Cursor): string[] {
  const columns: string[] = [];
  while (!inside.isDone) {
    if (inside.take("@")) inside.next();
    else columns.push(readColumn(inside));
    if (!inside.isDone) inside.need(",");
  }
  return columns;
}

function readColumn(cursor: Cursor): string {
  if (cursor.take("?")) {
    cursor.take("?");
    return "hole_?";
  }
  let name = cursor.name();
  while (cursor.take(".")) name = cursor.name();
  return name;
}

/** `a = 1, b = VALUES(b)`. Drivers also expand one `?` to a whole list. */
function readAssigned(cursor: Cursor): readonly { readonly column: string; readonly value: Cursor }[] {
  return cursor.list((each) => {
    const column = readColumn(each);
    if (column !== "hole_?") each.need("=");
    const from = each.at;
    each.skipTo(",", "AS", "ON", "WHERE", "RETURNING");
    return { column, value: each.within(from, each.at) };
  });
}

/** RETURNING (MariaDB only). */
function returned(cursor: Cursor, changed: readonly TableName[]): readonly Reading[] {
  cursor.skipTo("RETURNING");
  if (!cursor.take("RETURNING")) return [];
  const tables = new Map(changed.map((table) => [table.name, table]));
  return [{ results: resultsIn(cursor), tables }];
}

/** Every SELECT, at any depth. */
function selectsIn(cursor: Cursor): readonly Reading[] {
  const found: Reading[] = [];
  for (let at = cursor.at; at < cursor.end; at++) {
    const { kind, text } = cursor.tokens[at]!;
    if (kind !== "word" || text !== "SELECT" || cursor.tokens[at - 1]?.text === ".") continue;
    const arm = cursor.within(at + 1, endOfLevel(cursor, at));
    arm.skipTo("FROM", ...afterFrom);
    const results = resultsIn(arm.within(at + 1, arm.at));
    // Prose can start with this word too: `select from users …`.
    if (arm.at === at + 1) throw notUnderstood;
    if (!arm.take("FROM")) continue;
    const from = arm.at;
    arm.skipTo(...afterFrom);
    found.push({ results, tables: readSources(arm.within(from, arm.at)).names });
  }
  return found;
}

const afterFrom =
  "WHERE GROUP HAVING WINDOW ORDER LIMIT INTO FOR LOCK PROCEDURE UNION INTERSECT EXCEPT DUPLICATE".split(" ");

function endOfLevel({ tokens, end }: Cursor, from: number): number {
  let depth = 0;
  for (let at = from; at < end; at++) {
    const { kind, text } = tokens[at]!;
    if (kind !== "sign") continue;
    if (text === "(") depth += 1;
    if (text === ")" && --depth < 0) return at;
  }
  return end;
}

/** A column in a result list, with its qualifier. `*` has no column. */
interface Result {
  readonly of: string | undefined;
  readonly column: string | undefined;
}

const modifiers =
  /^(?:ALL|DISTINCT|DISTINCTROW|HIGH_PRIORITY|STRAIGHT_JOIN|SQL_(?:CALC_FOUND_ROWS|(?:NO_)?CACHE|(?:BIG|SMALL|BUFFER)_RESULT))$/;

/** The columns between SELECT and FROM, or after RETURNING. Aliases of results are not columns. */
function resultsIn(list: Cursor): readonly Result[] {
  const { sql, tokens, end } = list;
  let from = list.at;
  while (from < end && tokens[from]!.kind === "word" && modifiers.test(tokens[from]!.text)) from += 1;
  const nameOf = ({ kind, text, start, end: until }: Token) => (kind === "word" ? sql.slice(start, until) : text);
  const found: Result[] = [];
  for (let at = from; at < end; at++) {
    const token = tokens[at]!;
    const [before, next] = [at > from ? tokens[at - 1] : undefined, at + 1 < end ? tokens[at + 1] : undefined];
    const isQualified = isSign(before, ".");
    const of = isQualified && at - 2 >= from ? nameOf(tokens[at - 2]!) : undefined;
    if (isSign(token, "*")) {
      if (before === undefined || isQualified || isSign(before, ",")) found.push({ of, column: undefined });
    } else if (isQualified ? token.kind !== "sign" : isColumn(token, before)) {
      // `t.a`, `f(a)`, `_utf8mb4'x'`
      const isOther = isSign(next, ".") || (token.kind === "word" && (isSign(next, "(") || next?.kind === "string"));
      if (!isOther) found.push({ of, column: nameOf(token) });
    }
  }
  return found;
}

/** A word after AS or after an operand is an alias, not a column. */
function isColumn({ kind, text }: Token, before: Token | undefined): boolean {
  if (kind !== "name" && (kind !== "word" || reserved.has(text))) return false;
  if (before === undefined) return true;
  if (before.kind === "word") return reserved.has(before.text) && !/^(?:AS|COLLATE|USING)$/.test(before.text);
  return before.kind === "sign" && !/^[)?@:]$/.test(before.text);
}

function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === "sign" && token.text === text;
}
