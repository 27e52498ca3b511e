import type { TriedDefault } from "../dialect/access.js";
import type { Connection } from "../dialect/connection.js";
import type { EvidencePlace } from "../dialect/ledger-store.js";
import type { Dependent } from "../dialect/system-catalog.js";
import type { DeployedPhase, GateId, GateStep, PlannedColumn } from "../model/plan.js";
import type { ReadsMeasured } from "./reads/measure-reads.js";
import type { OwnMeasures } from "./reads/own-measures.js";
import type { ServiceState } from "./service-states.js";

/** A place of the code that makes rows and may leave the column out: which nothing but a person can tell. */
export type OpenWriter = EvidencePlace;

/** What a target says about the released units of a plan. Names of migrations. Read by the ORM plugin. */
export interface AppliedUnits {
  readonly applied: readonly string[];
  /** Begun and not finished: the ORM refuses to go on. */
  readonly failed: readonly string[];
  readonly pending: readonly string[];
  /** The session that runs migrations at this moment: what it has begun is pending, and has not failed. */
  readonly running?: number;
  /** The history was squashed since: no migration of the plan is left in the repository. */
  readonly isSquashed?: boolean;
  /** Migrations that have not run there, and will not: the ORM does not find them. */
  readonly unlisted?: readonly { readonly statement: string; readonly help: string }[];
  /** What the database lacks although its migrations count as applied there, each with what makes it. */
  readonly lacking?: readonly { readonly statement: string; readonly help: string }[];
}

/** A default that a migration of the user's own gives a column. */
export interface OwnDefault extends Omit<TriedDefault, "makers"> {
  /** Where it stands: `20260201000000_tenant:3`. */
  readonly at: string;
}

/** What gates ask. */
export interface GateFacts {
  readonly plan: string;
  /** The key of what people confirmed, where it is not the plan: once a phase was taken back everything is asked anew. */
  readonly evidence?: string;
  /** The target's name in the config: `production`. */
  readonly target: string;
  readonly connection: Connection;
  readonly units: AppliedUnits;
  /** `npx prisma migrate deploy`, for the help. */
  readonly deploy: string;
  /** What lets a failed migration run again, for the help. */
  recover(migration: string): string;
  /** What is found goes into a file or another system: rows are named by their keys, and no value is shown. Default: false. */
  readonly isWithoutValues?: boolean;
  /** What is found goes around: no row is named either, rows are only counted. Default: false. */
  readonly isWithoutKeys?: boolean;
  /** The plan's columns, for gates that ask about their values. */
  readonly columns: readonly PlannedColumn[];
  /** A default of no plan's column: of a migration of the user's own. */
  readonly ownDefault?: OwnDefault;
  /** Statements of pending migrations that make what a default may call. Default: none. */
  readonly makers?: readonly string[];
  /** The places of today's code that may leave a column out. Default: none. */
  writersOf?(step: GateStep): readonly OpenWriter[];
  /** What on the target goes with the column of a way back, or names it, and no plan made. Default: nothing. */
  goesWith?(step: GateStep): readonly Dependent[];
  /** The services that write to the target; absent or none: nobody but a person knows of them. */
  readonly services?: readonly string[];
  /** The phase whose code writes the column. Default: expand. */
  writtenFrom?(step: GateStep): DeployedPhase;
  /** What the user measures of reads on the target. Default: nothing. */
  readonly measures?: OwnMeasures;
  /** For reading a whole table, in milliseconds. Default: ten minutes. */
  readonly scanTimeoutMs?: number;
  /** How long reads of a column have to be watched. Default: 15. */
  readonly watchMinutes?: number;
}

/** What was found. A closed gate is an answer, not an error. */
export interface GateAnswer {
  readonly gate: GateId;
  readonly isOpen: boolean;
  /** The column that the statement is about, as it stands in it: `"User"."handle"`; of a merged answer: the columns. */
  readonly subject?: string;
  /** What was found, in words, with names and numbers. */
  readonly statement: string;
  /** The next thing to type or to do; absent when the gate is open. */
  readonly help?: string;
  /** It opens, or has opened, by a person's or a pipeline's word only. */
  readonly needsConfirmation?: boolean;
  /** Nothing could be tried before the deployment has made what is asked about. */
  readonly isUntried?: true;
  /** Of a closed one: what nobody has confirmed, as the end of a sentence. */
  readonly unconfirmed?: string;
  /** Something was found that speaks against it; a person may confirm it all the same. */
  readonly mayOverrule?: true;
  /** Its help counts before that of others, which would do away with what was found. */
  readonly comesFirst?: true;
  /** What is known of each service that writes the table. */
  readonly services?: readonly ServiceState[];
  /** What was measured of the reads of the table. */
  readonly reads?: ReadsMeasured;
  /** All rows that it is closed for are refused their value: a person has to correct them, the backfill cannot. */
  readonly isRefused?: true;
  /** What to do where it is not as a person would have to confirm. */
  readonly otherwise?: string;
  /** What is, or was, confirmed of the code, by name; absent: nothing. */
  readonly writers?: readonly OpenWriter[];
}

/** One condition: one file of this folder, its default export. */
export interface Gate {
  /**
   * True: a person or a pipeline can confirm it, and the ledger of the target remembers who and when. No query can answer it, or what
   * a query found may be meant.
   */
  readonly isConfirmed: boolean;
  /** What a confirmation speaks of, by name: places of the code, or rows. What comes later is asked about anew. Default: nothing. */
  covers?(step: GateStep, facts: GateFacts): readonly OpenWriter[] | Promise<readonly OpenWriter[]>;
  /**
   * Asks it on one target. Changes nothing there.
   * @throws LS7002 when the database refuses the question, LS8004 when it cannot be reached
   */
  ask(step: GateStep, facts: GateFacts): Promise<GateAnswer>;
}
