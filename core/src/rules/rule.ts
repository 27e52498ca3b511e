import type { IndexFacts } from "../dialect/development.js";
import type {
  ColumnDeclaration,
  ColumnSource,
  DialectId,
  OperationKind,
  OperationOf,
  PlannedColumn,
  Step,
  TableName,
} from "../model/index.js";
import type { VerdictContext } from "../sql/verdicts/context.js";

/** What a rule may know about the change that it judges. Facts about a developer's own database are not among it. */
export interface RuleContext extends VerdictContext {
  /** The declaration of a column that this change adds to an existing table. */
  addedColumn(table: TableName, column: string): ColumnDeclaration | undefined;
  /** What the ORM's model and its annotations say about a column; undefined where nothing is known. */
  source(table: TableName, column: string): ColumnSource | undefined;
  /** An index that is there before the change, as the database describes it; undefined where nobody has asked the database. */
  formerIndex(name: TableName): IndexFacts | undefined;
}

/** The safe sequence that replaces an operation, by phase. Phases without steps are left out of the plan. */
export interface Rewrite {
  readonly expand?: readonly Step[];
  readonly backfill?: readonly Step[];
  readonly switch?: readonly Step[];
  readonly contract?: readonly Step[];
  /** The statement itself runs in contract, after the proof. */
  readonly isLater?: true;
}

export interface Rule<K extends OperationKind = OperationKind> {
  /** File name, docs page and the word that people see. */
  readonly id: string;
  readonly on: K | readonly K[];
  /** One line: what the rule does. */
  readonly summary: string;
  /** For the docs page: SQL that the rule rewrites, and SQL like it that passes as it stands. */
  readonly examples: {
    /** The system whose SQL they are. Default: PostgreSQL */
    readonly dialect?: DialectId;
    readonly unsafe: readonly string[];
    readonly safe: readonly string[];
    /** What the database says about the indexes that the examples drop. */
    readonly indexes?: readonly IndexFacts[];
  };
  /** For the docs page: why, with sources. */
  readonly background: string;
  /** Why this operation is unsafe here, in words for the user; undefined: it is not. */
  detect(operation: OperationOf<K>, context: RuleContext): string | undefined;
  /** The columns that the operation is about: those the plan is made for. */
  columns(
    operation: OperationOf<K>,
    context: RuleContext,
  ): readonly { readonly table: TableName; readonly column: string }[];
  /** What happens instead. */
  rewrite(operation: OperationOf<K>, columns: readonly PlannedColumn[], context: RuleContext): Rewrite;
}

/**
 * Declares a rule. A rule is one file of this folder: its default export; `npm run new:rule <id>` makes the file, its test and
 * its place in the list.
 */
export function defineRule<K extends OperationKind>(rule: Rule<K>): Rule<K> {
  return rule;
}
