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

/** A phase that needs code changes. */
export type IntentPhase = "expand" | "switch" | "contract";
export const phase: Schema<IntentPhase> = oneOf(["expand", "switch", "contract"]);

const writeValues = [
  /** `@lockstep.write(<ts>)`: used as given. */
  { kind: literal("typescript"), text: string },
  /** Derived from the fill's SQL, if the fields of the literal can express it. */
  { kind: literal("sql"), sql: string },
  /** The model's own default: nothing to write. */
  { kind: literal("none") },
  /** A function of lockstep.config.ts, or a look-up that new rows cannot make, fills old rows. A person writes each place for new rows. */
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
  /** `write` of a mirror: until then, only its trigger writes it. Absent: the phase of the kind. */
  phase: optional(literal("switch")),
  model: string,
  field: string,
  value: writeValue,
  /** `internal`: responses never show it. */
  exposure: undefinable(columnExposure),
  /** `leaveUnique`: the name that code uses for the dropped unique key. */
  unique: optional(string),
} as const;
/**
 * What a phase needs from the code for one column; codemods turn it into edits. expand: `write`, `keepFromReads`, `completeFixtures`,
 * `acceptInRequests`; switch: `read`; contract: `dropFallback`, `requireInRequests`, `leaveUnique`. The properties below are set when edits
 * are planned, and are never in the plan.
 */
export interface CodeIntent extends Of<typeof intentShape> {
  /** `write`: in the end only code fills the column. A row without it fails once contract is applied. */
  readonly isCodeOnly?: true;
  /** Of a mirror: the columns that it follows. Code that changes one of them sets the mirror, because contract drops its trigger. */
  readonly follows?: readonly string[];
  /** The column stays nullable: every generated type includes null. */
  readonly staysOptional?: true;
  /** The column is already NOT NULL: every row has a value. */
  readonly neverNull?: true;
  /** The column exists, and contract makes it required: code that may write NULL fails then. */
  readonly becomesRequired?: true;
  /** The change needed no plan: no phase changes the model. */
  readonly isUnplanned?: true;
  /** The columns that the new one behaves like, as chosen by a person. Absent: not chosen. */
  readonly like?: readonly string[];
  /** `read`: the flag that guards reads until contract, from the current config. */
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
/** What an edit is for, if not the place itself: an import, a name of a destructuring, a fallback in an expression. */
export type EditRole = NonNullable<PlaceIdentity["role"]>;

const identityShape = {
  /** The names around it in the syntax tree: `UserService/createUser/prisma.user.create/data`. Absent in older plans. */
  site: optional(string),
  owner: optional(owner),
  role: optional(role),
} as const;
/** The identity of a place, used for matching. `what` and `reason` are for people. */
export interface PlaceIdentity extends Of<typeof identityShape> {}

const editShape = {
  transform: string,
  /** Its phase: an undo of that phase reverts it. A brisk contract makes the edits of switch as well. */
  phase,
  file: string,
  /** 1-based line after the edit. */
  line: number,
  /** `createUser: data of prisma.user.create`. */
  what: string,
  ...identityShape,
  /** The inserted text, as it is in the file. Empty if the edit only removes text. */
  text: string,
  model: string,
  field: string,
} as const;
/** One applied code edit, for people and for later phases. */
export interface PlannedEdit extends Of<typeof editShape> {
  /** The text of an earlier edit that this one replaced or removed. */
  readonly replaces?: string;
  /** The text that Lockstep wrote, if `replaces` is a later change of it by people. */
  readonly written?: string;
  /** The name of the flag in the text: it locates the code after it was moved. */
  readonly flag?: string;
}
// Other keys are not validated.
export const plannedEdit: Schema<PlannedEdit> = looseObject(editShape);

const reasonId = oneOf(["refused", "typed-read"]);
/** Why a place is listed that must change. */
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
   * It creates rows that may lack the column, which fails once contract is applied, or may change what a mirror follows. Contract asks
   * about it by name.
   */
  mayLeaveOut: optional(isTrue),
  /** Of such places, and of declined writes: a hash of the code there, without its layout. A confirmation applies to this code. */
  fingerprint: optional(string),
  /** Of ranked places: the key for choices and `--only`. */
  key: optional(string),
  /** The kind of code: `select`, `zod`, `mapper`. */
  family: optional(string),
  /** What it does with the column. */
  purpose: optional(oneOf(purposes)),
  /** What to write there: `handle: true`. Absent if a person has to decide. */
  text: optional(string),
  /** The text of the most similar column there, if Lockstep has no text of its own: `bornAt: formatted(row.bornAt)`. */
  hint: optional(string),
  /** It names the columns that the new one behaves like, as chosen by a person. */
  isLike: optional(isTrue),
  /** The key of the first place of its chain: the edits of a chain are made together. */
  chain: optional(string),
  /** The sum of the evidence. Absent if it was not scored. */
  score: optional(number),
  /** The evidence for and against it, the strongest first: `holds 9 of 9 columns`. */
  reasons: optional(list(string)),
  /** Why it need not change, in the words of the person who declined it. Only for required places. */
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
  /** `Place.site`, `~2` for the second of the same in its file: stays the same when the text of the key changes. */
  site: optional(string),
  /** The phase of its edit: an undo of that phase deletes the choice. */
  phase,
  choice: oneOf(["yes", "no"]),
  /** The checklist, the flags `--only` and `--not`, the level of `--code`, a similar place that was accepted, or one that needs it. */
  by: oneOf(["asked", "only", "not", "level", "kin", "needed"]),
  /** The name of the place that needs it. */
  for: undefinable(string),
} as const;
/** The decision on a ranked place, so that Lockstep asks only once. */
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
  /** The number of such places in the file: one more requires a new decision. */
  count: number,
  /** An undo of that phase deletes it. */
  phase,
  reason: string,
} as const;
/** A place that, as far as Lockstep can tell, must change, and that a person declined. */
export interface DeclinedPlace extends Of<typeof declinedShape> {}
export const declinedPlace: Schema<DeclinedPlace> = object(declinedShape);
