import type { Connection } from "../dialect/connection.js";
import type { ColumnDependents } from "../dialect/development.js";
import type { FormerTable } from "../dialect/judging.js";
import type {
  DialectId,
  KeptUnique,
  Migration,
  Notice,
  Operation,
  Plan,
  PlannedColumn,
  TableName,
  TransactionMode,
  TypeKind,
  Words,
} from "../model/index.js";
import type { AddedColumn, ReshapedTable } from "../plan/added-columns.js";
import type { NamedColumn } from "../plan/follow-names.js";
import type { PlanSources } from "../plan/sources.js";
import type { ModelEdit } from "../plugin/plugin.js";
import type { RuleContext } from "../rules/rule.js";
import type { AddedRemarks } from "./remarks.js";

/** A change of the models for which an ORM generates a migration, from its plugin. `decide` only calls what it needs. */
export interface OrmChange<Relaxed> {
  /** The plugin's id. */
  readonly orm: string;
  /** The system that it writes SQL for: known after it has generated something. */
  readonly dialectId: DialectId;
  /** The project's root: absolute. */
  readonly root: string;
  readonly words: Words;
  /** What one transaction contains when migrations run. */
  readonly transactions: TransactionMode;
  /** Every column of the models. */
  columns(): Promise<readonly NamedColumn[]>;
  /** The generated migration; treats columns that `open` has relaxed as relaxed. Called once, before everything below. */
  generate(open: OpenPlans | undefined): Promise<Generated>;
  /** Whether the models contain these words; only searches their text. */
  mentions(words: RegExp): Promise<boolean>;
  /** The models' data on columns. */
  sources(): Promise<PlanSources["column"]>;
  /** Corrects the generated migration. Default: no corrections. */
  correct?(migration: Migration, known: KnownOfChange): Promise<Corrected>;
  /** The models' data on a type that is not built in. Default, and if they have none: queries the database. */
  typeKind?(name: TableName): TypeKind | undefined;
  /** A connection to the database that the ORM compares the models with. */
  connect(): Promise<Connection>;
  /** Only for a change with a plan. */
  planning(): Promise<Planning<Relaxed>>;
}

/** `migration`: undefined if nothing is generated. `restore`: undefined if the models match the open plans. */
export interface Generated {
  readonly migration: Migration | undefined;
  readonly restore: Restore | undefined;
  /** The statements that the plugin left out, and why: one line each. Default: none. */
  readonly leftOut?: readonly string[];
}

/** The facts for correcting a change. */
export interface KnownOfChange {
  /** The models' data on columns; undefined: no annotations and no functions. */
  readonly source: PlanSources["column"] | undefined;
  /** The dependents that a change of a column's type affects. */
  dependents(table: TableName, column: string): Promise<ColumnDependents>;
  /** A table before the change; undefined if it is unknown, or if no verdict depends on it. */
  formerTable(table: TableName): Promise<FormerTable | undefined>;
}

/** A corrected migration. */
export interface Corrected {
  readonly migration: Migration;
  /** The corrections as text, one line each. */
  readonly corrections: readonly string[];
  /** Notices for review that remain. */
  readonly notices: readonly Notice[];
  /** Additional facts about its statements. */
  readonly remarks: readonly AddedRemarks[];
  /** The type of a column before the change, if the down migration contains it. */
  readonly formerType: RuleContext["formerType"] | undefined;
}

/** The ORM plugin's input for a plan. */
export interface Planning<Relaxed>
  extends Required<Pick<PlanSources, "formerUnique">>,
    Pick<PlanSources, "formerName"> {
  readonly versions: Plan["versions"];
  /** For the names in the configuration. */
  readonly models: readonly { readonly name: string; readonly fields: readonly { readonly name: string }[] }[];
  originalModels(columns: readonly PlannedColumn[]): Plan["originalModels"];
  /** Rejects what only this ORM would get wrong. Default: nothing. */
  refuse?(plan: Plan): void;
  /** The models of expand in memory, or the ORM's migration for them: the plugin needs it to compare and to write. */
  relax(plan: Plan): Promise<Relaxed>;
}

/** The open plans of a project, as far as they affect a change. */
export interface OpenPlans {
  /** With the current model names. */
  readonly plans: readonly Plan[];
  /** The edits that make the models match their plans again, after a manual edit or a merge reverted them; undefined if they match. */
  restoring(models: ModelsNow): Restore | undefined;
  /** @throws LS3004 if the change affects an object with an open plan · LS2012 if it drops what an open plan's fill reads */
  refuseSecondChange(operations: readonly Operation[]): void;
}

/** The models' current state of what a plan has relaxed. */
export interface ModelsNow {
  isRequired(column: PlannedColumn): boolean;
  /** Reads return the column. Default: the models do not define it. */
  isRead?(column: PlannedColumn): boolean;
  /** The constraint is no longer declared. */
  lacks(unique: KeptUnique): boolean;
}

/** The model edits that open plans still need and the change would revert. */
export interface Restore {
  readonly edits: readonly ModelEdit[];
  /** `User.handle optional until contract (plan …, phase expand)` */
  readonly names: readonly string[];
  readonly plans: readonly Plan[];
}

/** The result for a change: it stays as the ORM generated or corrected it, or there is a plan without its name and files yet. */
export type Decision<Relaxed> = Passed | PlannedChange<Relaxed>;

interface Passed {
  readonly kind: "pass";
  /** Columns that the change adds to existing tables, and for which no plan edits the code. */
  readonly added: readonly AddedColumn[];
  /** Existing tables whose columns the change modifies: statements on them may fail. Without those that the plan searches. */
  readonly reshaped: readonly ReshapedTable[];
  readonly restore: Restore | undefined;
  readonly told: Told | undefined;
}

/** A change with a plan, and the model until contract. */
export interface PlannedChange<Relaxed> extends Omit<Passed, "kind"> {
  readonly kind: "plan";
  readonly plan: Plan;
  readonly migration: Migration;
  readonly relaxed: Relaxed;
}

/** The messages about a change besides its plan; `unused`: unused annotations; `warnings`: what a person should change. */
export interface Told {
  readonly corrections: readonly string[];
  readonly notices: readonly Notice[];
  readonly unused: readonly string[];
  readonly warnings?: readonly string[];
}
