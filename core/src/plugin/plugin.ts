import type { ToolRun } from "../base/run-tool.js";
import type { FieldsIn } from "../code/contract/column-history.js";
import type { Transform } from "../code/contract/transform.js";
import type { CodeOfClients, GeneratedClients } from "../code/project/generated-clients.js";
import type { RenamedName } from "../code/rename/request.js";
import type { Check } from "../dialect/check.js";
import type { Connection } from "../dialect/connection.js";
import type { MigrationSet, RepositoryFiles } from "../lint/migration-set.js";
import type {
  DeclaredIndex,
  DialectId,
  EntityModel,
  FileChange,
  KeptUnique,
  Plan,
  PlannedColumn,
  TableName,
  TransactionMode,
  Unit,
  Words,
} from "../model/index.js";
import type { PlanSources } from "../plan/sources.js";

/** A project that an ORM plugin has found. */
export interface Project {
  /** Absolute path of its root, which contains `lockstep/` and `lockstep.config.ts`. */
  readonly root: string;
  /** Folder of the ORM's migrations, from the root. */
  readonly migrationsFolder: string;
  /** The ORM's version, as installed. */
  readonly ormVersion: string;
  /** The database system that its migrations are for. */
  readonly dialect: DialectId;
  /** URL of the development database, if one is configured. */
  readonly developmentUrl: string | undefined;
  /** Folders of generated code, from the root: never edited. */
  readonly generatedFolders: readonly string[];
}

/** A change to the declaration of a model, in the same phase as the DDL that it mirrors. */
export type ModelEdit = FieldEdit | UniqueEdit | TypeEdit;

/** How a phase changes the declaration of a field. */
export interface FieldEdit {
  /**
   * `makeOptional` also excludes the column from reads if the declaration controls that (TypeORM's `select: false`). `openReads` ends that
   * and leaves the column optional; `closeReads` reverts it. A column that stays optional needs only these two. The user's own settings
   * stay. If reads are excluded elsewhere, both change nothing. `makeRequired` also removes Lockstep's annotations, because the plan is
   * done with the column; `dropAnnotations` does so for one that stays optional. `reopen`: as `makeOptional`, and restores what was removed
   * from the declaration.
   */
  readonly kind:
    | "makeOptional"
    | "openReads"
    | "closeReads"
    | "makeRequired"
    | "dropAnnotations"
    | "reopen"
    | "removeField";
  readonly column: PlannedColumn;
  /** The declarations that contain the model's columns, as the user wrote them. */
  readonly original: string | undefined;
  /** For `reopen`: the annotations to restore, if they are not those of `original`. Absent: those of `original`. */
  readonly annotations?: readonly string[] | undefined;
}

/** Until contract, the model also declares the unique constraint that the change replaces. */
export interface UniqueEdit {
  readonly kind: "keepUnique" | "dropUnique";
  readonly unique: KeptUnique;
}

/** Removes a type that the change created, unless another field uses it. */
export interface TypeEdit {
  readonly kind: "removeType";
  readonly type: TableName;
}

/** A field with a new name in model and code. Its column keeps its name. */
export interface FieldRename {
  readonly model: string;
  /** The names before and after, as `readModels` returns them. */
  readonly name: string;
  readonly newName: string;
}

/** Migration files that are added and removed, from the root. */
export interface Registration {
  readonly added: readonly { readonly file: string; readonly text: string }[];
  readonly removed: readonly string[];
}

/** A migration that the ORM does not find, and how to register it. */
export interface Unlisted {
  /** From the root. */
  readonly file: string;
  /** Where migrations are registered with the ORM: `src/data-source.ts:12`. */
  readonly at: string;
  /** The lines to write there; empty if it finds files by globs. */
  readonly write: readonly string[];
  readonly globs: readonly string[];
}

/** The state of the ORM's migrations on a target. Names as in the migrations folder. */
export interface AppliedMigrations {
  readonly applied: readonly string[];
  /** Started and not finished: the ORM refuses to continue. Always empty for an ORM that records only what it has done. */
  readonly failed: readonly string[];
  /** All that were ever started there, whatever came of it. Absent: the ORM records only what it has done. */
  readonly begun?: readonly string[];
}

/** Why a migration failed, as far as the ORM recorded or printed it. */
export interface MigrationFailure {
  /** PostgreSQL's code: `55P03`. */
  readonly sqlState: string | undefined;
  /** PostgreSQL's message. Undefined when the run ended without one, for example because it was killed. */
  readonly text: string | undefined;
}

/** The SQL of a migration. */
export interface MigrationContent {
  /** Those that share the file, in their order. */
  readonly units: readonly [Unit, ...Unit[]];
  /** A header for its reviewer, and the SQL: one statement outside a transaction, because it has its own, or may have none. */
  readonly sql: string;
  /** The same without the header, one by one as a driver sends them, if each ends the current transaction and works without one. */
  readonly autocommitted?: readonly string[];
  /** The statements that revert it, for ORMs that support it; they also run outside a transaction, in order. */
  readonly down: readonly string[];
}

/** How long the user's own statements may wait for a lock: other sessions queue behind them. */
export interface LockLimit {
  readonly timeoutMs: number;
  /** All pending migrations can have the limit. Otherwise only those get it that the plugin can distinguish. */
  readonly isForAll: boolean;
  /** The user's own pending migrations that leave nothing behind when they time out. */
  readonly whole: readonly string[];
  /** Called with migrations that will run without the limit, whoever wrote them. Undefined: all pending ones. */
  onUnlimited?(why: UnlimitedReason, migrations?: readonly string[]): void;
}

/** A timeout halfway would leave a partial change, of this or another migration in the session · the connection accepts no settings. */
export type UnlimitedReason = "half-done" | "connection";

/** How the ORM's own CLI ended. */
export interface OrmRun extends ToolRun {
  /**
   * The migration that ended the run, for an ORM that records no failures: only this run's output reports it. Absent when none failed, and
   * when the run ended without output.
   */
  readonly failed?: UnrecordedFailure;
}

/** A failure that only the run itself reports. */
export interface UnrecordedFailure extends MigrationFailure {
  readonly migration: string;
  /** Its earlier statements that stay applied, shortened: they were not in a transaction. */
  readonly left: readonly string[];
  /** The failed statement ran in a transaction, which rolled back everything that is not among `left`. */
  readonly isInTransaction: boolean;
}

/** The statements of a migration, as far as its text contains them. */
export interface MigrationStatements {
  /** One text a query, of one statement or several. */
  readonly up: readonly string[];
  /** The statements that revert it, in execution order; empty if unknown. */
  readonly down: readonly string[];
  /** The transaction setting of its class. Absent: none. */
  readonly transaction?: boolean | undefined;
}

/** A hand-written migration: its statements, and what the models declare for the columns in it. */
export interface HandWrittenMigration {
  /** Its name in `listMigrations`: it becomes the plan's. */
  readonly name: string;
  /** From the root. */
  readonly file: string;
  readonly versions: Plan["versions"];
  /** The search path's schema: statements may name it, and models seldom do. */
  readonly defaultSchema: string;
  /** Its SQL, every statement on the line that it has in the file. */
  readonly sql: string;
  /** The project with the settings for files that are written beside this one. */
  readonly project: Project;
  /** What its models declare for the columns. */
  readonly sources: Pick<PlanSources, "column" | "formerUnique" | "provenBy" | "isNeverNull">;
  originalModels(columns: readonly PlannedColumn[]): Plan["originalModels"];
  /** Adds the statements that revert the user's own statements in a plan, for ORMs that support it. */
  complete?(plan: Plan): Plan;
}

/** A command of the plugin: `lockstep prisma …`. It gets the rest of the line as it was typed. */
export interface PluginCommand {
  readonly name: string;
  readonly summary: string;
  /** How it is used, for the docs: `prisma migrate dev --name <name>`. */
  readonly usage: string;
  /** @returns the exit code */
  run(args: readonly string[], context: PluginCommandContext): Promise<number>;
}

/** The environment of a plugin's command: where it runs, and where it prints. */
export interface PluginCommandContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  out(text: string): void;
  err(text: string): void;
}

/** A way to write a new file. */
export interface FileForm {
  /** From the root. */
  readonly file: string;
  readonly text: string;
}

/** Undefined if none is accepted. */
export type FirstForm = <Form extends FileForm>(forms: readonly Form[]) => Form | undefined;

/** The edits of `lockstep init` to the ORM's own files. */
export interface Initialised {
  readonly changes: readonly FileChange[];
  /** A line on each. */
  readonly notes: readonly string[];
  /** What could not be edited, and what to write there. */
  readonly byHand: string | undefined;
  /** The Lockstep packages that the project needs: for development only, or wherever it runs. */
  readonly packages: readonly { readonly name: string; readonly kind: "dev" | "prod" }[];
}

/**
 * The interface between an ORM and Lockstep. How the plugin intercepts the ORM is its own matter; it represents an intercepted change as an
 * `OrmChange`. Once a plan exists, the core uses only this interface.
 */
export interface OrmPlugin {
  readonly id: string;
  /** `@lockstep/prisma` */
  readonly packageName: string;
  /** The folder where that is installed: absolute. */
  readonly packageFolder: string;
  /** The ORM's terms in messages. */
  readonly words: Words;
  /** The terms of one project, if its own scripts define how the ORM is run. Default: `words`. */
  wordsOf?(project: Project): Words;
  /**
   * @param isNew for `lockstep init`: also a project that lacks a file which `initialise` writes. Default: false
   * @throws LS8001 when no project of this ORM is at or above `cwd`
   */
  findProject(cwd: string, isNew?: boolean): Promise<Project>;
  /** The models as they are in the files. */
  readModels(project: Project): Promise<readonly EntityModel[]>;
  /**
   * The models of a folder by its files alone: nothing of the repository is loaded or run, and nothing has to be installed. Default: not
   * supported.
   *
   * @param migrations those of the folder, from there
   */
  readModelsIn?(root: string, migrations: readonly string[]): Promise<readonly EntityModel[]>;
  /**
   * Which of these columns the models keep from reads, other than by a setting of the user's own, as the files alone declare them.
   * Default: none.
   */
  closedReads?(
    root: string,
    migrations: readonly string[],
    columns: readonly Omit<FieldEdit, "kind">[],
  ): Promise<readonly PlannedColumn[]>;
  /** The indexes that the models declare: a rollback must not drop what others built. Default: none are declared there. */
  readIndexes?(project: Project): Promise<readonly DeclaredIndex[]>;
  /** The clients that the code uses, if there are others than that of these models. Default: there are none. */
  readClients?(project: Project, code: CodeOfClients): Promise<GeneratedClients | undefined>;
  /**
   * Whether the ORM's client keeps raw queries as prepared statements on their connection. Default: it sends them without a name.
   *
   * @param code the files that make clients, among others
   */
  namesRawQueries?(project: Project, code: readonly { readonly text: string }[]): boolean;
  /** The files with the edits made: verified by the ORM, every other byte kept. `current` overrides what is on disk. */
  editModels(project: Project, edits: readonly ModelEdit[]): Promise<readonly FileChange[]>;
  /**
   * The model files of a rename, and the names that code uses. The field may have its new name already. A declaration in code is renamed with
   * its uses, not here. Default: not supported.
   */
  renameField?(
    project: Project,
    rename: FieldRename,
  ): Promise<{ readonly changes: readonly FileChange[]; readonly names: readonly RenamedName[] }>;
  /** The files that declare the model's own columns, from the root: their history is that of the model. */
  modelFiles(project: Project, model: string): Promise<readonly string[]>;
  /** Reads one version of one of these files; loaded on demand. */
  fieldsIn(): Promise<FieldsIn>;
  /** Stamps of `count` new migrations, from a moment on and after every existing one: they run in the order of their names. */
  stamps(moment: Date, existing: readonly string[], count: number): readonly string[];
  /** The name of a migration that a plan releases: stamp, the plan's name, and what it does (`create-index`). */
  migrationName(plan: Plan, stamp: string, slug: string): string;
  /** The file of a migration, from the root. */
  migrationPath(project: Project, name: string): string;
  /** The text of that file. */
  migrationText(project: Project, name: string, content: MigrationContent): string;
  /** Whether a text is this project's form of such units, in any language of its migrations and any formatting. */
  isMigrationOf(text: string, file: string, content: MigrationContent): boolean;
  /** The SQL that such a text was generated from, the same bytes. Undefined if it was rewritten. */
  migrationSql(text: string): string | undefined;
  /** The statements of a migration in the repository. Undefined if its text does not contain them: code assembles them. */
  readStatements(project: Project, name: string): Promise<MigrationStatements | undefined>;
  /** Names of the migrations in the repository, in order. */
  listMigrations(project: Project): readonly string[];
  /**
   * Registers new migrations with the ORM and unregisters deleted ones, for ORMs that list each; also returns what a person has to write.
   * `edited`: files that are written together with it, on which these changes are based. Default: the files are enough.
   */
  register?(
    project: Project,
    files: Registration,
    edited: readonly FileChange[],
  ): Promise<{ readonly changes: readonly FileChange[]; readonly unlisted: readonly Unlisted[] }>;
  /**
   * Migrations in the repository that the ORM does not find: in the migrations folder, and those of `files` that exist. Default: there are
   * none.
   */
  unlisted?(project: Project, files: readonly string[]): Promise<readonly Unlisted[]>;
  /**
   * Reads a hand-written migration.
   *
   * @param file from the root
   * @throws LS1004 SQL that code assembles · LS3032 no migration of this project
   */
  readHandWritten(project: Project, file: string): Promise<HandWrittenMigration>;
  /** The migrations that the target has applied. */
  readApplied(connection: Connection, project: Project): Promise<AppliedMigrations>;
  /** Tables in which the ORM records applied migrations: no migration creates them. */
  bookkeeping(project: Project): readonly TableName[];
  /**
   * Runs the ORM's own deployment on an unused empty database, without some of the migrations: for migrations whose statements code
   * assembles. Default: their texts contain all statements. Errors as `deploy`.
   *
   * @param signal aborted: the command is interrupted
   */
  replay?(project: Project, url: string, without: readonly string[], signal?: AbortSignal): Promise<OrmRun>;
  /** Why the last run of a migration failed; undefined when it has not failed, and when the ORM records no failures. */
  readFailure(connection: Connection, migration: string): Promise<MigrationFailure | undefined>;
  /**
   * The session that currently runs migrations on the target: its unfinished migration only looks failed. For an ORM without a lock of its
   * own, detected only if Lockstep holds one.
   */
  deployingSession(connection: Connection): Promise<number | undefined>;
  /**
   * Runs the ORM's own deployment against a URL, as a child process of the project's own CLI.
   * @param onLine gets its output as it comes, without passwords
   * @param limit how long statements may wait for a lock; absent: the server's own limit
   * @param withheld migrations that must not run, and are not recorded; only if `withholds` returns true. Default: none
   * @throws LS9020 without a CLI · LS9021 when the ORM's config does not allow another URL
   */
  deploy(
    project: Project,
    url: string,
    onLine: (line: string) => void,
    limit?: LockLimit,
    withheld?: readonly string[],
  ): Promise<OrmRun>;
  /** Whether `deploy` can leave migrations out on this target. If not, a closed gate stops the whole deployment. Default: it cannot. */
  withholds?(project: Project, url: string): Promise<boolean>;
  /** What one transaction contains when migrations run. Undefined: unknown. */
  transactions?(project: Project): TransactionMode | undefined;
  /**
   * Records a failed migration as rolled back, so that it runs again, or a migration as applied. Records nothing of a failure if the ORM
   * does not record failures. Errors as `deploy`.
   */
  resolve(project: Project, url: string, migration: string, as: "rolled-back" | "applied"): Promise<OrmRun>;
  /**
   * The migrations of this ORM in a repository, found by its files alone: nothing is installed or configured there. For `lockstep check`.
   */
  findMigrations(repository: RepositoryFiles): Promise<readonly MigrationSet[]>;
  /** Commands of this ORM's own. */
  readonly commands?: readonly PluginCommand[];
  /** Code transforms of this ORM, in addition to the core's. Loaded when code is edited. */
  transforms(): Promise<readonly Transform[]>;
  /** Checks of this ORM for `lockstep doctor`, in addition to the core's. Default: none. */
  checks?(): Promise<readonly Check[]>;
  /**
   * Steps of `lockstep init` besides the configuration.
   *
   * @param firstForm selects the first of several forms of a new file that the project's compiler and linter accept
   */
  initialise(project: Project, firstForm: FirstForm): Promise<Initialised>;
}
