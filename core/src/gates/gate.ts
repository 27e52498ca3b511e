import type { TriedDefault } from "../dialect/access.js";
import type { Connection } from "../dialect/connection.js";
import type { EvidencePlace } from "../dialect/ledger-store.js";
import type { Dependent } from "../dialect/system-catalog.js";
import type { EntityModel } from "../model/code.js";
import type { DeployedPhase, GateId, GateStep, PlannedColumn } from "../model/plan.js";
import type { ReadsMeasured } from "./reads/measure-reads.js";
import type { OwnMeasures } from "./reads/own-measures.js";
import type { ServiceState } from "./service-states.js";

/** A call site that creates rows and may omit the column; only a person can decide that. */
export type OpenWriter = EvidencePlace;

/** The state of a plan's released units on a target, by migration name. The ORM plugin reads it. */
export interface AppliedUnits {
  readonly applied: readonly string[];
  /** Started and not finished: the ORM refuses to continue. */
  readonly failed: readonly string[];
  readonly pending: readonly string[];
  /** The session that runs migrations now: a migration that it has started is pending, not failed. */
  readonly running?: number;
  /** The history was squashed: the repository has no migration of the plan any more. */
  readonly isSquashed?: boolean;
  /** Migrations that have not run there and will not, because the ORM does not find them. */
  readonly unlisted?: readonly { readonly statement: string; readonly help: string }[];
  /** Missing objects of migrations that are recorded as applied, each with the command that creates it. */
  readonly lacking?: readonly { readonly statement: string; readonly help: string }[];
}

/** A default that a user's own migration gives a column. */
export interface OwnDefault extends Omit<TriedDefault, "makers"> {
  /** Its location: `20260201000000_tenant:3`. */
  readonly at: string;
}

/** The inputs of gates. */
export interface GateFacts {
  readonly plan: string;
  /** The key of confirmations, if it is not the plan: after a phase is undone, everything needs a new confirmation. */
  readonly evidence?: string;
  /** The target's name in the config: `production`. */
  readonly target: string;
  readonly connection: Connection;
  readonly units: AppliedUnits;
  /** `npx prisma migrate deploy`, for the help. */
  readonly deploy: string;
  /** The command that lets a failed migration run again, for the help. */
  recover(migration: string): string;
  /** The output is written to a file or another system: rows are named by their keys, without values. Default: false. */
  readonly isWithoutValues?: boolean;
  /** The output is shared: rows are only counted, without keys. Default: false. */
  readonly isWithoutKeys?: boolean;
  /** The plan's columns, for gates that check their values. */
  readonly columns: readonly PlannedColumn[];
  /** A default that comes from a user's own migration, not from a plan's column. */
  readonly ownDefault?: OwnDefault;
  /** Statements of pending migrations that create what a default may call. Default: none. */
  readonly makers?: readonly string[];
  /** The call sites in the current code that may omit a column. Default: none. */
  writersOf?(step: GateStep): readonly OpenWriter[];
  /** The models of the current code. Default: unknown. */
  readModels?(): Promise<readonly EntityModel[]>;
  /** Objects on the target that need what a step drops, that go with it or that name it, and that no plan created. Default: none. */
  goesWith?(step: GateStep): readonly Dependent[] | Promise<readonly Dependent[]>;
  /** The plan was undone: what follows are drops of its own columns. Default: false. */
  readonly isUndone?: boolean;
  /** The services that write to the target; absent or empty: a person has to confirm for them. */
  readonly services?: readonly string[];
  /** The phase whose code writes the column. Default: expand. */
  writtenFrom?(step: GateStep): DeployedPhase;
  /** The user's own measures of reads on the target. Default: none. */
  readonly measures?: OwnMeasures;
  /** Timeout for reading a whole table, in milliseconds. Default: ten minutes. */
  readonly scanTimeoutMs?: number;
  /** How long to observe the reads of a column, in minutes. Default: 15. */
  readonly watchMinutes?: number;
}

/** The result of a check. A closed gate is an answer, not an error. */
export interface GateAnswer {
  readonly gate: GateId;
  readonly isOpen: boolean;
  /** The column in the statement, spelled as there: `"User"."handle"`; in a merged answer: the columns. */
  readonly subject?: string;
  /** The result as text, with names and numbers. */
  readonly statement: string;
  /** The next command or action; absent if the gate is open. */
  readonly help?: string;
  /** Only a confirmation by a person or a pipeline opens it, or has opened it. */
  readonly needsConfirmation?: boolean;
  /** The check needs an object that this deployment creates. */
  readonly isUntried?: true;
  /** For a closed gate: what is not confirmed yet, as the end of a sentence. */
  readonly unconfirmed?: string;
  /** The check found contrary evidence; a person can confirm the gate anyway. */
  readonly mayOverrule?: true;
  /** Its help comes before that of other gates, which would remove the evidence. */
  readonly comesFirst?: true;
  /** The known state of each service that writes the table. */
  readonly services?: readonly ServiceState[];
  /** The measurements of the table's reads. */
  readonly reads?: ReadsMeasured;
  /** The database rejects the value of every missing row: the backfill cannot fill them, so a person has to correct them. */
  readonly isRefused?: true;
  /** What to do if the condition to confirm is not true. */
  readonly otherwise?: string;
  /** The named items that a confirmation covers or covered; absent: none. */
  readonly writers?: readonly OpenWriter[];
}

/** The description of a gate, for `lockstep explain` and the reference. */
export interface GateAbout {
  /** What waits for it. */
  readonly before: string;
  /** Its condition, after "it opens when". */
  readonly opens: string;
  /** The page with the details, as a link in Markdown. Default: none */
  readonly page?: string;
  /** The command that checks it first, and takes the confirmation. */
  readonly command: "next" | "deploy";
}

/** One condition: one file of this folder, its default export. */
export interface Gate {
  readonly about: GateAbout;
  /**
   * True: a person or a pipeline can confirm it, and the target's ledger records who and when. Either no query can answer it, or the result
   * of the query may be intended.
   */
  readonly isConfirmed: boolean;
  /** The named items that a confirmation covers: call sites or rows. Later ones need a new confirmation. Default: none. */
  covers?(step: GateStep, facts: GateFacts): readonly OpenWriter[] | Promise<readonly OpenWriter[]>;
  /**
   * Checks it on one target, without changes there.
   * @throws LS7002 if the database rejects the query, LS8004 if it cannot be reached
   */
  ask(step: GateStep, facts: GateFacts): Promise<GateAnswer>;
}
