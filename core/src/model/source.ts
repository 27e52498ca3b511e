import type { Conversion } from "./code.js";

/** How an ORM's client generates a value: `uuid(7)`, `@updatedAt`. */
export interface ClientDefault {
  readonly kind: "uuid" | "cuid" | "nanoid" | "ulid" | "updatedAt";
  /** As written in the model, for messages: `@default(cuid(2))`. */
  readonly text: string;
}

/** The declarations of the ORM's model and its annotations for a column of the change. */
export interface ColumnSource {
  readonly model: string;
  readonly field: string;
  /** The model sets it if the code does not: a client-side or database default. */
  readonly hasDefault: boolean;
  /** The ORM's client has no such field, so only SQL reads and writes the column. Absent: it has. */
  readonly isOutsideClient?: true;
  /** The position of the field: `prisma/schema.prisma`, 1-based line. */
  readonly file: string;
  readonly line: number;
  /** The ORM's client generates the value for new rows; the database has no default. */
  readonly clientDefault?: ClientDefault;
  readonly fill?: { readonly kind: "backfill" | "mirror"; readonly sql: string };
  /** The column's entry under `fills` in lockstep.config.ts. */
  readonly compute?: {
    readonly reads: readonly string[];
    readonly fallback: string | undefined;
    /** `lockstep.config.ts` */
    readonly file: string;
  };
  readonly write?: string;
  readonly skip?: string;
  readonly exposure?: "internal" | "exposed";
  readonly conversion?: Conversion;
}
