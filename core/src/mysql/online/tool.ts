import type { TableName } from "../../model/names.js";

/** A copy of a table by an external tool, with its change. */
export interface Copy {
  readonly database: string;
  readonly table: string;
  /** The clauses of the ALTER TABLE. */
  readonly alter: string;
  readonly server: { readonly host: string; readonly port: number; readonly socket?: string };
  /** The copy pauses while a replica lags more than this. */
  readonly maxLagSeconds: number;
  /** Target duration of a chunk. */
  readonly chunkMs: number;
  /** How to find replicas that may lag; empty: the tool does not check for any. */
  readonly replicasBy: readonly ("processlist" | "hosts")[];
  readonly hasTriggers: boolean;
  /** Foreign keys of other tables reference it. */
  readonly isReferenced: boolean;
}

/** Files that exist during the run, in a folder that only this account can read. */
export interface ToolFiles {
  /** User and password in my.cnf format. */
  readonly credentials: string;
  /** The path of another file for the tool: one of `files`, by name. */
  path(name: string): string;
}

/** What a run creates beside the table, to be removed after a failure: triggers first. */
export interface Leftovers {
  readonly triggers: readonly TableName[];
  readonly tables: readonly TableName[];
}

/** A tool that copies a table while reads and writes continue. */
export interface CopyTool {
  readonly id: "pt-osc" | "gh-ost";
  /** The executable. */
  readonly program: string;
  /** How to install it. */
  readonly install: string;
  /** Text files for the tool, by name. */
  files(copy: Copy): Readonly<Record<string, string>>;
  /** Without a password. */
  arguments(copy: Copy, files: ToolFiles, isDryRun: boolean): readonly string[];
  /** The progress that an output line reports. */
  progress(line: string): { readonly fraction: number; readonly etaMs?: number } | undefined;
  /** The name of the replaced table until it is dropped. */
  former(table: string): string;
  leftovers(copy: Pick<Copy, "database" | "table">): Leftovers;
  /** Properties of a table that the tool does not support, or only with consent. */
  readonly takes: {
    readonly triggers: boolean;
    /** `renamed`: the table's own foreign keys get other names. */
    readonly foreignKeys: "no" | "renamed";
    /** It reads the binary log. */
    readonly needsRowLog: boolean;
  };
}
