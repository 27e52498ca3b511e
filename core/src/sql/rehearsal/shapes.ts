import type { TableName } from "../../model/index.js";

/** The properties that rows of a table must have, from the catalog of the scratch database. */
export interface TableShape extends Required<TableName> {
  /** Identifies the table. */
  readonly oid: string;
  /** `"public"."User"` */
  readonly quoted: string;
  readonly columns: readonly ColumnShape[];
  /** The columns of each unique index, the primary key first. For an index with expressions, the columns that it reads. */
  readonly uniqueKeys: readonly (readonly string[])[];
  readonly foreignKeys: readonly {
    readonly columns: readonly string[];
    readonly to: string;
    readonly toColumns: readonly string[];
  }[];
  /** `CHECK ((price > 0))`, and the columns that it reads. */
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
  /** The type under the domains. */
  readonly baseType: string;
  /** The labels of an enum, in order. */
  readonly labels: readonly string[];
  /** The element type of an array; null: not an array. */
  readonly elementType: string | null;
  readonly isRequired: boolean;
}

/** The properties of the values to generate. */
export interface Wanted {
  /** The mean size in bytes. */
  readonly width: number;
  /** The number of different values. */
  readonly distinct: number;
  /** Value numbers are below this: for drawn values, more exist than are used. */
  readonly numbers: number;
  /** Values are ordered like their numbers. */
  readonly isOrdered: boolean;
  readonly range: readonly [string, string] | undefined;
}

/** The values of a column that checks allow, if they restrict only that column in one of these ways. */
export type Allowed =
  | { readonly kind: "values"; readonly values: readonly string[] }
  /** Integers, as text. */
  | { readonly kind: "range"; readonly least: string; readonly greatest: string };
