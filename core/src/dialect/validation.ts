import type { Fill } from "../model/fill.js";
import type { TableName } from "../model/names.js";
import type { ForeignKey } from "../model/plan.js";
import type { Connection } from "./connection.js";
import type { TableFacts } from "./table.js";

/** What is wrong with a fill, on the rows of one database. Samples name rows by their key: `tenantId=1, id=5`. */
export type FillProblem =
  | { readonly kind: "missing-columns"; readonly columns: readonly string[] }
  /** The database refuses the assignment, in its own words. */
  | {
      readonly kind: "type";
      readonly message: string;
      readonly hint?: string;
      /** The column is of an enum: its values. */
      readonly enumValues?: readonly string[];
      /** It names a function, table, type or column that the database does not have. */
      readonly isMissing?: true;
    }
  /** Evaluating it fails for some row: a cast, a division. */
  | {
      readonly kind: "fails";
      readonly message: string;
      readonly sqlState: string;
      /** Absent: they could not be counted. */
      readonly rows?: number;
      readonly samples?: readonly string[];
      /** It yields what is no value of the column's enum: its values. */
      readonly enumValues?: readonly string[];
    }
  | { readonly kind: "null"; readonly rows: number; readonly samples: readonly string[] }
  | { readonly kind: "too-long"; readonly limit: number; readonly rows: number; readonly samples: readonly string[] }
  | {
      readonly kind: "duplicates";
      /** The columns of the unique index. */
      readonly key: readonly string[];
      readonly values: number;
      readonly rows: number;
      readonly samples: readonly DuplicateValue[];
    }
  /** A foreign key would refuse the values. */
  | {
      readonly kind: "missing-rows";
      readonly key: readonly string[];
      readonly references: TableName;
      readonly referencedColumns: readonly string[];
      /** 0: no row has the value yet, but every new one gets it. */
      readonly rows: number;
      readonly samples: readonly { readonly value?: string; readonly row: string }[];
    }
  /** A subquery reads all of a table for every row. */
  | {
      readonly kind: "scans";
      readonly table: string;
      /** What it looks for, as the database prints it. */
      readonly condition: string | undefined;
      /** What would find it. */
      readonly index: string | undefined;
    }
  /** Replicas of this server would compute another value, and store that. */
  | { readonly kind: "replicas-differ"; readonly what: string }
  /** The time ran out: nothing is known about this part. */
  | { readonly kind: "not-finished"; readonly what: "values" | "duplicates" | "references"; readonly afterMs: number }
  /** It cannot be tried here: the column's type is made by the same change, or the role may not make a temporary table. */
  | {
      readonly kind: "not-checked";
      readonly message: string;
      /** The role may not make a temporary table, or the target is read-only: the values can be tried all the same. */
      readonly isOfType?: true;
    };

export interface DuplicateValue {
  /** Of several columns: separated by commas. Absent where it is nobody's to read. */
  readonly value?: string;
  /** Up to three of the rows that would get it, or have it. */
  readonly rows: readonly string[];
}

export interface ValidateFillInput {
  readonly table: TableFacts;
  readonly column: { readonly name: string; readonly type: string };
  readonly fill: Fill;
  /** False on the development database while the change is being planned. */
  readonly columnExists: boolean;
  /** Values that the change adds to enums that exist: the database does not know them yet. */
  readonly enums?: readonly ExtendedEnum[];
  /** For each of the statements, in milliseconds. Default: 30 000. */
  readonly timeoutMs?: number;
}

/** An enum that exists, and the values that a change adds to it. */
export interface ExtendedEnum {
  readonly name: TableName;
  readonly values: readonly string[];
}

/** A column of the change, as far as it decides about duplicates. */
export interface UniqueColumn {
  readonly name: string;
  readonly type: string;
  readonly fill?: Fill;
  /** Stored once: the same for all rows that exist. */
  readonly defaultSql?: string;
}

export interface ValidateUniqueInput {
  readonly table: TableFacts;
  /** The columns of a unique index that the change builds. */
  readonly key: readonly string[];
  /** The columns that the change adds to the table; whether they are there already makes no difference. */
  readonly columns: readonly UniqueColumn[];
  /** For each of the statements, in milliseconds. Default: 30 000. */
  readonly timeoutMs?: number;
}

export interface ValidateReferenceInput {
  readonly table: TableFacts;
  readonly foreignKey: ForeignKey;
  /** The columns that the change adds to the table; whether they are there already makes no difference. */
  readonly columns: readonly UniqueColumn[];
  /** For each of the statements, in milliseconds. Default: 30 000. */
  readonly timeoutMs?: number;
}

/** With a limit for each of its statements. */
export type Timed<T> = T & { readonly timeoutMs: number };

/** Tries fills on the rows of a database, in the words of a dialect. Nothing is changed; errors that are not the fill's are the server's. */
export interface Validation {
  fill(connection: Connection, input: Timed<ValidateFillInput>): Promise<readonly FillProblem[]>;
  unique(connection: Connection, input: Timed<ValidateUniqueInput>): Promise<readonly FillProblem[]>;
  reference(connection: Connection, input: Timed<ValidateReferenceInput>): Promise<readonly FillProblem[]>;
}
