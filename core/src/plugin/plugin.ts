import type { ToolRun } from "../base/run-tool.js";
import type { FieldsIn } from "../code/contract/column-history.js";
import type { Transform } from "../code/contract/transform.js";
import type { CodeOfClients, GeneratedClients } from "../code/project/generated-clients.js";
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
  /** Absolute path of its root: `lockstep/` and `lockstep.config.ts` stand there. */
  readonly root: string;
  /** Folder of the ORM's migrations, from the root. */
  readonly migrationsFolder: string;
  /** The ORM's version, as installed. */
  readonly ormVersion: string;
  /** The database system that its migrations are for. */
  readonly dialect: DialectId;
  /** URL of the development database, where one is configured. */
  readonly developmentUrl: string | undefined;
  /** Folders of generated code, from the root: never edited. */
  readonly generatedFolders: readonly string[];
}

/** A change to the declaration of a model, in the same phase as the DDL that it mirrors. */
export type ModelEdit = FieldEdit | UniqueEdit | TypeEdit;

/** What a phase does to the declaration of a field. */
export interface FieldEdit {
  /**
   * `makeOptional` also keeps reads away from the column where the declaration says so (TypeORM's `select: false`); `openReads` ends
   * that and leaves the column optional, `closeReads` takes it back; of a column that stays optional these two are all there is to do.
   * What is the user's own stays. Where reads are kept away elsewhere both change nothing.
   * `makeRequired` takes Lockstep's annotations out as well: the plan is done with the column; `dropAnnotations` does so for one that
   * stays optional. `reopen`: as `makeOptional`, and what was taken out of the declaration comes back.
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
  /** The declarations that the model's columns stand in, as the user wrote them. */
  readonly original: string | undefined;
}

/** A unique constraint that the change replaces is declared until contract. */
export interface UniqueEdit {
  readonly kind: "keepUnique" | "dropUnique";
  readonly unique: KeptUnique;
}

/** A type that the change made goes, unless another field is of it. */
export interface TypeEdit {
  readonly kind: "removeType";
  readonly type: TableName;
}

/** Files of migrations that come and go, from the root. */
export interface Registration {
  readonly added: readonly { readonly file: string; readonly text: string }[];
  readonly removed: readonly string[];
}

/** A migration that the ORM does not find, and what would make it. */
export interface Unlisted {
  /** From the root. */
  readonly file: string;
  /** Where the ORM is told of migrations: `src/data-source.ts:12`. */
  readonly at: string;
  /** What to write there, a line each; empty where it finds files by globs. */
  readonly write: readonly string[];
  readonly globs: readonly string[];
}

/** What a target says about the ORM's migrations. Names as the migrations folder has them. */
export interface AppliedMigrations {
  readonly applied: readonly string[];
  /** Begun and not finished: the ORM refuses to go on. Always empty for an ORM that records only what it has done. */
  readonly failed: readonly string[];
}

/** Why a migration failed, as far as the ORM recorded or said it. */
export interface MigrationFailure {
  /** PostgreSQL's code: `55P03`. */
  readonly sqlState: string | undefined;
  /** What PostgreSQL said; undefined when the run ended without a word, for example because it was killed. */
  readonly text: string | undefined;
}

/** What a migration does. */
export interface MigrationContent {
  /** Those that share the file, in their order. */
  readonly units: readonly [Unit, ...Unit[]];
  /** A header for its reviewer, and what runs: one statement outside of a transaction, for it has its own, or may have none. */
  readonly sql: string;
  /** The same without the header, one by one as a driver sends them, where each ends the transaction that it is in and stands that. */
  readonly autocommitted?: readonly string[];
  /** What takes it back, for ORMs whose migrations can: statements that run outside of a transaction too, in order. */
  readonly down: readonly string[];
}

/** How long the user's own statements may wait for a lock: meanwhile others wait behind them. */
export interface LockLimit {
  readonly timeoutMs: number;
  /** Every migration that is pending bears it; otherwise only those that the plugin can tell apart get it. */
  readonly isForAll: boolean;
  /** The user's own that are pending and leave nothing behind when they give up. */
  readonly whole: readonly string[];
  /** Told of migrations that are about to run without the limit, whoever wrote them; undefined: of all that are pending. */
  onUnlimited?(why: UnlimitedReason, migrations?: readonly string[]): void;
}

/** One that gives up half-way would leave the half, of it or of another in the same session · the connection takes no settings. */
export type UnlimitedReason = "half-done" | "connection";

/** How the ORM's own CLI ended. */
export interface OrmRun extends ToolRun {
  /**
   * The migration that ended the run, for an ORM that records no failures: all there is to know is what this run said. Absent when
   * none failed, and when the run ended without a word.
   */
  readonly failed?: UnrecordedFailure;
}

/** A failure that only the run itself can tell of. */
export interface UnrecordedFailure extends MigrationFailure {
  readonly migration: string;
  /** Its statements that ran before and stay, shortened: no transaction held them. */
  readonly left: readonly string[];
  /** A transaction held the statement that failed, and took everything back that is not among `left`. */
  readonly isInTransaction: boolean;
}

/** What a migration runs, as far as its text says it. */
export interface MigrationStatements {
  /** One text a query, of one statement or several. */
  readonly up: readonly string[];
  /** What takes it back, in the order in which it runs; empty where that is not known. */
  readonly down: readonly string[];
}

/** A migration that a person has written: what it runs, and what the models say about the columns in it. */
export interface HandWrittenMigration {
  /** As `listMigrations` has it: it becomes the plan's. */
  readonly name: string;
  /** From the root. */
  readonly file: string;
  readonly versions: Plan["versions"];
  /** Of the search path: statements may name it, and models seldom do. */
  readonly defaultSchema: string;
  /** What it runs, every statement on the line that it has in the file. */
  readonly sql: string;
  /** The project as the files need it that are written beside this one. */
  readonly project: Project;
  /** What its models say, in words and in names. */
  readonly sources: Pick<PlanSources, "column" | "formerUnique" | "provenBy">;
  originalModels(columns: readonly PlannedColumn[]): Plan["originalModels"];
  /** Gives the user's own statements in a plan what takes them back, for ORMs whose migrations can. */
  complete?(plan: Plan): Plan;
}

/** A command of the plugin's own: `lockstep prisma …`. It gets the rest of the line as it was typed. */
export interface PluginCommand {
  readonly name: string;
  readonly summary: string;
  /** How it is used, for the docs: `prisma migrate dev --name <name>`. */
  readonly usage: string;
  /** @returns the exit code */
  run(args: readonly string[], context: PluginCommandContext): Promise<number>;
}

/** What a command of a plugin is given: where it runs, and where it prints. */
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

/** Undefined where none is accepted. */
export type FirstForm = <Form extends FileForm>(forms: readonly Form[]) => Form | undefined;

/** What `lockstep init` does to the ORM's own files. */
export interface Initialised {
  readonly changes: readonly FileChange[];
  /** A line on each. */
  readonly notes: readonly string[];
  /** What could not be edited, and what to write there. */
  readonly byHand: string | undefined;
  /** What the project needs of ours: for development only, or wherever it runs. */
  readonly packages: readonly { readonly name: string; readonly kind: "dev" | "prod" }[];
}

/**
 * What an ORM has to offer so that Lockstep can live inside it. Where the plugin steps in is its own affair; a change that it has
 * intercepted it answers for as an `OrmChange`. From the plan on the core asks through this interface alone.
 */
export interface OrmPlugin {
  readonly id: string;
  /** `@lockstep/prisma` */
  readonly packageName: string;
  /** Where that is installed: absolute. */
  readonly packageFolder: string;
  /** Words for messages. */
  readonly words: Words;
  /** The words of one project, where its own scripts say how the ORM is run. Default: `words`. */
  wordsOf?(project: Project): Words;
  /**
   * @param isNew for `lockstep init`: also a project that lacks a file which `initialise` writes. Default: false
   * @throws LS8001 when no project of this ORM is at or above `cwd`
   */
  findProject(cwd: string, isNew?: boolean): Promise<Project>;
  /** The models as they stand in the files. */
  readModels(project: Project): Promise<readonly EntityModel[]>;
  /**
   * The models of a folder as its files alone declare them: nothing of the repository is loaded or run, and nothing has to be installed.
   * Default: they cannot be read so.
   *
   * @param migrations those of the folder, from there
   */
  readModelsIn?(root: string, migrations: readonly string[]): Promise<readonly EntityModel[]>;
  /** What the models declare over their columns: a way back must not take what others built. Default: nothing is declared there. */
  readIndexes?(project: Project): Promise<readonly DeclaredIndex[]>;
  /** The clients that the code uses, where there are others than that of these models. Default: there are none. */
  readClients?(project: Project, code: CodeOfClients): Promise<GeneratedClients | undefined>;
  /**
   * Whether the ORM's client keeps the raw queries that it is given prepared on their connection.
   * Default: it sends them without a name.
   *
   * @param code the files that make clients, among others
   */
  namesRawQueries?(project: Project, code: readonly { readonly text: string }[]): boolean;
  /** The files with the edits made: verified by the ORM, every other byte kept. `current` overrides what is on disk. */
  editModels(project: Project, edits: readonly ModelEdit[]): Promise<readonly FileChange[]>;
  /** The files that declare the model's own columns, from the root: the history of these is that of the model. */
  modelFiles(project: Project, model: string): Promise<readonly string[]>;
  /** Reads one version of one of these files; loaded by who needs it. */
  fieldsIn(): Promise<FieldsIn>;
  /** Stamps of `count` new migrations, from a moment on and after every one that exists: they run in the order of their names. */
  stamps(moment: Date, existing: readonly string[], count: number): readonly string[];
  /** The name of a migration that a plan releases: stamp, the plan's name, and what it does (`create-index`). */
  migrationName(plan: Plan, stamp: string, slug: string): string;
  /** The file of a migration, from the root. */
  migrationPath(project: Project, name: string): string;
  /** The text of that file. */
  migrationText(project: Project, name: string, content: MigrationContent): string;
  /**
   * Whether a text is what a project of this ORM has of such units, in whichever language it writes migrations and however formatters lay
   * it out.
   */
  isMigrationOf(text: string, file: string, content: MigrationContent): boolean;
  /** The SQL that such a text was made of, the same bytes; undefined when somebody has rewritten it. */
  migrationSql(text: string): string | undefined;
  /** What a migration of the repository runs; undefined when its text does not say: statements that code puts together. */
  readStatements(project: Project, name: string): Promise<MigrationStatements | undefined>;
  /** Names of the migrations in the repository, in order. */
  listMigrations(project: Project): readonly string[];
  /**
   * What makes the ORM find new migrations and forget those whose files go, for ORMs that are told of each; and what of that a person
   * has to write. `edited`: what is written together with it, over which these changes are made. Default: the files are enough.
   */
  register?(
    project: Project,
    files: Registration,
    edited: readonly FileChange[],
  ): Promise<{ readonly changes: readonly FileChange[]; readonly unlisted: readonly Unlisted[] }>;
  /**
   * Migrations that lie in the repository and that the ORM does not find: of the migrations folder, and of `files`, where they are there.
   * Default: there are none.
   */
  unlisted?(project: Project, files: readonly string[]): Promise<readonly Unlisted[]>;
  /**
   * Reads a migration that a person has written.
   *
   * @param file from the root
   * @throws LS1004 SQL that is made in code · LS3032 no migration of this project
   */
  readHandWritten(project: Project, file: string): Promise<HandWrittenMigration>;
  /** What the target has applied. */
  readApplied(connection: Connection, project: Project): Promise<AppliedMigrations>;
  /** Tables in which the ORM itself keeps what has run: no migration makes them. */
  bookkeeping(project: Project): readonly TableName[];
  /**
   * Runs the ORM's own deployment on an empty database of nobody's, without some of the migrations: for those whose statements are made
   * by code. Default: their texts say all that they run. Errors as `deploy`.
   *
   * @param signal aborted: the command is interrupted
   */
  replay?(project: Project, url: string, without: readonly string[], signal?: AbortSignal): Promise<OrmRun>;
  /** Why the last run of a migration failed; undefined when it has not failed, and when the ORM records no failures. */
  readFailure(connection: Connection, migration: string): Promise<MigrationFailure | undefined>;
  /**
   * The session that runs migrations on the target right now: what it has begun only looks as if it had failed. As far as it can be
   * told from others: an ORM without a lock of its own is seen only where Lockstep holds one.
   */
  deployingSession(connection: Connection): Promise<number | undefined>;
  /**
   * Runs the ORM's own deployment against a URL, as a child process of the project's own CLI.
   * @param onLine gets its output as it comes, without passwords
   * @param limit how long statements may wait for a lock; absent: as long as the server lets them
   * @param withheld migrations that must not run, and are not recorded; only where `withholds` says that it can. Default: none
   * @throws LS9020 without a CLI · LS9021 when the ORM's config does not let itself be aimed at the URL
   */
  deploy(
    project: Project,
    url: string,
    onLine: (line: string) => void,
    limit?: LockLimit,
    withheld?: readonly string[],
  ): Promise<OrmRun>;
  /**
   * Whether `deploy` can leave migrations out on this target. Where it cannot, a closed gate stops the whole deployment. Default: it
   * cannot.
   */
  withholds?(project: Project, url: string): Promise<boolean>;
  /** What is one transaction when migrations run; undefined: it cannot be told. */
  transactions?(project: Project): TransactionMode | undefined;
  /**
   * Records a failed migration as rolled back, so that it runs again, or a migration as applied. Nothing is to be recorded of a
   * failure where the ORM records none. Errors as `deploy`.
   */
  resolve(project: Project, url: string, migration: string, as: "rolled-back" | "applied"): Promise<OrmRun>;
  /**
   * The migrations of this ORM that lie in a repository, found by its files alone: nothing is installed or configured there. For
   * `lockstep check`.
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
   * @param firstForm of several ways to write a new file the first that the project's compiler and linter accept
   */
  initialise(project: Project, firstForm: FirstForm): Promise<Initialised>;
}
