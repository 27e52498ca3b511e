import type { Connection } from "../../dialect/connection.js";
import type { Remnant as Finding } from "../../dialect/leftovers.js";
import type { Plan } from "../../model/index.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";
import type { TargetState } from "../../plugin/target-state.js";

export type { Finding };

/** The inputs of a repair: one plan on one target. */
export interface RepairContext {
  readonly plan: Plan;
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly target: { readonly name: string; readonly url: string };
  readonly connection: Connection;
  readonly state: TargetState;
  /** For long-running work. */
  onProgress(line: string): void;
}

/** One file of this folder: finds and removes one kind of leftovers. */
export interface Repair {
  readonly id: string;
  /** Changes nothing. */
  find(context: RepairContext): Promise<readonly Finding[]>;
}
