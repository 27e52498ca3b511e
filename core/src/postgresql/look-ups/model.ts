import type { TableName } from "../../model/names.js";
import type { LookedUpTable } from "../../sql/fill-context.js";
import type { AnyNode } from "../read/walk.js";

/** What stands in FROM, under the name that columns are qualified with. */
export interface Source {
  readonly name: string;
  /** Absent: a subquery, or rows that stand in the statement. */
  readonly table?: TableName;
  readonly columns: readonly string[];
  /** No two rows are the same in all columns of one of them; an empty one: there is one row at most. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** Rows of tables, not of an aggregate. */
  readonly isPlain: boolean;
}

/** The columns that a part of a query sees; then those of the queries around it, then those of the row. */
export interface Scope {
  readonly sources: readonly Source[];
  readonly outer: Scope | undefined;
}

/** Where a name in a subquery leads. */
export type Resolved =
  | { readonly kind: "row" }
  | { readonly kind: "source"; readonly source: Source; readonly column: string; readonly isKnown: boolean };

/** One subquery of an expression. */
export interface LookUp {
  /** It never gives more than one row: by unique keys, by an aggregate, or by LIMIT 1. EXISTS, IN and ARRAY may. */
  readonly isOneRow: boolean;
  /** Each table is found by a unique key, over columns of the row that are not its own key: what it leads to is there before it. */
  readonly isOfParent: boolean;
  /** The first table that unique keys do not narrow down to one row. */
  readonly loose: string | undefined;
}

export interface LookUps {
  readonly lookUps: readonly LookUp[];
  /** Every name outside of FROM, with where it leads. */
  readonly references: ReadonlyMap<AnyNode, Resolved>;
  readonly tables: readonly TableName[];
}

/** What cannot be read; `why` is for the user. */
export class UnreadLookUp extends Error {}

export interface Reading {
  readonly tables: ReadonlyMap<string, LookedUpTable>;
  /** The columns that name the row itself. */
  readonly rowKey: readonly string[];
  readonly references: Map<AnyNode, Resolved>;
  readonly lookUps: LookUp[];
}
