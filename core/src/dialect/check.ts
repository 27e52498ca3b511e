import type { LockstepError } from "../base/errors.js";
import type { LockstepConfig } from "../config/schema.js";
import type { EntityModel, Plan, PlannedColumn, TableName } from "../model/index.js";
import type { Connection } from "./connection.js";

/** `ok`: nothing to do · `warning`: something will be slow, hidden or untested · `problem`: a step of a plan would fail. */
export type FindingLevel = "ok" | "warning" | "problem";

/** One result of a check. */
export interface Finding {
  readonly level: FindingLevel;
  /** The result in one line, with names and numbers. */
  readonly what: string;
  /** Its consequence. */
  readonly why?: string;
  /** The next thing to type. */
  readonly next?: string;
  /** Its file, from the project's root. */
  readonly file?: string;
  /** From 1. Default: the whole file. */
  readonly line?: number;
}

/** A project as checks see it: the ORM plugin's findings. */
export interface CheckedProject {
  readonly root: string;
  readonly migrationsFolder: string;
  readonly ormVersion: string;
  readonly developmentUrl: string | undefined;
}

/** The input of every check. Read before the first check runs. */
export interface ProjectFacts {
  readonly project: CheckedProject;
  /** Names of the migrations in the repository. */
  readonly migrations: readonly string[];
  /** Migrations in the repository that the ORM does not find. */
  readonly unlisted: readonly { readonly file: string; readonly statement: string; readonly help: string }[];
  readonly words: {
    readonly deploy: string;
    readonly develop: string;
    recover(migration: string): string;
  };
  readonly config: LockstepConfig;
  /** The name of `lockstep.config.*`, if it exists. */
  readonly configFile: string | undefined;
  /** Why the file cannot be read: the other checks continue with the defaults. */
  readonly configError: Error | undefined;
  /** Every readable plan. */
  readonly plans: readonly Plan[];
  readonly damagedPlans: readonly { readonly id: string; readonly error: Error }[];
  /** Why plans cannot be used; `file` from the project's root. */
  readonly planFaults: readonly { readonly file: string; readonly error: LockstepError }[];
  /** Undefined when the schema cannot be read. */
  readonly models: readonly EntityModel[] | undefined;
  /** Columns of plans in switch that the models keep from reads, as expand left them. */
  readonly closedReads?: readonly PlannedColumn[];
  /** Why they cannot be read. Undefined if they can, or if no ORM detects a project. */
  readonly modelsError?: Error | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A table of plans that are not complete on the target. */
export interface PlannedTable {
  readonly table: TableName;
  /** `"User"`: the display name. */
  readonly label: string;
  /** Undefined if the target has no such table; 0 if tables have no oid. */
  readonly oid: number | undefined;
  readonly plans: readonly Plan[];
  readonly columns: readonly string[];
}

/** The additional input of a target's checks. */
export interface TargetFacts extends ProjectFacts {
  readonly target: string;
  /** With the password: for connecting, never for messages. */
  readonly url: string;
  readonly connection: Connection;
  /** Names of the migrations that are applied here. */
  readonly applied: readonly string[];
  /** Plans that are not undone, and not completely applied here. */
  readonly openPlans: readonly Plan[];
  readonly tables: readonly PlannedTable[];
}

interface CheckBase {
  /** File name, and the name in the output. */
  readonly id: string;
  /** What it checks: "versions of the tools". */
  readonly title: string;
}

/** Checks the project's files and this machine. */
export interface ProjectCheck extends CheckBase {
  readonly on: "project";
  run(facts: ProjectFacts): Promise<readonly Finding[]>;
}

/** Checks one target, inside a read-only transaction. */
export interface TargetCheck extends CheckBase {
  readonly on: "target";
  /** It requires transactions of its own. */
  readonly isAlone?: true;
  run(facts: TargetFacts): Promise<readonly Finding[]>;
}

/** A placeholder for the checks of the server's system. */
export interface ServerChecks extends CheckBase {
  readonly on: "server";
  checks(facts: TargetFacts): Promise<readonly Check[]>;
}

/** One check of `lockstep doctor`: the default export of one file. It changes nothing. */
export type Check = ProjectCheck | TargetCheck | ServerChecks;

/** A result without a problem. */
export function ok(what: string): Finding {
  return { level: "ok", what };
}

/** A result to review. */
export function warning(what: string, more: { readonly why?: string; readonly next?: string } = {}): Finding {
  return { level: "warning", what, ...more };
}

/** A result that must be fixed. */
export function problem(what: string, more: { readonly why?: string; readonly next?: string } = {}): Finding {
  return { level: "problem", what, ...more };
}
