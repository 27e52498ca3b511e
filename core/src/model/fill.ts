import type { TableName } from "./names.js";

/**
 * Where the value for a row that lacks one comes from.
 * `backfill`: an initial value, used when the column is NULL. `mirror`: follows its source until contract.
 */
export interface Fill {
  readonly kind: "backfill" | "mirror";
  /** A SQL expression over the table's own columns and what they lead to in other tables, as the user wrote it. */
  readonly sql: string;
  /** The same, every column quoted: `lower("email")`. */
  readonly rowSql: string;
  /** The same inside a trigger function: `lower(NEW."email")`. */
  readonly newSql: string;
  /** The same over the row before the update: `lower(OLD."email")`. */
  readonly oldSql: string;
  /** The columns it reads. */
  readonly reads: readonly string[];
  /** It uses built-in functions, types and operators only; otherwise the trigger function pins its search path. */
  readonly isBuiltinOnly: boolean;
  /** Its value depends on settings of the session, so it is evaluated under stated ones: `rowSql` and the trigger's function set them. */
  readonly dependsOnSession?: true;
  /** Tables that its subqueries look at, with the columns that they read; absent: it has no subquery. */
  readonly lookUps?: readonly LookedUp[];
  /**
   * No trigger evaluates it, as what it looks at comes after the row (its children, say): new rows of code that does not know the
   * column stay NULL until the backfill looks back. Absent: a trigger does.
   */
  readonly withoutTrigger?: true;
  /** Where the user wrote it: `prisma/schema.prisma:14`. */
  readonly source: string;
}

/** A table that a fill looks at, as the user names it. */
export interface LookedUp {
  readonly table: TableName;
  readonly columns: readonly string[];
}

/**
 * A value that SQL cannot compute: a function of lockstep.config.ts, run by the backfill. No trigger can call it, so new rows of code
 * that does not know the column stay NULL until the backfill looks back.
 */
export interface ComputedFill {
  /** `User.handle`: where it stands under `fills`. */
  readonly name: string;
  /** The columns of a row that it is given, by their names in the database. */
  readonly reads: readonly string[];
  /** For databases that skip releases, where no backfill runs between the phases; absent: those refuse rows without a value. */
  readonly fallback?: Fill;
  /** The file that has it: `lockstep.config.ts`. */
  readonly source: string;
}

/** Where a column's value comes from: an expression, a function, or neither. */
export interface ValueSource {
  readonly fill?: Fill;
  readonly compute?: ComputedFill;
}

/** Whether rows that exist get a value of their own. */
export function isFilled({ fill, compute }: ValueSource): boolean {
  return fill !== undefined || compute !== undefined;
}

/** The columns that a value is made from. */
export function readsOf({ fill, compute }: ValueSource): readonly string[] {
  return [...(fill?.reads ?? []), ...(compute?.reads ?? []), ...(compute?.fallback?.reads ?? [])];
}

/** What a value is made from in other tables. */
export function lookUpsOf({ fill, compute }: ValueSource): readonly LookedUp[] {
  return [...(fill?.lookUps ?? []), ...(compute?.fallback?.lookUps ?? [])];
}

/** `function fills.User.handle of lockstep.config.ts` */
export function functionLabel({ name, source }: Pick<ComputedFill, "name" | "source">): string {
  return `function fills.${name} of ${source}`;
}

/** `lower(email)`, or the function by its name; empty when there is neither. */
export function valueLabel({ fill, compute }: ValueSource): string {
  return fill?.sql ?? (compute === undefined ? "" : functionLabel(compute));
}

/** The settings that an expression which depends on the session is evaluated under, for people. */
export const statedSettingsWords = "TimeZone UTC, DateStyle ISO and locale C";
