import type { TableName } from "../model/names.js";
import type { UnitColumn, UnitSpec } from "../model/plan.js";
import type { Finding } from "./check.js";
import type { Connection } from "./connection.js";

/** Something that an interrupted run left. */
export interface Remnant {
  /** What it is, and how it affects users of the table. */
  readonly what: string;
  /** What the repair does about it. Without a `fix`: what a person has to do. */
  readonly action: string;
  /** @returns a message with what was done */
  readonly fix?: () => Promise<string>;
}

export type IndexSpec = Omit<Extract<UnitSpec, { readonly kind: "create-index" }>, "kind">;

/** `other`: an index of that name that is not the planned one. */
export type IndexState =
  | { readonly kind: "valid" | "missing" | "other" | "invalid" }
  /** It only seems invalid: this session is building it. */
  | { readonly kind: "building"; readonly pid: number };

/** An object that has a name of Lockstep's, or is broken. */
export interface Leftover {
  readonly kind: "scaffold" | "index";
  readonly name: string;
  /** The finding if no open plan owns it; for an index in any case. */
  readonly finding: Finding;
  /** Of an index that an open plan builds. */
  readonly planned?: Finding;
}

/** A column that a plan fills and whose migrations have run. */
export interface FilledColumn {
  readonly plan: string;
  readonly table: TableName;
  readonly hasChildren?: true;
  readonly column: UnitColumn;
}

/** The leftovers of interrupted runs on a target, per dialect. Only a `fix` changes anything; errors are the server's. */
export interface Leftovers {
  /** All such objects in the database of the session. */
  find(connection: Connection): Promise<readonly Leftover[]>;
  /** The names of an open plan's objects for a column. */
  scaffolding(table: TableName, column: string): readonly string[];

  /**
   * The check of a prove that was killed.
   * @param running the session that currently runs migrations
   */
  leftCheck(
    connection: Connection,
    table: TableName,
    column: string,
    running: { readonly target: string; readonly pid: number | undefined },
  ): Promise<Remnant | undefined>;
  /** Whether the trigger that fills a column is the one that this plan creates. */
  triggerOf(connection: Connection, filled: FilledColumn): Promise<"plan" | "other" | "missing">;
  /** The trigger that fills new rows is missing, disabled, or exists without its column. */
  fillTrigger(connection: Connection, filled: FilledColumn): Promise<Remnant | undefined>;
  /**
   * What else units leave in the database of the session.
   * @param running the session that currently runs migrations
   */
  others(connection: Connection, running: number | undefined): Promise<readonly Remnant[]>;

  /** The state of a planned index. */
  index(connection: Connection, spec: IndexSpec): Promise<IndexState>;
  /** Absent: a build leaves an index or nothing. */
  readonly concurrent?: ConcurrentBuilds;
}

/** Concurrent builds that leave an invalid index if they are interrupted. */
export interface ConcurrentBuilds {
  /** Without blocking reads and writes. Also drops an invalid one. */
  dropIndex(connection: Connection, spec: IndexSpec, lockTimeoutMs: number): Promise<void>;
  buildStatement(spec: IndexSpec): string;
  /** The progress of a session's build as a message. Undefined: it builds none. */
  buildProgress(observer: Connection, pid: number): Promise<string | undefined>;
}
