import type {
  CodeIntent,
  DialectId,
  EntityModel,
  FileChange,
  MissingTypes,
  Place,
  PlannedEdit,
} from "../../model/index.js";
import type { OriginalSplice } from "../ast/origins.js";
import type { FileKind } from "../ast/source-file.js";
import type { Choose } from "../candidates/choose.js";
import type { ColumnHistory } from "../contract/column-history.js";
import type { Scorecard } from "../contract/scorecard.js";
import type { Transform } from "../contract/transform.js";
import type { GeneratedClients } from "../project/generated-clients.js";
import type { TypeClock } from "../types/type-clock.js";

export interface CodeRequest {
  /** Absolute path of the project. Only types are read there. */
  readonly root: string;
  /** The system whose SQL the code contains. Default: PostgreSQL. */
  readonly dialect?: DialectId;
  /** Candidates, see `readSourceFiles` and `readDocuments`. */
  readonly files: readonly ({ readonly file: string; readonly text: string } & FileKind)[];
  /** All models of the schema: nested writes reference other models. */
  readonly models: readonly EntityModel[];
  /** Set if the repository also has schemas of other clients. Default: none. */
  readonly clients?: GeneratedClients | undefined;
  /** Names of the packages of its workspace. Default: none. */
  readonly workspacePackages?: ReadonlySet<string>;
  readonly intents: readonly CodeIntent[];
  readonly transforms: readonly Transform[];
  /** The compiler's time limit, shared by all plans of a command. Default: none. */
  readonly typeClock?: TypeClock;
  /** Edits of earlier phases: `plan.state.edits`. */
  readonly earlier: readonly PlannedEdit[];
  /** Selects the ranked places to edit. Default: `chooseUnattended`. */
  readonly choose?: Choose;
  /** Why chosen places are not edited, by `choiceId`. */
  readonly refused?: ReadonlyMap<string, string>;
  /** Required places that a person declined, by `declinedId`, with their numbers. Default: none. */
  readonly declined?: ReadonlyMap<string, number>;
  /** Why required edits are not made, by `WrittenEdit.unit`: they are listed. Default: all are made. */
  readonly broken?: ReadonlyMap<string, string>;
  /** The git history of a model, only read if there are places to rank. Default: none. */
  readHistory?(asked: HistoryQuestion): Promise<ColumnHistory | undefined>;
  /** Default: `defaultScorecard`. */
  readonly scorecard?: Scorecard;
  /** Columns of other open plans: a place need not name them to count as a copy of the whole model. */
  readonly alsoPlanned?: readonly { readonly model: string; readonly field: string }[];
  /** The edits of other plans. */
  readonly editsOfOthers?: readonly PlannedEdit[];
}

export interface HistoryQuestion {
  readonly model: string;
  /** The names of its fields, without the planned ones. */
  readonly columns: readonly string[];
  /** The files with places to rank. */
  readonly candidateFiles: readonly string[];
}

/** The splices of one edit in the texts of the request, independent of earlier edits. */
export interface WrittenEdit
  extends Pick<PlannedEdit, "transform" | "phase" | "model" | "field" | "file" | "what" | "site" | "role" | "text"> {
  /** The key of the ranked place that contains it; undefined for a required edit or an import. */
  readonly key: string | undefined;
  /** Its id among the edits that add a text, for `CodeRequest.broken`. */
  readonly unit: string | undefined;
  /** In text order. */
  readonly splices: readonly OriginalSplice<unknown>[];
}

export interface CodeResult {
  /** For `planCodeEdits`: `edits` as changes to the request's texts. */
  readonly written?: readonly WrittenEdit[];
  readonly changes: readonly FileChange[];
  /** `planCodeEdits`: edits made. `planCodeUndo`: earlier edits that were reverted. */
  readonly edits: readonly PlannedEdit[];
  /** Places for a person to review. */
  readonly places: readonly Place[];
  /** The number of places with little evidence. */
  readonly silent: number;
  /** Why values were identified by name only; undefined if the compiler was available, or not needed. */
  readonly missingTypes?: MissingTypes | undefined;
}
