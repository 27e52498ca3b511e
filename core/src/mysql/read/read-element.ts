import type {
  ColumnDeclaration,
  ColumnPosition,
  IndexKey,
  OperationKind,
  OperationOf,
  TableName,
} from "../../model/index.js";
import { type Cursor, notUnderstood } from "./cursor.js";
import { columnsOf, countedNulls, notNullIn } from "./expressions.js";
import { readColumn, readPosition } from "./read-column.js";
import { readReferences } from "./read-foreign-key.js";

/** What an operation is about, without the place where it stands. */
export type Described<K extends OperationKind> = K extends unknown
  ? Omit<OperationOf<K>, "statement" | "sql" | "line" | "demands">
  : never;

/** What CREATE TABLE declares, and what ADD of ALTER TABLE adds. */
export type Element = Described<
  "addColumn" | "createIndex" | "addPrimaryKey" | "addUnique" | "addForeignKey" | "addCheck"
>;

/** A key, a constraint or, where it is neither, a column. */
export function readElement(cursor: Cursor, table: TableName): Element {
  const from = cursor.at;
  const isNamed = cursor.take("CONSTRAINT");
  if (isNamed) cursor.take("IF", "NOT", "EXISTS");
  const isBare = ["PRIMARY", "UNIQUE", "FOREIGN", "CHECK"].some((word) => cursor.is(word));
  const name = isNamed && !isBare ? cursor.name() : undefined;
  const named = { table, name };
  if (cursor.take("PRIMARY", "KEY")) {
    // Its name is PRIMARY, whatever the statement says.
    if (!cursor.is("(") && !cursor.is("USING")) cursor.name();
    const { columns, keys } = readIndex(cursor);
    return {
      kind: "addPrimaryKey",
      ...named,
      columns: columns ?? keys.map(({ column = "" }) => column),
      ...kept(keys),
    };
  }
  if (cursor.take("UNIQUE")) {
    const word = cursor.one("INDEX", "KEY");
    const own = indexName(cursor) ?? name;
    const index = readIndex(cursor);
    if (word !== undefined && !isNamed) return createIndex(table, own, { ...index, isUnique: true });
    const { columns = index.reads, keys, counted, hasOther } = index;
    const refusing = counted.length > 0 ? { refusesNull: counted } : {};
    return { kind: "addUnique", table, name: own, columns, deferrable: "no", ...refusing, hasOther, ...kept(keys) };
  }
  if (cursor.take("FOREIGN", "KEY")) {
    cursor.take("IF", "NOT", "EXISTS");
    const index = cursor.is("(") ? undefined : cursor.name();
    const columns = cursor.listed((each) => each.name());
    cursor.need("REFERENCES");
    const references = readReferences(cursor);
    const hasOther = references.hasOther || index !== undefined;
    return { kind: "addForeignKey", ...named, columns, ...references, hasOther, deferrable: "no", isValid: true };
  }
  if (cursor.take("CHECK")) {
    const condition = cursor.group();
    const reads = columnsOf(condition);
    const refusesNull = countedNulls(condition);
    const isEnforced = !cursor.take("NOT", "ENFORCED");
    if (isEnforced) cursor.take("ENFORCED");
    return {
      kind: "addCheck",
      ...named,
      reads,
      ...notNullIn(condition),
      isValid: true,
      ...(isEnforced ? {} : { isEnforced }),
      ...(isEnforced && refusesNull.length > 0 ? { refusesNull } : {}),
    };
  }
  if (isNamed) throw notUnderstood;
  const special = cursor.one("FULLTEXT", "SPATIAL");
  if (special !== undefined || cursor.is("INDEX") || cursor.is("KEY")) {
    cursor.one("INDEX", "KEY");
    const own = indexName(cursor);
    return createIndex(table, own, readIndex(cursor, special?.toLowerCase()));
  }
  cursor.at = from;
  cursor.take("COLUMN");
  cursor.take("IF", "NOT", "EXISTS");
  return addColumn(table, readColumn(cursor), readPosition(cursor));
}

function addColumn(
  table: TableName,
  column: ColumnDeclaration,
  position: { readonly position?: ColumnPosition },
): Element {
  return { kind: "addColumn", table, column, ...position };
}

function indexName(cursor: Cursor): string | undefined {
  cursor.take("IF", "NOT", "EXISTS");
  return cursor.is("(") || cursor.is("USING") || cursor.is("TYPE") ? undefined : cursor.name();
}

/** An index, from what follows its name, or the table's. */
export interface IndexParts {
  readonly columns: readonly string[] | undefined;
  readonly keys: readonly IndexKey[];
  readonly reads: readonly string[];
  /** Of its expressions: the columns whose NULL is not passed on. */
  readonly counted: readonly string[];
  readonly method: string;
  readonly definition: string;
  readonly hasOther: boolean;
  readonly isUnique?: true;
}

export function createIndex(table: TableName, name: string | undefined, parts: IndexParts): Described<"createIndex"> {
  const { keys, hasOther, counted, isUnique = false, ...index } = parts;
  const refusing = isUnique && counted.length > 0 ? { refusesNull: counted } : {};
  return {
    kind: "createIndex",
    table,
    name: name ?? "",
    ...index,
    isUnique,
    isConcurrent: false,
    ...refusing,
    ...kept(keys),
  };
}

/** Parts that are more than columns. */
function kept(keys: readonly IndexKey[]): { readonly keys?: readonly IndexKey[] } {
  return keys.every(isPlain) ? {} : { keys };
}

function isPlain({ column, length, isDescending }: IndexKey): boolean {
  return column !== undefined && length === undefined && isDescending === undefined;
}

/** The parts of an index, with its options. */
export function readIndex(cursor: Cursor, special?: string): IndexParts {
  const from = cursor.at;
  let method = special ?? readMethod(cursor) ?? "btree";
  const reads = new Set<string>();
  const counted = new Set<string>();
  const keys = cursor.listed((each) => readKey(each, reads, counted));
  let hasOther = false;
  for (;;) {
    const named = readMethod(cursor);
    if (named !== undefined) method = special ?? named;
    else if (!readIndexOption(cursor)) break;
    else hasOther = true;
  }
  const isAll = keys.every(isPlain);
  return {
    columns: isAll ? keys.map(({ column = "" }) => column) : undefined,
    keys,
    reads: [...reads],
    counted: [...counted],
    method,
    definition: cursor.sliceFrom(from),
    hasOther: hasOther || !isAll,
  };
}

function readMethod(cursor: Cursor): string | undefined {
  if (!cursor.take("USING") && !cursor.take("TYPE")) return undefined;
  const method = cursor.one("BTREE", "HASH", "RTREE");
  if (method === undefined) throw notUnderstood;
  return method.toLowerCase();
}

function readKey(cursor: Cursor, reads: Set<string>, counted: Set<string>): IndexKey {
  if (cursor.is("(")) {
    const expression = cursor.group();
    for (const column of columnsOf(expression)) reads.add(column);
    for (const column of countedNulls(expression)) counted.add(column);
    return { column: undefined, ...direction(cursor) };
  }
  const column = cursor.name();
  reads.add(column);
  const [length] = cursor.is("(") ? cursor.listed((each) => each.number()) : [];
  return { column, ...(length === undefined ? {} : { length }), ...direction(cursor) };
}

function direction(cursor: Cursor): { readonly isDescending?: true } {
  if (cursor.take("DESC")) return { isDescending: true };
  cursor.take("ASC");
  return {};
}

function readIndexOption(cursor: Cursor): boolean {
  if (cursor.one("VISIBLE", "INVISIBLE", "IGNORED") !== undefined || cursor.take("NOT", "IGNORED")) return true;
  if (cursor.take("WITH", "PARSER")) return cursor.name() !== "";
  if (cursor.take("COMMENT")) return cursor.string() !== undefined;
  const option = cursor.one("KEY_BLOCK_SIZE", "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE", "CLUSTERING");
  if (option === undefined) return false;
  cursor.take("=");
  const { kind } = cursor.next();
  if (kind === "sign") throw notUnderstood;
  return true;
}
