import { tableName } from "./names-schema.js";
import {
  boolean,
  either,
  filledList,
  isTrue,
  list,
  literal,
  number,
  type Of,
  object,
  oneOf,
  optional,
  type Schema,
  string,
} from "./schema.js";

// Columns in a plan, with their fills, indexes and keys.

const lookedUpShape = { table: tableName, columns: list(string) } as const;
/** A table that a fill reads, as the user names it. */
export interface LookedUp extends Of<typeof lookedUpShape> {}
const lookedUp: Schema<LookedUp> = object(lookedUpShape);

const fillShape = {
  kind: oneOf(["backfill", "mirror"]),
  /** A SQL expression over the table's own columns and the rows that they reference in other tables, as the user wrote it. */
  sql: string,
  /** The same, every column quoted: `lower("email")`. */
  rowSql: string,
  /** The same inside a trigger function: `lower(NEW."email")`. */
  newSql: string,
  /** The same over the row before the update: `lower(OLD."email")`. */
  oldSql: string,
  /** The columns it reads. */
  reads: list(string),
  /** It uses built-in functions, types and operators only; otherwise the trigger function pins its search path. */
  isBuiltinOnly: boolean,
  /** Its value depends on settings of the session, so it is evaluated under fixed ones: `rowSql` and the trigger's function set them. */
  dependsOnSession: optional(isTrue),
  /** Tables and columns that its subqueries read. Absent: it has no subquery. */
  lookUps: optional(list(lookedUp)),
  /**
   * No trigger evaluates it, because it reads rows that are inserted after the row (its children, for example). New rows of code deployed
   * before this change stay NULL until the backfill fills them. Absent: a trigger does.
   */
  withoutTrigger: optional(isTrue),
  /** Where the user wrote it: `prisma/schema.prisma:14`. */
  source: string,
} as const;
/**
 * The source of the value for a row that lacks one. `backfill`: an initial value, used when the column is NULL. `mirror`: follows its
 * source until contract.
 */
export interface Fill extends Of<typeof fillShape> {}
export const fill: Schema<Fill> = object(fillShape);

const computedFillShape = {
  /** `User.handle`: its key under `fills`. */
  name: string,
  /** The columns of a row that it receives, by their names in the database. */
  reads: list(string),
  /** For databases that skip releases, where no backfill runs between the phases. Absent: those reject rows without a value. */
  fallback: optional(fill),
  /** The file that contains it: `lockstep.config.ts`. */
  source: string,
} as const;
/**
 * A value that SQL cannot compute: a function of lockstep.config.ts, run by the backfill. No trigger can call it, so new rows of code
 * deployed before this change stay NULL until the backfill fills them.
 */
export interface ComputedFill extends Of<typeof computedFillShape> {}
export const computedFill: Schema<ComputedFill> = object(computedFillShape);

const sequenceShape = { name: string } as const;
/** The sequence of a serial column, in the schema of its table; its type is the column's. */
export interface SequenceSpec extends Of<typeof sequenceShape> {}
export const sequence: Schema<SequenceSpec> = object(sequenceShape);

export type Deferrable = "no" | "immediate" | "deferred";
const deferrable: Schema<Deferrable> = oneOf(["no", "immediate", "deferred"]);

const indexShape = {
  name: string,
  isUnique: boolean,
  columns: list(string),
  method: string,
  /** The SQL after the table's name, as the ORM wrote it; only if the index is more than `method` over plain `columns`. */
  definition: optional(string),
  /** It belongs to a unique constraint of the same name. Absent: the index is no constraint. */
  constraint: optional(object({ deferrable })),
} as const;
/** An index as a unit builds it. */
export interface UnitIndex extends Of<typeof indexShape> {}
export const index: Schema<UnitIndex> = object(indexShape);

const action = oneOf(["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]);
export type ReferentialAction = Of<{ readonly action: typeof action }>["action"];

const foreignKeyShape = {
  name: string,
  columns: list(string),
  references: tableName,
  referencedColumns: list(string),
  onUpdate: action,
  onDelete: action,
  isMatchFull: boolean,
  deferrable,
} as const;
/** A foreign key as a unit adds it. */
export interface ForeignKey extends Of<typeof foreignKeyShape> {}
export const foreignKey: Schema<ForeignKey> = object(foreignKeyShape);

const indexedByShape = { name: string, columns: list(string), isUnique: boolean } as const;
/** The part of an index that restricts values. */
export interface IndexedBy extends Of<typeof indexedByShape> {}
const indexedBy: Schema<IndexedBy> = object(indexedByShape);

const constraintsShape = {
  /** An index rejects a value that is too long for it, and a unique one also a value of another row. */
  indexes: list(indexedBy),
  foreignKeys: list(foreignKey),
  /** A CHECK, an exclusion, a unique index over an expression or some rows: a trigger cannot look these up. */
  hasOther: optional(isTrue),
} as const;
/** The constraints that the same change builds over a column: they may reject a value that the type accepts. */
export interface ValueConstraints extends Of<typeof constraintsShape> {}
export const constraints: Schema<ValueConstraints> = object(constraintsShape);

/** The position of a column among the existing ones. Absent: at the end, or unchanged. */
export type ColumnPosition = "first" | { readonly after: string };
export const position: Schema<ColumnPosition> = either(literal("first"), object({ after: string }));

export const attributesShape = {
  /** `STORAGE EXTERNAL COMPRESSION lz4`; on MySQL `CHARACTER SET latin1`. Absent: as the type, or the table, has it. */
  storageSql: optional(string),
  /** `"C"`, as SQL names it. Absent: the collation of the type; on MySQL of the table. */
  collationSql: optional(string),
  /** `CURRENT_TIMESTAMP(3)`: the value that any UPDATE of a row sets. MySQL only. */
  onUpdateSql: optional(string),
  /** As part of the declaration, as on MySQL: the text, not its literal. */
  comment: optional(string),
  /** `5` of `int(5)`: MariaDB keeps it, and TypeORM compares it. It changes no value. MySQL and MariaDB only. */
  displayWidth: optional(number),
} as const;
/** The attributes of a column besides its type, NOT NULL and default. */
export interface ColumnAttributes extends Of<typeof attributesShape> {}

const unitColumnShape = {
  name: string,
  /** As `format_type` prints it. */
  type: string,
  ...attributesShape,
  /** On MySQL, if the ORM's statement contains it. Absent: the last one. */
  position: optional(position),
  /** The model's own default, one that PostgreSQL stores once: existing rows get it with the column. */
  defaultSql: optional(string),
  /** The model's own default, set after the column was added: existing rows stay NULL, and nothing is rewritten. */
  laterDefaultSql: optional(string),
  /** Created with the column, and owned by it: the sequence of a serial type. */
  sequence: optional(sequence),
  /** Required from the start: only with a default that PostgreSQL stores once. */
  notNull: optional(isTrue),
  /** Without it there is no fill trigger and prove fills nothing. For a function only prove has one: its fallback. */
  fill: optional(fill),
  /** What the trigger checks before it sets a value. Absent: only the type can reject one. */
  constraints: optional(constraints),
} as const;
/** A column inside a unit. Names and types as in the database. */
export interface UnitColumn extends Of<typeof unitColumnShape> {}
export const unitColumn: Schema<UnitColumn> = object(unitColumnShape);

const keyColumnShape = { column: string, type: string } as const;
/** A column of a key, with its type as `format_type` prints it. */
export interface KeyColumn extends Of<typeof keyColumnShape> {}
const keyColumn: Schema<KeyColumn> = object(keyColumnShape);
/** Of a table: one column or more. */
export const key: Schema<readonly KeyColumn[]> = filledList(keyColumn);
/** The columns of each: `[["userId", "channel"]]`. */
export const uniqueKeys = list(list(string));
