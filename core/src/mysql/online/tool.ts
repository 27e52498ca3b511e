import type { TableName } from "../../model/names.js";

/** A copy of a table that a tool makes, with its change. */
export interface Copy {
  readonly database: string;
  readonly table: string;
  /** The clauses of its ALTER TABLE. */
  readonly alter: string;
  readonly server: { readonly host: string; readonly port: number; readonly socket?: string };
  /** Pauses while a replica is further behind. */
  readonly maxLagSeconds: number;
  /** How long a chunk should take. */
  readonly chunkMs: number;
  /** How replicas are found that may lag behind; empty: nobody looks for any. */
  readonly replicasBy: readonly ("processlist" | "hosts")[];
  readonly hasTriggers: boolean;
  /** Foreign keys of other tables lead to it. */
  readonly isReferenced: boolean;
}

/** Files that live as long as the run, in a folder that nobody else can read. */
export interface ToolFiles {
  /** User and password, in the form of my.cnf. */
  readonly credentials: string;
  /** What the tool loads besides: `files` of the tool, by name. */
  path(name: string): string;
}

/** What a run makes beside the table, and what is to go when it breaks off: triggers first. */
export interface Leftovers {
  readonly triggers: readonly TableName[];
  readonly tables: readonly TableName[];
}

/** A tool that copies a table while reads and writes go on. */
export interface CopyTool {
  readonly id: "pt-osc" | "gh-ost";
  /** The executable. */
  readonly program: string;
  /** How it is to be had. */
  readonly install: string;
  /** Text files that it is given, by name. */
  files(copy: Copy): Readonly<Record<string, string>>;
  /** Without a password. */
  arguments(copy: Copy, files: ToolFiles, isDryRun: boolean): readonly string[];
  /** How far a line says that the copy is. */
  progress(line: string): { readonly fraction: number; readonly etaMs?: number } | undefined;
  /** What the table is called that the copy has replaced, until it is dropped. */
  former(table: string): string;
  leftovers(copy: Pick<Copy, "database" | "table">): Leftovers;
  /** What of a table it cannot do, or only with consent. */
  readonly takes: {
    readonly triggers: boolean;
    /** `renamed`: the table's own foreign keys come back under other names. */
    readonly foreignKeys: "no" | "renamed";
    /** It reads the binary log. */
    readonly needsRowLog: boolean;
  };
}
