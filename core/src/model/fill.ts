/**
 * Where the value for a row that lacks one comes from.
 * `backfill`: an initial value, used when the column is NULL. `mirror`: follows its source until contract.
 */
export interface Fill {
  readonly kind: "backfill" | "mirror";
  /** A SQL expression over the table's own columns, as the user wrote it. */
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
  /** Where the user wrote it: `prisma/schema.prisma:14`. */
  readonly source: string;
}
