import type { ColumnDeclaration, ColumnPosition, InlineConstraint, TableName } from "../../model/index.js";
import { type Cursor, notUnderstood } from "./cursor.js";
import { countedNulls } from "./expressions.js";
import { readReferences } from "./read-foreign-key.js";
import { nameOrString, readType } from "./read-type.js";

/** What of a declaration is read one clause at a time. */
interface Said {
  defaultSql?: string;
  isDefaultStored: boolean;
  notNull: boolean;
  isGenerated: boolean;
  isVirtual: boolean;
  isIdentity: boolean;
  isUnique: boolean;
  isPrimaryKey: boolean;
  collationSql?: string;
  storageSql?: string;
  onUpdateSql?: string;
  comment?: string;
  isInvisible?: true;
  checksNull?: true;
  references?: InlineConstraint & { readonly table: TableName };
  hasOther: boolean;
}

/** A column declaration, from its name on. */
export function readColumn(cursor: Cursor): ColumnDeclaration {
  const name = cursor.name();
  const { isSerial = false, ...type } = readType(cursor);
  const said: Said = {
    isDefaultStored: true,
    notNull: isSerial,
    isGenerated: false,
    isVirtual: false,
    isIdentity: isSerial,
    isUnique: isSerial,
    isPrimaryKey: false,
    hasOther: false,
  };
  const checks: InlineConstraint[] = [];
  while (readAttribute(cursor, said, checks)) {}
  const { isVirtual, references, ...rest } = said;
  return {
    name,
    ...type,
    ...rest,
    notNull: said.notNull || said.isPrimaryKey || said.isIdentity,
    ...(isVirtual ? { isVirtual: true } : {}),
    // AUTO_INCREMENT is of the column, as an identity is: no sequence stands behind it that has a name of its own.
    isSerial: false,
    ...(references === undefined ? {} : { references: { ...references, isValidated: said.defaultSql !== undefined } }),
    checks,
  };
}

/** FIRST, AFTER: where a clause of ALTER TABLE puts the column. */
export function readPosition(cursor: Cursor): { readonly position?: ColumnPosition } {
  if (cursor.take("FIRST")) return { position: "first" };
  return cursor.take("AFTER") ? { position: { after: cursor.name() } } : {};
}

/** One attribute; false: none follows. */
function readAttribute(cursor: Cursor, said: Said, checks: InlineConstraint[]): boolean {
  const from = cursor.at;
  if (cursor.take("NOT", "NULL")) said.notNull = true;
  else if (cursor.take("NULL")) return true;
  else if (cursor.take("DEFAULT")) {
    const { defaultSql, isStored } = readDefault(cursor);
    said.isDefaultStored = isStored;
    if (defaultSql === undefined) delete said.defaultSql;
    else said.defaultSql = defaultSql;
  } else if (cursor.take("AUTO_INCREMENT")) said.isIdentity = true;
  else if (cursor.take("SERIAL", "DEFAULT", "VALUE")) {
    said.isIdentity = true;
    said.isUnique = true;
  } else if (cursor.take("UNIQUE")) {
    cursor.take("KEY");
    said.isUnique = true;
  } else if (cursor.take("PRIMARY")) {
    // PRIMARY alone is one as well.
    cursor.take("KEY");
    said.isPrimaryKey = true;
  } else if (cursor.take("KEY")) said.isPrimaryKey = true;
  else if (cursor.take("COMMENT")) said.comment = cursor.string();
  else if (cursor.take("COLLATE")) said.collationSql = nameOrString(cursor);
  else if (cursor.take("CHARACTER", "SET") || cursor.take("CHARSET"))
    said.storageSql = `CHARACTER SET ${nameOrString(cursor)}`;
  else if (cursor.take("ON", "UPDATE")) said.onUpdateSql = readNow(cursor);
  else if (cursor.take("INVISIBLE")) said.isInvisible = true;
  else if (cursor.take("VISIBLE")) return true;
  else if (cursor.is("GENERATED") || cursor.is("AS")) {
    if (cursor.take("GENERATED")) cursor.need("ALWAYS");
    cursor.need("AS");
    if (!cursor.is("(")) throw notUnderstood;
    cursor.group();
    said.isGenerated = true;
    // Without a word of it, nothing is stored.
    said.isVirtual = cursor.one("STORED", "PERSISTENT") === undefined;
    if (said.isVirtual) cursor.take("VIRTUAL");
  } else if (cursor.is("CONSTRAINT") || cursor.is("CHECK") || cursor.is("REFERENCES")) {
    if (cursor.take("CONSTRAINT") && !cursor.is("CHECK")) cursor.name();
    if (cursor.take("CHECK")) {
      const refusesNull = countedNulls(cursor.group()).length > 0;
      if (cursor.take("NOT", "ENFORCED")) said.hasOther = true;
      else {
        cursor.take("ENFORCED");
        if (refusesNull) said.checksNull = true;
      }
      checks.push({ sql: cursor.sliceFrom(from) });
    } else {
      cursor.need("REFERENCES");
      const { references: table } = readReferences(cursor);
      said.hasOther ||= said.references !== undefined;
      said.references = { sql: cursor.sliceFrom(from), table };
    }
  } else {
    said.hasOther = readOther(cursor) || said.hasOther;
    return cursor.at > from;
  }
  return true;
}

/** Attributes that no unit describes. */
function readOther(cursor: Cursor): boolean {
  if (
    cursor.take("COMPRESSED") ||
    cursor.take("WITHOUT", "SYSTEM", "VERSIONING") ||
    cursor.take("WITH", "SYSTEM", "VERSIONING")
  )
    return true;
  if (cursor.take("SRID")) return cursor.number() >= 0;
  if (cursor.take("COLUMN_FORMAT")) return cursor.one("FIXED", "DYNAMIC", "DEFAULT") !== undefined;
  if (cursor.take("STORAGE")) return cursor.one("DISK", "MEMORY") !== undefined;
  if (cursor.one("ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE") === undefined) return false;
  cursor.take("=");
  cursor.string();
  return true;
}

/** A literal, `CURRENT_TIMESTAMP(3)`, an expression in parentheses; in MariaDB a function as well. NULL is none. */
export function readDefault(cursor: Cursor): { readonly defaultSql: string | undefined; readonly isStored: boolean } {
  const from = cursor.at;
  let isStored = true;
  if (cursor.is("(")) {
    const inside = cursor.group();
    if (inside.isDone) throw notUnderstood;
    isStored = inside.end - inside.at === 1 && isLiteral(inside);
  } else {
    const { kind, text } = cursor.next();
    const isNow = kind === "word" && nows.has(text);
    if (kind === "word" && cursor.is("(")) {
      isStored = isNow;
      cursor.group();
    } else if (text === "NEXT" && cursor.take("VALUE", "FOR")) {
      isStored = false;
      cursor.table();
    } else if (kind === "sign" && (text === "-" || text === "+")) cursor.number();
    else if (!isNow && !isLiteral(cursor.within(from, cursor.end))) throw notUnderstood;
    while (cursor.token?.kind === "string") cursor.next();
    if (kind === "word" && text === "NULL") return { defaultSql: undefined, isStored };
  }
  return { defaultSql: cursor.sliceFrom(from), isStored };
}

const nows: ReadonlySet<string> = new Set(["CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP"]);

function isLiteral(cursor: Cursor): boolean {
  const { kind, text } = cursor.next();
  if (kind === "string" || kind === "quoted" || kind === "number") return true;
  if (kind !== "word") return false;
  // `_utf8mb4'x'`, `b'1'`, `DATE '2020-01-01'`
  return text === "NULL" || text === "TRUE" || text === "FALSE" || cursor.token?.kind === "string";
}

function readNow(cursor: Cursor): string {
  const from = cursor.at;
  if (!nows.has(cursor.next().text)) throw notUnderstood;
  if (cursor.is("(")) cursor.group();
  return cursor.sliceFrom(from);
}
