import { type Demands, isSameTable, type TableName } from "../../model/index.js";
import { Cursor, notUnderstood } from "./cursor.js";
import type { Cut } from "./cut-statements.js";
import {
  type Clause,
  dropIndex,
  form,
  leadingWords,
  readAlter,
  readDemands,
  readWait,
  renameTable,
  tryOr,
  type What,
} from "./read-alter.js";
import { readCreateTable } from "./read-create-table.js";
import { createIndex, readIndex } from "./read-element.js";
import { isQuery, readRows } from "./read-rows.js";
import { readSetting } from "./read-setting.js";

/** What a statement was read into: all of its operations, each with its clause, and what it demands. */
export interface Read {
  readonly clauses: readonly Clause[];
  readonly demands: Demands;
}

/** The operations of one statement; always at least one, `unknown` where the form is not described. */
export function readStatement(sql: string, { tokens, isOpen }: Cut): Read {
  const cursor = new Cursor(sql, tokens);
  if (isOpen !== true) {
    const read = tryOr(() => readKnown(cursor), undefined);
    if (read !== undefined && cursor.isDone) return read;
  }
  cursor.at = 0;
  const what = `${leadingWords(cursor) || "statement"}${isOpen === true ? " without END" : ""}`;
  return whole(cursor, [{ kind: "unknown", what, tables: tablesNamed(cursor) }]);
}

function whole(cursor: Cursor, whats: readonly What[], demands: Demands = {}): Read {
  return { clauses: [{ from: 0, to: cursor.tokens.length, whats }], demands };
}

/** Tables that a statement of whichever kind names. */
function tablesNamed(cursor: Cursor): TableName[] {
  const found: TableName[] = [];
  const isOn = cursor.is("CREATE") || cursor.is("DROP");
  const isUpdate = cursor.is("UPDATE");
  while (!cursor.isDone) {
    const { at } = cursor;
    const isAhead =
      cursor.one("TABLE", "TABLES", "INTO", "FROM", "JOIN", "STRAIGHT_JOIN") !== undefined ||
      (at === 0 && isUpdate && cursor.take("UPDATE")) ||
      (isOn && cursor.take("ON"));
    if (!isAhead) {
      cursor.at += 1;
      continue;
    }
    if (cursor.take("IF")) {
      cursor.take("NOT");
      cursor.take("EXISTS");
    }
    found.push(...tryOr(() => cursor.list((each) => each.table()), []));
  }
  return found.filter((table, at) => found.findIndex((other) => isSameTable(table, other)) === at);
}

function readKnown(cursor: Cursor): Read | undefined {
  if (cursor.is("ALTER")) return readAlterAny(cursor);
  if (cursor.is("CREATE")) return readCreate(cursor);
  if (cursor.is("DROP")) return readDrop(cursor);
  if (cursor.is("SET")) return readSet(cursor);
  const whats = readRename(cursor) ?? readTransaction(cursor) ?? readRows(cursor) ?? readOther(cursor);
  return whats && whole(cursor, whats);
}

function readAlterAny(cursor: Cursor): Read | undefined {
  cursor.need("ALTER");
  const { at } = cursor;
  cursor.one("ONLINE", "OFFLINE");
  cursor.take("IGNORE");
  if (cursor.take("TABLE")) {
    cursor.take("IF", "EXISTS");
    return readAlter(cursor, cursor.table());
  }
  cursor.at = at;
  skipDefiner(cursor);
  if (cursor.take("VIEW")) return whole(cursor, [readView(cursor, true)]);
  const what = cursor.one("DATABASE", "SCHEMA", "EVENT", "PROCEDURE", "FUNCTION", "USER", "SEQUENCE");
  return what === undefined ? undefined : rest(cursor, form(`ALTER ${what === "SCHEMA" ? "DATABASE" : what}`));
}

/** A statement of which nothing else is read. */
function rest(cursor: Cursor, what: What): Read {
  if (cursor.isDone) throw notUnderstood;
  cursor.skipTo();
  return whole(cursor, [what]);
}

/** `ALGORITHM=MERGE DEFINER=`root`@`%` SQL SECURITY INVOKER`, `OR REPLACE`: what stands before the kind of object. */
function skipDefiner(cursor: Cursor): void {
  for (;;) {
    if (cursor.take("ALGORITHM")) {
      cursor.need("=");
      cursor.next();
    } else if (cursor.take("SQL", "SECURITY")) cursor.next();
    else if (cursor.take("DEFINER")) {
      cursor.need("=");
      cursor.next();
      if (cursor.take("@")) cursor.next();
      if (cursor.is("(")) cursor.group();
    } else return;
  }
}

function readView(cursor: Cursor, isReplace: boolean): What {
  cursor.take("IF", "NOT", "EXISTS");
  const name = cursor.table();
  if (cursor.is("(")) cursor.listed((each) => each.name());
  cursor.need("AS");
  if (!isQuery(cursor)) throw notUnderstood;
  cursor.skipTo();
  return { kind: "createView", name, ...(isReplace ? { isReplace: true } : {}) };
}

function readCreate(cursor: Cursor): Read | undefined {
  cursor.need("CREATE");
  const isReplace = cursor.take("OR", "REPLACE");
  skipDefiner(cursor);
  const { at } = cursor;
  cursor.take("TEMPORARY");
  if (cursor.take("TABLE")) {
    const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
    const made = readCreateTable(cursor, ifNotExists);
    // One of that name goes first, with its rows.
    const gone: What[] = isReplace && made.kind === "createTable" ? [{ kind: "dropTable", table: made.table }] : [];
    return whole(cursor, [...gone, made]);
  }
  cursor.at = at;
  if (cursor.take("VIEW")) return whole(cursor, [readView(cursor, isReplace)]);
  cursor.take("AGGREGATE");
  const routine = cursor.one("TRIGGER", "PROCEDURE", "FUNCTION", "EVENT");
  if (routine !== undefined) return rest(cursor, readRoutine(cursor, routine));
  const other = cursor.one("DATABASE", "SCHEMA", "USER", "ROLE", "SEQUENCE", "SERVER", "TABLESPACE");
  if (other !== undefined) return rest(cursor, form(`CREATE ${other === "SCHEMA" ? "DATABASE" : other}`));
  cursor.at = at;
  return readCreateIndex(cursor, isReplace);
}

function readRoutine(cursor: Cursor, kind: string): What {
  cursor.take("IF", "NOT", "EXISTS");
  const name = cursor.table();
  if (kind === "EVENT") return form("CREATE EVENT");
  if (kind !== "TRIGGER") return { kind: "createFunction", name };
  if (cursor.one("BEFORE", "AFTER") === undefined) throw notUnderstood;
  if (cursor.one("INSERT", "UPDATE", "DELETE") === undefined) throw notUnderstood;
  cursor.need("ON");
  const table = cursor.table();
  cursor.need("FOR", "EACH", "ROW");
  return { kind: "createTrigger", table, name: name.name };
}

function readCreateIndex(cursor: Cursor, isReplace: boolean): Read | undefined {
  cursor.one("ONLINE", "OFFLINE");
  const special = cursor.one("UNIQUE", "FULLTEXT", "SPATIAL");
  cursor.need("INDEX");
  cursor.take("IF", "NOT", "EXISTS");
  const name = cursor.name();
  const methodFrom = cursor.at;
  const method = cursor.take("USING") ? cursor.one("BTREE", "HASH", "RTREE")?.toLowerCase() : undefined;
  if (cursor.at > methodFrom && method === undefined) throw notUnderstood;
  cursor.need("ON");
  const table = cursor.table();
  const parts = readIndex(cursor, special === undefined || special === "UNIQUE" ? method : special.toLowerCase());
  const demands = readAllDemands(cursor);
  const made = createIndex(table, name, special === "UNIQUE" ? { ...parts, isUnique: true } : parts);
  return whole(cursor, isReplace ? [dropIndex(table, name), made] : [made], demands);
}

function readAllDemands(cursor: Cursor): Demands {
  let demands = readWait(cursor);
  for (let next = readDemands(cursor); next !== undefined; next = readDemands(cursor))
    demands = { ...demands, ...next };
  return demands;
}

function readDrop(cursor: Cursor): Read | undefined {
  cursor.need("DROP");
  if (cursor.take("PREPARE")) return undefined;
  cursor.one("ONLINE", "OFFLINE");
  if (cursor.take("INDEX")) {
    cursor.take("IF", "EXISTS");
    const name = cursor.name();
    cursor.need("ON");
    const dropped = dropIndex(cursor.table(), name);
    return whole(cursor, [dropped], readAllDemands(cursor));
  }
  cursor.take("TEMPORARY");
  const what = cursor.one("TABLE", "TABLES", "VIEW");
  if (what !== undefined) {
    cursor.take("IF", "EXISTS");
    const names = cursor.list((each) => each.table());
    const demands = readWait(cursor);
    // Neither word does anything.
    cursor.one("RESTRICT", "CASCADE");
    const whats = names.map(
      (name): What => (what === "VIEW" ? { kind: "dropView", name } : { kind: "dropTable", table: name }),
    );
    return whole(cursor, whats, demands);
  }
  const kind = cursor.one("TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "DATABASE", "SCHEMA", "SEQUENCE");
  if (kind === undefined) return undefined;
  cursor.take("IF", "EXISTS");
  const name = cursor.table();
  if (kind === "DATABASE" || kind === "SCHEMA")
    return whole(cursor, [form("DROP DATABASE", [], { gone: { what: "schema", name } })]);
  const isFunction = kind === "PROCEDURE" || kind === "FUNCTION";
  return whole(cursor, [form(`DROP ${kind}`, [], isFunction ? { gone: { what: "function", name } } : {})]);
}

/** SET, and MariaDB's SET STATEMENT … FOR, which sets for the time of another statement. */
function readSet(cursor: Cursor): Read | undefined {
  cursor.need("SET");
  if (!cursor.take("STATEMENT")) return whole(cursor, readSetting(cursor));
  cursor.skipTo("FOR");
  cursor.need("FOR");
  return readKnown(cursor);
}

function readRename(cursor: Cursor): What[] | undefined {
  if (!cursor.take("RENAME", "TABLE") && !cursor.take("RENAME", "TABLES")) return undefined;
  cursor.take("IF", "EXISTS");
  return cursor.list((each) => {
    const table = each.table();
    readWait(each);
    each.need("TO");
    return renameTable(table, each.table());
  });
}

function readTransaction(cursor: Cursor): What[] | undefined {
  if (cursor.is("BEGIN", "NOT")) return undefined;
  const begins = cursor.take("START", "TRANSACTION") || cursor.take("BEGIN");
  const word = begins ? "BEGIN" : cursor.one("COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE");
  if (word === undefined) return undefined;
  const isBack = word === "ROLLBACK" && (cursor.is("TO") || cursor.is("WORK", "TO"));
  if (cursor.end - cursor.at > 6) throw notUnderstood;
  cursor.at = cursor.end;
  if (word === "BEGIN") return [{ kind: "transaction", does: "begin" }];
  if (word === "SAVEPOINT" || word === "RELEASE" || isBack) return [{ kind: "transaction", does: "savepoint" }];
  return [{ kind: "transaction", does: word === "COMMIT" ? "commit" : "rollback" }];
}

/** Statements that change no rows and no shape. */
function readOther(cursor: Cursor): What[] | undefined {
  if (cursor.take("DELIMITER")) {
    cursor.at = cursor.end;
    return [{ kind: "setting", name: "DELIMITER", isLocal: false }];
  }
  const locks = cursor.take("LOCK", "TABLES") || cursor.take("LOCK", "TABLE");
  if (locks) {
    const tables = cursor.list((each) => {
      const table = each.table();
      each.take("AS");
      if (each.isName() && !each.is("LOW_PRIORITY")) each.name();
      each.take("LOW_PRIORITY");
      if (each.one("READ", "WRITE") === undefined) throw notUnderstood;
      each.take("LOCAL");
      return table;
    });
    readWait(cursor);
    return [form("LOCK TABLES", tables)];
  }
  if (cursor.take("UNLOCK", "TABLES") || cursor.take("UNLOCK", "TABLE")) return [form("UNLOCK TABLES")];
  const upkeep = cursor.one("ANALYZE", "OPTIMIZE", "CHECK", "REPAIR");
  if (upkeep !== undefined) {
    cursor.one("NO_WRITE_TO_BINLOG", "LOCAL");
    if (cursor.one("TABLE", "TABLES") === undefined) throw notUnderstood;
    const tables = cursor.list((each) => each.table());
    cursor.skipTo();
    return [form(`${upkeep} TABLE`, tables)];
  }
  const quiet = cursor.one("GRANT", "REVOKE", "SHOW", "EXPLAIN", "DESCRIBE", "DESC");
  if (quiet === undefined || cursor.isDone) return undefined;
  // Both run what they explain.
  if (quiet !== "SHOW" && cursor.is("ANALYZE")) return undefined;
  cursor.skipTo();
  return [form(quiet === "DESC" ? "DESCRIBE" : quiet)];
}
