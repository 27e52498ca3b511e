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
  /** The columns of each unique index of the change that contains it: `[["userId", "channel"]]`. */
  uniqueKeys,
  /** The foreign keys of the change that contain it. Absent: none. */
  foreignKeys: optional(list(foreignKey)),
  /** Further constraints of the change over it, for the trigger that fills it. Absent: none, or no trigger. */
  constraints: optional(constraints),
  /** The model and field that the ORM maps to it. */
  model: string,
  field: string,
  fill: optional(fill),
  /** Instead of `fill`: no trigger, and the backfill calls a function. */
  compute: optional(computedFill),
  /** The value that write sites in the code set. */
  write: writeValue,
  /** The ORM's client has no such field: no phase edits code. Absent: it has. */
  isOutsideClient: optional(isTrue),
  /** Code has other values of the column than the database stores, or of one that the fill reads. Absent: the same ones. */
  isConverted: optional(isTrue),
  /** Whether responses show it. Undefined: unknown. */
  exposure: undefinable(columnExposure),
  /**
   * Required in the end and optional until contract: the model declaration follows the phases. False with a fill: the column stays
   * optional, its rows are filled once.
   */
  isRelaxed: boolean,
  /** It exists, and the change makes it required: code reads it, and no undo drops it. Absent: the change adds it. */
  becomesRequired: optional(isTrue),
  /** The key that the backfill follows. */
  key: optional(key),
  /** Whether other tables contain rows of this one. */
  descendants: optional(oneOf(["partitions", "children"])),
} as const;
/** A planned column, with its database and its ORM declaration. */
export interface PlannedColumn extends Of<typeof columnShape> {}
const column: Schema<PlannedColumn> = object(columnShape);

/** Tables below a table that contain its rows. Known from the development database: migrations created them. */
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
  /** The columns stay optional, so an application may set NULL: one pass up to the greatest key at its start, and no other. */
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
  /** Its name in a `where`: the field, or the name of the combination. */
  selector: string,
  /** Its declaration in the model until then: `@unique` on its field, or `@@unique([userId])` on a line of its own. */
  attribute: string,
  /** The columns of the unique index that replaces it. */
  replacedBy: list(string),
} as const;
/**
 * A unique constraint that the change replaces by one with a new column. It stays until contract: the new one guards less until every row
 * has its value, and running code names the old one.
 */
export interface KeptUnique extends Of<typeof keptUniqueShape> {}
const keptUnique: Schema<KeptUnique> = object(keptUniqueShape);

const dropShape = {
  table: tableName,
  /** Absent: the table itself. */
  column: optional(string),
  /** Its name in the code: of the field, or of the model. Absent: unknown, derived from the name in the database. */
  name: optional(string),
  /** Its indexes that the change drops, too: they are dropped with it. Absent: none. */
  indexes: optional(list(string)),
  /** Types that the change drops, too, after it. Absent: none. */
  types: optional(list(tableName)),
} as const;
/** A column or a table that the change drops: it stays until contract, because running code still names it. */
export interface Drop extends Of<typeof dropShape> {}
const drop: Schema<Drop> = object(dropShape);

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
  /** A hash of its text; for code without its layout, which formatters change. */
  sha256: string,
} as const;
/** A written file of units: in the repository's migrations (released) or beside the plan (held, undo). */
export interface WrittenUnit extends Of<typeof writtenShape> {}
const written: Schema<WrittenUnit> = object(writtenShape);

const formattedShape = {
  phase,
  file: string,
  /** The hunks of a unified diff from the file as written to the file before. */
  back: string,
} as const;
/** A phase's change of a file, with its formatting: an undo that reverts the edits reverts the formatting as well. */
export interface FormattedFile extends Of<typeof formattedShape> {}
const formatted: Schema<FormattedFile> = object(formattedShape);

const consentShape = {
  /** The user's own text, as passed on by their agent. */
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
  /** In the order of their release. A unit that was reverted and released again is here twice: see `releasesOf`. */
  written: list(written),
  held: list(written),
  undo: list(written),
  /** How often a phase was reverted. Absent: never. Confirmations before the last time are void. */
  undos: optional(number),
  /** Consents to undos that an agent wrote and that lose values. Absent: none. */
  consents: optional(list(consent)),
  /** Code edits made so far, so that a later phase or an undo finds them again. */
  edits: list(plannedEdit),
  /** Places that list the model's fields and were not edited: the checklist. */
  places: list(place),
  /** Number of further places with little evidence. Absent: none. */
  silent: optional(number),
  /** The decisions on ranked places: which get the column and which do not. Absent: none. */
  choices: optional(list(placeChoice)),
  /** Places that must change and that a person has declined, with the reasons. Absent: none. */
  declined: optional(list(declinedPlace)),
  /** Answers about columns without an annotation, by `Model.field`. Not in `columns`: the fingerprint covers those. */
  exposure: optional(record(oneOf(exposures))),
  /** The columns that a column behaves like, by `Model.field`; empty: like none. */
  like: optional(record(list(string))),
  /**
   * The annotations that the last phase removed, by `Model.field`, if they are not those of `originalModels`: an undo restores them.
   * Absent: none.
   */
  annotations: optional(record(list(string))),
  /** Files that a formatter changed together with the edits. Absent: none. */
  formatted: optional(list(formatted)),
  /** Code files as Lockstep left them: its own uncommitted changes do not prevent the next edit. */
  codeFiles: list(object({ file: string, sha256: string })),
} as const;
/** The part of a plan that changes over time. */
export interface PlanState extends Of<typeof stateShape> {}
const state: Schema<PlanState> = object(stateShape);

const planShape = {
  schemaVersion: literal(1),
  /** `<timestamp>_<name>`: the ORM's own name for the change. */
  id: string,
  orm: string,
  dialect: oneOf(dialectIds),
  /** sha256 of the inputs (SQL, columns, fills): part of unit headers; does not change when phases are released. */
  fingerprint: string,
  versions: object({ lockstep: string, orm: string }),
  /** `file`: the original of a hand-written migration. Absent if the ORM generated it. */
  source: object({ sql: string, sha256: string, file: optional(string) }),
  /** Number of deployments of a plan: in a `brisk` one switch and contract are one phase, `contract`. */
  pace: oneOf(["careful", "brisk"]),
  /** The reason for that pace. */
  paceReason: string,
  columns: list(column),
  hazards: list(hazard),
  notices: list(notice),
  units: list(unit),
  backfills: list(backfill),
  /** Tables that the change creates by statements without a rewrite: an undo does not drop them. Absent: none. */
  madeTables: optional(list(tableName)),
  /** Unique constraints that stay until contract; absent: none. */
  keptUniques: optional(list(keptUnique)),
  /** Columns and tables that stay until contract, and that code no longer names; absent: none. */
  drops: optional(list(drop)),
  /** The backfill has none: its runner checks the target itself. */
  gates: object({ switch: list(gate), contract: list(gate) }),
  intents: object({ expand: list(intent), switch: list(intent), contract: list(intent) }),
  undo: object({ expand: list(unit), contract: list(unit) }),
  /** The model declarations as the user wrote them, by file. */
  originalModels: list(object({ file: string, model: string, text: string })),
  state,
} as const;
/** Everything about one intercepted change. The content of `plan.json`, version 1; readonly, hashed, deterministic. */
export interface Plan extends Of<typeof planShape> {}
/** Validates the content of `plan.json`. An absent key and an undefined one are the same in JSON. */
export const planSchema: Schema<Plan> = object(planShape);

export type Pace = Plan["pace"];

const { choices, declined, exposure, like, codeFiles } = stateShape;
const codeStateShape = { choices, declined, exposure, like, codeFiles } as const;
/** The decisions on columns without a plan. */
export interface CodeState extends Of<typeof codeStateShape> {}
/** The same without a plan, in a file of its own. */
export const codeStateSchema = object({ ...codeStateShape, schemaVersion: literal(1) });
