import type { TableName } from "../../model/names.js";
import type { LookedUpTable } from "../../sql/fill-context.js";
import type { AnyNode } from "../read/walk.js";

/** A source in FROM, under the name that qualifies its columns. */
export interface Source {
  readonly name: string;
  /** Absent: a subquery, or VALUES. */
  readonly table?: TableName;
  readonly columns: readonly string[];
  /** Each key is unique over its columns. An empty key: there is at most one row. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** Rows of tables, not aggregates. */
  readonly isPlain: boolean;
}

/** The columns visible in a part of a query, then those of the outer queries, then those of the row. */
export interface Scope {
  readonly sources: readonly Source[];
  readonly outer: Scope | undefined;
}

/** What a name in a subquery refers to. */
export type Resolved =
  | { readonly kind: "row" }
  | { readonly kind: "source"; readonly source: Source; readonly column: string; readonly isKnown: boolean };

/** One subquery of an expression. */
export interface LookUp {
  /** It returns at most one row, by unique keys, an aggregate, or LIMIT 1. EXISTS, IN and ARRAY may read several. */
  readonly isOneRow: boolean;
  /** Each table is found by a unique key over columns of the row other than its own key, so the referenced row exists before it. */
  readonly isOfParent: boolean;
  /** The first table that unique keys do not limit to one row. */
  readonly loose: string | undefined;
}

export interface LookUps {
  readonly lookUps: readonly LookUp[];
  /** Every name outside FROM, with what it refers to. */
  readonly references: ReadonlyMap<AnyNode, Resolved>;
  readonly tables: readonly TableName[];
}

/** An unsupported lookup. The message gives the reason to the user. */
export class UnreadLookUp extends Error {}

export interface Reading {
  readonly tables: ReadonlyMap<string, LookedUpTable>;
  /** The columns that identify the row itself. */
  readonly rowKey: readonly string[];
  readonly references: Map<AnyNode, Resolved>;
  readonly lookUps: LookUp[];
}
