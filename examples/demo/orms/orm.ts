import type { Filter } from "../what-is-shown.js";

export type OrmId = "prisma" | "typeorm";

/** A command of the project, by npx. */
export interface OrmCommand {
  readonly name: string;
  readonly args: readonly string[];
}

/** An edit by hand: a new text, or what becomes of the one that is there. */
export interface HandEdit {
  readonly file: string;
  change(text: string): string;
}

/** The ORM that the shop of the story is built on: everything in which its tellings differ. */
export interface Orm {
  readonly id: OrmId;
  /** `A small API on Prisma and PostgreSQL` */
  readonly app: string;
  /** Folder of the example, below examples. */
  readonly example: string;
  /** What is installed of Lockstep, in this order: workspaces, the name that people type, and how it is saved. */
  readonly packages: readonly {
    readonly workspaces: readonly string[];
    readonly name: string;
    readonly save: "--save-dev" | "--save-prod";
  }[];
  /** The table of the users. */
  readonly table: string;
  /** What makes of the example the shop of the story. */
  readonly edits: readonly HandEdit[];
  /** What is made anew in every checkout, by the names of its folders. */
  readonly derived: readonly string[];

  /** The first commands in the project, after `lockstep init`. */
  readonly setUp: readonly OrmCommand[];
  /** Applies the migrations of the folder that it runs in, to DATABASE_URL. */
  readonly migrate: OrmCommand;
  /** Runs in the project itself, where nothing is built. */
  readonly migrateDevelopment: OrmCommand;
  /** What of that is shown. */
  readonly shown: Filter;

  /** The model with the column, as an editor would leave it, and the lines that were added. */
  readonly model: {
    readonly file: string;
    readonly lockstep: readonly string[];
    withColumn(text: string, lines: readonly string[]): string;
  };
  /** The stock command that makes the migration, and what of its output is shown. */
  readonly develop: OrmCommand & { readonly shown: Filter };
  /** What a developer runs after it. */
  readonly afterDevelop: readonly OrmCommand[];
  /** Before a commit, so that the code compiles. */
  readonly beforeCommit: readonly OrmCommand[];
  /** Files whose edits are worth a look, by phase. */
  readonly diffs: Readonly<Record<"expand" | "switch" | "contract", readonly string[]>>;
  /** The hand-written release, and the statements of its migration as people see them. */
  readonly naive: {
    readonly sql: string;
    readonly edits: readonly HandEdit[];
    /** Make it ready to start after the edits. */
    readonly commands: readonly OrmCommand[];
  };
  /** Makes a checkout ready to start: commands, and folders that come from the project itself. */
  readonly build: { readonly commands: readonly OrmCommand[]; readonly copied: readonly string[] };
  /** Arguments of node that start the app in such a checkout. */
  readonly start: readonly string[];
  /** Pathspecs of git for what must not mention Lockstep at the end. */
  readonly code: readonly string[];
}
