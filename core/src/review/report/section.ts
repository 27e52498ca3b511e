import type { GateAnswer } from "../../gates/gate.js";
import type { Phase, Plan } from "../../model/index.js";
import type { Measurement, Rehearsal } from "../../rehearsal/results/rehearsal.js";
import type { BackfillRecord } from "../../target/ledger/backfills.js";
import type { Deployment } from "../../target/ledger/deployments.js";
import type { ProgressHistory } from "../../target/ledger/progress-history.js";
import type { OrmWords } from "../markdown.js";
import type { Block, Part, Text } from "./blocks.js";

/** The phase and state of a plan on a target. */
export interface TargetState {
  readonly target: string;
  /** Absent: it was not reached. */
  readonly phases?: readonly {
    readonly phase: Phase;
    readonly state: "done" | "open" | "waiting";
    readonly note: string;
  }[];
  readonly error?: string;
}

/** The result of a gate. */
export interface AskedGate extends Pick<GateAnswer, "gate" | "isOpen" | "subject" | "statement" | "help"> {
  readonly target: string;
}

/** A backfill from the ledger of a target, with its course over time if that was recorded. */
export interface RecordedRun extends Pick<BackfillRecord, "table" | "status" | "startedAt" | "finishedAt"> {
  readonly target: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly batches: number;
  readonly history?: ProgressHistory;
}

/** A deployment on it with `lockstep deploy`. */
export type RecordedDeployment = Deployment & { readonly target: string };

/** The input of all sections. It contains no row values, no secrets and no paths of this machine. */
export interface ReportInput {
  readonly plan: Plan;
  /** The form of its commands while several plans are open. */
  command(name: string): string;
  readonly words: OrmWords;
  /** ISO 8601. */
  readonly at: string;
  readonly version: string;
  /** The rehearsal of the current plan. Absent: there is none, or `isOutdated`. */
  readonly rehearsal?: Rehearsal | undefined;
  /** There is a rehearsal, but of another plan of that name. */
  readonly isOutdated?: boolean;
  /** A measurement on a real application. It takes precedence over a rehearsal. */
  readonly measured?: Measurement | undefined;
  /** The queried targets. Absent: none was queried. */
  readonly targets?: readonly TargetState[] | undefined;
  /** The results of the next phase's gate. */
  readonly gates?: readonly AskedGate[] | undefined;
  readonly runs?: readonly RecordedRun[] | undefined;
  readonly deployments?: readonly RecordedDeployment[] | undefined;
  /** The current content of a project file. Undefined: it does not exist. */
  source(file: string): string | undefined;
}

/** One section: the default export of a file in `sections/`. Its data are part of `--json`, and its sentences use nothing else. */
export interface Section<D extends object = object> {
  readonly id: string;
  readonly title: string;
  data(input: ReportInput): D;
  /** The parts that are rendered as HTML and Markdown. */
  view(data: D, input: ReportInput): readonly Part[];
}

export function defineSection<D extends object>(section: Section<D>): Section<D> {
  return section;
}

/** A report before it becomes HTML or Markdown. */
export interface WrittenReport {
  readonly title: string;
  readonly subtitle: readonly Text[];
  readonly sections: readonly { readonly id: string; readonly title: string; readonly blocks: readonly Block[] }[];
  readonly footer: readonly Text[];
}
