import type { Demands, Operation, TableName } from "../../model/index.js";
import { Cursor, notUnderstood } from "./cursor.js";
import { readColumn, readDefault, readPosition } from "./read-column.js";
import { type Described, readElement } from "./read-element.js";
import { reserved } from "./reserved.js";
import { readTableOption } from "./table-options.js";

/** What an operation is about, without the place where it stands. */
export type What = Described<Operation["kind"]>;

/** Operations with the first and the last token of their clause. */
export interface Clause {
  readonly from: number;
  readonly to: number;
  readonly whats: readonly What[];
}

/** The clauses of ALTER TABLE, from behind the table's name, and what the statement demands. */
export function readAlter(cursor: Cursor, table: TableName): { readonly clauses: Clause[]; readonly demands: Demands } {
  const clauses: Clause[] = [];
  let demands = readWait(cursor);
  while (!cursor.isDone) {
    const from = cursor.at;
    const asked = tryOr(() => readDemands(cursor), undefined);
    if (asked !== undefined && isClauseEnd(cursor, from)) demands = { ...demands, ...asked };
    else {
      cursor.at = from;
      const whats = tryOr(() => readClause(cursor, table), undefined);
      if (whats === undefined || !isClauseEnd(cursor, from)) clauses.push(unknownClause(cursor, from, table));
      else clauses.push({ from, to: cursor.at, whats });
    }
    if (cursor.take(",") && cursor.isDone) throw notUnderstood;
  }
  const nothing = { from: 0, to: cursor.at, whats: [form("ALTER TABLE", [table])] };
  return { clauses: clauses.length > 0 ? clauses : [nothing], demands };
}

export function form(what: string, tables: readonly TableName[] = [], more: Partial<Described<"form">> = {}): What {
  return { kind: "form", what, locks: [], ...(tables.length > 0 ? { tables } : {}), ...more };
}

/** What a reader says, where it understands. */
export function tryOr<Read, Other>(read: () => Read, other: Other): Read | Other {
  try {
    return read();
  } catch (error) {
    if (error !== notUnderstood) throw error;
    return other;
  }
}

/** `ALGORITHM=INSTANT`, `LOCK=NONE`; undefined: neither follows. */
export function readDemands(cursor: Cursor): Demands | undefined {
  const what = cursor.one("ALGORITHM", "LOCK");
  if (what === undefined) return undefined;
  cursor.take("=");
  const values =
    what === "LOCK" ? ["DEFAULT", "NONE", "SHARED", "EXCLUSIVE"] : ["DEFAULT", "INSTANT", "NOCOPY", "INPLACE", "COPY"];
  const value = cursor.one(...values);
  if (value === undefined) throw notUnderstood;
  return what === "LOCK" ? { lock: value } : { algorithm: value };
}

/** MariaDB's NOWAIT and WAIT n. */
export function readWait(cursor: Cursor): Demands {
  if (cursor.take("NOWAIT")) return { waitSeconds: 0 };
  return cursor.take("WAIT") ? { waitSeconds: cursor.number() } : {};
}

/** Where the next clause may begin: what is read so far is all of this one. Between options of the table there need be no comma. */
function isClauseEnd(cursor: Cursor, from: number): boolean {
  if (cursor.isDone || cursor.is(",") || cursor.is("PARTITION", "BY") || cursor.is("REMOVE", "PARTITIONING"))
    return true;
  return isOption(cursor, from) && isOption(cursor, cursor.at);
}

function isOption({ sql, tokens, end }: Cursor, at: number): boolean {
  return tryOr(() => readTableOption(new Cursor(sql, tokens, at, end)), undefined) !== undefined;
}

function unknownClause(cursor: Cursor, from: number, table: TableName): Clause {
  cursor.at = from;
  const what = leadingWords(cursor);
  tryOr(
    () => cursor.skipTo(","),
    () => undefined,
  );
  if (cursor.at === from || cursor.is(")")) cursor.at = cursor.end;
  return { from, to: cursor.at, whats: [{ kind: "unknown", what: `ALTER TABLE ${what}`.trim(), tables: [table] }] };
}

/** The word that a statement or a clause begins with, and the next one where it cannot be a name. */
export function leadingWords({ tokens, at, end }: Cursor): string {
  const words = tokens.slice(at, Math.min(end, at + 2));
  return words
    .filter(({ kind, text }, index) => kind === "word" && (index === 0 || reserved.has(text)))
    .map(({ text }) => text)
    .join(" ");
}

const partitionClauses =
  /^(?:ADD|DROP|TRUNCATE|COALESCE|REORGANIZE|EXCHANGE|ANALYZE|CHECK|OPTIMIZE|REBUILD|REPAIR|DISCARD|IMPORT|CONVERT)$/;

function readClause(cursor: Cursor, table: TableName): What[] {
  const verb = cursor.token?.text ?? "";
  if (partitionClauses.test(verb) && (cursor.is(verb, "PARTITION") || cursor.is(verb, "TABLE"))) {
    if (cursor.is(verb, "TABLE")) throw notUnderstood;
    return [readPartitions(cursor, table, `${verb} PARTITION`)];
  }
  if (cursor.is("PARTITION", "BY")) return [readPartitions(cursor, table, "PARTITION BY")];
  if (cursor.take("REMOVE", "PARTITIONING")) return [form("REMOVE PARTITIONING", [table])];
  if (cursor.take("ADD")) return readAdd(cursor, table);
  if (cursor.take("DROP")) return [readDrop(cursor, table)];
  if (cursor.take("MODIFY") || cursor.take("CHANGE")) {
    const isChange = verb === "CHANGE";
    cursor.take("COLUMN");
    cursor.take("IF", "EXISTS");
    const former = isChange ? cursor.name() : undefined;
    const column = readColumn(cursor);
    return [{ kind: "redeclareColumn", table, formerName: former ?? column.name, column, ...readPosition(cursor) }];
  }
  if (cursor.take("ALTER")) return [readAlterPart(cursor, table)];
  if (cursor.take("RENAME")) return [readRename(cursor, table)];
  if (cursor.take("CONVERT", "TO")) {
    if (!cursor.take("CHARSET")) cursor.need("CHARACTER", "SET");
    cursor.next();
    if (cursor.take("COLLATE")) cursor.next();
    return [form("CONVERT TO CHARACTER SET", [table])];
  }
  if (cursor.take("ORDER", "BY")) {
    cursor.list((each) => {
      each.name();
      each.one("ASC", "DESC");
    });
    return [form("ORDER BY", [table])];
  }
  const plain = [
    "ENABLE KEYS",
    "DISABLE KEYS",
    "DISCARD TABLESPACE",
    "IMPORT TABLESPACE",
    "WITH VALIDATION",
    "WITHOUT VALIDATION",
    "FORCE",
  ];
  const words = plain.find((each) => cursor.take(...each.split(" ")));
  if (words !== undefined) return [form(words, [table])];
  const option = readTableOption(cursor);
  if (option === undefined) throw notUnderstood;
  const { what, text } = option;
  return [what === "COMMENT" ? { kind: "comment", onColumn: undefined, text } : form(what, [table])];
}

const partsNamed = /^(?:DROP|TRUNCATE|ANALYZE|CHECK|OPTIMIZE|REBUILD|REPAIR|DISCARD|IMPORT) /;

/** What is said of partitions: of those that it declares no more than that they are there. */
function readPartitions(cursor: Cursor, table: TableName, what: string): What {
  const [verb] = what.split(" ");
  cursor.at += 2;
  if (verb === "EXCHANGE") {
    cursor.name();
    cursor.need("WITH", "TABLE");
    const other = cursor.table();
    if (cursor.one("WITH", "WITHOUT") !== undefined) cursor.need("VALIDATION");
    return form(what, [table, other]);
  }
  if (partsNamed.test(what)) {
    if (verb === "DROP") cursor.take("IF", "EXISTS");
    if (!cursor.take("ALL")) cursor.list((each) => each.name());
    if (verb === "DISCARD" || verb === "IMPORT") cursor.need("TABLESPACE");
    return form(what, [table]);
  }
  if (cursor.isDone) throw notUnderstood;
  cursor.skipTo();
  return form(what, [table]);
}

function readAdd(cursor: Cursor, table: TableName): What[] {
  const from = cursor.at;
  cursor.take("COLUMN");
  cursor.take("IF", "NOT", "EXISTS");
  if (cursor.is("(")) return cursor.listed((each) => readElement(each, table));
  cursor.at = from;
  return [readElement(cursor, table)];
}

function readDrop(cursor: Cursor, table: TableName): What {
  if (cursor.take("PRIMARY", "KEY")) return { kind: "dropConstraint", table, name: "PRIMARY", of: "primary" };
  const what = ["FOREIGN KEY", "CONSTRAINT", "CHECK", "INDEX", "KEY"].find((words) => cursor.take(...words.split(" ")));
  if (what === undefined) cursor.take("COLUMN");
  cursor.take("IF", "EXISTS");
  const name = cursor.name();
  switch (what) {
    case undefined:
      cursor.one("RESTRICT", "CASCADE");
      return { kind: "dropColumn", table, column: name };
    case "INDEX":
    case "KEY":
      return dropIndex(table, name);
    case "CONSTRAINT":
      return { kind: "dropConstraint", table, name };
    default:
      return { kind: "dropConstraint", table, name, of: what === "CHECK" ? "check" : "foreign-key" };
  }
}

/** The index PRIMARY is the primary key. */
export function dropIndex(table: TableName, name: string): What {
  return name.toUpperCase() === "PRIMARY"
    ? { kind: "dropConstraint", table, name: "PRIMARY", of: "primary" }
    : { kind: "dropIndex", name: { name }, isConcurrent: false, onTable: table };
}

function readAlterPart(cursor: Cursor, table: TableName): What {
  const what = cursor.one("INDEX", "KEY", "CHECK", "CONSTRAINT", "COLUMN") ?? "COLUMN";
  cursor.take("IF", "EXISTS");
  const name = cursor.name();
  if (what === "CHECK" || what === "CONSTRAINT") {
    const not = cursor.take("NOT") ? "NOT " : "";
    cursor.need("ENFORCED");
    return form(`ALTER CONSTRAINT ${not}ENFORCED`, [table]);
  }
  if (what === "INDEX" || what === "KEY") {
    const not = cursor.take("NOT") ? "NOT " : "";
    const says = not === "" ? cursor.one("VISIBLE", "INVISIBLE", "IGNORED") : cursor.one("IGNORED");
    if (says === undefined) throw notUnderstood;
    return form(`ALTER INDEX ${not}${says}`, [table]);
  }
  const column = name;
  if (cursor.take("DROP", "DEFAULT")) return { kind: "setDefault", table, column, defaultSql: undefined };
  cursor.need("SET");
  const seen = cursor.one("VISIBLE", "INVISIBLE");
  if (seen !== undefined) return form(`ALTER COLUMN ${seen}`, [table], { column });
  cursor.need("DEFAULT");
  return { kind: "setDefault", table, column, defaultSql: readDefault(cursor).defaultSql };
}

function readRename(cursor: Cursor, table: TableName): What {
  if (cursor.take("COLUMN")) {
    cursor.take("IF", "EXISTS");
    const column = cursor.name();
    cursor.need("TO");
    return { kind: "renameColumn", table, column, newName: cursor.name() };
  }
  if (cursor.one("INDEX", "KEY") !== undefined) {
    cursor.take("IF", "EXISTS");
    cursor.name();
    cursor.need("TO");
    cursor.name();
    return form("RENAME INDEX", [table]);
  }
  cursor.one("TO", "AS", "=");
  return renameTable(table, cursor.table());
}

/** A table that goes to another schema is one that is gone where it was. */
export function renameTable(table: TableName, to: TableName): What {
  if (to.schema === undefined || to.schema === table.schema) return { kind: "renameTable", table, newName: to.name };
  const gone = { what: "table", name: table, newName: `${to.schema}.${to.name}` } as const;
  return form("RENAME TO SCHEMA", [table], { gone });
}
