import type { TableName } from "../../model/index.js";
import { type Cursor, notUnderstood } from "./cursor.js";
import { deepest, functionsOf } from "./expressions.js";
import { tryOr, type What } from "./read-alter.js";

/** Statements that change or read rows; undefined: it is none. */
export function readRows(cursor: Cursor): What[] | undefined {
  // Parentheses that do not match are none of MySQL's statements.
  cursor.within(cursor.at, cursor.end).skipTo();
  const all = cursor.within(cursor.at, cursor.end);
  if (cursor.is("WITH")) cursor.skipTo("SELECT", "UPDATE", "DELETE");
  if (cursor.is("INSERT") || cursor.is("REPLACE")) return [readInsert(cursor)];
  if (cursor.is("LOAD")) return [readLoad(cursor)];
  if (cursor.take("UPDATE")) return readUpdate(cursor);
  if (cursor.take("DELETE")) return readDelete(cursor);
  if (cursor.take("TRUNCATE")) {
    cursor.take("TABLE");
    return [{ kind: "truncate", table: cursor.table(), isCascade: false }];
  }
  if (cursor.take("CALL")) {
    const { schema, name } = cursor.table();
    if (cursor.is("(")) cursor.group();
    return [{ kind: "select", functions: [schema === undefined ? name : `${schema}.${name}`] }];
  }
  if (!isQuery(cursor) && !cursor.is("DO")) return undefined;
  const functions = functionsOf(all);
  const isTable = cursor.is("TABLE");
  cursor.next();
  if (cursor.isDone) throw notUnderstood;
  if (isTable) {
    cursor.table();
    if (!cursor.isDone && cursor.one("ORDER", "LIMIT", "UNION", "INTO") === undefined) throw notUnderstood;
  }
  cursor.at = cursor.end;
  return [{ kind: "select", functions }];
}

/** Whether a query follows, in parentheses or not. */
export function isQuery(cursor: Cursor): boolean {
  const { at } = cursor;
  while (cursor.take("(")) {}
  const found = ["SELECT", "WITH", "VALUES", "TABLE"].some((word) => cursor.is(word));
  cursor.at = at;
  return found;
}

/** What may change or read rows that exist has no rows that merely stand in the statement: ON DUPLICATE KEY UPDATE, REPLACE, SELECT. */
function readInsert(cursor: Cursor): What {
  const isReplace = cursor.next().text === "REPLACE";
  while (cursor.one("LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE") !== undefined) {}
  cursor.take("INTO");
  const table = cursor.table();
  skipPartitions(cursor);
  if (cursor.is("(") && !isQuery(cursor)) cursor.group();
  const isOfValues = cursor.one("VALUES", "VALUE", "SET") !== undefined;
  if (!isOfValues && !isQuery(cursor)) throw notUnderstood;
  if (isOfValues && cursor.isDone) throw notUnderstood;
  cursor.skipTo("DUPLICATE");
  const isUpsert = !cursor.isDone;
  cursor.at = cursor.end;
  return { kind: "insert", table, isOfValues: isOfValues && !isReplace && !isUpsert };
}

function readLoad(cursor: Cursor): What {
  if (!cursor.is("LOAD", "DATA") && !cursor.is("LOAD", "XML")) throw notUnderstood;
  cursor.at += 2;
  while (cursor.one("LOW_PRIORITY", "CONCURRENT", "LOCAL") !== undefined) {}
  cursor.need("INFILE");
  cursor.string();
  const isReplace = cursor.one("REPLACE", "IGNORE") === "REPLACE";
  cursor.need("INTO", "TABLE");
  const table = cursor.table();
  cursor.at = cursor.end;
  return { kind: "insert", table, isOfValues: !isReplace };
}

/** `PARTITION (p0)` */
export function skipPartitions(cursor: Cursor): void {
  if (cursor.take("PARTITION")) cursor.group();
}

/** The tables of a statement by the names that it gives them. */
interface Sources {
  readonly tables: readonly TableName[];
  readonly names: ReadonlyMap<string, TableName>;
  named(name: string): TableName;
}

/** `a JOIN db.b AS c USING (id)`: the tables that stand there, without those of queries. */
export function readSources(cursor: Cursor, depth = 0): Sources {
  if (depth > deepest) throw notUnderstood;
  const tables: TableName[] = [];
  const names = new Map<string, TableName>();
  let isTable = true;
  while (!cursor.isDone) {
    if (cursor.is("(")) {
      const inside = cursor.group();
      if (isTable && !inside.is("SELECT") && !inside.is("WITH")) {
        const inner = readSources(inside, depth + 1);
        tables.push(...inner.tables);
        for (const [name, table] of inner.names) names.set(name, table);
      }
      isTable = false;
    } else if (isTable && cursor.isName()) {
      const table = cursor.table();
      skipPartitions(cursor);
      tables.push(table);
      names.set(table.name, table);
      cursor.take("AS");
      if (cursor.isName()) names.set(cursor.name(), table);
      isTable = false;
    } else {
      const { text } = cursor.next();
      if (text === "," || text === "JOIN" || text === "STRAIGHT_JOIN") isTable = true;
    }
  }
  return {
    tables,
    names,
    named(name) {
      const found = names.get(name);
      if (found === undefined) throw notUnderstood;
      return found;
    },
  };
}

function readUpdate(cursor: Cursor): What[] {
  while (cursor.one("LOW_PRIORITY", "IGNORE") !== undefined) {}
  const from = cursor.at;
  cursor.skipTo("SET");
  const sources = readSources(cursor.within(from, cursor.at));
  cursor.need("SET");
  const found = new Map<TableName, string[]>();
  do {
    const parts = [cursor.name()];
    while (cursor.take(".")) parts.push(cursor.name());
    const [column = "", alias] = parts.toReversed();
    const [only, ...more] = sources.tables;
    // Of several tables a column without its table may be of any.
    const table = alias !== undefined ? sources.named(alias) : more.length === 0 ? only : undefined;
    if (table === undefined) throw notUnderstood;
    cursor.need("=");
    const value = cursor.at;
    cursor.skipTo(",", "WHERE", "ORDER", "LIMIT");
    if (cursor.at === value) throw notUnderstood;
    const columns = found.get(table) ?? [];
    if (!columns.includes(column)) columns.push(column);
    found.set(table, columns);
  } while (cursor.take(","));
  cursor.at = cursor.end;
  return [...found].map(([table, columns]) => ({ kind: "update", table, columns }));
}

function readDelete(cursor: Cursor): What[] {
  while (cursor.one("LOW_PRIORITY", "QUICK", "IGNORE") !== undefined) {}
  const isFromFirst = cursor.take("FROM");
  const targets = cursor.list((each) => {
    const table = each.table();
    if (each.take(".")) each.need("*");
    return table;
  });
  const isOfSeveral = cursor.take(isFromFirst ? "USING" : "FROM");
  const from = cursor.at;
  cursor.skipTo("WHERE");
  const sources = isOfSeveral ? readSources(cursor.within(from, cursor.at)) : undefined;
  if (!isOfSeveral) {
    if (!isFromFirst || targets.length > 1) throw notUnderstood;
    cursor.at = from;
    skipPartitions(cursor);
    if (cursor.take("AS") || cursor.isName()) cursor.name();
    if (!cursor.isDone && cursor.one("WHERE", "ORDER", "LIMIT", "RETURNING") === undefined) throw notUnderstood;
  }
  cursor.at = cursor.end;
  return targets.map((target) => ({
    kind: "delete",
    table: sources === undefined ? target : (tryOr(() => sources.named(target.name), target) ?? target),
  }));
}
