import type { Connection } from "../../../dialect/connection.js";
import type { Clock } from "../../../dialect/db/clock.js";
import type { GateFacts } from "../../../gates/gate.js";
import type { OwnMeasures } from "../../../gates/reads/own-measures.js";
import type { Plan, TableName } from "../../../model/index.js";
import type { Sample } from "../detect-anomaly.js";
import type { Measure } from "../measures.js";

/** One thing that was measured in a look. */
export interface Point extends Omit<Sample, "at"> {
  readonly measure: Measure;
  /** What it is of, as people know it: a statement without values, a replica, a column, the name of a variable. */
  readonly subject: string;
  /** Where subjects may be alike: what tells them apart. Default: the subject. */
  readonly id?: string;
  /** Who is in whose way, and the like: for whoever looks for the cause. No values. */
  readonly detail?: string;
  /** What it was at moments before the watch. */
  readonly history?: readonly number[];
}

/** What a look brought. Several things may be true: one column could be looked at, and another not. */
export interface Seen {
  readonly points: readonly Point[];
  /** What could not be looked at, and why, and what to grant or to do. */
  readonly blind?: readonly string[];
  /** Why there is nothing to look at. */
  readonly needless?: readonly string[];
}

/** What is the same for all looks of a watch on one target. */
export interface WatchContext {
  readonly plan: Plan;
  /** The key of what people confirmed. */
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
  /** Takes what has to be closed when the watch ends. */
  atEnd(close: () => Promise<void>): void;
}

/** Something that a watch looks at: a file of this folder. */
export interface Probe {
  readonly id: string;
  /** What it looks at, for the docs and for the list that a watch begins with. */
  readonly summary: string;
  /** It asks others than the target, and goes on while that cannot be reached. */
  readonly asksOthers?: true;
  /** Called once a watch: what it remembers from look to look is its own. */
  start(context: WatchContext): (connection: Connection) => Promise<Seen>;
}

export function defineProbe(probe: Probe): Probe {
  return probe;
}

export const unseen = (...blind: readonly string[]): Seen => ({ points: [], blind });
