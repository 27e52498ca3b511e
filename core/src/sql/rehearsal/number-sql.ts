import type { Allowed, ColumnShape, TableShape, Wanted } from "./shapes.js";

/** How a dialect writes what rows are made of: expressions over whole numbers of 64 bits. */
export interface NumberSql {
  /**
   * `INSERT` of rows whose values are expressions over `n`.
   *
   * @param values by column, in the order of the shape
   * @param from the first number; @param to behind the last one
   */
  insert(shape: TableShape, values: readonly string[], from: number, to: number): string;
  literal(number: number): string;
  /** Without what is left over. */
  divided(number: string, by: number): string;
  /** The whole number below. */
  floor(number: string): string;
  /** Between 0 and 1, without 1, of a row: the same each time, and as if drawn. */
  share(row: string, seed: number): string;
  /** An expression that needs a share several times. */
  withShare(share: string, made: (share: string) => string): string;
  /** What the user has given, over the number `n`, for a row. */
  given(expression: string, row: string, column: ColumnShape): string;
  /** One of a list of expressions. */
  pick(values: readonly string[], number: string, column: ColumnShape): string;
  /** @returns undefined for a type that nobody knows: one of an extension */
  valueOf(column: ColumnShape): ((number: string, wanted: Wanted) => string) | undefined;
  allowed(checks: TableShape["checks"], column: string): Allowed | undefined;
  /** How many values a type has, of those that have few; by `baseType`. */
  valuesOfType(column: ColumnShape): number | undefined;
}
