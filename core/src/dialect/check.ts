import type { LockstepError } from "../base/errors.js";
import type { LockstepConfig } from "../config/schema.js";
import type { EntityModel, Plan, TableName } from "../model/index.js";
import type { Connection } from "./connection.js";

/** `ok`: nothing to do · `warning`: something will be slow, hidden or untested · `problem`: a step of a plan would fail. */
export type FindingLevel = "ok" | "warning" | "problem";

/** One thing that was looked at. */
export interface Finding {
  readonly level: FindingLevel;
  /** What was found, in one line, with names and numbers. */
  readonly what: string;
  /** What comes of it. */
  readonly why?: string;
  /** The next thing to type. */
  readonly next?: string;
  /** The file that it is about, from the project's root. */
  readonly file?: string;
  /** From 1. Default: all of it. */
  readonly line?: number;
}

/** A project as checks see it: what an ORM plugin found. */
export interface CheckedProject {
  readonly root: string;
  readonly migrationsFolder: string;
  readonly ormVersion: string;
  readonly developmentUrl: string | undefined;
}

/** What every check may look at. Read before the first check runs. */
export interface ProjectFacts {
  readonly project: CheckedProject;
  /** Names of the migrations in the repository. */
  readonly migrations: readonly string[];
  /** Migrations that lie in the repository and that the ORM does not find. */
  readonly unlisted: readonly { readonly file: string; readonly statement: string; readonly help: string }[];
  readonly words: {
    readonly deploy: string;
    readonly develop: string;
    recover(migration: string): string;
  };
  readonly config: LockstepConfig;
  /** The name of `lockstep.config.*`, where there is one. */
  readonly configFile: string | undefined;
  /** A file that cannot be read: the other checks go on with the defaults. */
  readonly configError: Error | undefined;
  /** Every plan that can be read. */
  readonly plans: readonly Plan[];
  readonly damagedPlans: readonly { readonly id: string; readonly error: Error }[];
  /** Why plans cannot be gone by; `file` from the project's root. */
  readonly planFaults: readonly { readonly file: string; readonly error: LockstepError }[];
  /** Undefined when the schema cannot be read. */
  readonly models: readonly EntityModel[] | undefined;
  /** Why it cannot be read; undefined where it can, or where the ORM knows no project. */
  readonly modelsError?: Error | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A table of plans that are not done on the target yet. */
export interface PlannedTable {
  readonly table: TableName;
  /** `"User"`: as people see it. */
  readonly label: string;
  /** Undefined where the target has no such table; 0 where tables have none. */
  readonly oid: number | undefined;
  readonly plans: readonly Plan[];
  readonly columns: readonly string[];
}

/** What a check of one target may look at besides. */
export interface TargetFacts extends ProjectFacts {
  readonly target: string;
  /** With the password: for connecting, never for messages. */
  readonly url: string;
  readonly connection: Connection;
  /** Names of the migrations that have run here. */
  readonly applied: readonly string[];
  /** Plans that are not undone, and not wholly applied here. */
  readonly openPlans: readonly Plan[];
  readonly tables: readonly PlannedTable[];
}

interface CheckBase {
  /** File name, and the name in the output. */
  readonly id: string;
  /** What it looks at: "versions of the tools". */
  readonly title: string;
}

/** Looks at the project's files and at this machine. */
export interface ProjectCheck extends CheckBase {
  readonly on: "project";
  run(facts: ProjectFacts): Promise<readonly Finding[]>;
}

/** Looks at one target, inside of a read-only transaction. */
export interface TargetCheck extends CheckBase {
  readonly on: "target";
  /** It needs transactions of its own. */
  readonly isAlone?: true;
  run(facts: TargetFacts): Promise<readonly Finding[]>;
}

/** Stands for those that a server of its kind has. */
export interface ServerChecks extends CheckBase {
  readonly on: "server";
  checks(facts: TargetFacts): Promise<readonly Check[]>;
}

/** One question that `lockstep doctor` asks: one file, its default export. It changes nothing, anywhere. */
export type Check = ProjectCheck | TargetCheck | ServerChecks;

/** Nothing to do here. */
export function ok(what: string): Finding {
  return { level: "ok", what };
}

/** A finding to look at. */
export function warning(what: string, more: { readonly why?: string; readonly next?: string } = {}): Finding {
  return { level: "warning", what, ...more };
}

/** A finding that has to be mended. */
export function problem(what: string, more: { readonly why?: string; readonly next?: string } = {}): Finding {
  return { level: "problem", what, ...more };
}
