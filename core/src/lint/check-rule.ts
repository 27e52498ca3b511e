import type { Severity } from "../config/check-severities.js";
import type { Safer } from "../dialect/checking.js";
import type { Quote } from "../dialect/quote.js";
import type { Concern, OperationKind, OperationOf } from "../model/index.js";

/** What a safe way depends on beside the statement. */
export interface SaferContext {
  /** How a migration runs outside of a transaction: `, in a migration of its own`; empty where every one does. */
  readonly alone: string;
  readonly quote: Quote;
}

/** One hazard that `lockstep check` tells of. */
export interface CheckRule<K extends OperationKind = OperationKind> {
  /** File name, docs page, and the word that people see, waive and configure. */
  readonly id: string;
  /** Where no configuration says another. */
  readonly severity: Exclude<Severity, "off">;
  /** One line: what is unsafe. */
  readonly summary: string;
  readonly on: readonly K[] | "every";
  /** Which concerns of such a statement are its own. Default: all that no other rule speaks of. */
  claims?(concern: Concern, operation: OperationOf<K>): boolean;
  /** As PostgreSQL does it, or all databases do. */
  safer(operation: OperationOf<K>, context: SaferContext): Safer;
  /** The statements of the safe way can take the place of this one, in a file whose statements are no transaction. */
  readonly isMechanical?: true;
  /** For the docs page: migrations that are told of, and others like them that pass. */
  readonly examples: { readonly unsafe: readonly string[]; readonly safe: readonly string[] };
  /** For the docs page: why, in a few sentences. */
  readonly background: string;
  /** For the docs page: what is another matter on MySQL and MariaDB. */
  readonly mysql?: {
    readonly background: string;
    readonly unsafe: readonly string[];
    readonly safe: readonly string[];
  };
}

/** A rule about no statement of a migration. */
export interface OtherRule extends Omit<CheckRule<never>, "safer" | "claims" | "on"> {
  readonly on: readonly [];
  safer(): Safer;
}

/** Declares one. */
export function defineOtherRule(rule: OtherRule): OtherRule {
  return rule;
}

/** Declares a rule of `check`. A rule is one file of `rules/`: its default export. */
export function defineCheckRule<K extends OperationKind>(rule: CheckRule<K>): CheckRule<K> {
  return rule;
}
