import type { Fill } from "../model/fill.js";
import type { TableName } from "../model/names.js";
import type { ForeignKey } from "../model/plan.js";
import type { Connection } from "./connection.js";
import type { TableFacts } from "./table.js";

/** The problems of a fill, on the rows of one database. Samples identify rows by their key: `tenantId=1, id=5`. */
export type FillProblem =
  | { readonly kind: "missing-columns"; readonly columns: readonly string[] }
  /** The database rejects the assignment, with its own message. */
  | {
      readonly kind: "type";
      readonly message: string;
      readonly hint?: string;
      /** The column is of an enum: its values. */
      readonly enumValues?: readonly string[];
      /** It uses a function, table, type or column that the database lacks. */
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
      /** Its result is not a value of the column's enum: the allowed values. */
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
  /** A foreign key would reject the values. */
  | {
      readonly kind: "missing-rows";
      readonly key: readonly string[];
      readonly references: TableName;
      readonly referencedColumns: readonly string[];
      /** 0: no row has the value yet, but every new one gets it. */
      readonly rows: number;
      readonly samples: readonly { readonly value?: string; readonly row: string }[];
    }
  /** A subquery reads a whole table for every row. */
  | {
      readonly kind: "scans";
      readonly table: string;
      /** Its search condition, as the database prints it. */
      readonly condition: string | undefined;
      /** The index that would support it. */
      readonly index: string | undefined;
    }
  /** Replicas of this server would compute and store another value. */
  | { readonly kind: "replicas-differ"; readonly what: string }
  /** The time ran out: this part was not checked. */
  | { readonly kind: "not-finished"; readonly what: "values" | "duplicates" | "references"; readonly afterMs: number }
  /** It cannot be tried here: the same change creates the column's type, or the role may not create a temporary table. */
  | {
      readonly kind: "not-checked";
      readonly message: string;
      /** The role may not create a temporary table, or the target is read-only: the values can still be tried. */
      readonly isOfType?: true;
    };

export interface DuplicateValue {
  /** Of several columns: separated by commas. Absent if the value is confidential. */
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
  /** Values that the change adds to existing enums: the database lacks them. */
  readonly enums?: readonly ExtendedEnum[];
  /** For each of the statements, in milliseconds. Default: 30 000. */
  readonly timeoutMs?: number;
}

/** An existing enum, and the values that a change adds to it. */
export interface ExtendedEnum {
  readonly name: TableName;
  readonly values: readonly string[];
}

/** The properties of a column of the change that determine duplicates. */
export interface UniqueColumn {
  readonly name: string;
  readonly type: string;
  readonly fill?: Fill;
  /** Stored once: the same for all existing rows. */
  readonly defaultSql?: string;
}

export interface ValidateUniqueInput {
  readonly table: TableFacts;
  /** The columns of a unique index that the change builds. */
  readonly key: readonly string[];
  /** The columns that the change adds to the table, whether or not they exist. */
  readonly columns: readonly UniqueColumn[];
  /** For each of the statements, in milliseconds. Default: 30 000. */
  readonly timeoutMs?: number;
}

export interface ValidateReferenceInput {
  readonly table: TableFacts;
  readonly foreignKey: ForeignKey;
  /** The columns that the change adds to the table, whether or not they exist. */
  readonly columns: readonly UniqueColumn[];
  /** For each of the statements, in milliseconds. Default: 30 000. */
  readonly timeoutMs?: number;
}

/** With a limit for each of its statements. */
export type Timed<T> = T & { readonly timeoutMs: number };

/** Tries fills on the rows of a database, per dialect. Changes nothing; errors that are not the fill's are the server's. */
export interface Validation {
  fill(connection: Connection, input: Timed<ValidateFillInput>): Promise<readonly FillProblem[]>;
  unique(connection: Connection, input: Timed<ValidateUniqueInput>): Promise<readonly FillProblem[]>;
  reference(connection: Connection, input: Timed<ValidateReferenceInput>): Promise<readonly FillProblem[]>;
}
