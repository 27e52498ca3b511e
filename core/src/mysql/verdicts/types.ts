import type { FormerTable } from "../../dialect/judging.js";
import type { ColumnDeclaration } from "../../model/index.js";
import { builds, copies, type DdlAlgorithm, instant, metadataOn, type Server, stronger } from "./ddl-algorithm.js";

/** The effect of another type, character set or order of a column on its table. */
export interface TypeChange {
  readonly ddl: DdlAlgorithm;
  /** A value may not fit: the statement fails, and so does code that writes such a value. */
  readonly fails?: "cast" | "lost-value";
  /** It depends on an unknown character set. */
  readonly isUnsure?: true;
}

const same: TypeChange = { ddl: instant };

/** @param table undefined if its options and indexes are unknown */
export function typeChange(
  former: ColumnDeclaration,
  column: ColumnDeclaration,
  table: FormerTable | undefined,
  server: Server,
): TypeChange {
  if (former.values !== undefined && column.values !== undefined && baseOf(former) === baseOf(column))
    return valuesChange(former, column);
  const charsets = charsetChange(former, column, table, server);
  if (former.type === column.type) return charsets;
  const sizes = [former, column].map(({ type }) => Number(/^var(?:char|binary)\((\d+)\)$/.exec(type)?.[1]));
  const [from = Number.NaN, to = Number.NaN] = sizes;
  if (baseOf(former) !== baseOf(column) || Number.isNaN(from) || Number.isNaN(to))
    return { ddl: copies, ...(widens(former.type, column.type) ? {} : { fails: "cast" }) };
  if (to < from) return { ddl: copies, fails: "cast" };
  const width = /^varbinary/.test(column.type) ? 1 : widthOf(charsetOf(column, table));
  const widths = width === undefined ? [1, 3, 4] : [width];
  const crossing = widths.filter((each) => crossesLengthByte(from * each, to * each, server));
  if (crossing.length === 0) {
    const isBuilt = server === "mariadb" && /^varbinary/.test(column.type) && isIndexed(former, table);
    return { ...charsets, ddl: stronger(charsets.ddl, isBuilt ? builds : metadataOn(server)) };
  }
  return { ddl: copies, ...(width === undefined ? { isUnsure: true } : {}) };
}

/** Lengths up to 255 bytes are stored in one byte, longer ones in two. MariaDB avoids a rewrite for lengths up to 127. */
function crossesLengthByte(from: number, to: number, server: Server): boolean {
  return to > 255 && from <= 255 && (server === "mysql" || from > 127);
}

/** Values appended to the list do not change stored values. */
function valuesChange(former: ColumnDeclaration, column: ColumnDeclaration): TypeChange {
  const [before, after] = [former.values ?? [], column.values ?? []];
  const isAppended = before.every((value, at) => after[at] === value);
  const bytes = (values: readonly string[]) =>
    baseOf(column) === "enum" ? values.length > 255 : [8, 16, 24, 32, 64].findIndex((most) => values.length <= most);
  if (isAppended && bytes(before) === bytes(after)) return same;
  return { ddl: copies, ...(before.every((value) => after.includes(value)) ? {} : { fails: "lost-value" }) };
}

function charsetChange(
  former: ColumnDeclaration,
  column: ColumnDeclaration,
  table: FormerTable | undefined,
  server: Server,
): TypeChange {
  if (!/^(?:varchar|char|tinytext|text|mediumtext|longtext|enum|set)\b/.test(column.type)) return same;
  const [before, after] = [charsetOf(former, table), charsetOf(column, table)];
  if (before !== after) {
    if (before === undefined || after === undefined) return { ddl: copies, fails: "cast", isUnsure: true };
    if (server === "mariadb" && before === "utf8mb3" && after === "utf8mb4")
      return { ddl: column.collationSql !== undefined && isIndexed(former, table) ? builds : instant };
    return { ddl: copies, ...(after === "utf8mb4" ? {} : { fails: "cast" }) };
  }
  const [from, to] = [former, column].map((each) => collationOf(each, table));
  if (from === to) return same;
  if (server === "mysql") return { ddl: copies };
  return { ddl: isIndexed(former, table) ? builds : instant };
}

function isIndexed({ name }: ColumnDeclaration, table: FormerTable | undefined): boolean {
  return table === undefined || table.indexes.some(({ columns }) => columns.includes(name));
}

/** InnoDB's limit for a key of the default row format, in bytes. */
export const longestKey = 3072;

/** The bytes of a column in a key. An unknown character set counts as the widest one. */
export function keyBytesOf(column: ColumnDeclaration, table: FormerTable | undefined): number {
  const [, base = "", size] = /^(\w+)(?:\((\d+)\))?/.exec(column.type) ?? [];
  if (/(?:text|blob|json)$/.test(base)) return Number.POSITIVE_INFINITY;
  if (/^(?:var)?binary$/.test(base)) return Number(size ?? 1);
  return /^(?:var)?char$/.test(base) ? Number(size ?? 1) * (widthOf(charsetOf(column, table)) ?? 4) : 8;
}

/** In lower case, without quotes; undefined: the database default, which no statement contains. */
function charsetOf({ storageSql, collationSql }: ColumnDeclaration, table: FormerTable | undefined) {
  const { optionsSql = "" } = table ?? {};
  const own = storageSql?.replace("CHARACTER SET ", "") ?? collationSql;
  const ofTable = optionOf(optionsSql, "CHARSET|CHARACTER\\s+SET|CHAR\\s+SET") ?? optionOf(optionsSql, "COLLATE");
  // A collation name starts with its character set.
  const name = plain(own ?? ofTable)?.replace(/_.*$/, "");
  return name === "utf8" ? "utf8mb3" : name;
}

function collationOf({ collationSql, storageSql }: ColumnDeclaration, table: FormerTable | undefined) {
  if (collationSql !== undefined) return plain(collationSql);
  return storageSql === undefined ? plain(optionOf(table?.optionsSql ?? "", "COLLATE")) : undefined;
}

function optionOf(optionsSql: string, words: string): string | undefined {
  return new RegExp(`\\b(?:${words})\\s*=?\\s*(['"\`]?\\w+)`, "i").exec(optionsSql)?.[1];
}

function plain(name: string | undefined): string | undefined {
  return name?.replace(/['"`]/g, "").toLowerCase();
}

/** The most bytes of a character; undefined: unknown character set. */
function widthOf(charset: string | undefined): number | undefined {
  if (charset === undefined) return undefined;
  if (/^(?:utf8mb4|utf16(?:le)?|utf32|gb18030)$/.test(charset)) return 4;
  if (charset === "utf8mb3" || /^(?:ujis|eucjpms)$/.test(charset)) return 3;
  return /^(?:ucs2|big5|gbk|gb2312|sjis|cp932|euckr)$/.test(charset) ? 2 : 1;
}

function baseOf({ type }: Pick<ColumnDeclaration, "type">): string {
  return /^\w+/.exec(type)?.[0] ?? type;
}

const integers = ["tinyint", "smallint", "mediumint", "int", "bigint"];
const texts = ["char", "varchar", "tinytext", "text", "mediumtext", "longtext"];
const blobs = ["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"];

/** Whether every value of one type is a value of the other. If in doubt, false. */
function widens(from: string, to: string): boolean {
  const [before, after] = [baseOf({ type: from }), baseOf({ type: to })];
  for (const [list, isLong] of [
    [integers, false],
    [texts, true],
    [blobs, true],
  ] as const) {
    const [lower, upper] = [list.indexOf(before), list.indexOf(after)];
    if (lower === -1 || upper === -1) continue;
    if (isLong) return upper > lower && (upper > 2 || (upper === 1 && sizeOf(from) <= sizeOf(to)));
    const [wasUnsigned, isUnsigned] = [from, to].map((type) => / unsigned/.test(type));
    return wasUnsigned === isUnsigned ? upper > lower : upper > lower && !isUnsigned;
  }
  if (before === "decimal" && after === "decimal") {
    const [[p = 0, s = 0] = [], [q = 0, t = 0] = []] = [from, to].map((type) => [...type.matchAll(/\d+/g)].map(Number));
    return t >= s && q - t >= p - s;
  }
  if (before === after && /^(?:datetime|timestamp|time)$/.test(before)) return (sizeOf(to) || 0) >= (sizeOf(from) || 0);
  return (before === "float" && after === "double") || (before === "date" && after === "datetime");
}

function sizeOf(type: string): number {
  return Number(/\((\d+)/.exec(type)?.[1] ?? 0);
}
