import type { CodeIntent, DeclinedPlace, Place, PlaceChoice, PlannedEdit, WriteValue } from "./code.js";
import type { ColumnAttributes, ColumnPosition, Deferrable, ReferentialAction } from "./declaration.js";
import type { DialectId } from "./dialect.js";
import type { Exposure } from "./evidence.js";
import type { ComputedFill, Fill } from "./fill.js";
import type { Hazard, Notice } from "./hazard.js";
import type { TableName } from "./names.js";
import type { LockMode, Verdict } from "./verdict.js";

export const phases = ["expand", "backfill", "switch", "contract"] as const;
export type Phase = (typeof phases)[number];
/** Phases that a deployment carries; `backfill` is run, not deployed. */
export type DeployedPhase = Exclude<Phase, "backfill">;

/** How many deployments a plan takes: in a `brisk` one switch and contract are one phase, `contract`. */
export type Pace = "careful" | "brisk";

/** A column inside a unit. Names and types as the database has them. */
export interface UnitColumn extends ColumnAttributes {
  readonly name: string;
  /** As `format_type` prints it. */
  readonly type: string;
  /** On MySQL, where the ORM's statement says so. Absent: the last one. */
  readonly position?: ColumnPosition;
  /** The model's own default, one that PostgreSQL stores once: rows that exist get it with the column. */
  readonly defaultSql?: string;
  /** The model's own default, set after the column was added: rows that exist stay NULL, and nothing is rewritten. */
  readonly laterDefaultSql?: string;
  /** Made with the column, and owned by it: what a serial type makes. */
  readonly sequence?: SequenceSpec;
  /** Required from the start: only with a default that PostgreSQL stores once. */
  readonly notNull?: true;
  /** Without it there is no fill trigger and prove fills nothing. Of a function only prove has one: its fallback. */
  readonly fill?: Fill;
  /** What the trigger looks at before it gives a value; absent: nothing but the type can refuse one. */
  readonly constraints?: ValueConstraints;
}

/** What the same change builds over a column: it may refuse a value that the type takes. */
export interface ValueConstraints {
  /** A value too long for an index is refused by it, and by a unique one a value that another row has. */
  readonly indexes: readonly IndexedBy[];
  readonly foreignKeys: readonly ForeignKey[];
  /** A CHECK, an exclusion, a unique index over an expression or some rows: nothing that a trigger could look up. */
  readonly hasOther?: true;
}

/** An index as far as it decides about values. */
export interface IndexedBy {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isUnique: boolean;
}

/** The sequence of a serial column, in the schema of its table; its type is the column's. */
export interface SequenceSpec {
  readonly name: string;
}

/** An index as a unit builds it. */
export interface UnitIndex {
  readonly name: string;
  readonly isUnique: boolean;
  readonly columns: readonly string[];
  readonly method: string;
  /** What follows the table's name, as the ORM wrote it; only where the index is more than `method` over plain `columns`. */
  readonly definition?: string;
  /** It belongs to a unique constraint, which has its name. Absent: the index stands alone. */
  readonly constraint?: { readonly deferrable: Deferrable };
}

/** A foreign key as a unit adds it. */
export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly references: TableName;
  readonly referencedColumns: readonly string[];
  readonly onUpdate: ReferentialAction;
  readonly onDelete: ReferentialAction;
  readonly isMatchFull: boolean;
  readonly deferrable: Deferrable;
}

/** Tables below a table that hold rows of it. Known from the development database: migrations made them. */
export type Descendants = "partitions" | "children";

/** What the units over columns are about. */
interface ColumnsOf {
  readonly table: TableName;
  readonly columns: readonly UnitColumn[];
  /** Other tables inherit from it: its triggers do not fire for their rows. */
  readonly hasChildren?: true;
}

/** What the units over an index are about. */
interface IndexOf {
  readonly table: TableName;
  readonly index: UnitIndex;
  /** Its index cannot be built concurrently, those of its partitions can. */
  readonly isPartitioned?: true;
}

/** What one unit does: the input of its SQL. Rendered by `<dialect>/units/<kind>.ts`. */
export type UnitSpec =
  | ({ readonly kind: "expand" } & ColumnsOf)
  | ({
      readonly kind: "create-index";
      /** Built again by an undo: it may stand already, where its drop has not run or where the undo was run by hand before. */
      readonly ifMissing?: true;
    } & IndexOf)
  | ({ readonly kind: "assert-index" } & IndexOf)
  /** Makes an index that was built the one of its constraint. */
  | ({ readonly kind: "attach-unique" } & IndexOf)
  | ({ readonly kind: "drop-index" } & IndexOf)
  | ({ readonly kind: "prove" } & ColumnsOf)
  | ({ readonly kind: "enforce" } & ColumnsOf)
  | {
      readonly kind: "add-foreign-key";
      readonly table: TableName;
      readonly foreignKey: ForeignKey;
      /** The same change makes the table that it leads to: nobody waits for that one. */
      readonly isToNew?: true;
    }
  | { readonly kind: "validate-foreign-key"; readonly table: TableName; readonly foreignKey: ForeignKey }
  | ({
      readonly kind: "undo-expand";
      /** Tables that foreign keys of the columns lead to: dropping those locks them as well. */
      readonly references?: readonly TableName[];
      /** Types that the change made and nothing but columns of the plan uses. */
      readonly types?: readonly TableName[];
    } & ColumnsOf)
  | ({ readonly kind: "undo-contract" } & ColumnsOf)
  /** What the server does by copying the table while writes wait: a tool does it while they go on, or the unit where there is little. */
  | { readonly kind: "online-copy"; readonly table: TableName; readonly changes: readonly TableChange[] }
  /** Statements of the user's migration that need no rewrite: the same bytes, in the same order. */
  | {
      readonly kind: "original";
      readonly sql: string;
      /** The same statements one by one, for ORMs that run them so and give them parameters. */
      readonly queries?: readonly OrmQuery[];
      /** What takes them back, in the order in which it runs; of ORMs that write it. */
      readonly down?: readonly OrmQuery[];
      /** What the user's class says of its own transaction; absent: nothing. */
      readonly transaction?: boolean;
      /** They run in the lock frame, which takes this lock on these tables at once. Absent: as they would without a plan. */
      readonly frame?: { readonly tables: readonly [TableName, ...TableName[]]; readonly mode: LockMode };
      /** In a file with units of the plan, which can run twice: what tells that they have run. */
      readonly outcomes?: readonly Outcome[];
    };

/** A clause of ALTER TABLE. */
export interface TableChange {
  readonly clause: string;
  /** What it adds, by name. Absent: run again, it says the same. */
  readonly adds?: { readonly kind: "column" | "index" | "check"; readonly name: string };
  /** The clause that takes it back; absent: nobody knows one. */
  readonly back?: string;
}

/** Something that a statement makes or takes away, as far as its name tells. */
export type Outcome =
  | { readonly kind: "column"; readonly table: TableName; readonly name: string; readonly type: string }
  | { readonly kind: "constraint"; readonly table: TableName; readonly name: string; readonly isGone?: true }
  /** A table or an index. */
  | { readonly kind: "relation"; readonly name: TableName; readonly isGone?: true }
  | { readonly kind: "type"; readonly name: TableName };

/** A statement as an ORM runs it. */
export interface OrmQuery {
  readonly sql: string;
  /** JSON values, for `$1`, `$2`, … */
  readonly parameters?: readonly unknown[];
}

export type UnitKind = UnitSpec["kind"];

/** One step of a plan in a database. Units that need the same lock on one table share an ORM migration file. */
export interface Unit {
  readonly id: string;
  readonly phase: DeployedPhase;
  readonly spec: UnitSpec;
  /** It is in the file of the unit before it. */
  readonly isJoined?: true;
  /** What it does, in one line, for people. */
  readonly title: string;
  /** The DDL in one line, for the header and the terminal. */
  readonly ddl: string;
  readonly verdict: Verdict;
  /** What takes it back, in one line. */
  readonly undo: string;
}

/** The units of a phase, file by file. */
export function inFiles(units: readonly Unit[]): readonly (readonly [Unit, ...Unit[]])[] {
  const files: [Unit, ...Unit[]][] = [];
  for (const unit of units) {
    const last = files.at(-1);
    if (unit.isJoined && last !== undefined) last.push(unit);
    else files.push([unit]);
  }
  return files;
}

/** The names of the indexes and constraints that contract builds. Empty once it is released. */
export function builtInContract({ units, state }: Pick<Plan, "units" | "state">): readonly string[] {
  if (state.released === "contract" || state.released === "undone") return [];
  return units.flatMap(({ phase, spec }) => {
    if (phase !== "contract") return [];
    if (spec.kind === "create-index") return [spec.index.name];
    if (spec.kind === "add-foreign-key") return [spec.foreignKey.name];
    if (spec.kind === "online-copy") return spec.changes.flatMap(({ adds }) => adds?.name ?? []);
    if (spec.kind !== "original") return [];
    const dropped = (spec.down ?? []).flatMap(({ sql }) => / DROP CONSTRAINT IF EXISTS "(.+)"$/.exec(sql)?.[1] ?? []);
    return dropped.map((name) => name.replaceAll('""', '"'));
  });
}

/** A condition proved before a phase is released. The file of that name in `gates/` decides. */
export interface GateStep {
  readonly gate: GateId;
  readonly table: TableName;
  readonly column: string;
}
/** The name of a file in `gates/`: adding a gate is adding a file. */
export type GateId = string;

/** A column of a key, with its type as `format_type` prints it. */
export interface KeyColumn {
  readonly column: string;
  readonly type: string;
}

/** One pass over one table that fills all planned columns of it. */
export interface BackfillSpec {
  readonly table: TableName;
  /** The primary key, or another unique one without NULLs: the batches follow its order. */
  readonly key: readonly KeyColumn[];
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    /** Exactly one of the two. */
    readonly fill?: Fill;
    readonly compute?: ComputedFill;
  }[];
  /** The columns of each unique index that the change builds with one of them. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** The columns stay optional, so NULL may be chosen: one pass up to the greatest key at its start, and never again. */
  readonly once?: true;
  /** Foreign keys that the change adds with one of them; absent: none. */
  readonly foreignKeys?: readonly ForeignKey[];
}

/** A planned column, from the database and from the ORM model at once. */
export interface PlannedColumn extends ColumnAttributes {
  readonly table: TableName;
  readonly name: string;
  readonly type: string;
  readonly position?: ColumnPosition;
  readonly notNull: boolean;
  /** The model's own default; with a fill it is set after the column was added. */
  readonly defaultSql?: string;
  readonly sequence?: SequenceSpec;
  /** The columns of each unique index of the change that it is part of: `[["userId", "channel"]]`. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** The foreign keys of the change that it is part of; absent: none. */
  readonly foreignKeys?: readonly ForeignKey[];
  /** What else the change builds over it, for the trigger that fills it; absent: nothing, or no trigger. */
  readonly constraints?: ValueConstraints;
  /** The model and field that the ORM maps to it. */
  readonly model: string;
  readonly field: string;
  readonly fill?: Fill;
  /** Instead of `fill`: no trigger, and the backfill calls a function. */
  readonly compute?: ComputedFill;
  /** What write sites in the code give. */
  readonly write: WriteValue;
  /** Whether responses show it; undefined: nobody has said. */
  readonly exposure?: "internal" | "exposed" | undefined;
  /**
   * Required in the end and optional until contract: the model declaration follows the phases. False with a fill: the
   * column stays optional, its rows are filled once.
   */
  readonly isRelaxed: boolean;
  /** The key that the backfill follows. */
  readonly key?: readonly KeyColumn[];
  /** Whether other tables hold rows of this one. */
  readonly descendants?: Descendants;
}

/** Whether a trigger gives new rows their value from expand to contract. */
export function hasTrigger({ isRelaxed, fill }: Pick<PlannedColumn, "isRelaxed" | "fill">): boolean {
  return isRelaxed && fill !== undefined && fill.withoutTrigger === undefined;
}

/**
 * A unique constraint that the change replaces by one with a new column. It stays until contract: until every row has its value the
 * new one guards less, and running code names the old one.
 */
export interface KeptUnique {
  readonly table: TableName;
  readonly index: UnitIndex;
  readonly model: string;
  readonly fields: readonly string[];
  /** How code names it in a `where`: the field, or the name of the combination. */
  readonly selector: string;
  /** What declares it in the model until then: `@unique` on its field, or `@@unique([userId])` on a line of its own. */
  readonly attribute: string;
  /** The columns of the unique index that takes its place. */
  readonly replacedBy: readonly string[];
}

/** The smallest thing run, verified and recorded */
export type Step =
  | { readonly kind: "ddl"; readonly unit: UnitSpec }
  | { readonly kind: "backfill"; readonly backfill: BackfillSpec }
  | { readonly kind: "code"; readonly intent: CodeIntent }
  | { readonly kind: "gate"; readonly gate: GateStep };

/** A file of units that has been written: into the repository's migrations (released) or beside the plan (held, undo). */
export interface WrittenUnit {
  /** Of its first unit. */
  readonly id: string;
  /** Path from the project root. Held: `lockstep/<plan>/held/…`; released: the ORM's migration file. */
  readonly file: string;
  /** Of its text; of code without its layout, which formatters change. */
  readonly sha256: string;
}

/** Everything about one intercepted change. What `plan.json` holds; readonly, hashed, deterministic. */
export interface Plan {
  readonly schemaVersion: 1;
  /** `<timestamp>_<name>`: the ORM's own name for the change. */
  readonly id: string;
  readonly orm: string;
  readonly dialect: DialectId;
  /** sha256 of the inputs (SQL, columns, fills): stands in unit headers; does not change when phases are released. */
  readonly fingerprint: string;
  readonly versions: { readonly lockstep: string; readonly orm: string };
  /** `file`: what a person had written by hand, as it stood; absent where the ORM generated it. */
  readonly source: { readonly sql: string; readonly sha256: string; readonly file?: string };
  readonly pace: Pace;
  /** Why that pace, in words. */
  readonly paceReason: string;
  readonly columns: readonly PlannedColumn[];
  readonly hazards: readonly Hazard[];
  readonly notices: readonly Notice[];
  readonly units: readonly Unit[];
  readonly backfills: readonly BackfillSpec[];
  /** Tables that the change makes by statements that need no rewrite: an undo leaves them. Absent: none. */
  readonly madeTables?: readonly TableName[];
  /** Unique constraints that stay until contract; absent: none. */
  readonly keptUniques?: readonly KeptUnique[];
  /** The backfill has none: its runner looks at the target itself. */
  readonly gates: Readonly<Record<"switch" | "contract", readonly GateStep[]>>;
  readonly intents: Readonly<Record<DeployedPhase, readonly CodeIntent[]>>;
  readonly undo: Readonly<Record<"expand" | "contract", readonly Unit[]>>;
  /** The model declarations as the user wrote them, by file. */
  readonly originalModels: readonly { readonly file: string; readonly model: string; readonly text: string }[];
  readonly state: PlanState;
}

/** What changes in a plan as it goes on. */
export interface PlanState {
  /** The last phase whose files are in the repository. */
  readonly released: "expand" | "switch" | "contract" | "undone";
  /** In the order of their release. A unit that was taken back and released again is here twice: see `releasesOf`. */
  readonly written: readonly WrittenUnit[];
  readonly held: readonly WrittenUnit[];
  readonly undo: readonly WrittenUnit[];
  /** How often a phase was taken back; absent: never. What people confirmed before the last time does not count any more. */
  readonly undos?: number;
  /** Code edits made so far, so that a later phase or an undo finds them again. */
  readonly edits: readonly PlannedEdit[];
  /** Places that list the model's fields and were not edited: the checklist. */
  readonly places: readonly Place[];
  /** How many more places little speaks for; absent: none. */
  readonly silent?: number;
  /** Which ranked places get the column and which do not; absent: nothing was decided. */
  readonly choices?: readonly PlaceChoice[];
  /** Places that must change and that a person has declined, with the reasons; absent: none. */
  readonly declined?: readonly DeclinedPlace[];
  /** What was answered about a column that is not annotated, by `Model.field`. Not in `columns`: the fingerprint is over those. */
  readonly exposure?: Readonly<Record<string, Exposure>>;
  /** Files whose layout a formatter changed together with the edits; absent: none. */
  readonly formatted?: readonly FormattedFile[];
  /** Code files as Lockstep left them: uncommitted changes that are its own do not stop the next edit. */
  readonly codeFiles: readonly { readonly file: string; readonly sha256: string }[];
}

/** What a phase did to a file that was laid out anew: an undo that took the edits back takes the layout back as well. */
export interface FormattedFile {
  readonly phase: DeployedPhase;
  readonly file: string;
  /** A unified diff, from the file as it was written to what was there before. */
  readonly back: string;
}
