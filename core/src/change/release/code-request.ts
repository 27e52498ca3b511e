import type { RankedPlaces } from "../../code/candidates/choose.js";
import type { WrittenEdit } from "../../code/run/code-request.js";
import type { CodeSettings } from "../../config/code-settings.js";
import type {
  CodeIntent,
  DeployedPhase,
  EntityModel,
  FileChange,
  MissingTypes,
  Place,
  Plan,
  PlannedEdit,
  PlanState,
  Unchecked,
} from "../../model/index.js";
import { phasesOf } from "../../plan/phases.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";
import type { CodePolicy } from "./choices.js";
import type { FailingStatements } from "./failing-statements.js";
import type { HandOver } from "./hand-over.js";
import type { NamedLine } from "./still-named.js";
import type { TypeCheckWait } from "./verified-edits.js";

/** The part of an ORM plugin that the files of a phase need. */
export type ReleasingPlugin = Pick<
  OrmPlugin,
  | "words"
  | "readModels"
  | "readIndexes"
  | "readClients"
  | "namesRawQueries"
  | "editModels"
  | "modelFiles"
  | "fieldsIn"
  | "stamps"
  | "migrationName"
  | "migrationPath"
  | "migrationText"
  | "migrationSql"
  | "isMigrationOf"
  | "listMigrations"
  | "register"
  | "transforms"
>;

export interface CodeRequest {
  readonly plan: Plan;
  readonly project: Project;
  readonly plugin: ReleasingPlugin;
  /** The models with the new column; read from the files when absent. */
  readonly models?: readonly EntityModel[];
  /** The config's code settings. */
  readonly code: CodeSettings;
  /** Decides about ranked places. Default: the config, without a person. */
  readonly policy?: CodePolicy;
  /** Ends a type check, and reading git's history, early. Default: never. */
  readonly signal?: AbortSignal;
  /** For a caller that can wait for a type check. Default: a limit of 20 seconds. */
  readonly wait?: TypeCheckWait;
  /** Whether the compiler finds further places. Default: it only checks the edits. */
  readonly asksCompiler?: boolean;
  /** Whether `handOver` of the result will be called. Default: it is not. */
  readonly handsOver?: object | undefined;
  /** The same phase's model edits, which may be in code files: code edits are made on top of them. Default: none. */
  readonly edited?: readonly FileChange[];
}

export interface CodeResult {
  readonly changes: readonly FileChange[];
  /** Made now, or reverted. */
  readonly made: readonly PlannedEdit[];
  readonly places: readonly Place[];
  /** The statements that fail after expand. Default: none */
  readonly failing?: FailingStatements;
  /** Code that still contains the name of a removed field. */
  readonly named?: readonly NamedLine[];
  /** The parts of `plan.state` that depend on the code. */
  readonly state: Pick<
    PlanState,
    "edits" | "places" | "silent" | "choices" | "declined" | "exposure" | "like" | "codeFiles"
  >;
  /** Whether `places` contain the plan's name. */
  readonly isNamed?: boolean;
  /** The decided ranked places. */
  readonly questions: readonly RankedPlaces[];
  /** Chosen edits that the compiler did not check. */
  readonly unchecked?: Unchecked | undefined;
  /** Why values were identified by name only. Absent if the compiler provided types. */
  readonly missingTypes?: MissingTypes | undefined;
  /** As in `VerifiedEdits`. */
  readonly isUndemanded?: boolean | undefined;
  /** As in `CodeResult` of the planning. */
  readonly written?: readonly WrittenEdit[] | undefined;
  /**
   * The remaining places with their edits.
   *
   * @param changes the written changes of this run
   * @param isAll also places with little evidence
   */
  handOver?(changes: readonly FileChange[], isAll: boolean): Promise<HandOver>;
  /** No edits were requested: required changes are among the places. */
  readonly isLeft: boolean;
}

/** The required code changes of a phase. Every phase updates write sites, because new ones appear while a plan is open. */
export function intentsAt(plan: Plan, phase: DeployedPhase): readonly CodeIntent[] {
  if (phase === "expand") return plan.intents.expand;
  const writes = plan.intents.expand.filter((intent) => intent.kind !== "keepFromReads");
  if (phase === "switch") return [...writes, ...plan.intents.switch];
  const isBrisk = !phasesOf(plan).includes("switch");
  // The write sites of a mirror belong to switch.
  const switched = plan.intents.switch.filter((intent) => isBrisk || intent.phase === "switch");
  return [...writes, ...switched, ...plan.intents.contract];
}

/** A plan's state with the parts that depend on the code: replaces all of them. */
export function withCode(state: PlanState, code: CodeResult["state"]): PlanState {
  const { silent: _1, choices: _2, exposure: _3, declined: _4, like: _5, ...rest } = state;
  return { ...rest, ...code };
}

/** The result if there is nothing to edit. */
export function nothingEdited({ edits, choices, declined, exposure, like, codeFiles }: PlanState): CodeResult {
  const kept = {
    ...(choices === undefined ? {} : { choices }),
    ...(declined === undefined ? {} : { declined }),
    ...(exposure === undefined ? {} : { exposure }),
    ...(like === undefined ? {} : { like }),
  };
  return {
    changes: [],
    made: [],
    places: [],
    questions: [],
    isLeft: false,
    state: { edits, places: [], codeFiles, ...kept },
  };
}
