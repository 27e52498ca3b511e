import type { GateAnswer } from "../../gates/gate.js";
import type { Phase, Plan } from "../../model/index.js";
import type { Measurement, Rehearsal } from "../../rehearsal/results/rehearsal.js";
import type { BackfillRecord } from "../../target/ledger/backfills.js";
import type { Deployment } from "../../target/ledger/deployments.js";
import type { ProgressHistory } from "../../target/ledger/progress-history.js";
import type { OrmWords } from "../markdown.js";
import type { Block, Part, Text } from "./blocks.js";

/** Where a plan stands on a target. */
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

/** What a gate said. */
export interface AskedGate extends Pick<GateAnswer, "gate" | "isOpen" | "subject" | "statement" | "help"> {
  readonly target: string;
}

/** A backfill as the ledger of a target knows it, and how it went over time where that was kept. */
export interface RecordedRun extends Pick<BackfillRecord, "table" | "status" | "startedAt" | "finishedAt"> {
  readonly target: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly batches: number;
  readonly history?: ProgressHistory;
}

/** What was deployed there with `lockstep deploy`. */
export type RecordedDeployment = Deployment & { readonly target: string };

/** What all sections are made of. Nothing in it is a value of a row, a secret or a path of this machine. */
export interface ReportInput {
  readonly plan: Plan;
  /** How its commands are typed while several plans are open. */
  command(name: string): string;
  readonly words: OrmWords;
  /** ISO 8601. */
  readonly at: string;
  readonly version: string;
  /** Of the plan as it is now; absent: there is none, or `isOutdated`. */
  readonly rehearsal?: Rehearsal | undefined;
  /** There is one, of another plan of that name. */
  readonly isOutdated?: boolean;
  /** What an application met for real: it counts before what a rehearsal has seen. */
  readonly measured?: Measurement | undefined;
  /** Those that were asked for; absent: nobody asked. */
  readonly targets?: readonly TargetState[] | undefined;
  /** What the gate of the next phase said there. */
  readonly gates?: readonly AskedGate[] | undefined;
  readonly runs?: readonly RecordedRun[] | undefined;
  readonly deployments?: readonly RecordedDeployment[] | undefined;
  /** A file of the project as it stands; undefined: it is gone. */
  source(file: string): string | undefined;
}

/** One section: a file of `sections/`, its default export. Its data go into `--json`; its sentences are made of nothing else. */
export interface Section<D extends object = object> {
  readonly id: string;
  readonly title: string;
  data(input: ReportInput): D;
  /** What HTML and Markdown are written of. */
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
