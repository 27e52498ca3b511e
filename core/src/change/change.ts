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
import type { AddedColumn } from "../plan/added-columns.js";
import type { NamedColumn } from "../plan/follow-names.js";
import type { PlanSources } from "../plan/sources.js";
import type { ModelEdit } from "../plugin/plugin.js";
import type { RuleContext } from "../rules/rule.js";
import type { AddedRemarks } from "./remarks.js";

/** A change of the models that an ORM makes a migration of, as its plugin answers for it. Asked by `decide`, and only as far as needed. */
export interface OrmChange<Relaxed> {
  /** The plugin's id. */
  readonly orm: string;
  /** The system that it writes SQL for: known once it has generated something. */
  readonly dialectId: DialectId;
  /** Absolute path of the project's root. */
  readonly root: string;
  readonly words: Words;
  /** What is one transaction when migrations run. */
  readonly transactions: TransactionMode;
  /** Every column of the models. */
  columns(): Promise<readonly NamedColumn[]>;
  /** What the ORM generates; what `open` has relaxed is relaxed for it. Asked once, before all that follows. */
  generate(open: OpenPlans | undefined): Promise<Generated>;
  /** Whether the models have these words; costs no more than a look at their text. */
  mentions(words: RegExp): Promise<boolean>;
  /** What the models say about columns. */
  sources(): Promise<PlanSources["column"]>;
  /** Puts right what the ORM generates. Default: nothing is to be put right. */
  correct?(migration: Migration, known: KnownOfChange): Promise<Corrected>;
  /** What the models say of a type that is not PostgreSQL's own. Default, and where they do not: the database is asked. */
  typeKind?(name: TableName): TypeKind | undefined;
  /** A connection to the database that the ORM compares the models with. */
  connect(): Promise<Connection>;
  /** What only a change with a plan needs. */
  planning(): Promise<Planning<Relaxed>>;
}

/** `migration`: undefined where nothing is generated. `restore`: undefined where the models are as the open plans have them. */
export interface Generated {
  readonly migration: Migration | undefined;
  readonly restore: Restore | undefined;
}

/** What there is to correct a change by. */
export interface KnownOfChange {
  /** What the models say of columns; undefined: there are no annotations, and no functions. */
  readonly source: PlanSources["column"] | undefined;
  /** What a change of a column's type has to do with besides the column. */
  dependents(table: TableName, column: string): Promise<ColumnDependents>;
  /** A table before the change; undefined where nobody knows it, and where nothing is judged by that. */
  formerTable(table: TableName): Promise<FormerTable | undefined>;
}

/** What an ORM generates, put right. */
export interface Corrected {
  readonly migration: Migration;
  /** What was put right, in words, a line each. */
  readonly corrections: readonly string[];
  /** What a person should look at all the same. */
  readonly notices: readonly Notice[];
  /** What else is known of its statements. */
  readonly remarks: readonly AddedRemarks[];
  /** The type of a column before the change, where what takes it back says so. */
  readonly formerType: RuleContext["formerType"] | undefined;
}

/** What the ORM plugin knows that a plan is made of. */
export interface Planning<Relaxed> extends Required<Pick<PlanSources, "formerUnique">> {
  readonly versions: Plan["versions"];
  /** For the names in the configuration. */
  readonly models: readonly { readonly name: string; readonly fields: readonly { readonly name: string }[] }[];
  originalModels(columns: readonly PlannedColumn[]): Plan["originalModels"];
  /** Refuses what only this ORM would get wrong. Default: nothing. */
  refuse?(plan: Plan): void;
  /** The models of expand in memory, or what the ORM generates for them: what the plugin needs in the end to agree and to write. */
  relax(plan: Plan): Promise<Relaxed>;
}

/** The open plans of a project, as far as they answer a change. */
export interface OpenPlans {
  /** By the names of today's models. */
  readonly plans: readonly Plan[];
  /** What makes the models follow their plans again, where somebody or a merge has put them back; undefined when they do. */
  restoring(models: ModelsNow): Restore | undefined;
  /** @throws LS3004 when the change touches what has an open plan · LS2012 when it takes away what an open plan's fill reads */
  refuseSecondChange(operations: readonly Operation[]): void;
}

/** What models say about what a plan has relaxed. */
export interface ModelsNow {
  isRequired(column: PlannedColumn): boolean;
  /** Reads get the column. Default: the models do not say. */
  isRead?(column: PlannedColumn): boolean;
  /** The constraint is not declared any more. */
  lacks(unique: KeptUnique): boolean;
}

/** The edits of models that open plans still need and the change would take back. */
export interface Restore {
  readonly edits: readonly ModelEdit[];
  /** `User.handle optional until contract (plan …, phase expand)` */
  readonly names: readonly string[];
  readonly plans: readonly Plan[];
}

/** What becomes of a change: it stays as the ORM has it, put right, or there is a plan that waits for its name and its files. */
export type Decision<Relaxed> = Passed | PlannedChange<Relaxed>;

interface Passed {
  readonly kind: "pass";
  /** Columns that the change adds to tables that were there, and that no plan edits the code for. */
  readonly added: readonly AddedColumn[];
  /** The tables that were there, and whose columns the change changes, by a plan or not: prepared statements over them may fail. */
  readonly reshaped: readonly TableName[];
  readonly restore: Restore | undefined;
  readonly told: Told | undefined;
}

/** A change that gets a plan, and the model as it is until contract. */
export interface PlannedChange<Relaxed> extends Omit<Passed, "kind"> {
  readonly kind: "plan";
  readonly plan: Plan;
  readonly migration: Migration;
  readonly relaxed: Relaxed;
}

/** What there is to say of a change beside its plan; `unused`: annotations that nothing uses; `warnings`: what a person should change. */
export interface Told {
  readonly corrections: readonly string[];
  readonly notices: readonly Notice[];
  readonly unused: readonly string[];
  readonly warnings?: readonly string[];
}
