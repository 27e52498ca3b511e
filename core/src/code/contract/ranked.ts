import type { EntityField, EntityModel, SignalId } from "../../model/index.js";
import type { Candidate } from "./candidate.js";
import type { ColumnHistory } from "./column-history.js";
import type { Scorecard } from "./scorecard.js";

/** What the score of a candidate is measured against: one new column of one model. */
export interface RankContext {
  readonly model: EntityModel;
  /** All models of the schema: fields that another one has as well say less. */
  readonly models: readonly EntityModel[];
  readonly field: EntityField;
  /** The fields of the model in the order of their declaration, without the planned ones. */
  readonly columns: readonly EntityField[];
  /** The same without ids, foreign keys and timestamps. */
  readonly core: readonly EntityField[];
  /** What git knows; undefined without a history. */
  readonly history: ColumnHistory | undefined;
  readonly card: Scorecard;
  readonly exposure: "internal" | "exposed" | undefined;
  /** The columns that it behaves like; none where nobody said so. */
  readonly like: readonly string[];
}

/** A signal that speaks for or against a candidate, with the words for it: `holds 9 of 9 columns`. */
export interface Reason {
  readonly signal: SignalId;
  readonly weight: number;
  readonly text: string;
}

/** A candidate with what is known about it. */
export interface Ranked {
  readonly candidate: Candidate;
  /** `likely` is ticked unless told otherwise, `possible` is shown, of `silent` ones only the number. */
  readonly kind: "likely" | "possible" | "silent";
  readonly score: number;
  /** It names all columns that the new one behaves like; undefined where nobody said which. */
  readonly isLike: boolean | undefined;
  /** The key of the first place of its chain; undefined where it stands alone. */
  readonly chain?: string | undefined;
  /** The strongest first. */
  readonly reasons: readonly Reason[];
}
