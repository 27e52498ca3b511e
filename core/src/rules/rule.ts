import type { Severity } from "../config/check-severities.js";
import type { Safer } from "../dialect/checking.js";
import type { IndexFacts } from "../dialect/development.js";
import type { Quote } from "../dialect/quote.js";
import type {
  ColumnAttributes,
  ColumnDeclaration,
  ColumnSource,
  Concern,
  Descendants,
  DialectId,
  OperationKind,
  OperationOf,
  PlannedColumn,
  Step,
  TableName,
  Verdict,
} from "../model/index.js";
import type { VerdictContext } from "../sql/verdicts/context.js";

/** The facts about the change for rules. Excludes facts about a developer's own database. */
export interface RuleContext extends VerdictContext {
  /** The declaration of a column that this change adds to an existing table. */
  addedColumn(table: TableName, column: string): ColumnDeclaration | undefined;
  /** The model and annotations of a column; undefined if unknown. */
  source(table: TableName, column: string): ColumnSource | undefined;
  /** An existing index, as the database describes it; undefined if the database was not queried. */
  formerIndex(name: TableName): IndexFacts | undefined;
  /** A column of an existing table; undefined: there is none. Absent: the database was not queried. */
  formerColumn?(table: TableName, column: string): FormerColumn | undefined;
  /** No commit of the repository has the column: only a developer's database does. */
  isUncommitted(column: string): boolean;
  /** Tables below an existing one; undefined: none, or the database was not queried. */
  descendantsOf(table: TableName): Descendants | undefined;
  /** The committed statistics of the target show few rows: a scan under a lock is instant. False: many, or unknown. */
  isSmall(table: TableName): boolean;
}

/** How the database describes a column. */
export interface FormerColumn {
  /** As `format_type` prints it. */
  readonly type: string;
  /** What else its definition has, where a unit has to repeat that (MySQL, MariaDB). Default: none. */
  readonly attributes?: ColumnAttributes;
  readonly isRequired: boolean;
  readonly hasDefault: boolean;
  /** It is part of the primary key, or the database computes it. */
  readonly isBound: boolean;
}

/** What a safe alternative depends on besides the statement. */
export interface SaferContext {
  /** How a statement runs outside a transaction: `, in a migration of its own`; empty if every statement does. */
  readonly alone: string;
  readonly quote: Quote;
  /** The concerns of the statement's verdict that the rule claims. */
  readonly concerns: readonly Concern[];
}

/** The safe sequence that replaces an operation, by phase. The plan omits phases without steps. */
export interface Rewrite {
  readonly expand?: readonly Step[];
  readonly backfill?: readonly Step[];
  readonly switch?: readonly Step[];
  readonly contract?: readonly Step[];
  /** The statement itself runs in contract, after the proof. */
  readonly isLater?: true;
  /** The statement itself runs in expand: together with the one that drops what it creates again (`redoTogether`). */
  readonly isKept?: true;
  /** The statement itself runs in expand: NOT VALID in one file, and VALIDATE in the next. */
  readonly isSplit?: true;
}

interface Described<K extends OperationKind> {
  /** The file name, the docs page, and the id in output, waivers and config. */
  readonly id: string;
  /** One line: the hazard. For a rule that only plans use: what a plan does. */
  readonly summary: string;
  readonly on: readonly K[] | "every";
  /** For the docs page, and tested. */
  readonly examples: {
    /** The dialect of the examples. Default: PostgreSQL */
    readonly dialect?: DialectId;
    /** `check` reports them, and no plan rewrites them. */
    readonly unsafe?: readonly string[];
    /** A plan rewrites them, and `check` reports them if it uses the rule. */
    readonly rewritten?: readonly string[];
    readonly safe: readonly string[];
    /** The database's facts about the indexes that the examples drop. */
    readonly indexes?: readonly IndexFacts[];
  };
  /** For the docs page and the rules in SARIF: the reason, in a few sentences. */
  readonly background: string;
}

/** The part of a rule that `check` uses. */
interface Reported<K extends OperationKind> {
  /** Unless the configuration sets another. */
  readonly severity: Exclude<Severity, "off">;
  /** How a finding is waived. `config`: only there, because its file has run or is gone. Default: also by a comment. */
  readonly waivedBy?: "config" | "nothing";
  /** Which concerns of the verdict belong to this hazard. Default: all that no other rule claims. */
  claims?(concern: Concern, operation: OperationOf<K>): boolean;
  /** The safe alternative on PostgreSQL, or on all databases. */
  safer(operation: OperationOf<K>, context: SaferContext): Safer;
  /** The safe statements can replace this one in a file without a transaction. */
  readonly isMechanical?: true;
  /** For the docs page: the differences on MySQL and MariaDB. */
  readonly mysql?: {
    readonly background: string;
    readonly unsafe: readonly string[];
    readonly safe: readonly string[];
  };
}

/** The part of a rule that plans use. */
interface Planned<K extends OperationKind> {
  /**
   * Why a plan changes the statement, for the user; undefined: it does not change it.
   *
   * @param own the statement's verdict, only with the concerns that this rule claims; with all of them if only plans have the rule
   */
  consequence(operation: OperationOf<K>, own: Verdict, context: RuleContext): string | undefined;
  /** The columns that the plan is made for. */
  columns(operation: OperationOf<K>, context: RuleContext): readonly ColumnRef[];
  /** The replacement. */
  rewrite(operation: OperationOf<K>, columns: readonly PlannedColumn[], context: RuleContext): Rewrite;
  /** For the docs page: the replacement, if the background does not describe it. */
  readonly instead?: string;
  /** Only applies to statements that no other rule rewrites. */
  readonly isLast?: true;
}

export interface ColumnRef {
  readonly table: TableName;
  readonly column: string;
}

/** A hazard that `lockstep check` reports. */
export type ReportedRule<K extends OperationKind = OperationKind> = Described<K> & Reported<K>;

/** A hazard that a plan splits into phases. */
export type PlannedRule<K extends OperationKind = OperationKind> = Described<K> & Planned<K>;

/** One hazard: how `check` reports it, what a plan does instead, or both. */
export type Rule<K extends OperationKind = OperationKind> = Described<K> &
  (Reported<K> | Planned<K>) &
  Partial<Reported<K> & Planned<K>>;

/** A rule that is not about a statement. */
export interface OtherRule extends Omit<ReportedRule<never>, "safer" | "claims" | "on"> {
  readonly on: readonly [];
  safer(): Safer;
}

/**
 * Declares a rule, which is the default export of a file in this folder. `npm run new:rule <id>` creates the file, its test and its list
 * entry.
 */
export function defineRule<K extends OperationKind>(rule: Rule<K>): Rule<K> {
  return rule;
}

/** Declares a rule that is not about a statement. */
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
