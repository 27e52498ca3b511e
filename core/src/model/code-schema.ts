import { purposes } from "./evidence.js";
import {
  isTrue,
  list,
  literal,
  looseObject,
  number,
  type Of,
  object,
  objectOf,
  oneOf,
  optional,
  type Schema,
  string,
  undefinable,
} from "./schema.js";
import type { Toggle } from "./toggle.js";

// The application's code in a plan: intents, edits, places and choices.

/** A phase that asks something of the code. */
export type IntentPhase = "expand" | "switch" | "contract";
export const phase: Schema<IntentPhase> = oneOf(["expand", "switch", "contract"]);

const writeValues = [
  /** `@lockstep.write(<ts>)`: used as given. */
  { kind: literal("typescript"), text: string },
  /** Derived from the fill's SQL where that is expressible over the fields of the literal. */
  { kind: literal("sql"), sql: string },
  /** The model's own default: nothing to write. */
  { kind: literal("none") },
  /** A function of lockstep.config.ts, or a look-up that no new row can make, computes it for old rows; what new rows get is for a person to write, at each place. */
  { kind: literal("listed") },
] as const;
/** How new rows get their value in TypeScript. */
export type WriteValue = Of<(typeof writeValues)[number]>;
export const writeValue: Schema<WriteValue> = objectOf(writeValues);

export const columnExposure = oneOf(["internal", "exposed"]);

const intentShape = {
  kind: oneOf([
    "write",
    "keepFromReads",
    "completeFixtures",
    "acceptInRequests",
    "read",
    "dropFallback",
    "requireInRequests",
    "leaveUnique",
  ]),
  /** `write` and `acceptInRequests` of a mirror: its trigger alone writes it before. Absent: the phase of the kind. */
  phase: optional(literal("switch")),
  model: string,
  field: string,
  value: writeValue,
  /** `internal`: responses never show it. */
  exposure: undefinable(columnExposure),
  /** `leaveUnique`: how code names the unique key that goes away. */
  unique: optional(string),
} as const;
/**
 * What a phase needs from the code for one column; codemods turn it into edits.
 * expand: `write`, `keepFromReads`, `completeFixtures`, `acceptInRequests`; switch: `read`; contract: `dropFallback`,
 * `requireInRequests`, `leaveUnique`. The properties below are set when edits are planned, and are never in the plan.
 */
export interface CodeIntent extends Of<typeof intentShape> {
  /** `write`: in the end only code fills the column; a row that leaves it out fails once contract is applied. */
  readonly isCodeOnly?: true;
  /** Of a mirror: the columns that it follows. Code that changes one of them sets the mirror, because contract takes its trigger away. */
  readonly follows?: readonly string[];
  /** NULL is a value of the column for good: every type that is written has room for it. */
  readonly staysOptional?: true;
  /** The column is NOT NULL already: no row is without a value. */
  readonly neverNull?: true;
  /** The change needed no plan: no phase changes the model. */
  readonly isUnplanned?: true;
  /** The columns that the new one behaves like: all of them, as a person answered. Absent: nobody did. */
  readonly like?: readonly string[];
  /** `read`: the flag that reads stand behind until contract. From the config of the day. */
  readonly toggle?: Toggle | undefined;
}
export const intent: Schema<CodeIntent> = object(intentShape);

const ownerShape = {
  kind: oneOf(["function", "method", "property", "class", "interface", "type", "variable", "module", "schema"]),
  name: string,
} as const;
/** The named code around a place. People rename it: another name does not mean another place. */
export interface Owner extends Of<typeof ownerShape> {}
export const owner: Schema<Owner> = object(ownerShape);

export const role = oneOf(["import", "pattern", "fallback"]);
/** What an edit is for, where that is not the place itself: an import, a name of a destructuring, a fallback in an expression. */
export type EditRole = NonNullable<PlaceIdentity["role"]>;

const identityShape = {
  /** The names around it in the syntax tree: `UserService/createUser/prisma.user.create/data`. Absent in plans of before. */
  site: optional(string),
  owner: optional(owner),
  role: optional(role),
} as const;
/** What a place is known by. Matched on; `what` and `reason` are for people. */
export interface PlaceIdentity extends Of<typeof identityShape> {}

const editShape = {
  transform: string,
  /** The phase that it belongs to: an undo of that phase takes it back. A brisk contract makes the edits of switch as well. */
  phase,
  file: string,
  /** 1-based line after the edit. */
  line: number,
  /** `createUser: data of prisma.user.create`. */
  what: string,
  ...identityShape,
  /** The inserted text, as it stands in the file; empty where the edit only takes something away. */
  text: string,
  model: string,
  field: string,
} as const;
/** One code edit that was made, for people and for the phases that come later. */
export interface PlannedEdit extends Of<typeof editShape> {
  /** The text of an earlier edit that this one replaced or took away. */
  readonly replaces?: string;
  /** The text as Lockstep had written it, where `replaces` is what people have made of it since. */
  readonly written?: string;
  /** The name of the flag that the text asks for: it is found by it wherever the code went. */
  readonly flag?: string;
}
// Other keys are read without validation.
export const plannedEdit: Schema<PlannedEdit> = looseObject(editShape);

const reasonId = oneOf(["refused", "typed-read"]);
/** Why a place is listed, where code has to know it. */
export type ReasonId = NonNullable<Place["reasonId"]>;

const placeShape = {
  file: string,
  line: number,
  kind: oneOf(["required", "likely", "possible"]),
  what: string,
  ...identityShape,
  /** Why it is listed and not edited, or what to write there. */
  reason: string,
  reasonId: optional(reasonId),
  model: string,
  field: string,
  /**
   * It makes rows that may leave the column out, which fails once contract is applied, or may change what a mirror follows: contract asks
   * about it by name.
   */
  mayLeaveOut: optional(isTrue),
  /** Of such places: of the code there, whatever its layout. Who has confirmed it has seen this code. */
  fingerprint: optional(string),
  /** Of ranked places: what choices and `--only` name them by. */
  key: optional(string),
  /** The kind of code that it is: `select`, `zod`, `mapper`. */
  family: optional(string),
  /** What it does with the column. */
  purpose: optional(oneOf(purposes)),
  /** What to write there: `handle: true`; absent where that takes a person. */
  text: optional(string),
  /** What the column that it is most like has there, where Lockstep cannot say what to write: `bornAt: formatted(row.bornAt)`. */
  hint: optional(string),
  /** It names the columns that the new one is like, as a person answered. */
  isLike: optional(isTrue),
  /** The key of the first place of its chain: all of a chain are made together. */
  chain: optional(string),
  /** How much speaks for it; absent where nothing was weighed. */
  score: optional(number),
  /** What speaks for and against it, the strongest first: `holds 9 of 9 columns`. */
  reasons: optional(list(string)),
  /** Why it need not change, in the words of the person who declined it; only of required ones. */
  declined: optional(string),
} as const;
/** A place that lists fields of the model and was not edited. */
export interface Place extends Of<typeof placeShape> {}
export const place: Schema<Place> = object(placeShape);

const choiceShape = {
  model: string,
  field: string,
  /** `Place.key` */
  key: string,
  /** `Place.site`, `~2` for the second of the same in its file: it stays where the key's words change. */
  site: optional(string),
  /** The phase whose edit it is: an undo of that phase forgets it. */
  phase,
  choice: oneOf(["yes", "no"]),
  /** The checklist, the flags `--only` and `--not`, the level of `--code`, a place like it that was accepted, or one that needs it. */
  by: oneOf(["asked", "only", "not", "level", "kin", "needed"]),
  /** What the place is called that needs it. */
  for: undefinable(string),
} as const;
/** What was decided about a ranked place, so that nobody is asked twice. */
export interface PlaceChoice extends Of<typeof choiceShape> {}
export const placeChoice: Schema<PlaceChoice> = object(choiceShape);

const declinedShape = {
  model: string,
  field: string,
  file: string,
  /** `Place.what`, for people. */
  what: string,
  site: identityShape.site,
  role: identityShape.role,
  /** How many such places there were in the file: with one more, somebody has to look again. */
  count: number,
  /** An undo of that phase forgets it. */
  phase,
  reason: string,
} as const;
/** A place that must change, as far as Lockstep can tell, and that a person has declined. */
export interface DeclinedPlace extends Of<typeof declinedShape> {}
export const declinedPlace: Schema<DeclinedPlace> = object(declinedShape);
