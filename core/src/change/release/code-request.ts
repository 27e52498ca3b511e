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
import type { HandOver } from "./hand-over.js";
import type { NamedLine } from "./still-named.js";
import type { TypeCheckWait } from "./verified-edits.js";

/** What of an ORM's plugin the files of a phase are made with. */
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
  /** What the config says about code. */
  readonly code: CodeSettings;
  /** Who decides about ranked places. Default: what the config says, without a person. */
  readonly policy?: CodePolicy;
  /** Ends a type check, and the reading of git's history, early. Default: nothing does. */
  readonly signal?: AbortSignal;
  /** Somebody who has the time that a type check takes. Default: nobody waits longer than 20 seconds. */
  readonly wait?: TypeCheckWait;
  /** Whether the compiler is asked for places that no one else finds. Default: it checks the edits alone. */
  readonly asksCompiler?: boolean;
  /** Whether `handOver` of the result will be called. Default: it is not. */
  readonly handsOver?: object | undefined;
  /** What the same phase does to the models, which may stand in files of code: its edits are made over these. Default: nothing. */
  readonly edited?: readonly FileChange[];
}

export interface CodeResult {
  readonly changes: readonly FileChange[];
  /** Made now, or taken back. */
  readonly made: readonly PlannedEdit[];
  readonly places: readonly Place[];
  /** Code that still contains the name of a field that is removed. */
  readonly named?: readonly NamedLine[];
  /** What of the plan's state the code decides: for `plan.state`. */
  readonly state: Pick<
    PlanState,
    "edits" | "places" | "silent" | "choices" | "declined" | "exposure" | "like" | "codeFiles"
  >;
  /** The ranked places that were decided about. */
  readonly questions: readonly RankedPlaces[];
  /** Chosen edits that were not checked by the compiler. */
  readonly unchecked?: Unchecked | undefined;
  /** Why names alone said what values are. Absent where the compiler did. */
  readonly missingTypes?: MissingTypes | undefined;
  /** As in `VerifiedEdits`. */
  readonly isUndemanded?: boolean | undefined;
  /** As in `CodeResult` of the planning. */
  readonly written?: readonly WrittenEdit[] | undefined;
  /**
   * What is left to edit, with the edits.
   *
   * @param changes what is written of this run
   * @param isAll also places with little evidence
   */
  handOver?(changes: readonly FileChange[], isAll: boolean): Promise<HandOver>;
  /** Nothing was to be edited: what must change is among the places. */
  readonly isLeft: boolean;
}

/** What the code needs in a phase. Write sites are looked after in every one: new ones come while a plan is open. */
export function intentsAt(plan: Plan, phase: DeployedPhase): readonly CodeIntent[] {
  if (phase === "expand") return plan.intents.expand;
  const writes = plan.intents.expand.filter((intent) => intent.kind !== "keepFromReads");
  if (phase === "switch") return [...writes, ...plan.intents.switch];
  const isBrisk = !phasesOf(plan).includes("switch");
  // Of a mirror the write sites belong to switch.
  const switched = plan.intents.switch.filter((intent) => isBrisk || intent.phase === "switch");
  return [...writes, ...switched, ...plan.intents.contract];
}

/** A plan's state with what the code decides: what that leaves out is gone. */
export function withCode(state: PlanState, code: CodeResult["state"]): PlanState {
  const { silent: _1, choices: _2, exposure: _3, declined: _4, like: _5, ...rest } = state;
  return { ...rest, ...code };
}

/** The result where there is nothing to edit. */
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
