import type { Severity } from "../config/check-severities.js";
import type { Safer } from "../dialect/checking.js";
import type { IndexFacts } from "../dialect/development.js";
import type { Quote } from "../dialect/quote.js";
import type {
  ColumnDeclaration,
  ColumnSource,
  Concern,
  DialectId,
  OperationKind,
  OperationOf,
  PlannedColumn,
  Step,
  TableName,
  Verdict,
} from "../model/index.js";
import type { VerdictContext } from "../sql/verdicts/context.js";

/** What a rule may know about the change. Facts about a developer's own database are not among it. */
export interface RuleContext extends VerdictContext {
  /** The declaration of a column that this change adds to an existing table. */
  addedColumn(table: TableName, column: string): ColumnDeclaration | undefined;
  /** What the ORM's model and its annotations say about a column; undefined where nothing is known. */
  source(table: TableName, column: string): ColumnSource | undefined;
  /** An index that is there before the change, as the database describes it; undefined where nobody has asked the database. */
  formerIndex(name: TableName): IndexFacts | undefined;
}

/** What a safe way depends on beside the statement. */
export interface SaferContext {
  /** How a migration runs outside of a transaction: `, in a migration of its own`; empty where every one does. */
  readonly alone: string;
  readonly quote: Quote;
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

interface Described<K extends OperationKind> {
  /** File name, docs page, and the word that people see, waive and configure. */
  readonly id: string;
  /** One line: what is unsafe. Of a rule that only plans have: what a plan does. */
  readonly summary: string;
  readonly on: readonly K[] | "every";
  /** For the docs page, and tested. */
  readonly examples: {
    /** The system whose SQL they are. Default: PostgreSQL */
    readonly dialect?: DialectId;
    /** `check` reports them, and no plan is made of them. */
    readonly unsafe?: readonly string[];
    /** A plan is made of them, and `check` reports them where the rule is one of `check`. */
    readonly rewritten?: readonly string[];
    readonly safe: readonly string[];
    /** What the database says about the indexes that the examples drop. */
    readonly indexes?: readonly IndexFacts[];
  };
  /** For the docs page, and the rules of SARIF: why, in a few sentences. */
  readonly background: string;
}

/** What `check` needs of a hazard. */
interface Reported<K extends OperationKind> {
  /** Where no configuration sets another. */
  readonly severity: Exclude<Severity, "off">;
  /** The concerns of the statement's verdict that are this hazard. Default: all that no other rule claims. */
  claims?(concern: Concern, operation: OperationOf<K>): boolean;
  /** As PostgreSQL does it, or all databases do. */
  safer(operation: OperationOf<K>, context: SaferContext): Safer;
  /** The statements of the safe way can take the place of this one, in a file whose statements are no transaction. */
  readonly isMechanical?: true;
  /** For the docs page: what differs on MySQL and MariaDB. */
  readonly mysql?: {
    readonly background: string;
    readonly unsafe: readonly string[];
    readonly safe: readonly string[];
  };
}

/** What a plan needs of a hazard. */
interface Planned<K extends OperationKind> {
  /**
   * Why a plan changes the statement, for the user; undefined: it leaves the statement as it is.
   *
   * @param own what the statement does, with the concerns that this rule claims: none of another rule. All of them where only plans have
   *   the rule
   */
  consequence(operation: OperationOf<K>, own: Verdict, context: RuleContext): string | undefined;
  /** The columns that the operation is about: those the plan is made for. */
  columns(operation: OperationOf<K>, context: RuleContext): readonly ColumnRef[];
  /** What happens instead. */
  rewrite(operation: OperationOf<K>, columns: readonly PlannedColumn[], context: RuleContext): Rewrite;
  /** For the docs page: what that is, where the background does not say so. */
  readonly instead?: string;
  /** It is for statements that no other rule rewrites. */
  readonly isLast?: true;
}

/** A column by its name. */
export interface ColumnRef {
  readonly table: TableName;
  readonly column: string;
}

/** A hazard that `lockstep check` reports. */
export type ReportedRule<K extends OperationKind = OperationKind> = Described<K> & Reported<K>;

/** A hazard that a plan takes apart into phases. */
export type PlannedRule<K extends OperationKind = OperationKind> = Described<K> & Planned<K>;

/** One hazard: how `check` reports it, what a plan does instead, or both. */
export type Rule<K extends OperationKind = OperationKind> = Described<K> &
  (Reported<K> | Planned<K>) &
  Partial<Reported<K> & Planned<K>>;

/** A rule about no statement of a migration. */
export interface OtherRule extends Omit<ReportedRule<never>, "safer" | "claims" | "on"> {
  readonly on: readonly [];
  safer(): Safer;
}

/**
 * Declares a rule. A rule is one file of this folder: its default export; `npm run new:rule <id>` makes the file, its test and
 * its place in the list.
 */
export function defineRule<K extends OperationKind>(rule: Rule<K>): Rule<K> {
  return rule;
}

/** Declares a rule about no statement. */
export function defineOtherRule(rule: OtherRule): OtherRule {
  return rule;
}

/** Whether `check` reports it. */
export function isReported(rule: Rule): rule is Rule & ReportedRule {
  return rule.severity !== undefined;
}

/** Whether plans rewrite it. */
export function isPlanned(rule: Rule): rule is Rule & PlannedRule {
  return rule.rewrite !== undefined;
}
