import type { Purpose } from "./evidence.js";
import type { Toggle } from "./toggle.js";

/** A scalar type, whatever the ORM calls it. */
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
  readonly enumName?: string;
  /** The enum's values where they are known: as code names them and as the database stores them. */
  readonly enumValues?: readonly { readonly name: string; readonly value: string }[];
  readonly isList: boolean;
  readonly isOptional: boolean;
  readonly isId: boolean;
  readonly isUnique: boolean;
  /** The ORM or the database fills it when the code does not. */
  readonly hasDefault: boolean;
  /** The constant that rows without a value are stored with, where it is known; of an enum as the database stores it. */
  readonly defaultValue?: string | number | boolean;
  readonly isForeignKey: boolean;
  readonly isUpdatedAt: boolean;
  /** Doc comment, without the markers. */
  readonly documentation: string;
}

/** A relation field. The side that stores the key names its fields, and those that they lead to. */
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
  /** Relation fields and the model they lead to: nested writes follow them. */
  readonly relations: readonly EntityRelation[];
  /** Columns of the primary key. */
  readonly primaryKey: readonly string[];
}

/** An index, a unique constraint, a condition or a view as the models declare it. */
export interface DeclaredIndex {
  readonly kind: "index" | "unique" | "check" | "view";
  readonly model: string;
  /** As `EntityField` and `EntityRelation` name them; of a check and a view none. */
  readonly fields: readonly string[];
  /** Of a check or an exclusion: its SQL. Of a view, too, or the code that builds it. */
  readonly expression?: string;
  /** The declaration in one line: `@@unique([handle, team])`. */
  readonly text: string;
  /** `prisma/schema.prisma:21` */
  readonly at: string;
}

/** How new rows get their value in TypeScript. */
export type WriteValue =
  /** `@lockstep.write(<ts>)`: used as given. */
  | { readonly kind: "typescript"; readonly text: string }
  /** Derived from the fill's SQL where that is expressible over the fields of the literal. */
  | { readonly kind: "sql"; readonly sql: string }
  /** The model's own default: nothing to write. */
  | { readonly kind: "none" }
  /** A function of lockstep.config.ts, or a look-up that no new row can make, computes it for old rows; what new rows get is for a person to write, at each place. */
  | { readonly kind: "listed" };

/**
 * What a phase needs from the code for one column; codemods turn it into edits.
 * expand: `write`, `keepFromReads`, `completeFixtures`, `acceptInRequests`; switch: `read`; contract: `dropFallback`,
 * `requireInRequests`, `leaveUnique`.
 */
export interface CodeIntent {
  readonly kind:
    | "write"
    | "keepFromReads"
    | "completeFixtures"
    | "acceptInRequests"
    | "read"
    | "dropFallback"
    | "requireInRequests"
    | "leaveUnique";
  /** `write` and `acceptInRequests` of a mirror: its trigger alone writes it before. Absent: the phase of the kind. */
  readonly phase?: "switch";
  readonly model: string;
  readonly field: string;
  readonly value: WriteValue;
  /** `internal`: responses never show it. */
  readonly exposure?: "internal" | "exposed" | undefined;
  /** `write`: in the end only code fills the column; a row that leaves it out fails once contract is applied. */
  readonly isCodeOnly?: true;
  /**
   * Of a mirror: the columns that it follows. Code that changes one of them sets the mirror, because contract takes its trigger
   * away. Set when code is planned, never in the plan.
   */
  readonly follows?: readonly string[];
  /** NULL is a value of the column for good: every type that is written has room for it. Set when code is planned, never in the plan. */
  readonly staysOptional?: true;
  /** The column is NOT NULL already: no row is without a value. Set as `staysOptional` is. */
  readonly neverNull?: true;
  /** `leaveUnique`: how code names the unique key that goes away. */
  readonly unique?: string;
  /** `read`: the flag that reads stand behind until contract. From the config of the day, never in the plan. */
  readonly toggle?: Toggle | undefined;
}

/** Which phase asks for what: an edit belongs to the phase of its intent, whenever it was made. */
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

/** A phase that asks something of the code. */
export type IntentPhase = "expand" | "switch" | "contract";

/** A change to one file: replace `before` (the whole content, or undefined for a new file) by `after`. */
export interface FileChange {
  /** Path from the project root, with `/`. */
  readonly file: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The named code around a place. People rename it: another name does not mean another place. */
export interface Owner {
  readonly kind: "function" | "method" | "property" | "class" | "interface" | "type" | "variable" | "module" | "schema";
  readonly name: string;
}

/** What an edit is for, where that is not the place itself: an import, a name of a destructuring, a fallback in an expression. */
export type EditRole = "import" | "pattern" | "fallback";

/** Why a place is listed, where code has to know it. */
export type ReasonId = "refused" | "typed-read";

/** What a place is known by. Matched on; `what` and `reason` are for people. */
export interface PlaceIdentity {
  /** The names around it in the syntax tree: `UserService/createUser/prisma.user.create/data`. Absent in plans of before. */
  readonly site?: string;
  readonly owner?: Owner;
  readonly role?: EditRole;
}

/** One code edit that was made, for people and for the phases that come later. */
export interface PlannedEdit extends PlaceIdentity {
  readonly transform: string;
  /** The phase that it belongs to: an undo of that phase takes it back. A brisk contract makes the edits of switch as well. */
  readonly phase: IntentPhase;
  readonly file: string;
  /** 1-based line after the edit. */
  readonly line: number;
  /** `createUser: data of prisma.user.create`. */
  readonly what: string;
  /** The inserted text, as it stands in the file; empty where the edit only takes something away. */
  readonly text: string;
  /** The text of an earlier edit that this one replaced or took away. */
  readonly replaces?: string;
  /** The text as Lockstep had written it, where `replaces` is what people have made of it since. */
  readonly written?: string;
  /** The name of the flag that the text asks for: it is found by it wherever the code went. */
  readonly flag?: string;
  readonly model: string;
  readonly field: string;
}

/** A place that lists fields of the model and was not edited. */
export interface Place extends PlaceIdentity {
  readonly file: string;
  readonly line: number;
  readonly kind: "required" | "likely" | "possible";
  readonly what: string;
  /** Why it is listed and not edited, or what to write there. */
  readonly reason: string;
  readonly reasonId?: ReasonId;
  readonly model: string;
  readonly field: string;
  /**
   * It makes rows that may leave the column out, which fails once contract is applied, or may change what a mirror follows: contract asks
   * about it by name.
   */
  readonly mayLeaveOut?: true;
  /** Of such places: of the code there, whatever its layout. Who has confirmed it has seen this code. */
  readonly fingerprint?: string;
  /** Of ranked places: what choices and `--only` name them by. */
  readonly key?: string;
  /** The kind of code that it is: `select`, `zod`, `mapper`. */
  readonly family?: string;
  /** What it does with the column. */
  readonly purpose?: Purpose;
  /** What to write there: `handle: true`; absent where that takes a person. */
  readonly text?: string;
  /** How much speaks for it; absent where nothing was weighed. */
  readonly score?: number;
  /** What speaks for and against it, the strongest first: `holds 9 of 9 columns`. */
  readonly reasons?: readonly string[];
  /** Why it need not change, in the words of the person who declined it; only of required ones. */
  readonly declined?: string;
}

/** Whether a file is a test or serves tests, by its path. */
export function isTestFile(file: string): boolean {
  return /(?:^|[/.])(?:tests?|specs?|e2e|__tests__|__mocks__|fixtures?)(?:[/.]|$)/i.test(file);
}

/** Whether contract waits for the place: it must change, nobody has declined it, and it is no test, which no user runs. */
export function isWaiting({ kind, declined, file }: Place): boolean {
  return kind === "required" && declined === undefined && !isTestFile(file);
}

/** A place that must change, as far as Lockstep can tell, and that a person has declined. */
export interface DeclinedPlace extends Pick<PlaceIdentity, "site" | "role"> {
  readonly model: string;
  readonly field: string;
  readonly file: string;
  /** `Place.what`, for people. */
  readonly what: string;
  /** How many such places there were in the file: with one more, somebody has to look again. */
  readonly count: number;
  /** An undo of that phase forgets it. */
  readonly phase: IntentPhase;
  readonly reason: string;
}

/** What was decided about a ranked place, so that nobody is asked twice. */
export interface PlaceChoice {
  readonly model: string;
  readonly field: string;
  /** `Place.key` */
  readonly key: string;
  /** `Place.site`, `~2` for the second of the same in its file: it stays where the key's words change. */
  readonly site?: string;
  /** The phase whose edit it is: an undo of that phase forgets it. */
  readonly phase: IntentPhase;
  readonly choice: "yes" | "no";
  /** The checklist, the flags `--only` and `--not`, the level of `--code`, a place like it that was accepted, or one that needs it. */
  readonly by: "asked" | "only" | "not" | "level" | "kin" | "needed";
  /** What the place is called that needs it. */
  readonly for?: string | undefined;
}
