import type { Connection } from "../../../dialect/connection.js";
import type { Clock } from "../../../dialect/db/clock.js";
import type { GateFacts } from "../../../gates/gate.js";
import type { OwnMeasures } from "../../../gates/reads/own-measures.js";
import type { Plan, TableName } from "../../../model/index.js";
import type { Sample } from "../detect-anomaly.js";
import type { Measure } from "../measures.js";

/** One measurement of a round. */
export interface Point extends Omit<Sample, "at"> {
  readonly measure: Measure;
  /** What it measures, by its usual name: a statement without values, a replica, a column, the name of a variable. */
  readonly subject: string;
  /** Distinguishes subjects with equal names. Default: the subject. */
  readonly id?: string;
  /** Details for finding the cause, such as the blocking session. No values. */
  readonly detail?: string;
  /** Its values at times before the watch. */
  readonly history?: readonly number[];
}

/** The result of a probe in one round. Its parts can differ: one column may be measured and another not. */
export interface Seen {
  readonly points: readonly Point[];
  /** What it could not measure, with the reason and the fix. */
  readonly blind?: readonly string[];
  /** Why there is nothing to measure. */
  readonly needless?: readonly string[];
}

/** The constant inputs of a watch on one target. */
export interface WatchContext {
  readonly plan: Plan;
  /** The key of confirmations. */
  readonly evidence: string;
  readonly target: string;
  /** The plan's. */
  readonly tables: readonly TableName[];
  readonly everyMs: number;
  readonly measures: OwnMeasures;
  readonly services: readonly string[];
  readonly writtenFrom: NonNullable<GateFacts["writtenFrom"]>;
  readonly replicas: { readonly ignored: readonly string[]; readonly urlsFrom: readonly string[] };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** Registers what to close at the end of the watch. */
  atEnd(close: () => Promise<void>): void;
}

/** One probe of a watch: a file of this folder. */
export interface Probe {
  readonly id: string;
  /** What it measures, for the docs and the list at the start of a watch. */
  readonly summary: string;
  /** It queries other systems than the target, and continues while the target is unreachable. */
  readonly asksOthers?: true;
  /** Called once per watch: a probe keeps its own state between rounds. */
  start(context: WatchContext): (connection: Connection) => Promise<Seen>;
}

export function defineProbe(probe: Probe): Probe {
  return probe;
}

export const unseen = (...blind: readonly string[]): Seen => ({ points: [], blind });
