import type { Allowed, ColumnShape, TableShape, Wanted } from "./shapes.js";

/** How a dialect generates row values: expressions over 64-bit integers. */
export interface NumberSql {
  /**
   * `INSERT` of rows whose values are expressions over `n`.
   *
   * @param values by column, in the order of the shape
   * @param from the first number; @param to exclusive
   */
  insert(shape: TableShape, values: readonly string[], from: number, to: number): string;
  literal(number: number): string;
  /** Integer division. */
  divided(number: string, by: number): string;
  /** Rounds down. */
  floor(number: string): string;
  /** A number from 0 to 1, without 1, for a row: deterministic, and seemingly random. */
  share(row: string, seed: number): string;
  /** An expression that uses a share several times. */
  withShare(share: string, made: (share: string) => string): string;
  /** The user's expression over the number `n`, for a row. */
  given(expression: string, row: string, column: ColumnShape): string;
  /** One of a list of expressions. */
  pick(values: readonly string[], number: string, column: ColumnShape): string;
  /** @returns undefined for an unknown type, such as one of an extension */
  valueOf(column: ColumnShape): ((number: string, wanted: Wanted) => string) | undefined;
  allowed(checks: TableShape["checks"], column: string): Allowed | undefined;
  /** The number of values of a type with few values; by `baseType`. */
  valuesOfType(column: ColumnShape): number | undefined;
}
