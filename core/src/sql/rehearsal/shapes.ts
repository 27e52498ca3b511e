import type { TableName } from "../../model/index.js";

/** What rows of a table have to be like, as the catalogue of the stage says it. */
export interface TableShape extends Required<TableName> {
  /** Tells it from every other table. */
  readonly oid: string;
  /** `"public"."User"` */
  readonly quoted: string;
  readonly columns: readonly ColumnShape[];
  /** Of each unique index over plain columns, and the columns that others are about, the primary key first. */
  readonly uniqueKeys: readonly (readonly string[])[];
  readonly foreignKeys: readonly {
    readonly columns: readonly string[];
    readonly to: string;
    readonly toColumns: readonly string[];
  }[];
  /** `CHECK ((price > 0))`, and the columns that it is about. */
  readonly checks: readonly {
    readonly name: string;
    readonly definition: string;
    readonly columns: readonly string[];
  }[];
}

export interface ColumnShape {
  readonly name: string;
  /** As the server prints it. */
  readonly type: string;
  /** Below domains. */
  readonly baseType: string;
  /** Of an enum, in its order. */
  readonly labels: readonly string[];
  /** Of an array; null: it is none. */
  readonly elementType: string | null;
  readonly isRequired: boolean;
}

/** What a value is made to. */
export interface Wanted {
  /** Mean bytes. */
  readonly width: number;
  /** How many values there are. */
  readonly distinct: number;
  /** Numbers are below this one: of values that are drawn there are more than come out. */
  readonly numbers: number;
  /** Values in the order of their numbers. */
  readonly isOrdered: boolean;
  readonly range: readonly [string, string] | undefined;
}

/** What checks allow of a column, as far as they say it of that column alone in one of these ways. */
export type Allowed =
  | { readonly kind: "values"; readonly values: readonly string[] }
  /** Whole numbers, as text. */
  | { readonly kind: "range"; readonly least: string; readonly greatest: string };
