import type { ColumnAttributes } from "./column-schema.js";
import type { TableName } from "./names.js";

export type { ColumnAttributes, ColumnPosition, Deferrable, ReferentialAction } from "./column-schema.js";

/** These alone. */
export function attributesOf(attributes: ColumnAttributes): ColumnAttributes {
  const { storageSql, collationSql, onUpdateSql, comment, displayWidth } = attributes;
  return {
    ...(storageSql === undefined ? {} : { storageSql }),
    ...(collationSql === undefined ? {} : { collationSql }),
    ...(onUpdateSql === undefined ? {} : { onUpdateSql }),
    ...(comment === undefined ? {} : { comment }),
    ...(displayWidth === undefined ? {} : { displayWidth }),
  };
}

/** A column as a statement declares it. */
export interface ColumnDeclaration extends ColumnAttributes {
  readonly name: string;
  /** As the statement spells it: `TEXT`, `VARCHAR(64)`. */
  readonly typeSql: string;
  /** As `format_type` prints it: `text`, `character varying(64)`; unknown (user-defined) types as they are spelled. */
  readonly type: string;
  readonly notNull: boolean;
  readonly defaultSql?: string;
  /** DEFAULT NULL: not even the default of its domain. */
  readonly isDefaultNull?: true;
  /** A default whose value PostgreSQL stores once in the catalog (constants, now()): no rewrite. */
  readonly isDefaultStored: boolean;
  /** Of a default that counts as not stored: the functions that cause it. Absent: another reason. */
  readonly defaultFunctions?: readonly string[];
  readonly isGenerated: boolean;
  /** The columns that its expression names. Absent: it is not generated, or they were not read. */
  readonly computedFrom?: readonly string[];
  /** The functions that its expression calls. */
  readonly computedBy?: readonly string[];
  /** Computed on read, not stored. Absent: a generated column is stored. */
  readonly isVirtual?: true;
  /** The database numbers its rows: GENERATED … AS IDENTITY, AUTO_INCREMENT. */
  readonly isIdentity: boolean;
  /** PostgreSQL only: the type creates a sequence and a default that uses it. */
  readonly isSerial: boolean;
  readonly isUnique: boolean;
  readonly isPrimaryKey: boolean;
  /** A type that PostgreSQL does not provide: an enum, a domain, an extension's. Absent for built-in types, and for all arrays. */
  readonly ownType?: TableName;
  /** The values of ENUM or SET. */
  readonly values?: readonly string[];
  /** `SELECT *` and an INSERT without columns skip it. */
  readonly isInvisible?: true;
  /** REFERENCES after the type. Without a DEFAULT clause the server does not check existing rows: all of them are NULL. */
  readonly references?: InlineConstraint & {
    readonly table: TableName;
    /** Absent: its primary key. */
    readonly columns?: readonly string[];
    readonly isValidated: boolean;
  };
  /** CHECK after the type. */
  readonly checks: readonly InlineConstraint[];
  /** One of these checks rejects a row without a value. Absent: none, or they were not read. */
  readonly checksNull?: true;
  /** NO INHERIT, storage parameters …: not described by any unit. */
  readonly hasOther: boolean;
}

/** A constraint that a column is declared with. */
export interface InlineConstraint {
  /** Sliced from the source: `CONSTRAINT "fk" REFERENCES "Team"("id") ON DELETE CASCADE`. */
  readonly sql: string;
}

/** One part of an index that is more than a column. */
export interface IndexKey {
  /** Undefined: an expression. */
  readonly column: string | undefined;
  /** Prefix length, in characters or bytes. */
  readonly length?: number;
  readonly isDescending?: true;
}

/** An index as a statement declares it. */
export interface IndexDeclaration {
  readonly name: string;
  readonly isUnique: boolean;
  /** Plain columns. Undefined if the index has an expression, operator class, predicate or INCLUDE. */
  readonly columns: readonly string[] | undefined;
  /** Every column that it names, in keys, expressions, INCLUDE and predicate. */
  readonly reads: readonly string[];
  /** Of a unique one: the columns without whose value two rows may still collide. Absent: none. */
  readonly refusesNull?: readonly string[];
  /** An expression in a key, or a predicate: PostgreSQL rebuilds it for any change of a type that it reads. */
  readonly hasExpression?: true;
  readonly method: string;
  /** The text after the table's name, sliced from the source: `USING GIN ("tags" jsonb_path_ops)`. */
  readonly definition: string;
  /** MySQL's parts of it, if they are more than columns: prefixes, directions, expressions. */
  readonly keys?: readonly IndexKey[];
}

/** A table constraint of CREATE TABLE, or the key of a column. */
export interface TableConstraint {
  readonly kind: "primary" | "unique" | "foreign-key" | "check" | "exclusion";
  readonly name: string | undefined;
  /** Of a check: the columns that it proves not NULL. */
  readonly columns: readonly string[];
  /** Of a check: every column that it names. */
  readonly reads?: readonly string[];
  /** Of a check: the functions that it calls. */
  readonly calls?: readonly string[];
  /** Of a foreign key. */
  readonly references?: TableName;
  /** Of a foreign key. Absent: the primary key of the other table, or a key that was declared with a column. */
  readonly referencedColumns?: readonly string[];
  /** Of a foreign key: changes of the referenced row change rows of this table. */
  readonly follows?: true;
  /** Of a key, if its parts are more than columns. */
  readonly keys?: readonly IndexKey[];
}

/** Whether a foreign key changes rows of its own table. @param actions as read, or a text that contains them */
export function following(...actions: readonly string[]): Pick<TableConstraint, "follows"> {
  const follows = actions.some((action) => /\b(?:CASCADE|SET\s+(?:NULL|DEFAULT))\b/i.test(action));
  return follows ? { follows } : {};
}

/** A user-defined type in the form of `ColumnDeclaration.type`: quoted where PostgreSQL would quote it. */
export function userTypeText({ schema, name }: TableName): string {
  const quoted = (part: string) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`);
  return schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
}
