/** A project of an ORM as histories need it: how its model is written, and its commands. Everything else is the same for all. */
import type { RunResult } from "../support/run.js";
import type { PlannedColumn } from "./history.js";

export interface Field {
  readonly name: string;
  readonly isRequired: boolean;
}

export interface HistoryProject {
  readonly name: string;
  /** Links of packages, from the root, that are no part of the repository. */
  link(root: string): void;
  /** Files by their paths from the root: a model `User` with `email`, `name`, `note?` and `team`, and the migration that makes its table. */
  readonly files: Readonly<Record<string, string>>;
  readonly modelFile: string;
  readonly migrationsFolder: string;
  /** @param column undefined: optional, without a fill */
  addField(model: string, name: string, column: PlannedColumn | undefined): string;
  removeField(model: string, name: string): string;
  /** Puts a field back that the first model has. */
  restoreField(model: string, name: string): string;
  /** What a merge leaves twice, once; and no unique constraint over a field that it left out. */
  tidied(model: string): string;
  fields(model: string): readonly Field[];
  /** The file of a migration by hand that drops a column, and its text. */
  ownDrop(column: string, name: string, stamp: Date): readonly [file: string, text: string];
  /** The name of a migration as the database records it, from its file, and the reverse. */
  migrationOf(file: string): string;
  /** The ORM's command that writes a migration of the change of the model. */
  develop(root: string, name: string, env: Environment): Promise<RunResult>;
  lockstep(root: string, argv: readonly string[], env: Environment): Promise<RunResult>;
  /** Applies all pending migrations, as the ORM's own command. @throws when one fails */
  apply(root: string, url: string): Promise<void>;
  /** SQL that lists the migrations that are applied, in their order, as `name`. */
  readonly appliedSql: string;
  /** Runs an ORM's command that an answer prints, besides `lockstep`. @param url the database that it is for */
  run(root: string, argv: readonly string[], url: string, env: Environment): Promise<RunResult>;
  close(): void;
}

export type Environment = Readonly<Record<string, string | undefined>>;
