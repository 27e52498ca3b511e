import {
  columnExposure,
  declinedPlace,
  intent,
  phase,
  place,
  placeChoice,
  plannedEdit,
  writeValue,
} from "./code-schema.js";
import {
  attributesShape,
  computedFill,
  constraints,
  fill,
  foreignKey,
  index,
  key,
  position,
  sequence,
  uniqueKeys,
} from "./column-schema.js";
import { dialectIds } from "./dialect.js";
import { exposures } from "./evidence.js";
import { tableName } from "./names-schema.js";
import {
  boolean,
  isTrue,
  list,
  literal,
  number,
  type Of,
  object,
  oneOf,
  optional,
  record,
  type Schema,
  string,
  undefinable,
} from "./schema.js";
import { unit } from "./unit-schema.js";
import { hazard, notice } from "./verdict-schema.js";

const columnShape = {
  table: tableName,
  name: string,
  type: string,
  ...attributesShape,
  position: optional(position),
  notNull: boolean,
  /** The model's own default; with a fill it is set after the column was added. */
  defaultSql: optional(string),
  sequence: optional(sequence),
  /** The columns of each unique index of the change that it is part of: `[["userId", "channel"]]`. */
  uniqueKeys,
  /** The foreign keys of the change that it is part of; absent: none. */
  foreignKeys: optional(list(foreignKey)),
  /** What else the change builds over it, for the trigger that fills it; absent: nothing, or no trigger. */
  constraints: optional(constraints),
  /** The model and field that the ORM maps to it. */
  model: string,
  field: string,
  fill: optional(fill),
  /** Instead of `fill`: no trigger, and the backfill calls a function. */
  compute: optional(computedFill),
  /** What write sites in the code give. */
  write: writeValue,
  /** Whether responses show it; undefined: nobody has said. */
  exposure: undefinable(columnExposure),
  /**
   * Required in the end and optional until contract: the model declaration follows the phases. False with a fill: the
   * column stays optional, its rows are filled once.
   */
  isRelaxed: boolean,
  /** The key that the backfill follows. */
  key: optional(key),
  /** Whether other tables hold rows of this one. */
  descendants: optional(oneOf(["partitions", "children"])),
} as const;
/** A planned column, from the database and from the ORM model at once. */
export interface PlannedColumn extends Of<typeof columnShape> {}
const column: Schema<PlannedColumn> = object(columnShape);

/** Tables below a table that hold rows of it. Known from the development database: migrations made them. */
export type Descendants = NonNullable<PlannedColumn["descendants"]>;

const filledColumnShape = {
  name: string,
  type: string,
  /** Exactly one of the two. */
  fill: optional(fill),
  compute: optional(computedFill),
} as const;
const backfillShape = {
  table: tableName,
  /** The primary key, or another unique one without NULLs: the batches follow its order. */
  key,
  columns: list(object(filledColumnShape)),
  /** The columns of each unique index that the change builds with one of them. */
  uniqueKeys,
  /** The columns stay optional, so NULL may be chosen: one pass up to the greatest key at its start, and never again. */
  once: optional(isTrue),
  /** Foreign keys that the change adds with one of them; absent: none. */
  foreignKeys: optional(list(foreignKey)),
} as const;
/** One pass over one table that fills all planned columns of it. */
export interface BackfillSpec extends Of<typeof backfillShape> {}
const backfill: Schema<BackfillSpec> = object(backfillShape);

const keptUniqueShape = {
  table: tableName,
  index,
  model: string,
  fields: list(string),
  /** How code names it in a `where`: the field, or the name of the combination. */
  selector: string,
  /** What declares it in the model until then: `@unique` on its field, or `@@unique([userId])` on a line of its own. */
  attribute: string,
  /** The columns of the unique index that takes its place. */
  replacedBy: list(string),
} as const;
/**
 * A unique constraint that the change replaces by one with a new column. It stays until contract: until every row has its value the
 * new one guards less, and running code names the old one.
 */
export interface KeptUnique extends Of<typeof keptUniqueShape> {}
const keptUnique: Schema<KeptUnique> = object(keptUniqueShape);

const gateShape = {
  /** The name of a file in `gates/`: adding a gate is adding a file. */
  gate: string,
  table: tableName,
  column: string,
} as const;
/** A condition proved before a phase is released. The file of that name in `gates/` decides. */
export interface GateStep extends Of<typeof gateShape> {}
const gate: Schema<GateStep> = object(gateShape);

const writtenShape = {
  /** Of its first unit. */
  id: string,
  /** Path from the project root. Held: `lockstep/<plan>/held/…`; released: the ORM's migration file. */
  file: string,
  /** Of its text; of code without its layout, which formatters change. */
  sha256: string,
} as const;
/** A file of units that has been written: into the repository's migrations (released) or beside the plan (held, undo). */
export interface WrittenUnit extends Of<typeof writtenShape> {}
const written: Schema<WrittenUnit> = object(writtenShape);

const formattedShape = {
  phase,
  file: string,
  /** A unified diff, from the file as it was written to what was there before. */
  back: string,
} as const;
/** What a phase did to a file that was laid out anew: an undo that took the edits back takes the layout back as well. */
export interface FormattedFile extends Of<typeof formattedShape> {}
const formatted: Schema<FormattedFile> = object(formattedShape);

const consentShape = {
  /** What the user wrote, as their agent passed it on. */
  words: string,
  /** `Claude Code` */
  agent: string,
  /** ISO 8601 */
  at: string,
} as const;
/** A user's agreement to a loss of values, passed on by their coding agent. */
export interface Consent extends Of<typeof consentShape> {}
const consent: Schema<Consent> = object(consentShape);

const stateShape = {
  /** The last phase whose files are in the repository. */
  released: oneOf(["expand", "switch", "contract", "undone"]),
  /** In the order of their release. A unit that was taken back and released again is here twice: see `releasesOf`. */
  written: list(written),
  held: list(written),
  undo: list(written),
  /** How often a phase was taken back; absent: never. What people confirmed before the last time does not count any more. */
  undos: optional(number),
  /** Of ways back that an agent wrote and that lose values; absent: none. */
  consents: optional(list(consent)),
  /** Code edits made so far, so that a later phase or an undo finds them again. */
  edits: list(plannedEdit),
  /** Places that list the model's fields and were not edited: the checklist. */
  places: list(place),
  /** How many more places little speaks for; absent: none. */
  silent: optional(number),
  /** Which ranked places get the column and which do not; absent: nothing was decided. */
  choices: optional(list(placeChoice)),
  /** Places that must change and that a person has declined, with the reasons; absent: none. */
  declined: optional(list(declinedPlace)),
  /** What was answered about a column that is not annotated, by `Model.field`. Not in `columns`: the fingerprint is over those. */
  exposure: optional(record(oneOf(exposures))),
  /** The columns that a column behaves like, by `Model.field`; empty: like none. */
  like: optional(record(list(string))),
  /** Files whose layout a formatter changed together with the edits; absent: none. */
  formatted: optional(list(formatted)),
  /** Code files as Lockstep left them: uncommitted changes that are its own do not stop the next edit. */
  codeFiles: list(object({ file: string, sha256: string })),
} as const;
/** What changes in a plan as it goes on. */
export interface PlanState extends Of<typeof stateShape> {}
const state: Schema<PlanState> = object(stateShape);

const planShape = {
  schemaVersion: literal(1),
  /** `<timestamp>_<name>`: the ORM's own name for the change. */
  id: string,
  orm: string,
  dialect: oneOf(dialectIds),
  /** sha256 of the inputs (SQL, columns, fills): stands in unit headers; does not change when phases are released. */
  fingerprint: string,
  versions: object({ lockstep: string, orm: string }),
  /** `file`: what a person had written by hand, as it stood; absent where the ORM generated it. */
  source: object({ sql: string, sha256: string, file: optional(string) }),
  /** How many deployments a plan takes: in a `brisk` one switch and contract are one phase, `contract`. */
  pace: oneOf(["careful", "brisk"]),
  /** Why that pace, in words. */
  paceReason: string,
  columns: list(column),
  hazards: list(hazard),
  notices: list(notice),
  units: list(unit),
  backfills: list(backfill),
  /** Tables that the change makes by statements that need no rewrite: an undo leaves them. Absent: none. */
  madeTables: optional(list(tableName)),
  /** Unique constraints that stay until contract; absent: none. */
  keptUniques: optional(list(keptUnique)),
  /** The backfill has none: its runner looks at the target itself. */
  gates: object({ switch: list(gate), contract: list(gate) }),
  intents: object({ expand: list(intent), switch: list(intent), contract: list(intent) }),
  undo: object({ expand: list(unit), contract: list(unit) }),
  /** The model declarations as the user wrote them, by file. */
  originalModels: list(object({ file: string, model: string, text: string })),
  state,
} as const;
/** Everything about one intercepted change. What `plan.json` holds, version 1; readonly, hashed, deterministic. */
export interface Plan extends Of<typeof planShape> {}
/** Validates what `plan.json` holds. An absent key and an undefined one are the same in JSON. */
export const planSchema: Schema<Plan> = object(planShape);

export type Pace = Plan["pace"];

const { choices, declined, exposure, like, codeFiles } = stateShape;
const codeStateShape = { choices, declined, exposure, like, codeFiles } as const;
/** What was decided about columns that have no plan. */
export interface CodeState extends Of<typeof codeStateShape> {}
/** The same apart from a plan, in a file of its own. */
export const codeStateSchema = object({ ...codeStateShape, schemaVersion: literal(1) });
