import type { SqlTable } from "../../dialect/code-sql.js";
import type { WholeRowKind } from "../../dialect/whole-rows.js";
import type { TableName } from "../../model/names.js";
import { type Cursor, notUnderstood } from "../read/cursor.js";
import { deepest } from "../read/expressions.js";
import { isQuery, skipPartitions } from "../read/read-rows.js";
import { afterFrom, isTable, resultsIn } from "./results.js";

/** The WITH queries around a query, by name. */
type Queries = ReadonlyMap<string, number>;

/**
 * How statements use whole rows, where they fail once the tables have other columns. MySQL and MariaDB require a value for every column of
 * a list, and a name for every column of a query.
 */
export function wholeRowsIn(
  statements: readonly Cursor[],
  table: SqlTable,
  alike: readonly string[] = [],
): readonly WholeRowKind[] {
  const reader = new Reader(table, alike);
  for (const statement of statements) {
    try {
      reader.statement(statement);
    } catch (error) {
      if (error !== notUnderstood) throw error;
    }
  }
  return [...reader.found];
}

class Reader {
  readonly found = new Set<WholeRowKind>();
  readonly #table: SqlTable;
  readonly #alike: readonly string[];
  #depth = 0;

  constructor(table: SqlTable, alike: readonly string[]) {
    this.#table = table;
    this.#alike = alike;
  }

  statement(cursor: Cursor): void {
    const queries = cursor.is("WITH") ? this.#with(cursor, new Map()) : new Map();
    if (cursor.is("INSERT") || cursor.is("REPLACE")) this.#insert(cursor);
    else if (cursor.is("LOAD")) this.#load(cursor);
    else if (cursor.is("ALTER")) this.#exchange(cursor);
    else if (cursor.is("CREATE")) this.#create(cursor);
    else if (isQuery(cursor)) this.#query(cursor, queries);
    else this.#change(cursor, queries);
  }

  /** UPDATE and DELETE can have sources. */
  #change(cursor: Cursor, queries: Queries): void {
    const isUpdate = cursor.take("UPDATE");
    if (!isUpdate && cursor.take("DELETE")) cursor.skipTo("FROM", "USING");
    const from = cursor.at;
    cursor.skipTo(isUpdate ? "SET" : "WHERE");
    this.#sources(cursor.within(from, cursor.at), queries, []);
    this.#expressions(cursor, queries);
  }

  #insert(cursor: Cursor): void {
    cursor.next();
    while (cursor.one("LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE") !== undefined) {}
    cursor.take("INTO");
    const target = this.#growthOf(cursor.table());
    skipPartitions(cursor);
    const columns = cursor.is("(") && !isQuery(cursor) ? cursor.group() : undefined;
    const isNamed = columns?.isDone === false;
    if (isQuery(cursor) && !cursor.is("VALUES")) {
      const rows = this.#query(cursor, new Map());
      if (isNamed || rows !== 0) this.#differ("insert", rows, isNamed ? 0 : target);
      else this.#differ("by-position", target);
      return;
    }
    const isOfValues = cursor.one("VALUES", "VALUE") !== undefined;
    // In `()`, all values are defaults.
    if (isOfValues && !isNamed && !cursor.is("(", ")")) this.#differ("by-position", target);
    this.#expressions(cursor, new Map());
  }

  #load(cursor: Cursor): void {
    cursor.skipTo("INTO");
    cursor.need("INTO", "TABLE");
    const target = this.#growthOf(cursor.table());
    skipPartitions(cursor);
    cursor.skipTo("(", "SET");
    if (!cursor.is("(")) this.#differ("load", target);
  }

  #exchange(cursor: Cursor): void {
    cursor.need("ALTER");
    while (cursor.one("ONLINE", "IGNORE") !== undefined) {}
    if (!cursor.take("TABLE")) return;
    cursor.take("IF", "EXISTS");
    const one = this.#growthOf(cursor.table());
    cursor.skipTo("EXCHANGE");
    cursor.skipTo("WITH");
    if (cursor.take("WITH", "TABLE")) this.#differ("partition", one, this.#growthOf(cursor.table()));
  }

  /** `CREATE VIEW v (a, b) AS SELECT *`, and the query of a new table. */
  #create(cursor: Cursor): void {
    cursor.skipTo("VIEW", "TABLE");
    const isView = cursor.take("VIEW");
    if (!isView && !cursor.take("TABLE")) return;
    cursor.take("IF", "NOT", "EXISTS");
    cursor.table();
    const isNamed = isView && cursor.is("(");
    cursor.skipTo("SELECT", "WITH", "VALUES");
    if (cursor.isDone) return;
    const rows = this.#query(cursor, new Map());
    if (isNamed) this.#differ("column-list", rows);
  }

  /** A query up to its end, with UNION and similar, ORDER BY and INTO. */
  #query(cursor: Cursor, outer: Queries): number {
    if (++this.#depth > deepest) throw notUnderstood;
    const queries = cursor.is("WITH") ? this.#with(cursor, outer) : outer;
    let growth = this.#term(cursor, queries);
    for (;;) {
      const end = cursor.at;
      cursor.skipTo("UNION", "EXCEPT", "INTERSECT", "INTO", "DUPLICATE");
      this.#expressions(cursor.within(end, cursor.at), queries);
      if (cursor.take("INTO")) {
        if (!cursor.is("OUTFILE") && !cursor.is("DUMPFILE")) this.#differ("variables", growth);
      } else if (cursor.one("UNION", "EXCEPT", "INTERSECT") !== undefined) {
        cursor.one("ALL", "DISTINCT");
        const other = this.#term(cursor, queries);
        this.#differ("set-operation", growth, other);
        growth ||= other;
      } else break;
    }
    this.#depth--;
    this.#expressions(cursor, queries);
    return growth;
  }

  #term(cursor: Cursor, queries: Queries): number {
    if (cursor.is("(")) return this.#query(cursor.group(), queries);
    if (cursor.take("TABLE")) return this.#source(cursor.table(), queries);
    if (!cursor.take("SELECT")) {
      cursor.need("VALUES");
      return 0;
    }
    const from = cursor.at;
    cursor.skipTo("FROM", ...afterFrom);
    const list = cursor.within(from, cursor.at);
    this.#expressions(list.within(from, cursor.at), queries);
    const isInto = cursor.take("INTO") && !cursor.is("OUTFILE") && !cursor.is("DUMPFILE");
    if (cursor.tokens[cursor.at - 1]?.text === "INTO") cursor.skipTo("FROM", ...afterFrom);
    const sources: (readonly [string | undefined, number])[] = [];
    if (cursor.take("FROM")) {
      const begin = cursor.at;
      cursor.skipTo(...afterFrom);
      this.#sources(cursor.within(begin, cursor.at), queries, sources);
    }
    const stars = resultsIn(list).filter(({ column }) => column === undefined);
    const growth = sum(
      stars.flatMap(({ of }) => sources.flatMap(([name, each]) => (of === undefined || of === name ? [each] : []))),
    );
    if (isInto) this.#differ("variables", growth);
    return growth;
  }

  /** The sources of FROM: tables, queries, and joins in parentheses. */
  #sources(cursor: Cursor, queries: Queries, found: (readonly [string | undefined, number])[]): void {
    let isSource = true;
    while (!cursor.isDone) {
      if (isSource && cursor.take("LATERAL")) continue;
      if (cursor.is("(")) {
        const isDerived = isSource && isQuery(cursor);
        const inside = cursor.group();
        if (isDerived) {
          const rows = this.#query(inside, queries);
          cursor.take("AS");
          found.push([cursor.isName() ? cursor.name() : undefined, rows]);
          if (cursor.is("(")) this.#differ("column-list", rows);
        } else if (isSource) this.#sources(inside, queries, found);
        else this.#expressions(inside, queries);
        isSource = false;
      } else if (isSource && cursor.isName()) {
        const table = cursor.table();
        const growth = this.#source(table, queries);
        skipPartitions(cursor);
        if (cursor.is("(")) this.#expressions(cursor.group(), queries);
        const isAliased = cursor.take("AS") || cursor.isName();
        found.push([isAliased && cursor.isName() ? cursor.name() : table.name, growth]);
        isSource = false;
      } else {
        const { text } = cursor.next();
        if (text === "," || text === "JOIN" || text === "STRAIGHT_JOIN") isSource = true;
      }
    }
  }

  #with(cursor: Cursor, outer: Queries): Queries {
    cursor.need("WITH");
    const isRecursive = cursor.take("RECURSIVE");
    const queries = new Map(outer);
    do {
      const name = cursor.name();
      const isNamed = cursor.is("(");
      if (isNamed) cursor.group();
      cursor.need("AS");
      const inside = cursor.group();
      if (isRecursive) {
        const silent = new Reader(this.#table, this.#alike);
        queries.set(name, silent.#term(inside.within(inside.at, inside.end), outer));
      }
      const growth = this.#query(inside, queries);
      if (isNamed) this.#differ("column-list", growth);
      queries.set(name, growth);
    } while (cursor.take(","));
    return queries;
  }

  /** The subqueries in expressions: each but EXISTS has as many columns as the other side. */
  #expressions(cursor: Cursor, queries: Queries): void {
    if (++this.#depth > deepest) throw notUnderstood;
    while (!cursor.isDone) {
      if (!cursor.is("(")) {
        cursor.next();
        continue;
      }
      const isExists = cursor.tokens[cursor.at - 1]?.text === "EXISTS";
      const isOfQuery = isQuery(cursor);
      const inside = cursor.group();
      const isNested = isOfQuery && inside.is("(");
      if (!isOfQuery || isNested || inside.is("VALUES")) this.#expressions(inside, queries);
      else {
        const growth = this.#query(inside, queries);
        if (!isExists) this.#differ("comparison", growth);
      }
    }
    this.#depth--;
  }

  #source({ schema, name }: TableName, queries: Queries): number {
    const query = schema === undefined ? queries.get(name) : undefined;
    return query ?? this.#growthOf({ ...(schema !== undefined && { schema }), name });
  }

  #growthOf(name: TableName): number {
    return isTable(name, this.#table) || this.#alike.includes(name.name) ? 1 : 0;
  }

  #differ(kind: WholeRowKind, one: number, other = 0): void {
    if (one !== other) this.found.add(kind);
  }
}

function sum(growths: readonly number[]): number {
  return growths.reduce((all, each) => all + each, 0);
}
