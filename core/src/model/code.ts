import type { CodeIntent, IntentPhase, Place } from "./code-schema.js";

export type {
  CodeIntent,
  DeclinedPlace,
  EditRole,
  IntentPhase,
  Owner,
  Place,
  PlaceChoice,
  PlaceIdentity,
  PlannedEdit,
  ReasonId,
  WriteValue,
} from "./code-schema.js";

/** A scalar type, independent of the ORM. */
export type ScalarType =
  | "string"
  | "int"
  | "bigint"
  | "float"
  | "decimal"
  | "boolean"
  | "datetime"
  | "json"
  | "bytes"
  | "enum";

/** A field of an ORM model that is stored in a column. Relations are not fields here. */
export interface EntityField {
  readonly name: string;
  readonly column: string;
  readonly type: ScalarType;
  /** The type of its value in code, if the ORM converts it: TypeORM returns a `date` as a string. Default: `type`. */
  readonly codeType?: ScalarType;
  readonly enumName?: string;
  /** The enum's values, if known: their names in code and in the database. */
  readonly enumValues?: readonly { readonly name: string; readonly value: string }[];
  readonly isList: boolean;
  readonly isOptional: boolean;
  readonly isId: boolean;
  readonly isUnique: boolean;
  /** The ORM or the database sets it if the code does not. */
  readonly hasDefault: boolean;
  /** The constant that is stored for rows without a value, if known; for an enum, as the database stores it. */
  readonly defaultValue?: string | number | boolean;
  readonly isForeignKey: boolean;
  readonly isUpdatedAt: boolean;
  /** Code has other values than the database stores. Absent: the same ones, as far as the declarations show. */
  readonly conversion?: Conversion;
  /** Doc comment, without the markers. */
  readonly documentation: string;
}

/** What converts the values of a column between code and database: a transformer, a hook, a client extension. */
export interface Conversion {
  /** Equal for columns that are converted alike. Absent: no other column is known to be. */
  readonly id?: string;
  /** For sentences: `the transformer at src/order.ts:12`. */
  readonly by: string;
  /** The ORM or the driver converts it, and null stays null. Absent: the app's own code does. */
  readonly isBuiltIn?: true;
}

/** Whether the app's own code converts: the database cannot show what it does. */
export function isOwnConversion(conversion: Conversion | undefined): boolean {
  return conversion !== undefined && conversion.isBuiltIn === undefined;
}

/**
 * Whether code can compute a stored value from values of the same row as it has them. SQL is about stored values, so only a value that
 * passes unchanged between columns that are converted alike is the same in code.
 *
 * @param columns the target, and the columns that the expression reads
 * @param passes `column`: the expression is one column; `first`: the first of several that is not NULL
 */
export function isSameInCode(
  columns: readonly Pick<EntityField, "conversion">[],
  passes: "column" | "first" | undefined,
): boolean {
  const [first] = columns;
  if (columns.every(({ conversion }) => conversion === undefined)) return true;
  const isAlike = columns.every(
    ({ conversion }) => conversion?.id !== undefined && conversion.id === first?.conversion?.id,
  );
  return isAlike && (passes === "column" || (passes === "first" && first?.conversion?.isBuiltIn === true));
}

/** The type of a field's value in code. */
export const typeInCode = ({ type, codeType = type }: Pick<EntityField, "type" | "codeType">): ScalarType => codeType;

/**
 * The first column that keeps code and database from being compared by stored values; undefined: none does.
 *
 * @param columns as for `isSameInCode`
 */
export function uncompared<Column extends Pick<EntityField, "conversion">>(
  columns: readonly Column[],
): Column | undefined {
  const own = columns.find(({ conversion }) => isOwnConversion(conversion));
  if (own !== undefined || isSameInCode(columns, "first")) return own;
  return columns.find(({ conversion }) => conversion !== undefined);
}

/** A relation field. The side that stores the key names its fields, and the referenced ones. */
export interface EntityRelation {
  readonly name: string;
  readonly model: string;
  readonly fields?: readonly string[];
  readonly references?: readonly string[];
}

/** An ORM model, as codemods and rules see it. */
export interface EntityModel {
  readonly name: string;
  readonly table: { readonly schema?: string; readonly name: string };
  readonly fields: readonly EntityField[];
  /** Relation fields with their models: nested writes follow them. */
  readonly relations: readonly EntityRelation[];
  /** Columns of the primary key. */
  readonly primaryKey: readonly string[];
}

/** An index, a unique constraint, a condition or a view as the models declare it. */
export interface DeclaredIndex {
  readonly kind: "index" | "unique" | "check" | "view";
  readonly model: string;
  /** By their names in `EntityField` and `EntityRelation`; empty for a check and a view. */
  readonly fields: readonly string[];
  /** Of a check or an exclusion: its SQL. Of a view, too, or the code that builds it. */
  readonly expression?: string;
  /** The declaration in one line: `@@unique([handle, team])`. */
  readonly text: string;
  /** `prisma/schema.prisma:21` */
  readonly at: string;
}

/** The phase that needs it: an edit belongs to the phase of its intent, whenever it was made. */
export function phaseOf(intent: Pick<CodeIntent, "kind" | "phase">): IntentPhase {
  return intent.phase ?? phaseOfKind[intent.kind];
}

const phaseOfKind = {
  write: "expand",
  keepFromReads: "expand",
  completeFixtures: "expand",
  acceptInRequests: "expand",
  read: "switch",
  dropFallback: "contract",
  requireInRequests: "contract",
  leaveUnique: "contract",
} as const satisfies Record<CodeIntent["kind"], IntentPhase>;

/** A change to one file: replace `before` (the whole content, or undefined for a new file) by `after`. */
export interface FileChange {
  /** Path from the project root, with `/`. */
  readonly file: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Whether a file is a test or serves tests, by its path. */
export function isTestFile(file: string): boolean {
  return /(?:^|[/.])(?:tests?|specs?|e2e|__tests__|__mocks__|fixtures?)(?:[/.]|$)/i.test(file);
}

/** Whether contract waits for the place: it must change, was not declined, and is no test, which no user runs. */
export function isWaiting({ kind, declined, file }: Place): boolean {
  return kind === "required" && declined === undefined && !isTestFile(file);
}
