import type { EntityField, EntityModel, SignalId } from "../../model/index.js";
import type { Candidate } from "./candidate.js";
import type { ColumnHistory } from "./column-history.js";
import type { Scorecard } from "./scorecard.js";

/** The context of a candidate's score: one new column of one model. */
export interface RankContext {
  readonly model: EntityModel;
  /** All models of the schema: fields that another model shares are weaker evidence. */
  readonly models: readonly EntityModel[];
  readonly field: EntityField;
  /** The fields of the model in declaration order, without the planned ones. */
  readonly columns: readonly EntityField[];
  /** The columns without ids, foreign keys and timestamps. */
  readonly core: readonly EntityField[];
  /** The git history; undefined if there is none. */
  readonly history: ColumnHistory | undefined;
  readonly card: Scorecard;
  readonly exposure: "internal" | "exposed" | undefined;
  /** The columns that it behaves like; empty if the user named none. */
  readonly like: readonly string[];
}

/** A signal for or against a candidate, with its message: `holds 9 of 9 columns`. */
export interface Reason {
  readonly signal: SignalId;
  readonly weight: number;
  readonly text: string;
}

/** A candidate with its score. */
export interface Ranked {
  readonly candidate: Candidate;
  /** `likely` is preselected by default, `possible` is shown, and `silent` is only counted. */
  readonly kind: "likely" | "possible" | "silent";
  readonly score: number;
  /** It names all columns that the new one behaves like; undefined if the user named none. */
  readonly isLike: boolean | undefined;
  /** The key of the first place of its chain; undefined without a chain. */
  readonly chain?: string | undefined;
  /** The strongest first. */
  readonly reasons: readonly Reason[];
}
