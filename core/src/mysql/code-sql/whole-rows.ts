import { attempt } from "../../base/expected-errors.js";
import type { SqlTable } from "../../dialect/code-sql.js";
import type { WholeRowKind } from "../../model/whole-rows.js";
import { Cursor, notUnderstood } from "../read/cursor.js";
import { isQuery, skipPartitions } from "../read/read-rows.js";
import type { Token } from "../read/scan.js";

/** What a routine declares that its statements use. */
export interface Declared {
  /** Queries of cursors, by name. */
  readonly cursors: ReadonlyMap<string, Cursor>;
  /** Variables with the columns of the table, or with those of a cursor. */
  readonly rows: ReadonlyMap<string, "table" | "cursor">;
  /** Tables that the routine itself makes from the table, and temporary ones. */
  readonly copies: ReadonlyMap<string, "table" | "temporary">;
}

const nothing: Declared = { cursors: new Map(), rows: new Map(), copies: new Map() };

/**
 * The ways in which a statement takes the whole row of a table and fails once that has another column; each once.
 *
 * @param declared in a routine, which the servers parse once for each session
 * @param alike tables that get the column too. Default: none
 */
export function wholeRowsIn(
  statement: Cursor,
  table: SqlTable,
  declared?: Declared,
  alike: readonly string[] = [],
): readonly WholeRowKind[] {
  // The server rejects parentheses that do not match.
  return (
    attempt(
      () => new Reader(table, declared, alike).read(statement),
      (error) => error === notUnderstood,
    ) ?? []
  );
}

/** Whether a query returns the rows of a table, and nothing else. */
export function isRowOf(query: Cursor, table: SqlTable): boolean {
  return isQuery(query) && new Reader(table, undefined).returnsRow(query);
}

/** The WITH queries around a query, by name. */
type Queries = ReadonlyMap<string, Cursor>;

interface Source {
  readonly name: string | undefined;
  readonly count: number;
}

/** One result list: how many whole rows it contains, whether it contains nothing else, and the variables that take it. */
interface Arm {
  readonly count: number;
  readonly isRow: boolean;
  readonly into: readonly string[];
}

const setOperations = ["UNION", "EXCEPT", "INTERSECT", "MINUS"];
const afterFrom = "WHERE GROUP HAVING WINDOW ORDER LIMIT INTO FOR LOCK PROCEDURE ON RETURNING".split(" ");

class Reader {
  readonly #table: SqlTable;
  readonly #declared: Declared;
  readonly #alike: readonly string[];
  readonly #isInRoutine: boolean;
  readonly #found = new Set<WholeRowKind>();

  constructor(table: SqlTable, declared: Declared | undefined, alike: readonly string[] = []) {
    this.#table = table;
    this.#alike = alike;
    this.#declared = declared ?? nothing;
    this.#isInRoutine = declared !== undefined;
  }

  read(statement: Cursor): readonly WholeRowKind[] {
    const cursor = copyOf(statement);
    if (cursor.is("INSERT") || cursor.is("REPLACE")) this.#insert(cursor);
    else if (cursor.is("LOAD")) this.#load(cursor);
    else if (cursor.is("FETCH")) this.#fetch(cursor);
    else if (cursor.is("CREATE")) this.#create(cursor);
    else if (cursor.is("ALTER", "TABLE")) this.#exchange(cursor);
    else if (isQuery(cursor)) this.#query(cursor, new Map());
    this.#subqueries(statement);
    return [...this.#found];
  }

  returnsRow(query: Cursor): boolean {
    return this.#quietly(query)[0]?.isRow === true;
  }

  #note(kind: WholeRowKind): void {
    this.#found.add(kind);
  }

  #insert(cursor: Cursor): void {
    cursor.next();
    while (cursor.one("LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE") !== undefined) {}
    cursor.take("INTO");
    const target = cursor.table();
    skipPartitions(cursor);
    const list = cursor.is("(") && !isQuery(cursor) ? cursor.group() : undefined;
    const hasColumns = list !== undefined && !list.isDone;
    if (cursor.one("VALUES", "VALUE") !== undefined) {
      if (this.#isTable(target) && !hasColumns && !cursor.is("(", ")")) this.#note("by-position");
      return;
    }
    if (!isQuery(cursor)) return;
    const arms = this.#query(cursor, new Map());
    const [{ count, isRow } = { count: 0, isRow: false }] = arms;
    const copy = this.#declared.copies.get(target.name);
    if (this.#isTable(target) && !hasColumns) {
      if (!isRow) this.#note("by-position");
      else if (this.#isInRoutine) this.#note("open-sessions");
    } else if (count > 0 && copy === "table") this.#note("open-sessions");
    else if (count > 0 && copy === undefined) this.#note("insert");
  }

  #load(cursor: Cursor): void {
    cursor.skipTo("INTO");
    if (!cursor.take("INTO", "TABLE") || !this.#isTable(cursor.table())) return;
    cursor.skipTo("(");
    if (cursor.isDone) this.#note("load");
  }

  /** A view, with names for its columns or without, or a table that is made from rows. */
  #create(cursor: Cursor): void {
    cursor.skipTo("VIEW", "TABLE", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT");
    const isView = cursor.take("VIEW");
    if (!isView && !cursor.take("TABLE")) return;
    cursor.take("IF", "NOT", "EXISTS");
    cursor.table();
    const hasNames = isView && cursor.is("(");
    cursor.skipTo("SELECT", "WITH");
    if (cursor.isDone) return;
    const [first] = this.#query(cursor, new Map());
    if (hasNames && (first?.count ?? 0) > 0) this.#note("column-list");
  }

  /** `ALTER TABLE a EXCHANGE PARTITION p WITH TABLE b` */
  #exchange(cursor: Cursor): void {
    cursor.at += 2;
    const isOwn = this.#isTable(cursor.table());
    cursor.skipTo("EXCHANGE");
    cursor.skipTo("WITH");
    if (cursor.take("WITH", "TABLE") && this.#isTable(cursor.table()) !== isOwn) this.#note("partition");
  }

  #fetch(cursor: Cursor): void {
    cursor.next();
    cursor.take("NEXT");
    cursor.take("FROM");
    const query = this.#declared.cursors.get(cursor.name());
    if (query === undefined || !cursor.take("INTO")) return;
    this.#into(this.#quietly(query), cursor.list(variable));
  }

  /** Reads a query and its subqueries in FROM. @returns its arms */
  #query(cursor: Cursor, outer: Queries): readonly Arm[] {
    let queries = outer;
    if (cursor.take("WITH")) queries = this.#with(cursor, outer);
    const arms: Arm[] = [];
    do {
      cursor.one("ALL", "DISTINCT");
      arms.push(this.#arm(cursor, queries));
    } while (cursor.one(...setOperations) !== undefined);
    if (new Set(arms.map(({ count }) => count)).size > 1) this.#note("set-operation");
    const into = arms.flatMap((arm) => arm.into);
    if (into.length > 0) this.#into(arms, into);
    return arms;
  }

  #arm(cursor: Cursor, queries: Queries): Arm {
    const none = { count: 0, isRow: false, into: [] };
    if (cursor.is("(")) {
      const [first = none] = this.#query(cursor.group(), queries);
      cursor.skipTo(...setOperations, "INTO");
      return { ...first, into: intoOf(cursor) };
    }
    if (cursor.take("TABLE")) {
      const count = Number(this.#isTable(cursor.table()));
      cursor.skipTo(...setOperations);
      return { count, isRow: count === 1, into: [] };
    }
    if (!cursor.take("SELECT")) {
      cursor.skipTo(...setOperations);
      return none;
    }
    const from = cursor.at;
    cursor.skipTo("FROM", "INTO", "DUPLICATE", ...setOperations);
    const list = cursor.within(from, cursor.at);
    let into = intoOf(cursor);
    if (!cursor.take("FROM")) {
      cursor.skipTo(...setOperations);
      return { ...none, into };
    }
    const start = cursor.at;
    // ON belongs to a join, and to ON DUPLICATE KEY UPDATE.
    cursor.skipTo(...afterFrom.filter((word) => word !== "ON"), "DUPLICATE", ...setOperations);
    const sources = this.#sources(cursor.within(start, cursor.at), queries);
    cursor.skipTo("INTO", ...setOperations);
    if (into.length === 0) into = intoOf(cursor);
    cursor.skipTo(...setOperations);
    const items = itemsOf(list).map((qualifier) =>
      sources.filter(({ name }) => qualifier === "" || name === qualifier).map(({ count }) => count),
    );
    const count = items.flat().reduce((sum, each) => sum + each, 0);
    const isRow = count === 1 && items.length === 1 && items[0]!.length === 1 && itemCount(list) === 1;
    return { count, isRow, into };
  }

  #with(cursor: Cursor, outer: Queries): Queries {
    const isRecursive = cursor.take("RECURSIVE");
    const queries = new Map(outer);
    do {
      const name = cursor.name();
      const hasNames = cursor.is("(");
      if (hasNames) cursor.group();
      cursor.need("AS");
      const query = cursor.group();
      if (isRecursive) queries.set(name, query);
      const [first] = this.#query(copyOf(query), queries);
      if (hasNames && (first?.count ?? 0) > 0) this.#note("column-list");
      queries.set(name, query);
    } while (cursor.take(","));
    return queries;
  }

  #sources(cursor: Cursor, queries: Queries): readonly Source[] {
    const found: Source[] = [];
    let isNext = true;
    while (!cursor.isDone) {
      if (isNext && cursor.is("(")) {
        const inside = cursor.group();
        if (isQuery(inside)) {
          const [first] = this.#query(inside, queries);
          found.push({ name: aliasIn(cursor), count: first?.count ?? 0 });
        } else found.push(...this.#sources(inside, queries));
        isNext = false;
      } else if (isNext && cursor.isName()) {
        const table = cursor.table();
        skipPartitions(cursor);
        const query = table.schema === undefined ? queries.get(table.name) : undefined;
        const inner = new Map([...queries].filter(([name]) => name !== table.name));
        const count = query === undefined ? Number(this.#isTable(table)) : (this.#quietly(query, inner)[0]?.count ?? 0);
        found.push({ name: aliasIn(cursor) ?? table.name, count });
        isNext = false;
      } else if (cursor.is("(")) cursor.group();
      else {
        const { kind, text } = cursor.next();
        if (kind === "sign" ? text === "," : text === "JOIN" || text === "STRAIGHT_JOIN") isNext = true;
      }
    }
    return found;
  }

  /** The arms of a query that is read where it is declared. */
  #quietly(query: Cursor, queries: Queries = new Map()): readonly Arm[] {
    return new Reader(this.#table, this.#declared, this.#alike).#query(copyOf(query), queries);
  }

  #into([first]: readonly Arm[], variables: readonly string[]): void {
    const kind = variables.length === 1 ? this.#declared.rows.get(variables[0]!) : undefined;
    if (kind === "cursor") return;
    const { count = 0, isRow = false } = first ?? {};
    if (kind === "table") this.#note(isRow ? "open-sessions" : "variables");
    else if (count > 0) this.#note("variables");
  }

  /** Subqueries that are compared with rows: `(a, b) IN (SELECT * FROM t)`. */
  #subqueries({ sql, tokens, at, end }: Cursor): void {
    for (let index = at + 1; index < end; index++) {
      // MariaDB's loop: `FOR r IN (SELECT …)`
      const isLoop = tokens[index - 3]?.text === "FOR";
      if (!isSign(tokens[index], "(") || isLoop || !isComparison(tokens[index - 1])) continue;
      const inside = new Cursor(sql, tokens, index, end).group();
      if (isQuery(inside) && (this.#quietly(inside)[0]?.count ?? 0) > 0) this.#note("comparison");
    }
  }

  #isTable({ schema, name }: { readonly schema?: string; readonly name: string }): boolean {
    const { schema: own, name: table } = this.#table;
    return (
      this.#alike.includes(name) ||
      (name === table && (schema === undefined || own === undefined || schema === own || !/^\w+$/.test(schema)))
    );
  }
}

const copyOf = ({ sql, tokens, at, end }: Cursor) => new Cursor(sql, tokens, at, end);

/** The qualifiers of each `*` in a result list; `""` for one without. */
function itemsOf({ tokens, at, end, sql }: Cursor): readonly string[] {
  const found: string[] = [];
  for (let index = at, depth = 0; index < end; index++) {
    const [token, before] = [tokens[index], index > at ? tokens[index - 1] : undefined];
    if (isSign(token, "(")) depth += 1;
    if (isSign(token, ")")) depth -= 1;
    if (depth > 0 || !isSign(token, "*")) continue;
    if (isSign(before, ".")) {
      const of = tokens[index - 2];
      if (of !== undefined) found.push(of.kind === "word" ? sql.slice(of.start, of.end) : of.text);
    } else if (before === undefined || isSign(before, ",") || before.kind === "word") found.push("");
  }
  return found;
}

function itemCount(list: Cursor): number {
  const cursor = copyOf(list);
  let count = 1;
  for (cursor.skipTo(","); cursor.take(","); cursor.skipTo(",")) count += 1;
  return count;
}

/** The variables after INTO; none for a file. */
function intoOf(cursor: Cursor): readonly string[] {
  if (!cursor.take("INTO") || cursor.is("OUTFILE") || cursor.is("DUMPFILE")) return [];
  return cursor.list(variable);
}

function variable(cursor: Cursor): string {
  const at = cursor.take("@") ? "@" : "";
  return `${at}${cursor.name()}`;
}

function aliasIn(cursor: Cursor): string | undefined {
  cursor.take("AS");
  return cursor.isName() ? cursor.name() : undefined;
}

function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === "sign" && token.text === text;
}

function isComparison(token: Token | undefined): boolean {
  if (token?.kind === "word") return /^(?:IN|ANY|ALL|SOME)$/.test(token.text);
  return token?.kind === "sign" && /^[<>=]$/.test(token.text);
}
