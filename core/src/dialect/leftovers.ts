import type { TableName } from "../model/names.js";
import type { UnitColumn, UnitSpec } from "../model/plan.js";
import type { Finding } from "./check.js";
import type { Connection } from "./connection.js";

/** Something that a run which broke off has left. */
export interface Remnant {
  /** What stands there, and what it does to users of the table. */
  readonly what: string;
  /** What the repair does about it; without a `fix`: what somebody has to do. */
  readonly action: string;
  /** @returns what was done, in words */
  readonly fix?: () => Promise<string>;
}

export type IndexSpec = Omit<Extract<UnitSpec, { readonly kind: "create-index" }>, "kind">;

/** `other`: an index of that name that is not the planned one. */
export type IndexState =
  | { readonly kind: "valid" | "missing" | "other" | "invalid" }
  /** It only looks invalid: this session is building it. */
  | { readonly kind: "building"; readonly pid: number };

/** What bears a name of Lockstep's, or is broken. */
export interface Leftover {
  readonly kind: "scaffold" | "index";
  readonly name: string;
  /** What to say of it where no open plan has it; of an index in any case. */
  readonly finding: Finding;
  /** Of an index that an open plan builds. */
  readonly planned?: Finding;
}

/** A column that a plan fills, where its migrations have run. */
export interface FilledColumn {
  readonly plan: string;
  readonly table: TableName;
  readonly hasChildren?: true;
  readonly column: UnitColumn;
}

/** What runs that broke off leave on a target, in the words of a dialect. Nothing is changed but by a `fix`; errors are the server's. */
export interface Leftovers {
  /** Everything of that kind in the database of the session. */
  find(connection: Connection): Promise<readonly Leftover[]>;
  /** The names of what an open plan has on a column. */
  scaffolding(table: TableName, column: string): readonly string[];

  /**
   * The check of a prove that was killed.
   * @param running the session that runs migrations at this moment
   */
  leftCheck(
    connection: Connection,
    table: TableName,
    column: string,
    running: { readonly target: string; readonly pid: number | undefined },
  ): Promise<Remnant | undefined>;
  /** What fills new rows is gone, switched off, or there without its column. */
  fillTrigger(connection: Connection, filled: FilledColumn): Promise<Remnant | undefined>;
  /**
   * What else units leave in the database of the session.
   * @param running the session that runs migrations at this moment
   */
  others(connection: Connection, running: number | undefined): Promise<readonly Remnant[]>;

  /** What stands in the place of a planned index. */
  index(connection: Connection, spec: IndexSpec): Promise<IndexState>;
  /** Absent: a build leaves an index or nothing. */
  readonly concurrent?: ConcurrentBuilds;
}

/** Builds beside reads and writes that leave an invalid index when they break off. */
export interface ConcurrentBuilds {
  /** While reads and writes go on. Takes an invalid one away as well. */
  dropIndex(connection: Connection, spec: IndexSpec, lockTimeoutMs: number): Promise<void>;
  buildStatement(spec: IndexSpec): string;
  /** How far a session is with one, in words; undefined: it is at none. */
  buildProgress(observer: Connection, pid: number): Promise<string | undefined>;
}
